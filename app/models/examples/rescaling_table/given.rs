//! What both sides are given, as a file and as tensors.

use burn::tensor::{DType, Device, Tensor, TensorData};
use models::invertible::RescalingConfig;
use models::seed::{self, standard_normal};
use models::systems::dlv_irn::{Architecture, Network};
use models::weights::{Array, read_arrays, write_arrays};
use std::path::Path;

use super::Result;

/// Crops of a step.
pub const BATCH: usize = 16;
/// Their edge.
pub const CROP: usize = 32;
/// Edge of the picture that goes there and back.
pub const SIDE: usize = 256;
const GROWTH: usize = 16;

/// Weights, a batch and a picture.
pub struct Given {
    architecture: Architecture,
    weights: Vec<Array>,
    large: Array,
    bicubic: Array,
    picture: Array,
}

impl Given {
    /// Weights none of which is zero, as after some training, and smooth pictures.
    pub fn new() -> Result<Self> {
        let config = RescalingConfig { blocks: vec![2], growth: GROWTH, latent_channels: 3 };
        let architecture = Architecture::Rescaling(config);
        let mut rng = seed::stream(1, 0);
        let fresh = Network::random(&architecture, &mut rng, &Device::flex());
        let mut weights = read_arrays(&fresh.to_safetensors(DType::F32)?)?;
        for array in &mut weights {
            let spread = match array.shape[..] {
                [GROWTH, inputs, ..] => 0.8 / (9.0 * inputs as f32).sqrt(),
                [_, inputs, ..] => 0.1 / (9.0 * inputs as f32).sqrt(),
                _ => 0.01,
            };
            let drawn = standard_normal(&mut rng, array.values.len());
            array.values = drawn.into_iter().map(|z| spread * z).collect();
        }
        let large = waves("large", BATCH, CROP);
        Ok(Self {
            architecture,
            weights,
            bicubic: halved("bicubic", &large),
            large,
            picture: waves("picture", 1, SIDE),
        })
    }

    /// Everything, as a safetensors file.
    pub fn write(&self, file: &Path) -> Result<()> {
        let arrays = self.weights.iter().chain([&self.large, &self.bicubic, &self.picture]);
        Ok(std::fs::write(file, bytes(arrays)?)?)
    }

    /// The network.
    pub fn network(&self, device: &Device) -> Result<Network> {
        Ok(Network::load(&self.architecture, bytes(self.weights.iter())?, device)?)
    }

    /// The large pictures of a step and their small ones.
    pub fn batch(&self, device: &Device) -> [Tensor<4>; 2] {
        [&self.large, &self.bicubic].map(|array| tensor(array, device))
    }

    /// `[1, 3, SIDE, SIDE]`.
    pub fn picture(&self, device: &Device) -> Tensor<4> {
        tensor(&self.picture, device)
    }
}

fn bytes<'a>(arrays: impl Iterator<Item = &'a Array>) -> Result<Vec<u8>> {
    let arrays: Vec<_> = arrays.map(|array| (array.clone(), DType::F32)).collect();
    Ok(write_arrays(&arrays)?)
}

fn tensor(array: &Array, device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(array.values.clone(), array.shape.clone()), device)
}

/// Pictures `[count, 3, side, side]` in 0 … 1 that change over a few pixels.
fn waves(name: &str, count: usize, side: usize) -> Array {
    let value = |i: usize| {
        let [x, y, plane] = [i % side, i / side % side, i / (side * side)].map(|v| v as f32);
        0.5 + 0.25 * (0.5 * x + plane).sin() + 0.2 * (0.31 * y - 0.17 * x + 2.0 * plane).cos()
    };
    let values = (0..count * 3 * side * side).map(value).collect();
    Array { name: name.to_owned(), shape: vec![count, 3, side, side], values }
}

/// Means of 2×2 pixels.
fn halved(name: &str, large: &Array) -> Array {
    let side = large.shape[3];
    let mean = |rows: &[f32]| -> Vec<f32> {
        let (upper, lower) = rows.split_at(side);
        let at = |x: usize| 0.25 * (upper[x] + upper[x + 1] + lower[x] + lower[x + 1]);
        (0..side).step_by(2).map(at).collect()
    };
    let values = large.values.chunks_exact(2 * side).flat_map(mean).collect();
    Array { name: name.to_owned(), shape: vec![large.shape[0], 3, side / 2, side / 2], values }
}

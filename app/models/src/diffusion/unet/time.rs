//! What the network is told of the time.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use crate::{diffusion::layers::Linear, nn::fast};

/// The longest wavelength, in times of 2π.
const LONGEST: f64 = 10_000.0;

/// Times `[n]` → `[n, outputs]`.
#[derive(Module, Debug)]
pub struct TimeEmbedding {
    /// After the waves.
    pub first: Linear,
    /// After a SiLU.
    pub second: Linear,
    width: usize,
}

impl TimeEmbedding {
    /// Random weights.
    pub fn random(width: usize, outputs: usize, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            first: Linear::random(width, outputs, true, rng, device),
            second: Linear::random(outputs, outputs, true, rng, device),
            width,
        }
    }

    /// The embedding of times, which may be fractions.
    pub fn forward(&self, t: Tensor<1>) -> Tensor<2> {
        self.second.forward(fast::silu(self.first.forward(waves(t, self.width))))
    }
}

/// `[n, width]`: the cosines of `t` times frequencies from 1 down to nearly 1/10 000, then the sines; an odd last column
/// is 0.
pub fn waves(t: Tensor<1>, width: usize) -> Tensor<2> {
    let (count, half, device) = (t.dims()[0], width / 2, t.device());
    let frequencies: Vec<f32> = (0..half).map(|i| (-LONGEST.ln() * i as f64 / half as f64).exp() as f32).collect();
    let phases = t.reshape([count, 1]) * Tensor::<1>::from_floats(frequencies.as_slice(), &device).reshape([1, half]);
    let mut waves = vec![phases.clone().cos(), phases.sin()];
    if !width.is_multiple_of(2) {
        waves.push(Tensor::zeros([count, 1], &device));
    }
    Tensor::cat(waves, 1)
}

//! Volumes ↔ tensors: pore = −1, grain = +1 (spec §3).

use burn::tensor::{Device, Tensor, TensorData};
use samples::GreyVolume;

use crate::ModelError;

/// Training cubes of `edge`³ voxels (0 pore, 1 grain) as `[batch, 1, edge, edge, edge]`.
///
/// # Panics
/// If a cube does not hold `edge`³ voxels.
pub fn cubes(cubes: &[Vec<u8>], edge: usize, device: &Device) -> Tensor<5> {
    let mut values = Vec::with_capacity(cubes.len() * edge * edge * edge);
    for cube in cubes {
        assert_eq!(cube.len(), edge * edge * edge, "a training cube fills its edge");
        values.extend(cube.iter().map(|&voxel| 2.0 * f32::from(voxel) - 1.0));
    }
    Tensor::from_data(TensorData::new(values, [cubes.len(), 1, edge, edge, edge]), device)
}

/// The generator's output as grey values, truncated to bytes as the authors do.
///
/// # Errors
/// If a value is not finite: the weights are broken or the device is.
pub fn grey(shape: [usize; 3], values: &[f32]) -> Result<GreyVolume, ModelError> {
    if let Some(bad) = values.iter().find(|v| !v.is_finite()) {
        return Err(ModelError::Output(format!("the generator's output holds {bad}")));
    }
    let bytes = values.iter().map(|&v| ((v * 0.5 + 0.5) * 255.0).clamp(0.0, 255.0) as u8).collect();
    GreyVolume::new(shape, bytes).map_err(|e| ModelError::Output(e.to_string()))
}

/// Any activations as grey values: their range is stretched over 0…255.
///
/// # Errors
/// As [`grey`].
pub fn stretched(shape: [usize; 3], values: &[f32]) -> Result<GreyVolume, ModelError> {
    let (low, high) = values.iter().fold((f32::MAX, f32::MIN), |(l, h), &v| (l.min(v), h.max(v)));
    let middle = 0.5 * (low + high);
    let half = (0.5 * (high - low)).max(f32::MIN_POSITIVE);
    let scaled: Vec<f32> = values.iter().map(|v| (v - middle) / half).collect();
    grey(shape, &scaled)
}

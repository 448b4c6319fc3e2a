//! Weights and inputs that need no fixture: both sides draw them from one hash.

use std::collections::BTreeMap;

use burn::tensor::{DType, Device, Tensor, TensorData};

use crate::weights::{Array, write_arrays};

/// Names and shapes of a network's tensors.
pub type Shapes = BTreeMap<String, Vec<usize>>;

/// −1 … 1, from a mixed counter.
fn hashed(seed: u32, count: usize) -> Vec<f32> {
    let value = |i: u32| {
        let mut x = i.wrapping_add(seed.wrapping_mul(0x9E37_79B9));
        x ^= x >> 16;
        x = x.wrapping_mul(0x7FEB_352D);
        x ^= x >> 15;
        x = x.wrapping_mul(0x846C_A68B);
        x ^= x >> 16;
        (f64::from(x) / f64::from(1u32 << 31) - 1.0) as f32
    };
    (0..count as u32).map(value).collect()
}

/// An input.
pub fn values<const D: usize>(seed: u32, shape: [usize; D], scale: f32, device: &Device) -> Tensor<D> {
    let values = hashed(seed, shape.iter().product()).into_iter().map(|v| v * scale).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// A safetensors file of PyTorch's tensors: the k-th by name, counted from 1, is drawn with the seed k. Matrices and
/// kernels have the variance of one over what a result sums over, scales are 1 ± .3, all else is ± .3.
pub fn filled(shapes: &Shapes) -> Vec<u8> {
    let array = |(k, (name, shape)): (usize, (&String, &Vec<usize>))| {
        let drawn = hashed(k as u32 + 1, shape.iter().product());
        let sums: usize = shape.iter().skip(1).product();
        let values = match shape.len() {
            2.. => drawn.into_iter().map(|v| v * (3.0 / sums as f64).sqrt() as f32).collect(),
            _ if name.ends_with("weight") => drawn.into_iter().map(|v| 1.0 + 0.3 * v).collect(),
            _ => drawn.into_iter().map(|v| 0.3 * v).collect(),
        };
        (Array { name: name.clone(), shape: shape.clone(), values }, DType::F32)
    };
    write_arrays(&shapes.iter().enumerate().map(array).collect::<Vec<_>>()).unwrap()
}

//! Parity with the authors' network, identities of flows, terms of the loss, and what training promises.
#![allow(clippy::disallowed_methods)] // Native only: files, and reading results blocks.

mod flows;
mod parity;
mod training;

use burn::tensor::{Device, Tensor, TensorData};

fn tensor(values: &[f32], shape: [usize; 4], device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

fn read<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_into_vec().unwrap()
}

/// Largest difference, in units of 1 + |expected|.
fn difference(values: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(values.len(), expected.len());
    values.iter().zip(expected).map(|(a, b)| (a - b).abs() / (1.0 + b.abs())).fold(0.0, f32::max)
}

/// Smooth planes between −1 and 1.
fn waves(shape: [usize; 4], phase: f32) -> Tensor<4> {
    let [_, _, height, width] = shape;
    let value = |i: usize| {
        let [x, y, plane] = [i % width, i / width % height, i / (width * height)].map(|v| v as f32);
        0.5 * (0.4 * x + plane + phase).sin() + 0.4 * (0.3 * y - 0.2 * x + 2.0 * plane + phase).cos()
    };
    let values: Vec<f32> = (0..shape.iter().product()).map(value).collect();
    tensor(&values, shape, &Device::flex())
}

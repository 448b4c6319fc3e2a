//! Parameter initialisation from an explicit generator, so that a seed fixes a training on every device.

use burn::{
    module::Param,
    tensor::{Device, Shape, Tensor, TensorData},
};
use rand::Rng;

use crate::seed::standard_normal;

/// A parameter drawn from N(`mean`, `std`²).
pub fn normal<const D: usize>(
    shape: [usize; D],
    mean: f32,
    std: f32,
    rng: &mut impl Rng,
    device: &Device,
) -> Param<Tensor<D>> {
    let count = shape.iter().product();
    let values = standard_normal(rng, count).into_iter().map(|z| mean + std * z).collect();
    Param::from_tensor(Tensor::from_data(TensorData::new(values, Shape::from(shape)), device))
}

//! The operators on rows written with burn's own ones.

use super::GroupNorm;
use crate::nn::fast::Unary;
use crate::nn::fast::composed::{unary, unary_backward};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::Shape;

/// Normalised values `[n, c, inner]`, and of each group 1/√(variance + ε), `[n, groups, 1]`.
fn normalised<B: Backend>(x: FloatTensor<B>, norm: GroupNorm) -> (FloatTensor<B>, FloatTensor<B>) {
    let shape: [usize; 3] = x.shape().dims();
    let x = B::float_reshape(x, grouped(shape, norm));
    let centred = B::float_sub(x.clone(), B::float_mean_dim(x, 2));
    let variance = B::float_mean_dim(B::float_mul(centred.clone(), centred.clone()), 2);
    let inverse = B::float_recip(B::float_sqrt(B::float_add_scalar(variance, norm.epsilon.into())));
    (B::float_reshape(B::float_mul(centred, inverse.clone()), Shape::new(shape)), inverse)
}

fn grouped([samples, channels, inner]: [usize; 3], norm: GroupNorm) -> Shape {
    Shape::new([samples, norm.groups, channels / norm.groups * inner])
}

fn by_channel<B: Backend>(values: FloatTensor<B>) -> FloatTensor<B> {
    let channels = values.shape()[0];
    B::float_reshape(values, Shape::new([1, channels, 1]))
}

pub fn group_norm<B: Backend>(
    x: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    norm: GroupNorm,
) -> FloatTensor<B> {
    let y = B::float_mul(normalised::<B>(x, norm).0, by_channel::<B>(gamma));
    let y = B::float_add(y, by_channel::<B>(beta));
    if norm.silu { unary::<B>(y, Unary::Silu) } else { y }
}

pub fn group_norm_backward<B: Backend>(
    x: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    grad: FloatTensor<B>,
    norm: GroupNorm,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let shape: [usize; 3] = x.shape().dims();
    let (x, inverse) = normalised::<B>(x, norm);
    let gamma = by_channel::<B>(gamma);
    let grad = match norm.silu {
        true => {
            let y = B::float_add(B::float_mul(x.clone(), gamma.clone()), by_channel::<B>(beta));
            unary_backward::<B>(y, grad, Unary::Silu)
        }
        false => grad,
    };
    let over_channels = |values: FloatTensor<B>| {
        let sums = B::float_sum_dim(B::float_sum_dim(values, 2), 0);
        B::float_reshape(sums, Shape::new([shape[1]]))
    };
    let dgamma = over_channels(B::float_mul(grad.clone(), x.clone()));
    let dbeta = over_channels(grad.clone());
    let grad = B::float_reshape(B::float_mul(grad, gamma), grouped(shape, norm));
    let x = B::float_reshape(x, grouped(shape, norm));
    let along = B::float_mean_dim(B::float_mul(grad.clone(), x.clone()), 2);
    let rest = B::float_sub(grad.clone(), B::float_mean_dim(grad, 2));
    let dx = B::float_mul(B::float_sub(rest, B::float_mul(x, along)), inverse);
    (B::float_reshape(dx, Shape::new(shape)), dgamma, dbeta)
}

pub fn softmax<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let powers = B::float_exp(B::float_sub(x.clone(), B::float_max_dim(x, 1)));
    B::float_div(powers.clone(), B::float_sum_dim(powers, 1))
}

pub fn softmax_backward<B: Backend>(y: FloatTensor<B>, grad: FloatTensor<B>) -> FloatTensor<B> {
    let mean = B::float_sum_dim(B::float_mul(y.clone(), grad.clone()), 1);
    B::float_mul(y, B::float_sub(grad, mean))
}

//! The operators written with burn's own ones.

use super::ops::PairOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::Shape;

/// `own[i] + other[j] + pair[i, j]`.
fn sum<B: Backend>(own: FloatTensor<B>, other: FloatTensor<B>, pair: FloatTensor<B>) -> FloatTensor<B> {
    let shape = own.shape();
    let [batch, nodes, width] = [shape[0], shape[1], shape[2]];
    let own = B::float_reshape(own, Shape::from([batch, nodes, 1, width]));
    let other = B::float_reshape(other, Shape::from([batch, 1, nodes, width]));
    B::float_add(B::float_add(pair, own), other)
}

fn add_bias<B: Backend>(pair: FloatTensor<B>, bias: FloatTensor<B>) -> FloatTensor<B> {
    let width = bias.shape()[0];
    B::float_add(pair, B::float_reshape(bias, Shape::from([1, 1, 1, width])))
}

fn silu<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_mul(x.clone(), B::sigmoid(x))
}

/// `grad · silu'(x)`, with `silu'(x) = σ(x)(1 + x(1 − σ(x)))`.
fn silu_backward<B: Backend>(x: FloatTensor<B>, grad: FloatTensor<B>) -> FloatTensor<B> {
    let s = B::sigmoid(x.clone());
    let slope = B::float_mul(x, B::float_add_scalar(B::float_neg(s.clone()), 1.0.into()));
    B::float_mul(grad, B::float_mul(s, B::float_add_scalar(slope, 1.0.into())))
}

pub(super) fn messages<B: PairOps>(
    own: FloatTensor<B>,
    other: FloatTensor<B>,
    differences: FloatTensor<B>,
    difference: FloatTensor<B>,
    output: FloatTensor<B>,
    bias: FloatTensor<B>,
) -> FloatTensor<B> {
    let shape = differences.shape();
    let [batch, nodes, features] = [shape[0], shape[1], shape[3]];
    let rows = batch * nodes * nodes;
    let product = |x: FloatTensor<B>, inputs: usize, weight: FloatTensor<B>| {
        let outputs = weight.shape()[1];
        let y = B::float_matmul(B::float_reshape(x, Shape::from([rows, inputs])), weight);
        B::float_reshape(y, Shape::from([batch, nodes, nodes, outputs]))
    };
    let hidden = difference.shape()[1];
    let pairs = B::pair_silu(own, other, product(differences, features, difference));
    B::silu_mean(product(pairs, hidden, output), bias)
}

pub(super) fn pair_silu<B: Backend>(
    own: FloatTensor<B>,
    other: FloatTensor<B>,
    pair: FloatTensor<B>,
) -> FloatTensor<B> {
    silu::<B>(sum::<B>(own, other, pair))
}

pub(super) fn pair_silu_backward<B: Backend>(
    own: FloatTensor<B>,
    other: FloatTensor<B>,
    pair: FloatTensor<B>,
    grad: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let nodes = own.shape();
    let dz = silu_backward::<B>(sum::<B>(own, other, pair), grad);
    let own = B::float_reshape(B::float_sum_dim(dz.clone(), 2), nodes.clone());
    let other = B::float_reshape(B::float_sum_dim(dz.clone(), 1), nodes);
    (own, other, dz)
}

pub(super) fn silu_mean<B: Backend>(pair: FloatTensor<B>, bias: FloatTensor<B>) -> FloatTensor<B> {
    let shape = pair.shape();
    let mean = B::float_mean_dim(silu::<B>(add_bias::<B>(pair, bias)), 2);
    B::float_reshape(mean, Shape::from([shape[0], shape[1], shape[3]]))
}

pub(super) fn silu_mean_backward<B: Backend>(
    pair: FloatTensor<B>,
    bias: FloatTensor<B>,
    grad: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let shape = pair.shape();
    let [batch, nodes, neighbours, width] = [shape[0], shape[1], shape[2], shape[3]];
    let grad = B::float_mul_scalar(grad, (1.0 / neighbours as f64).into());
    let grad = B::float_expand(B::float_reshape(grad, Shape::from([batch, nodes, 1, width])), shape);
    let dz = silu_backward::<B>(add_bias::<B>(pair, bias), grad);
    let rows = B::float_reshape(dz.clone(), Shape::from([batch * nodes * neighbours, width]));
    (dz, B::float_reshape(B::float_sum_dim(rows, 0), Shape::from([width])))
}

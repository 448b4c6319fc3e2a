//! The operators on maps written with burn's own ones.

use crate::nn::fast::composed::{leaky, leaky_backward};
use crate::nn::fast::kernel::dense_block::Sizes;
use burn::backend::ops::ConvOptions;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::{Shape, Slice};
use std::ops::Range;

/// Edge of a dense block's kernels.
pub const KERNEL: usize = 3;

fn options(stride: [usize; 2], padding: [usize; 2]) -> ConvOptions<2> {
    ConvOptions::new(stride, padding, [1; 2], 1)
}

fn same() -> ConvOptions<2> {
    options([1; 2], [KERNEL / 2; 2])
}

pub fn conv2d<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    stride: [usize; 2],
    padding: [usize; 2],
) -> FloatTensor<B> {
    B::conv2d(x, weight, Some(bias), options(stride, padding))
}

pub fn conv2d_x_backward<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    grad: FloatTensor<B>,
    stride: [usize; 2],
    padding: [usize; 2],
) -> FloatTensor<B> {
    B::conv2d_x_backward(x, weight, grad, options(stride, padding))
}

pub fn conv2d_parameter_backward<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    grad: FloatTensor<B>,
    stride: [usize; 2],
    padding: [usize; 2],
) -> (FloatTensor<B>, FloatTensor<B>) {
    let bias = bias_backward::<B>(grad.clone());
    (B::conv2d_weight_backward(x, weight, grad, options(stride, padding)), bias)
}

/// The sum over everything but channels.
pub fn bias_backward<B: Backend>(grad: FloatTensor<B>) -> FloatTensor<B> {
    let [n, channels, height, width] = grad.shape().dims();
    let grad = B::float_reshape(B::float_swap_dims(grad, 0, 1), Shape::new([channels, n * height * width]));
    B::float_reshape(B::float_sum_dim(grad, 1), Shape::new([channels]))
}

/// The last layer's result, and the input with the results of the others behind it.
pub fn dense_block<B: Backend>(
    x: FloatTensor<B>,
    parameters: FloatTensor<B>,
    sizes: Sizes,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let mut layers = layers::<B>(&parameters, &sizes);
    let (weight, bias) = layers.pop().expect("a block has a last layer");
    let mut features = x;
    for (weight, bias) in layers {
        let y = leaky::<B>(B::conv2d(features.clone(), weight, Some(bias), same()), sizes.slope);
        features = B::float_cat(vec![features, y], 1);
    }
    (B::conv2d(features.clone(), weight, Some(bias), same()), features)
}

/// The gradients of the input and of the parameters.
pub fn dense_block_backward<B: Backend>(
    features: FloatTensor<B>,
    parameters: FloatTensor<B>,
    grad: FloatTensor<B>,
    sizes: Sizes,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let mut gradients = Vec::new();
    let mut grad = grad;
    let mut grad_features: Option<FloatTensor<B>> = None;
    for (layer, (weight, _)) in layers::<B>(&parameters, &sizes).into_iter().enumerate().rev() {
        let own = 0..sizes.channels(layer);
        if let Some(all) = &grad_features {
            let result = own.end..sizes.channels(layer + 1);
            let y = channels::<B>(&features, result.clone());
            grad = leaky_backward::<B>(y, channels::<B>(all, result), sizes.slope);
        }
        let x = channels::<B>(&features, own.clone());
        let dx = B::conv2d_x_backward(x.clone(), weight.clone(), grad.clone(), same());
        let (dw, db) = (B::conv2d_weight_backward(x, weight, grad.clone(), same()), bias_backward::<B>(grad.clone()));
        gradients.push(db);
        let count = dw.shape().num_elements();
        gradients.push(B::float_reshape(dw, Shape::new([count])));
        grad_features = Some(match grad_features {
            Some(all) => B::float_add(channels::<B>(&all, own), dx),
            None => dx,
        });
    }
    gradients.reverse();
    (grad_features.expect("a block has a last layer"), B::float_cat(gradients, 0))
}

fn channels<B: Backend>(maps: &FloatTensor<B>, range: Range<usize>) -> FloatTensor<B> {
    B::float_slice(maps.clone(), &[Slice::from(..), Slice::from(range)])
}

/// Weight and bias of each layer.
fn layers<B: Backend>(parameters: &FloatTensor<B>, sizes: &Sizes) -> Vec<(FloatTensor<B>, FloatTensor<B>)> {
    let part =
        |range: Range<usize>, shape| B::float_reshape(B::float_slice(parameters.clone(), &[Slice::from(range)]), shape);
    let layer = |(layer, [weight, bias]): (usize, [Range<usize>; 2])| {
        let (results, channels) = (sizes.results(layer), sizes.channels(layer));
        (part(weight, Shape::new([results, channels, KERNEL, KERNEL])), part(bias, Shape::new([results])))
    };
    sizes.parameters(KERNEL * KERNEL).into_iter().enumerate().map(layer).collect()
}

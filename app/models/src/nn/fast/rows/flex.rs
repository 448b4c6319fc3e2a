//! Flex: the kernels for `f32`, the composed operators for everything else.

use super::{GroupNorm, composed};
use crate::nn::fast::flex::{all_f32, contiguous, vector};
use crate::nn::fast::kernel::group_norm::{self, Groups};
use crate::nn::fast::kernel::softmax as kernel;
use burn::backend::flex::FlexTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;

fn groups<'a>(x: &FlexTensor, gamma: &'a [f32], beta: &'a [f32], norm: GroupNorm) -> Groups<'a> {
    let GroupNorm { groups, epsilon, silu } = norm;
    Groups { groups, inner: x.shape()[2], gamma, beta, epsilon, silu }
}

/// A tensor in burn's order that nothing else uses.
fn own(tensor: FlexTensor) -> FlexTensor {
    let whole = tensor.is_contiguous()
        && tensor.layout().start_offset() == 0
        && tensor.storage::<f32>().len() == tensor.shape().num_elements();
    if whole { tensor } else { tensor.to_contiguous() }
}

pub fn group_norm(x: FlexTensor, gamma: FlexTensor, beta: FlexTensor, norm: GroupNorm) -> FlexTensor {
    if !all_f32(&[&x, &gamma, &beta]) || x.shape().num_elements() == 0 {
        return composed::group_norm::<Flex>(x, gamma, beta, norm);
    }
    let (gamma, beta) = (contiguous(&gamma), contiguous(&beta));
    let y = group_norm::forward(&contiguous(&x), groups(&x, &gamma, &beta, norm));
    FlexTensor::from_data(TensorData::new(y, x.shape()))
}

pub fn group_norm_backward(
    x: FlexTensor,
    gamma: FlexTensor,
    beta: FlexTensor,
    grad: FlexTensor,
    norm: GroupNorm,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    if !all_f32(&[&x, &gamma, &beta, &grad]) || x.shape().num_elements() == 0 {
        return composed::group_norm_backward::<Flex>(x, gamma, beta, grad, norm);
    }
    let (gamma, beta) = (contiguous(&gamma), contiguous(&beta));
    let mut grad = own(grad);
    let (dgamma, dbeta) =
        group_norm::backward(&contiguous(&x), grad.storage_mut::<f32>(), groups(&x, &gamma, &beta, norm));
    (grad, vector(dgamma), vector(dbeta))
}

pub fn softmax(x: FlexTensor) -> FlexTensor {
    if !all_f32(&[&x]) || x.shape().num_elements() == 0 {
        return composed::softmax::<Flex>(x);
    }
    let columns = x.shape()[1];
    let mut y = own(x);
    kernel::forward(y.storage_mut::<f32>(), columns);
    y
}

pub fn softmax_backward(y: FlexTensor, grad: FlexTensor) -> FlexTensor {
    if !all_f32(&[&y, &grad]) || y.shape().num_elements() == 0 {
        return composed::softmax_backward::<Flex>(y, grad);
    }
    let columns = y.shape()[1];
    let mut grad = own(grad);
    kernel::backward(&contiguous(&y), grad.storage_mut::<f32>(), columns);
    grad
}

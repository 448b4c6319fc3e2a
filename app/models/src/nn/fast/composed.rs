//! The operators written with burn's own ones: the definition that the kernels are tested against, and the path of
//! GPU backends and of tensors that are not `f32`.

use super::Unary;
use burn::backend::ops::{ConvOptions, ConvTransposeOptions};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata, get_or_init_device_settings};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

fn conv_options(stride: [usize; 3], padding: [usize; 3]) -> ConvOptions<3> {
    ConvOptions::new(stride, padding, [1; 3], 1)
}

fn transpose_options(stride: [usize; 3], padding: [usize; 3]) -> ConvTransposeOptions<3> {
    ConvTransposeOptions::new(stride, padding, [0; 3], [1; 3], 1)
}

pub(super) fn conv3d<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    stride: [usize; 3],
    padding: [usize; 3],
) -> FloatTensor<B> {
    B::conv3d(x, weight, None, conv_options(stride, padding))
}

pub(super) fn conv3d_x_backward<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    grad: FloatTensor<B>,
    stride: [usize; 3],
    padding: [usize; 3],
) -> FloatTensor<B> {
    B::conv3d_x_backward(x, weight, grad, conv_options(stride, padding))
}

pub(super) fn conv3d_weight_backward<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    grad: FloatTensor<B>,
    stride: [usize; 3],
    padding: [usize; 3],
) -> FloatTensor<B> {
    B::conv3d_weight_backward(x, weight, grad, conv_options(stride, padding))
}

pub(super) fn conv_transpose3d<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    stride: [usize; 3],
    padding: [usize; 3],
) -> FloatTensor<B> {
    B::conv_transpose3d(x, weight, None, transpose_options(stride, padding))
}

pub(super) fn conv_transpose3d_x_backward<B: Backend>(
    weight: FloatTensor<B>,
    grad: FloatTensor<B>,
    stride: [usize; 3],
    padding: [usize; 3],
) -> FloatTensor<B> {
    B::conv_transpose3d_x_backward(weight, grad, transpose_options(stride, padding))
}

pub(super) fn conv_transpose3d_weight_backward<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    grad: FloatTensor<B>,
    stride: [usize; 3],
    padding: [usize; 3],
) -> FloatTensor<B> {
    B::conv_transpose3d_weight_backward(x, weight, grad, transpose_options(stride, padding))
}

pub(super) fn leaky<B: Backend>(x: FloatTensor<B>, slope: f32) -> FloatTensor<B> {
    match slope {
        1.0 => x,
        0.0 => B::relu(x),
        _ => B::leaky_relu(x, slope.into()),
    }
}

/// At 0 the slope is that of negative arguments, as everywhere in this module.
pub(super) fn leaky_backward<B: Backend>(x: FloatTensor<B>, grad: FloatTensor<B>, slope: f32) -> FloatTensor<B> {
    match slope {
        1.0 => grad,
        0.0 => B::relu_backward(x, grad),
        _ => {
            let bool_dtype = get_or_init_device_settings::<B>(&x.device()).bool_dtype;
            let mask = B::float_lower_equal_elem(x, 0f32.into(), bool_dtype);
            B::float_mask_where(grad.clone(), mask, B::float_mul_scalar(grad, slope.into()))
        }
    }
}

pub(super) fn batch_norm<B: Backend>(
    x: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    epsilon: f64,
    slope: f32,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let out = B::batch_norm_train(x, gamma, beta, epsilon);
    (leaky::<B>(out.output, slope), out.mean, out.variance)
}

#[allow(clippy::too_many_arguments)]
pub(super) fn batch_norm_backward<B: Backend>(
    x: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    mean: FloatTensor<B>,
    variance: FloatTensor<B>,
    grad: FloatTensor<B>,
    epsilon: f64,
    slope: f32,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let normalised = B::batch_norm(x.clone(), gamma.clone(), beta, mean.clone(), variance.clone(), epsilon);
    let grad = leaky_backward::<B>(normalised, grad, slope);
    let out = B::batch_norm_train_backward(x, gamma, mean, variance, epsilon, grad);
    (out.x_grad, out.gamma_grad, out.beta_grad)
}

pub(super) fn matmul<B: Backend>(x: FloatTensor<B>, weight: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(x, weight)
}

pub(super) fn unary<B: Backend>(x: FloatTensor<B>, function: Unary) -> FloatTensor<B> {
    match function {
        Unary::Exp => B::float_exp(x),
        Unary::Sigmoid => B::sigmoid(x),
        Unary::Silu => B::float_mul(x.clone(), B::sigmoid(x)),
        Unary::Tanh => B::float_tanh(x),
        Unary::Gelu => B::gelu(x),
        // max(x, 0) + ln(1 + e^−|x|) does not overflow.
        Unary::Softplus => {
            let tail = B::float_log1p(B::float_exp(B::float_neg(B::float_abs(x.clone()))));
            B::float_add(B::relu(x), tail)
        }
        Unary::LeakyRelu { slope } => leaky::<B>(x, slope),
    }
}

pub(super) fn unary_backward<B: Backend>(x: FloatTensor<B>, grad: FloatTensor<B>, function: Unary) -> FloatTensor<B> {
    match function {
        Unary::Exp => B::float_mul(grad, B::float_exp(x)),
        Unary::Sigmoid => B::sigmoid_backward(B::sigmoid(x), grad),
        // σ(x)·(1 + x·(1 − σ(x)))
        Unary::Silu => {
            let s = B::sigmoid(x.clone());
            let slope = B::float_mul(x, B::float_add_scalar(B::float_neg(s.clone()), 1.0.into()));
            B::float_mul(grad, B::float_mul(s, B::float_add_scalar(slope, 1.0.into())))
        }
        Unary::Tanh => {
            let y = B::float_tanh(x);
            B::float_mul(grad, B::float_add_scalar(B::float_neg(B::float_mul(y.clone(), y)), 1.0.into()))
        }
        // Φ(x) + x·φ(x); burn's own gradient is that of the tanh approximation.
        Unary::Gelu => {
            let cdf = B::float_erf(B::float_mul_scalar(x.clone(), FRAC_1_SQRT_2.into()));
            let cdf = B::float_add_scalar(B::float_mul_scalar(cdf, 0.5.into()), 0.5.into());
            let density = B::float_exp(B::float_mul_scalar(B::float_mul(x.clone(), x.clone()), (-0.5).into()));
            let density = B::float_mul_scalar(density, (1.0 / (2.0 * PI).sqrt()).into());
            B::float_mul(grad, B::float_add(cdf, B::float_mul(x, density)))
        }
        Unary::Softplus => B::float_mul(grad, B::sigmoid(x)),
        Unary::LeakyRelu { slope } => leaky_backward::<B>(x, grad, slope),
    }
}

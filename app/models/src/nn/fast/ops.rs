//! The extension trait: one method per operator and per gradient, with a body composed of burn's own operators.

use super::composed;
use super::kernel::dense_block::Sizes;
use super::maps;
use super::rows::{self, GroupNorm};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

/// An element-wise function of one argument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unary {
    /// `eˣ`.
    Exp,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// `x / (1 + e⁻ˣ)`.
    Silu,
    /// Hyperbolic tangent.
    Tanh,
    /// `x·Φ(x)`.
    Gelu,
    /// `ln(1 + eˣ)`.
    Softplus,
    /// `max(x, 0) + slope·min(x, 0)`; slope 0 is the ReLU, slope 1 the identity.
    LeakyRelu {
        /// Factor for negative arguments.
        slope: f32,
    },
}

/// The operators of [`super`]. The default bodies are right on every backend; Flex has its own.
#[backend_extension(
    Flex,
    Cube: cfg(any(feature = "webgpu", feature = "cuda", feature = "vulkan")),
    Autodiff
)]
pub trait FastOps: Backend {
    /// See [`super::conv3d`].
    fn fast_conv3d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        stride: [usize; 3],
        padding: [usize; 3],
    ) -> FloatTensor<Self> {
        composed::conv3d::<Self>(x, weight, stride, padding)
    }

    /// Gradient of [`Self::fast_conv3d`] for `x`, of which only the shape matters.
    fn fast_conv3d_x_backward(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        stride: [usize; 3],
        padding: [usize; 3],
    ) -> FloatTensor<Self> {
        composed::conv3d_x_backward::<Self>(x, weight, grad, stride, padding)
    }

    /// Gradient of [`Self::fast_conv3d`] for `weight`, of which only the shape matters.
    fn fast_conv3d_weight_backward(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        stride: [usize; 3],
        padding: [usize; 3],
    ) -> FloatTensor<Self> {
        composed::conv3d_weight_backward::<Self>(x, weight, grad, stride, padding)
    }

    /// See [`super::conv_transpose3d`].
    fn fast_conv_transpose3d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        stride: [usize; 3],
        padding: [usize; 3],
    ) -> FloatTensor<Self> {
        composed::conv_transpose3d::<Self>(x, weight, stride, padding)
    }

    /// Gradient of [`Self::fast_conv_transpose3d`] for `x`.
    fn fast_conv_transpose3d_x_backward(
        weight: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        stride: [usize; 3],
        padding: [usize; 3],
    ) -> FloatTensor<Self> {
        composed::conv_transpose3d_x_backward::<Self>(weight, grad, stride, padding)
    }

    /// Gradient of [`Self::fast_conv_transpose3d`] for `weight`, of which only the shape matters.
    fn fast_conv_transpose3d_weight_backward(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        stride: [usize; 3],
        padding: [usize; 3],
    ) -> FloatTensor<Self> {
        composed::conv_transpose3d_weight_backward::<Self>(x, weight, grad, stride, padding)
    }

    /// See [`super::conv2d`].
    fn fast_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> FloatTensor<Self> {
        maps::composed::conv2d::<Self>(x, weight, bias, stride, padding)
    }

    /// Gradient of [`Self::fast_conv2d`] for `x`, of which only the shape matters.
    fn fast_conv2d_x_backward(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> FloatTensor<Self> {
        maps::composed::conv2d_x_backward::<Self>(x, weight, grad, stride, padding)
    }

    /// Gradients of [`Self::fast_conv2d`] for `weight`, of which only the shape matters, and for the bias.
    fn fast_conv2d_parameter_backward(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        maps::composed::conv2d_parameter_backward::<Self>(x, weight, grad, stride, padding)
    }

    /// See [`super::dense_block`]; `parameters` are the flattened weights and biases in turn. Also returns what the
    /// backward pass needs of the input and of the inner results, in an order of the backend's own.
    fn fast_dense_block(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        sizes: Sizes,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        maps::composed::dense_block::<Self>(x, parameters, sizes)
    }

    /// Gradients of [`Self::fast_dense_block`] for `x` and `parameters`; `features` is its second result.
    fn fast_dense_block_backward(
        features: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        sizes: Sizes,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        maps::composed::dense_block_backward::<Self>(features, parameters, grad, sizes)
    }

    /// See [`super::batch_norm`].
    fn fast_batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::batch_norm::<Self>(x, gamma, beta, epsilon, slope)
    }

    /// Gradients of [`Self::fast_batch_norm`] for `x`, `gamma` and `beta`; `statistics` are its mean and variance.
    #[allow(clippy::too_many_arguments)]
    fn fast_batch_norm_backward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        epsilon: f64,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::batch_norm_backward::<Self>(x, gamma, beta, mean, variance, grad, epsilon, slope)
    }

    /// See [`super::group_norm`]; `x` is `[n, c, inner]`.
    fn fast_group_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        norm: GroupNorm,
    ) -> FloatTensor<Self> {
        rows::composed::group_norm::<Self>(x, gamma, beta, norm)
    }

    /// Gradients of [`Self::fast_group_norm`] for `x`, `gamma` and `beta`.
    fn fast_group_norm_backward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        norm: GroupNorm,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        rows::composed::group_norm_backward::<Self>(x, gamma, beta, grad, norm)
    }

    /// See [`super::softmax`]; `x` is `[rows, columns]`.
    fn fast_softmax(x: FloatTensor<Self>) -> FloatTensor<Self> {
        rows::composed::softmax::<Self>(x)
    }

    /// Gradient of [`Self::fast_softmax`] where its result is `y`.
    fn fast_softmax_backward(y: FloatTensor<Self>, grad: FloatTensor<Self>) -> FloatTensor<Self> {
        rows::composed::softmax_backward::<Self>(y, grad)
    }

    /// See [`super::geglu`]; `x` is `[rows, 2·columns]`.
    fn fast_geglu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        rows::composed::geglu::<Self>(x)
    }

    /// Gradient of [`Self::fast_geglu`] at `x`.
    fn fast_geglu_backward(x: FloatTensor<Self>, grad: FloatTensor<Self>) -> FloatTensor<Self> {
        rows::composed::geglu_backward::<Self>(x, grad)
    }

    /// See [`super::matmul`].
    fn fast_matmul(x: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        composed::matmul::<Self>(x, weight)
    }

    /// See [`super::unary`].
    fn fast_unary(x: FloatTensor<Self>, function: Unary) -> FloatTensor<Self> {
        composed::unary::<Self>(x, function)
    }

    /// Gradient of [`Self::fast_unary`] at `x`.
    fn fast_unary_backward(x: FloatTensor<Self>, grad: FloatTensor<Self>, function: Unary) -> FloatTensor<Self> {
        composed::unary_backward::<Self>(x, grad, function)
    }
}

#[cfg(any(feature = "webgpu", feature = "cuda", feature = "vulkan"))]
impl FastOps for burn::backend::Cube {}

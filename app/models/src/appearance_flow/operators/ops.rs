//! The extension trait.

use super::{Padding, composed};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

/// The operators of [`super`] and their gradients. The default bodies are right on every backend; Flex has its own.
#[backend_extension(
    Flex,
    Cube: cfg(any(feature = "webgpu", feature = "cuda", feature = "vulkan")),
    Autodiff
)]
pub trait FlowOps: Backend {
    /// See [`super::sample`].
    fn flow_sample(planes: FloatTensor<Self>, grid: FloatTensor<Self>, padding: Padding) -> FloatTensor<Self> {
        composed::sample::<Self>(planes, grid, padding)
    }

    /// Gradient of [`Self::flow_sample`] for `planes`, of which only the shape matters.
    fn flow_sample_planes_backward(
        planes: FloatTensor<Self>,
        grid: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        padding: Padding,
    ) -> FloatTensor<Self> {
        composed::sample_planes_backward::<Self>(planes, grid, grad, padding)
    }

    /// Gradient of [`Self::flow_sample`] for `grid`.
    fn flow_sample_grid_backward(
        planes: FloatTensor<Self>,
        grid: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        padding: Padding,
    ) -> FloatTensor<Self> {
        composed::sample_grid_backward::<Self>(planes, grid, grad, padding)
    }

    /// See [`super::cost_volume`].
    fn flow_cost_volume(first: FloatTensor<Self>, second: FloatTensor<Self>, radius: usize) -> FloatTensor<Self> {
        composed::cost_volume::<Self>(first, second, radius)
    }

    /// Gradient of [`Self::flow_cost_volume`] for `first`.
    fn flow_cost_volume_first_backward(
        second: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        radius: usize,
    ) -> FloatTensor<Self> {
        composed::cost_volume_first_backward::<Self>(second, grad, radius)
    }

    /// Gradient of [`Self::flow_cost_volume`] for `second`.
    fn flow_cost_volume_second_backward(
        first: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        radius: usize,
    ) -> FloatTensor<Self> {
        composed::cost_volume_second_backward::<Self>(first, grad, radius)
    }
}

#[cfg(any(feature = "webgpu", feature = "cuda", feature = "vulkan"))]
impl FlowOps for burn::backend::Cube {}

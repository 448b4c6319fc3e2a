//! The extension trait.

use super::composed;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

/// The operators of [`super`] and their gradients. The default bodies are right on every backend; Flex has its own.
#[backend_extension(
    Flex,
    Cube: cfg(any(feature = "webgpu", feature = "cuda", feature = "vulkan")),
    Autodiff
)]
pub trait PairOps: Backend {
    /// See [`super::messages`].
    fn pair_messages(
        own: FloatTensor<Self>,
        other: FloatTensor<Self>,
        differences: FloatTensor<Self>,
        difference: FloatTensor<Self>,
        output: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        composed::messages::<Self>(own, other, differences, difference, output, bias)
    }

    /// `silu(own[i] + other[j] + pair[i, j])`, with `own` and `other` `[batch, n, width]` and `pair` `[batch, n, n, width]`.
    fn pair_silu(own: FloatTensor<Self>, other: FloatTensor<Self>, pair: FloatTensor<Self>) -> FloatTensor<Self> {
        composed::pair_silu::<Self>(own, other, pair)
    }

    /// Gradients of [`Self::pair_silu`] for `own`, `other` and `pair`.
    fn pair_silu_backward(
        own: FloatTensor<Self>,
        other: FloatTensor<Self>,
        pair: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::pair_silu_backward::<Self>(own, other, pair, grad)
    }

    /// `meanⱼ silu(pair[i, j] + bias)`, `[batch, n, m, width]` and `[width]` → `[batch, n, width]`.
    fn silu_mean(pair: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        composed::silu_mean::<Self>(pair, bias)
    }

    /// Gradients of [`Self::silu_mean`] for `pair` and `bias`.
    fn silu_mean_backward(
        pair: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        composed::silu_mean_backward::<Self>(pair, bias, grad)
    }
}

#[cfg(any(feature = "webgpu", feature = "cuda", feature = "vulkan"))]
impl PairOps for burn::backend::Cube {}

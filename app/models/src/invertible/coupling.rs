//! The invertible block: one half is shifted by the other, then the other is scaled and shifted by the first (IRN,
//! eq. 4–5, with the scale bounded).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{DenseBlock, margins::Waning};
use crate::nn::fast;

/// Bound of the log-scale: a block changes a value by a factor e^±1 at most.
const CLAMP: f64 = 1.0;

/// `[batch, low + high, h, w]` to the same and back.
///
/// y₁ = x₁ + F(x₂); s = 2σ(H(y₁)) − 1; y₂ = x₂·eˢ + G(y₁).
#[derive(Module, Debug)]
pub struct Coupling {
    /// F: high → low.
    pub shift_low: DenseBlock,
    /// G: low → high.
    pub shift_high: DenseBlock,
    /// H: low → high.
    pub scale_high: DenseBlock,
}

impl Coupling {
    /// Random initial weights with which it is the identity.
    pub fn random(low: usize, high: usize, growth: usize, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            shift_low: DenseBlock::random(high, low, growth, rng, device),
            shift_high: DenseBlock::random(low, high, growth, rng, device),
            scale_high: DenseBlock::random(low, high, growth, rng, device),
        }
    }

    /// Both halves; the first has the small picture's channels.
    pub fn forward(&self, low: Tensor<4>, high: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        self.forward_piece(low, high, &mut Waning::whole())
    }

    /// [`Self::forward`] of a piece: what nothing behind a sub-network sees is cut off.
    pub(super) fn forward_piece(&self, low: Tensor<4>, high: Tensor<4>, around: &mut Waning) -> (Tensor<4>, Tensor<4>) {
        let low = low + self.shift_low.forward(high.clone());
        let (low, high) = around.shrink(DenseBlock::reach(), low, high);
        let high = high * fast::exp(self.log_scale(low.clone())) + self.shift_high.forward(low.clone());
        around.shrink(DenseBlock::reach(), low, high)
    }

    /// The inverse of [`Self::forward_piece`].
    pub(super) fn inverse_piece(&self, low: Tensor<4>, high: Tensor<4>, around: &mut Waning) -> (Tensor<4>, Tensor<4>) {
        let high = (high - self.shift_high.forward(low.clone())) * fast::exp(-self.log_scale(low.clone()));
        let (low, high) = around.shrink(DenseBlock::reach(), low, high);
        let low = low - self.shift_low.forward(high.clone());
        around.shrink(DenseBlock::reach(), low, high)
    }

    /// s, of which the sum is log |det| of [`Self::forward`], `[batch, high, h, w]`; `low` as it comes out.
    pub fn log_scale(&self, low: Tensor<4>) -> Tensor<4> {
        (fast::sigmoid(self.scale_high.forward(low)).mul_scalar(2.0) - 1.0).mul_scalar(CLAMP)
    }

    /// Pixels around an output pixel that it depends on, in either direction.
    pub const fn reach() -> usize {
        2 * DenseBlock::reach()
    }
}

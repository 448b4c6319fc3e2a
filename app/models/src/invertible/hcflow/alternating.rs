//! The unconditional step: the first three channels, which become the small picture, and all the others move each other
//! in turn (HCFlow, §3.3).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{act_norm::ActNorm, affine::Affine, config::COLOURS, log_det::LogDet};
use crate::invertible::DenseBlock;

/// [`ActNorm`], then: the others are shifted and scaled by the first three channels, or the first three shifted by the
/// others.
#[derive(Module, Debug)]
pub struct AlternatingStep {
    /// Over all channels.
    pub norm: ActNorm,
    /// From those that stay to those that move.
    pub network: DenseBlock,
    /// Whether the others move.
    moves_others: bool,
}

impl AlternatingStep {
    /// Random initial weights with which it is the identity.
    pub fn random(channels: usize, growth: usize, moves_others: bool, rng: &mut impl Rng, device: &Device) -> Self {
        let others = channels - COLOURS;
        let (inputs, outputs) = if moves_others { (COLOURS, 2 * others) } else { (others, COLOURS) };
        Self {
            norm: ActNorm::identity(channels, device),
            network: DenseBlock::random(inputs, outputs, growth, rng, device),
            moves_others,
        }
    }

    /// Fits the norm to `x` and answers with [`Self::forward`].
    pub fn fit(&mut self, x: Tensor<4>) -> Tensor<4> {
        self.norm.fit(x.clone());
        self.forward(x, &mut LogDet::ignored())
    }

    /// `[batch, channels, h, w]` to the same.
    pub fn forward(&self, x: Tensor<4>, log_det: &mut LogDet) -> Tensor<4> {
        let (first, others) = halves(self.norm.forward(x, log_det));
        let (first, others) = if self.moves_others {
            let others = Affine::coupling(self.network.forward(first.clone())).forward(others, log_det);
            (first, others)
        } else {
            (first + self.network.forward(others.clone()), others)
        };
        Tensor::cat(vec![first, others], 1)
    }

    /// The inverse of [`Self::forward`].
    pub fn inverse(&self, y: Tensor<4>) -> Tensor<4> {
        let (first, others) = halves(y);
        let (first, others) = if self.moves_others {
            let others = Affine::coupling(self.network.forward(first.clone())).inverse(others);
            (first, others)
        } else {
            (first - self.network.forward(others.clone()), others)
        };
        self.norm.inverse(Tensor::cat(vec![first, others], 1))
    }

    /// Pixels around an output pixel on which it depends, in either direction.
    pub const fn reach() -> usize {
        DenseBlock::reach()
    }
}

fn halves(x: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
    let channels = x.dims()[1];
    (x.clone().narrow(1, 0, COLOURS), x.narrow(1, COLOURS, channels - COLOURS))
}

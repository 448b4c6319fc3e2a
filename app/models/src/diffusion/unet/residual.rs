//! The block that knows the time.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::UNetConfig;
use crate::diffusion::layers::{Conv2d, GroupNorm, Linear};

/// `[n, from, h, w]` → `[n, to, h, w]`: twice norm, SiLU and convolution, with the time added between, added to the
/// input.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    /// Before the first convolution.
    pub first_norm: GroupNorm,
    /// 3×3.
    pub first: Conv2d,
    /// From the time's embedding to the channels.
    pub embedding: Linear,
    /// Before the second convolution.
    pub second_norm: GroupNorm,
    /// 3×3, 0 to begin with.
    pub second: Conv2d,
    /// 1×1, where the channels change.
    pub skip: Option<Conv2d>,
}

impl ResidualBlock {
    /// Random weights; the last convolution is 0.
    pub fn random(from: usize, to: usize, config: &UNetConfig, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            first_norm: GroupNorm::new(config.groups, from, device),
            first: Conv2d::random(from, to, 3, rng, device),
            embedding: Linear::random(config.embedding(), to, true, rng, device),
            second_norm: GroupNorm::new(config.groups, to, device),
            second: Conv2d::zero(to, to, 3, device),
            skip: (from != to).then(|| Conv2d::random(from, to, 1, rng, device)),
        }
    }

    /// `time` is the embedding `[n, …]` after a SiLU.
    pub fn forward(&self, x: Tensor<4>, time: Tensor<2>) -> Tensor<4> {
        let y = self.first.forward(self.first_norm.silu(x.clone()));
        let [samples, channels, ..] = y.dims();
        let y = y + self.embedding.forward(time).reshape([samples, channels, 1, 1]);
        let y = self.second.forward(self.second_norm.silu(y));
        match &self.skip {
            Some(skip) => skip.forward(x) + y,
            None => x + y,
        }
    }
}

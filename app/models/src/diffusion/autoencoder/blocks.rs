//! What encoder and decoder are built of.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use crate::{
    diffusion::layers::{Conv2d, GroupNorm},
    nn::fast,
};

/// Of all norms.
const GROUPS: usize = 32;
const EPSILON: f64 = 1e-6;

/// `[n, from, h, w]` → `[n, to, h, w]`: twice norm, SiLU and convolution, added to the input.
#[derive(Module, Debug)]
pub struct Residual {
    /// Before the first convolution.
    pub first_norm: GroupNorm,
    /// 3×3.
    pub first: Conv2d,
    /// Before the second convolution.
    pub second_norm: GroupNorm,
    /// 3×3.
    pub second: Conv2d,
    /// 1×1, where the channels change.
    pub skip: Option<Conv2d>,
}

/// Attention of all places to all, in one head, added to the maps.
#[derive(Module, Debug)]
pub struct PlaceAttention {
    /// Before everything.
    pub norm: GroupNorm,
    /// Queries, 1×1.
    pub q: Conv2d,
    /// Keys, 1×1.
    pub k: Conv2d,
    /// Values, 1×1.
    pub v: Conv2d,
    /// 1×1.
    pub proj_out: Conv2d,
}

/// At the smallest sides: residual, attention, residual.
#[derive(Module, Debug)]
pub struct Middle {
    /// Before the attention.
    pub first: Residual,
    /// Between.
    pub attention: PlaceAttention,
    /// After the attention.
    pub second: Residual,
}

pub(super) fn norm(channels: usize, device: &Device) -> GroupNorm {
    GroupNorm::with_epsilon(GROUPS, channels, EPSILON, device)
}

impl Residual {
    /// Random weights.
    pub fn random(from: usize, to: usize, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            first_norm: norm(from, device),
            first: Conv2d::random(from, to, 3, rng, device),
            second_norm: norm(to, device),
            second: Conv2d::random(to, to, 3, rng, device),
            skip: (from != to).then(|| Conv2d::random(from, to, 1, rng, device)),
        }
    }

    /// Its result.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.first.forward(self.first_norm.silu(x.clone()));
        let y = self.second.forward(self.second_norm.silu(y));
        match &self.skip {
            Some(skip) => skip.forward(x) + y,
            None => x + y,
        }
    }
}

impl PlaceAttention {
    /// Random weights.
    pub fn random(channels: usize, rng: &mut impl Rng, device: &Device) -> Self {
        let mut convolution = || Conv2d::random(channels, channels, 1, rng, device);
        Self {
            norm: norm(channels, device),
            q: convolution(),
            k: convolution(),
            v: convolution(),
            proj_out: convolution(),
        }
    }

    /// `[n, channels, h, w]` → the same.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [n, channels, h, w] = x.dims();
        let normed = self.norm.forward(x.clone());
        let places = |convolution: &Conv2d| convolution.forward(normed.clone()).reshape([n, channels, h * w]);
        let queries = places(&self.q).swap_dims(1, 2) / (channels as f64).sqrt();
        let weights = fast::softmax(queries.matmul(places(&self.k)));
        let found = places(&self.v).matmul(weights.swap_dims(1, 2));
        x + self.proj_out.forward(found.reshape([n, channels, h, w]))
    }
}

impl Middle {
    /// Random weights.
    pub fn random(channels: usize, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            first: Residual::random(channels, channels, rng, device),
            attention: PlaceAttention::random(channels, rng, device),
            second: Residual::random(channels, channels, rng, device),
        }
    }

    /// Its result.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.second.forward(self.attention.forward(self.first.forward(x)))
    }
}

//! The network of latent diffusion (Rombach et al. 2022, after Dhariwal & Nichol 2021): down and up again, with what was
//! seen on the way down beside it on the way up, and attention to itself and to a context.
//!
//! - [`config`]: its sizes, and which block has which;
//! - [`residual`], [`transformer`], [`resample`], [`time`]: the blocks;
//! - [`extent`]: its layers and what they cost, without a weight of it;
//! - [`names`]: those of the published checkpoints.

pub mod config;
pub mod extent;
pub mod names;
pub mod resample;
pub mod residual;
pub mod time;
pub mod transformer;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

pub use config::{Block, Heads, UNetConfig};

use super::layers::{Conv2d, GroupNorm};
use crate::nn::fast;
use residual::ResidualBlock;
use time::TimeEmbedding;
use transformer::SpatialTransformer;

/// A block of the way down or up, with what it has.
#[derive(Module, Debug)]
pub struct Stage {
    /// The first of the way down is a plain convolution.
    pub convolution: Option<Conv2d>,
    /// Knows the time.
    pub residual: Option<ResidualBlock>,
    /// Knows the context.
    pub transformer: Option<SpatialTransformer>,
    /// Halves the sides on the way down.
    pub down: Option<Conv2d>,
    /// Doubles them on the way up.
    pub up: Option<Conv2d>,
}

/// `[n, inputs, h, w]` → `[n, outputs, h, w]`.
#[derive(Module, Debug)]
pub struct UNet {
    /// What the blocks are told of the time.
    pub time: TimeEmbedding,
    /// The way down.
    pub down: Vec<Stage>,
    /// At the smallest sides: residual, transformer, residual.
    pub middle_first: ResidualBlock,
    /// See [`Self::middle_first`].
    pub middle_transformer: SpatialTransformer,
    /// See [`Self::middle_first`].
    pub middle_second: ResidualBlock,
    /// The way up: each takes a result of the way down, the last first.
    pub up: Vec<Stage>,
    /// Before the last convolution.
    pub last_norm: GroupNorm,
    /// Zero to begin with.
    pub last: Conv2d,
}

impl Stage {
    fn random(block: &Block, config: &UNetConfig, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            convolution: block.convolution.map(|[from, to]| Conv2d::random(from, to, 3, rng, device)),
            residual: block.residual.map(|[from, to]| ResidualBlock::random(from, to, config, rng, device)),
            transformer: block.attention.map(|channels| SpatialTransformer::random(channels, config, rng, device)),
            down: block.down.map(|channels| Conv2d::random(channels, channels, 3, rng, device)),
            up: block.up.map(|channels| Conv2d::random(channels, channels, 3, rng, device)),
        }
    }

    fn forward(&self, mut x: Tensor<4>, time: &Tensor<2>, context: &Tensor<3>) -> Tensor<4> {
        if let Some(convolution) = &self.convolution {
            x = convolution.forward(x);
        }
        if let Some(residual) = &self.residual {
            x = residual.forward(x, time.clone());
        }
        if let Some(transformer) = &self.transformer {
            x = transformer.forward(x, context);
        }
        if let Some(down) = &self.down {
            x = down.strided(x, 2);
        }
        match &self.up {
            Some(up) => up.forward(resample::doubled(x)),
            None => x,
        }
    }
}

impl UNet {
    /// Random initial weights: everything that is added to something else adds nothing yet, and the result is 0.
    ///
    /// # Panics
    /// If the sizes do not fit each other, see [`UNetConfig`].
    pub fn random(config: &UNetConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let bottom = config.bottom();
        Self {
            time: TimeEmbedding::random(config.top(), config.embedding(), rng, device),
            down: config.down().iter().map(|block| Stage::random(block, config, rng, device)).collect(),
            middle_first: ResidualBlock::random(bottom, bottom, config, rng, device),
            middle_transformer: SpatialTransformer::random(bottom, config, rng, device),
            middle_second: ResidualBlock::random(bottom, bottom, config, rng, device),
            up: config.up().iter().map(|block| Stage::random(block, config, rng, device)).collect(),
            last_norm: GroupNorm::new(config.groups, config.top(), device),
            last: Conv2d::zero(config.top(), config.out_channels, 3, device),
        }
    }

    /// ε of `x: [n, inputs, h, w]` at the times `t: [n]` with a context `[n, tokens, width]`.
    ///
    /// # Panics
    /// If a side cannot be halved as often as there are levels less one.
    pub fn forward(&self, x: Tensor<4>, t: Tensor<1>, context: Tensor<3>) -> Tensor<4> {
        let time = fast::silu(self.time.forward(t));
        let mut seen = Vec::with_capacity(self.down.len());
        let mut x = x;
        for stage in &self.down {
            let [_, _, height, width] = x.dims();
            let halves = stage.down.is_none() || height.is_multiple_of(2) && width.is_multiple_of(2);
            assert!(halves, "maps of {height} × {width} cannot be halved");
            x = stage.forward(x, &time, &context);
            seen.push(x.clone());
        }
        x = self.middle_first.forward(x, time.clone());
        x = self.middle_transformer.forward(x, &context);
        x = self.middle_second.forward(x, time.clone());
        for stage in &self.up {
            let skipped = seen.pop().expect("as many blocks up as down");
            x = stage.forward(Tensor::cat(vec![x, skipped], 1), &time, &context);
        }
        self.last.forward(self.last_norm.silu(x))
    }
}

//! From pictures to the moments of latents.

use burn::{
    module::Module,
    tensor::{Device, Tensor, ops::PadMode},
};
use rand::Rng;

use super::{
    AutoencoderConfig,
    blocks::{Middle, Residual, norm},
};
use crate::{
    diffusion::layers::{Conv2d, GroupNorm},
    nn::fast,
};

/// Channels of a picture.
pub(super) const COLOURS: usize = 3;

/// Maps of one size.
#[derive(Module, Debug)]
pub struct DownLevel {
    /// In turn.
    pub blocks: Vec<Residual>,
    /// 3×3, halves the sides; not at the last level.
    pub downsample: Option<Conv2d>,
}

/// `[n, 3, h, w]` → `[n, 2·latent, h / f, w / f]`.
#[derive(Module, Debug)]
pub struct Encoder {
    /// 3×3.
    pub conv_in: Conv2d,
    /// From the full sides to the smallest.
    pub down: Vec<DownLevel>,
    /// There.
    pub middle: Middle,
    /// Before the last convolution.
    pub norm_out: GroupNorm,
    /// 3×3.
    pub conv_out: Conv2d,
}

impl Encoder {
    /// Random weights.
    pub fn random(config: &AutoencoderConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let mut from = config.top();
        let conv_in = Conv2d::random(COLOURS, from, 3, rng, device);
        let mut down = Vec::new();
        for (level, &channels) in config.channels.iter().enumerate() {
            let mut blocks = Vec::new();
            for _ in 0..config.residual_blocks {
                blocks.push(Residual::random(from, channels, rng, device));
                from = channels;
            }
            let halves = level + 1 < config.channels.len();
            let downsample = halves.then(|| Conv2d::random(channels, channels, 3, rng, device));
            down.push(DownLevel { blocks, downsample });
        }
        Self {
            conv_in,
            down,
            middle: Middle::random(from, rng, device),
            norm_out: norm(from, device),
            conv_out: Conv2d::random(from, 2 * config.latent, 3, rng, device),
        }
    }

    /// Its result.
    ///
    /// # Panics
    /// If a side cannot be halved as often as there are levels less one.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        let mut x = self.conv_in.forward(pictures);
        for level in &self.down {
            x = level.blocks.iter().fold(x, |x, block| block.forward(x));
            if let Some(downsample) = &level.downsample {
                x = halved(x, downsample);
            }
        }
        self.conv_out.forward(self.norm_out.silu(self.middle.forward(x)))
    }
}

/// Padded at the right and below only.
fn halved(x: Tensor<4>, convolution: &Conv2d) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let even = height.is_multiple_of(2) && width.is_multiple_of(2);
    assert!(even, "maps of {height} × {width} cannot be halved");
    let x = x.pad((0, 1, 0, 1), PadMode::Constant(0.0));
    fast::conv2d(x, convolution.weight.val(), Some(convolution.bias.val()), 2, 0)
}

//! From latents to pictures.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{
    AutoencoderConfig,
    blocks::{Middle, Residual, norm},
    encoder::COLOURS,
};
use crate::diffusion::{
    layers::{Conv2d, GroupNorm},
    unet::resample::doubled,
};

/// Maps of one size.
#[derive(Module, Debug)]
pub struct UpLevel {
    /// In turn.
    pub blocks: Vec<Residual>,
    /// 3×3, after the sides are doubled; not at the full sides.
    pub upsample: Option<Conv2d>,
}

/// `[n, latent, h, w]` → `[n, 3, f·h, f·w]`.
#[derive(Module, Debug)]
pub struct Decoder {
    /// 3×3.
    pub conv_in: Conv2d,
    /// At the latents' sides.
    pub middle: Middle,
    /// From the full sides to the smallest: the last comes first.
    pub up: Vec<UpLevel>,
    /// Before the last convolution.
    pub norm_out: GroupNorm,
    /// 3×3.
    pub conv_out: Conv2d,
}

impl Decoder {
    /// Random weights.
    pub fn random(config: &AutoencoderConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let mut from = config.bottom();
        let conv_in = Conv2d::random(config.latent, from, 3, rng, device);
        let middle = Middle::random(from, rng, device);
        let mut up = Vec::new();
        for (level, &channels) in config.channels.iter().enumerate().rev() {
            let mut blocks = Vec::new();
            for _ in 0..=config.residual_blocks {
                blocks.push(Residual::random(from, channels, rng, device));
                from = channels;
            }
            let upsample = (level > 0).then(|| Conv2d::random(channels, channels, 3, rng, device));
            up.push(UpLevel { blocks, upsample });
        }
        up.reverse();
        Self {
            conv_in,
            middle,
            up,
            norm_out: norm(from, device),
            conv_out: Conv2d::random(from, COLOURS, 3, rng, device),
        }
    }

    /// Its result.
    pub fn forward(&self, latents: Tensor<4>) -> Tensor<4> {
        let mut x = self.middle.forward(self.conv_in.forward(latents));
        for level in self.up.iter().rev() {
            x = level.blocks.iter().fold(x, |x, block| block.forward(x));
            if let Some(upsample) = &level.upsample {
                x = upsample.forward(doubled(x));
            }
        }
        self.conv_out.forward(self.norm_out.silu(x))
    }
}

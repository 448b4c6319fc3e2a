//! What stands for CLIP at small sizes: a few convolutions that make one token of the flat garment.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::config::RefinerConfig;
use crate::diffusion::layers::{Conv2d, GroupNorm, Linear};

/// Channels of the convolutions, each of which halves the sides.
const CHANNELS: [usize; 4] = [16, 32, 48, 48];
const GROUPS: usize = 8;

/// `[n, 3, h, w]` in −1 … 1 → `[n, context]`.
#[derive(Module, Debug)]
pub struct Token {
    /// 3×3, stride 2.
    pub convolutions: Vec<Conv2d>,
    /// After each, then a SiLU.
    pub norms: Vec<GroupNorm>,
    /// From all places to the token.
    pub last: Linear,
}

impl Token {
    /// Random weights.
    pub fn random(config: &RefinerConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let inputs = [3].into_iter().chain(CHANNELS);
        let convolutions = inputs.zip(CHANNELS).map(|(from, to)| Conv2d::random(from, to, 3, rng, device)).collect();
        let places = (config.height >> CHANNELS.len()) * (config.width >> CHANNELS.len());
        Self {
            convolutions,
            norms: CHANNELS.iter().map(|&channels| GroupNorm::new(GROUPS, channels, device)).collect(),
            last: Linear::random(CHANNELS[3] * places, config.unet.context, true, rng, device),
        }
    }

    /// The token.
    pub fn forward(&self, garment: Tensor<4>) -> Tensor<2> {
        let layers = self.convolutions.iter().zip(&self.norms);
        let maps = layers.fold(garment, |x, (convolution, norm)| norm.silu(convolution.strided(x, 2)));
        self.last.forward(maps.flatten(1, 3))
    }
}

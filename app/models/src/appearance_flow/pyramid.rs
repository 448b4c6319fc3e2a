//! Features of a picture at several sides: an encoder, and a pyramid that carries the coarse ones down.

use burn::{
    module::Module,
    nn::BatchNorm,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{
    WarpConfig,
    layers::{Convolution, Pass, norm, normalised},
};

/// Batch norm, ReLU, 3×3 convolution, twice, around which the input goes.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    /// Each before its convolution.
    pub norms: Vec<BatchNorm>,
    /// Without bias.
    pub convolutions: Vec<Convolution>,
}

/// A level of an encoder: batch norm, ReLU and a convolution of stride 2, then residual blocks.
#[derive(Module, Debug)]
pub struct EncoderLevel {
    /// Over the channels that come in.
    pub norm: BatchNorm,
    /// Without bias.
    pub convolution: Convolution,
    /// One after the other.
    pub blocks: Vec<ResidualBlock>,
}

/// An encoder and its pyramid (FPN, Lin et al. 2017).
#[derive(Module, Debug)]
pub struct Pyramid {
    /// From the finest.
    pub levels: Vec<EncoderLevel>,
    /// 1×1, to the pyramid's channels, from the coarsest.
    pub laterals: Vec<Convolution>,
    /// 3×3, on the sum with the coarser features, from the coarsest.
    pub smooths: Vec<Convolution>,
}

impl ResidualBlock {
    fn random(width: usize, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            norms: (0..2).map(|_| norm(width, device)).collect(),
            convolutions: (0..2).map(|_| Convolution::random([width; 2], 3, false, rng, device)).collect(),
        }
    }

    fn forward(&self, x: Tensor<4>, pass: Pass) -> Tensor<4> {
        let steps = self.norms.iter().zip(&self.convolutions);
        let change = steps.fold(x.clone(), |x, (norm, convolution)| convolution.forward(normalised(norm, x, pass), 1));
        change + x
    }
}

impl EncoderLevel {
    fn random([inputs, width]: [usize; 2], blocks: usize, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            norm: norm(inputs, device),
            convolution: Convolution::random([inputs, width], 3, false, rng, device),
            blocks: (0..blocks).map(|_| ResidualBlock::random(width, rng, device)).collect(),
        }
    }

    fn forward(&self, x: Tensor<4>, pass: Pass) -> Tensor<4> {
        let x = self.convolution.forward(normalised(&self.norm, x, pass), 2);
        self.blocks.iter().fold(x, |x, block| block.forward(x, pass))
    }
}

impl Pyramid {
    /// For pictures of `channels` planes.
    pub(super) fn random(channels: usize, config: &WarpConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let mut inputs = channels;
        let mut levels = Vec::with_capacity(config.widths.len());
        for &width in &config.widths {
            levels.push(EncoderLevel::random([inputs, width], config.blocks, rng, device));
            inputs = width;
        }
        let features = config.features;
        let lateral = |&width: &usize| Convolution::random([width, features], 1, true, rng, device);
        let laterals = config.widths.iter().rev().map(lateral).collect();
        let smooths = config.widths.iter().map(|_| Convolution::random([features; 2], 3, true, rng, device)).collect();
        Self { levels, laterals, smooths }
    }

    /// Features `[b, features, h / 2ⁱ, w / 2ⁱ]` of a picture `[b, channels, h, w]`, from the coarsest.
    pub fn forward(&self, picture: Tensor<4>, pass: Pass) -> Vec<Tensor<4>> {
        let mut encoded = Vec::with_capacity(self.levels.len());
        let mut x = picture;
        for level in &self.levels {
            x = level.forward(x, pass);
            encoded.push(x.clone());
        }
        let mut features: Vec<Tensor<4>> = Vec::with_capacity(encoded.len());
        for (x, (lateral, smooth)) in encoded.into_iter().rev().zip(self.laterals.iter().zip(&self.smooths)) {
            let x = lateral.forward(x, 1);
            let x = match features.last() {
                Some(coarser) => x + doubled(coarser.clone()),
                None => x,
            };
            features.push(smooth.forward(x, 1));
        }
        features
    }
}

/// Every pixel four times: twice the sides.
fn doubled(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let split: Tensor<6> = x.reshape([batch, channels, height, 1, width, 1]);
    split.expand([batch, channels, height, 2, width, 2]).reshape([batch, channels, 2 * height, 2 * width])
}

//! The autoencoder of latent diffusion (Rombach et al. 2022; Esser et al. 2021), from pictures to a normal distribution of
//! latents of an eighth of the sides, and back.

pub mod blocks;
pub mod config;
pub mod decoder;
pub mod encoder;
pub mod extent;
pub mod names;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

pub use config::AutoencoderConfig;

use super::layers::Conv2d;
use decoder::Decoder;
use encoder::Encoder;

/// What keeps a logarithm of a variance finite.
const LOG_VARIANCES: [f64; 2] = [-30.0, 20.0];

/// Encoder and decoder.
#[derive(Module, Debug)]
pub struct Autoencoder {
    /// From pictures.
    pub encoder: Encoder,
    /// To pictures.
    pub decoder: Decoder,
    /// 1×1, behind the encoder.
    pub quant_conv: Conv2d,
    /// 1×1, before the decoder.
    pub post_quant_conv: Conv2d,
}

/// A normal distribution of latents.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// `[n, latent, h, w]`.
    pub mean: Tensor<4>,
    /// Of the same shape.
    pub deviation: Tensor<4>,
}

impl Autoencoder {
    /// Random weights.
    pub fn random(config: &AutoencoderConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let latent = config.latent;
        Self {
            encoder: Encoder::random(config, rng, device),
            decoder: Decoder::random(config, rng, device),
            quant_conv: Conv2d::random(2 * latent, 2 * latent, 1, rng, device),
            post_quant_conv: Conv2d::random(latent, latent, 1, rng, device),
        }
    }

    /// The latents of pictures `[n, 3, h, w]` in −1 … 1, not scaled.
    ///
    /// # Panics
    /// If a side cannot be halved as often as there are levels less one.
    pub fn encode(&self, pictures: Tensor<4>) -> Posterior {
        let moments = self.quant_conv.forward(self.encoder.forward(pictures));
        let latent = moments.dims()[1] / 2;
        let [low, high] = LOG_VARIANCES;
        let log_variance = moments.clone().narrow(1, latent, latent).clamp(low, high);
        Posterior { mean: moments.narrow(1, 0, latent), deviation: (log_variance * 0.5).exp() }
    }

    /// Pictures of latents `[n, latent, h, w]`, not clamped.
    pub fn decode(&self, latents: Tensor<4>) -> Tensor<4> {
        self.decoder.forward(self.post_quant_conv.forward(latents))
    }
}

impl Posterior {
    /// A draw, from standard normal `noise` of the latents' shape.
    pub fn sample(&self, noise: Tensor<4>) -> Tensor<4> {
        self.mean.clone() + self.deviation.clone() * noise
    }
}

//! Autoencoder, UNet and conditioner together.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Conditioner, ConditionerConfig};
use crate::{
    diffusion::{Autoencoder, AutoencoderConfig, UNet, UNetConfig},
    nn::init,
};

/// What latents are multiplied by, so that their variance is about 1.
pub const LATENT_SCALE: f64 = 0.18215;

/// Sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperConfig {
    /// Sees noisy latent, inpaint latent and mask.
    pub unet: UNetConfig,
    /// The first stage.
    pub first_stage: AutoencoderConfig,
    /// Its context is that of the UNet.
    pub conditioner: ConditionerConfig,
}

impl PaperConfig {
    /// Those of the paper.
    pub fn paper() -> Self {
        Self {
            unet: UNetConfig::paper(),
            first_stage: AutoencoderConfig::paper(),
            conditioner: ConditionerConfig::paper(),
        }
    }
}

/// The whole model.
#[derive(Module, Debug)]
pub struct PaperRefiner {
    /// Tells the noise in a latent.
    pub unet: UNet,
    /// From pictures to latents and back.
    pub first_stage: Autoencoder,
    /// From garments to contexts.
    pub conditioner: Conditioner,
    /// Stands for a context where there is none, `[1, 1, context]`.
    pub unconditional: Param<Tensor<3>>,
}

impl PaperRefiner {
    /// Random weights. At the size of the paper these are 5 GB.
    pub fn random(config: &PaperConfig, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            unet: UNet::random(&config.unet, rng, device),
            first_stage: Autoencoder::random(&config.first_stage, rng, device),
            conditioner: Conditioner::random(&config.conditioner, rng, device),
            unconditional: init::normal([1, 1, config.unet.context], 0.0, 1.0, rng, device),
        }
    }

    /// The context of garments, see [`Conditioner::forward`].
    pub fn context(&self, garments: Tensor<4>) -> Tensor<3> {
        self.conditioner.forward(garments)
    }

    /// Latents of pictures `[n, 3, h, w]` in −1 … 1, scaled: the means of what the encoder tells of them, or draws by
    /// standard normal `noise` of the latents' shape, as published.
    pub fn encode(&self, pictures: Tensor<4>, noise: Option<Tensor<4>>) -> Tensor<4> {
        let posterior = self.first_stage.encode(pictures);
        let latents = match noise {
            Some(noise) => posterior.sample(noise),
            None => posterior.mean,
        };
        latents * LATENT_SCALE
    }

    /// Pictures of scaled latents, not clamped.
    pub fn decode(&self, latents: Tensor<4>) -> Tensor<4> {
        self.first_stage.decode(latents / LATENT_SCALE)
    }

    /// ε of `z_t: [n, 4, h, w]` at the times `t: [n]`, with the latent of the picture to inpaint, the keep mask at the
    /// latent's sides `[n, 1, h, w]`, and a context.
    pub fn epsilon(
        &self,
        z_t: Tensor<4>,
        z_inpaint: Tensor<4>,
        keep: Tensor<4>,
        context: Tensor<3>,
        t: Tensor<1>,
    ) -> Tensor<4> {
        self.unet.forward(Tensor::cat(vec![z_t, z_inpaint, keep], 1), t, context)
    }
}

//! Autoencoder, UNet and conditioner together.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    super::{inpainting::Inpainter, network::thinned},
    Conditioner, ConditionerConfig,
};
use crate::{
    ModelError,
    diffusion::{Autoencoder, AutoencoderConfig, Ddim, Schedule, UNet, UNetConfig},
    nn::init,
    seed, weights,
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

    /// Weights from the bytes of a safetensors file.
    ///
    /// # Errors
    /// If they do not decode or fit.
    pub fn load(config: &PaperConfig, bytes: Vec<u8>, device: &Device) -> Result<Self, ModelError> {
        let mut refiner = Self::random(config, &mut seed::stream(0, 0), device);
        weights::load_safetensors(&mut refiner, bytes)?;
        Ok(refiner)
    }

    /// Edge of the pictures of garments.
    pub fn side(&self) -> usize {
        let vision = &self.conditioner.vision;
        let [tokens, _] = vision.positions.dims();
        (tokens - 1).isqrt() * vision.patches.dims()[2]
    }

    /// The context of garments, see [`Conditioner::forward`].
    pub fn context(&self, garments: Tensor<4>) -> Tensor<3> {
        self.conditioner.forward(garments)
    }
}

impl Inpainter for PaperRefiner {
    /// The means of what the encoder tells; the authors draw, which is noise of some thousandths.
    fn encode(&self, pictures: Tensor<4>) -> Tensor<4> {
        self.first_stage.encode(pictures).mean * LATENT_SCALE
    }

    fn decode(&self, latents: Tensor<4>) -> Tensor<4> {
        self.first_stage.decode(latents / LATENT_SCALE)
    }

    /// The first pixel of each block.
    fn shrink(&self, keep: Tensor<4>) -> Tensor<4> {
        thinned(keep, 1 << (self.first_stage.encoder.down.len() - 1))
    }

    fn epsilon(
        &self,
        z_t: Tensor<4>,
        z_inpaint: Tensor<4>,
        keep: Tensor<4>,
        context: Tensor<3>,
        times: &[usize],
    ) -> Tensor<4> {
        let times: Vec<f32> = times.iter().map(|&t| t as f32).collect();
        let times = Tensor::from_floats(times.as_slice(), &z_t.device());
        self.unet.forward(Tensor::cat(vec![z_t, z_inpaint, keep], 1), times, context)
    }

    fn timetable(&self, steps: usize) -> Ddim {
        Ddim::as_published(&Schedule::stable_diffusion(), steps)
    }
}

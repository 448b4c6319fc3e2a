//! What the presets have in common: a large picture down, a small picture up, and how far a pixel sees.

use burn::{
    module::Module,
    tensor::{DType, Device, Tensor},
};
use rand::Rng;

use super::{
    config::Architecture,
    enlarger::{Enlarger, EnlargerConfig},
};
use crate::{
    ModelError,
    invertible::{Rescaling, RescalingConfig},
    seed, weights,
};

/// A network of a preset.
#[derive(Clone, Debug)]
pub enum Network {
    /// Both directions.
    Rescaling(RescalingConfig, Rescaling),
    /// Up only.
    Enlarger(EnlargerConfig, Enlarger),
}

impl Network {
    /// Random initial weights.
    pub fn random(architecture: &Architecture, rng: &mut impl Rng, device: &Device) -> Self {
        match architecture {
            Architecture::Rescaling(config) => Self::Rescaling(config.clone(), Rescaling::random(config, rng, device)),
            Architecture::Enlarger(config) => Self::Enlarger(*config, Enlarger::random(config, rng, device)),
        }
    }

    /// Weights from the bytes of a safetensors file.
    ///
    /// # Errors
    /// If they do not decode or fit.
    pub fn load(architecture: &Architecture, bytes: Vec<u8>, device: &Device) -> Result<Self, ModelError> {
        let mut network = Self::random(architecture, &mut seed::stream(0, 0), device);
        match &mut network {
            Self::Rescaling(_, module) => weights::load_safetensors(module, bytes)?,
            Self::Enlarger(_, module) => weights::load_safetensors(module, bytes)?,
        }
        Ok(network)
    }

    /// The bytes of a safetensors file, see [`weights::to_safetensors`].
    ///
    /// # Errors
    /// If the module cannot be serialised.
    pub fn to_safetensors(&self, dtype: DType) -> Result<Vec<u8>, ModelError> {
        match self {
            Self::Rescaling(_, module) => weights::to_safetensors(module, dtype),
            Self::Enlarger(_, module) => weights::to_safetensors(module, dtype),
        }
    }

    /// Where it computes.
    pub fn device(&self) -> Device {
        match self {
            Self::Rescaling(_, module) => module.device(),
            Self::Enlarger(_, module) => module.device(),
        }
    }

    /// Number of weights.
    pub fn weights(&self) -> usize {
        match self {
            Self::Rescaling(_, module) => module.num_params(),
            Self::Enlarger(_, module) => module.num_params(),
        }
    }

    /// How many times smaller the small picture's sides are.
    pub fn scale(&self) -> usize {
        match self {
            Self::Rescaling(config, _) => config.scale(),
            Self::Enlarger(config, _) => config.scale,
        }
    }

    /// Channels of the down-scaling latent, at half the large picture's sides.
    pub fn latent_channels(&self) -> usize {
        match self {
            Self::Rescaling(config, _) => config.latent_channels,
            Self::Enlarger(..) => 0,
        }
    }

    /// Channels of the up-scaling latent, at the small picture's sides.
    pub fn latent_out(&self) -> usize {
        match self {
            Self::Rescaling(config, _) => config.latent_out(),
            Self::Enlarger(..) => 0,
        }
    }

    /// Pixels of the small picture around a place of which the result there depends, in either direction.
    pub fn reach(&self) -> usize {
        match self {
            Self::Rescaling(config, _) => config.reach(),
            Self::Enlarger(config, _) => config.reach(),
        }
    }

    /// The small picture `[batch, 3, h, w]` of a large one `[batch, 3, s·h, s·w]`, not rounded. `latent` is
    /// `[batch, k, s·h/2, s·w/2]`, without one it is 0.
    ///
    /// # Errors
    /// If the network only enlarges.
    pub fn down(&self, large: Tensor<4>, latent: Option<Tensor<4>>) -> Result<Tensor<4>, ModelError> {
        match self {
            Self::Rescaling(config, module) => {
                let [batch, _, height, width] = large.dims();
                let channels = config.latent_channels;
                let zeros = || Tensor::zeros([batch, channels, height / 2, width / 2], &large.device());
                let latent = (channels > 0).then(|| latent.unwrap_or_else(zeros));
                Ok(module.forward(large, latent).0)
            }
            Self::Enlarger(..) => {
                Err(ModelError::Parameters("parameters.direction: this model only enlarges".to_owned()))
            }
        }
    }

    /// The large picture of a small one `[batch, 3, h, w]`. `latent` is `[batch, c, h, w]`, without one it is 0.
    pub fn up(&self, small: Tensor<4>, latent: Option<Tensor<4>>) -> Tensor<4> {
        match self {
            Self::Rescaling(config, module) => {
                let [batch, _, h, w] = small.dims();
                let zeros = || Tensor::zeros([batch, config.latent_out(), h, w], &small.device());
                let latent = latent.unwrap_or_else(zeros);
                module.inverse(small, latent).0
            }
            Self::Enlarger(_, module) => module.forward(small),
        }
    }
}

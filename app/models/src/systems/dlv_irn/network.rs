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
    invertible::{
        Margins, Rescaling, RescalingConfig,
        hcflow::{HcFlow, HcFlowConfig},
    },
    seed, weights,
};

/// A network of a preset.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a model has one")]
pub enum Network {
    /// IRN and DLV-IRN.
    Rescaling(RescalingConfig, Rescaling),
    /// HCFlow and DLV-HCFlow.
    HcFlow(HcFlowConfig, HcFlow),
    /// Up only.
    Enlarger(EnlargerConfig, Enlarger),
}

/// Runs the same on the module of every kind of network.
macro_rules! with_module {
    ($network:expr, $module:ident => $body:expr) => {
        match $network {
            Network::Rescaling(_, $module) => $body,
            Network::HcFlow(_, $module) => $body,
            Network::Enlarger(_, $module) => $body,
        }
    };
}

#[cfg(not(target_family = "wasm"))]
pub(super) use with_module;

/// A part of the up-scaling latent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatentShape {
    /// Its channels.
    pub channels: usize,
    /// How many times larger than the small picture's its sides are.
    pub finer: usize,
}

impl Network {
    /// Random initial weights.
    pub fn random(architecture: &Architecture, rng: &mut impl Rng, device: &Device) -> Self {
        match architecture {
            Architecture::Rescaling(config) => Self::Rescaling(config.clone(), Rescaling::random(config, rng, device)),
            Architecture::HcFlow(config) => Self::HcFlow(config.clone(), HcFlow::random(config, rng, device)),
            Architecture::Enlarger(config) => Self::Enlarger(*config, Enlarger::random(config, rng, device)),
        }
    }

    /// Weights from the bytes of a safetensors file.
    ///
    /// # Errors
    /// If they do not decode or fit.
    pub fn load(architecture: &Architecture, bytes: Vec<u8>, device: &Device) -> Result<Self, ModelError> {
        let mut network = Self::random(architecture, &mut seed::stream(0, 0), device);
        with_module!(&mut network, module => weights::load_safetensors(module, bytes)?);
        Ok(network)
    }

    /// The bytes of a safetensors file, see [`weights::to_safetensors`].
    ///
    /// # Errors
    /// If the module cannot be serialised.
    pub fn to_safetensors(&self, dtype: DType) -> Result<Vec<u8>, ModelError> {
        with_module!(self, module => weights::to_safetensors(module, dtype))
    }

    /// Where it computes.
    pub fn device(&self) -> Device {
        with_module!(self, module => module.devices().first().cloned().unwrap_or_default())
    }

    /// Number of weights.
    pub fn weights(&self) -> usize {
        with_module!(self, module => module.num_params())
    }

    /// How many times smaller the small picture's sides are.
    pub fn scale(&self) -> usize {
        match self {
            Self::Rescaling(config, _) => config.scale(),
            Self::HcFlow(config, _) => config.scale(),
            Self::Enlarger(config, _) => config.scale,
        }
    }

    /// Channels of the down-scaling latent, at half the large picture's sides.
    pub fn latent_channels(&self) -> usize {
        match self {
            Self::Rescaling(config, _) => config.latent_channels,
            Self::HcFlow(config, _) => config.latent_channels,
            Self::Enlarger(..) => 0,
        }
    }

    /// The parts of the up-scaling latent.
    pub fn latents(&self) -> Vec<LatentShape> {
        match self {
            Self::Rescaling(config, _) => vec![LatentShape { channels: config.latent_out(), finer: 1 }],
            Self::HcFlow(config, _) => config
                .latent_shapes(1, 1)
                .into_iter()
                .map(|[channels, finer, _]| LatentShape { channels, finer })
                .collect(),
            Self::Enlarger(..) => vec![],
        }
    }

    /// Pixels of the small picture around a place on which the result there depends, in either direction.
    pub fn reach(&self) -> usize {
        match self {
            Self::Rescaling(config, _) => config.reach(),
            Self::HcFlow(config, _) => config.reach(),
            Self::Enlarger(config, _) => config.reach(),
        }
    }

    /// The small picture `[batch, 3, h, w]` of a large one `[batch, 3, s·h, s·w]`, not rounded. `latent` is
    /// `[batch, k, s·h/2, s·w/2]`, without one it is 0. The result is without `margins`, in pixels of the small picture,
    /// each [`Self::reach`] or up to where the whole picture ends.
    ///
    /// # Errors
    /// If the network only enlarges.
    pub fn down(&self, large: Tensor<4>, latent: Option<Tensor<4>>, margins: Margins) -> Result<Tensor<4>, ModelError> {
        let [batch, _, height, width] = large.dims();
        let channels = self.latent_channels();
        let zeros = || Tensor::zeros([batch, channels, height / 2, width / 2], &large.device());
        let latent = (channels > 0).then(|| latent.unwrap_or_else(zeros));
        match self {
            Self::Rescaling(_, module) => Ok(module.forward_piece(large, latent, margins).0),
            Self::HcFlow(_, module) => Ok(margins.cut(module.forward(large, latent).small)),
            Self::Enlarger(..) => {
                Err(ModelError::Parameters("parameters.direction: this model only enlarges".to_owned()))
            }
        }
    }

    /// The large picture of a small one `[batch, 3, h, w]`. `latents` are of [`Self::latents`]; one that is missing is 0.
    /// The result is without `margins`, as in [`Self::down`].
    pub fn up(&self, small: Tensor<4>, latents: Vec<Option<Tensor<4>>>, margins: Margins) -> Tensor<4> {
        let [batch, _, h, w] = small.dims();
        let given = latents.into_iter().chain(std::iter::repeat(None));
        let device = small.device();
        let zeros =
            |shape: LatentShape| Tensor::zeros([batch, shape.channels, shape.finer * h, shape.finer * w], &device);
        let mut latents: Vec<_> = self
            .latents()
            .into_iter()
            .zip(given)
            .map(|(shape, latent)| latent.unwrap_or_else(|| zeros(shape)))
            .collect();
        match self {
            Self::Rescaling(_, module) => module.inverse_piece(small, latents.remove(0), margins).0,
            Self::HcFlow(_, module) => margins.times(self.scale()).cut(module.inverse(small, latents).0),
            Self::Enlarger(_, module) => margins.times(self.scale()).cut(module.forward(small)),
        }
    }
}

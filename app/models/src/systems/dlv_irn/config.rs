//! Sizes of the networks behind the presets.

use serde::{Deserialize, Serialize};

use super::enlarger::EnlargerConfig;
use crate::{
    ModelError,
    invertible::{RescalingConfig, hcflow::HcFlowConfig},
};

/// A network's kind and size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// IRN, or DLV-IRN where it has a down-scaling latent.
    Rescaling(RescalingConfig),
    /// HCFlow, or DLV-HCFlow where it has a down-scaling latent.
    HcFlow(HcFlowConfig),
    /// Enlarges only.
    Enlarger(EnlargerConfig),
}

/// Channels that a convolution adds in the small presets.
const GROWTH: usize = 16;
/// Channels of the down-scaling latent (spec §3: our reading).
const LATENT: usize = 3;

impl Architecture {
    /// The network of a catalogue preset.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn of_preset(name: &str) -> Result<Self, ModelError> {
        let rescaling = |blocks: &[usize], growth, latent_channels| {
            Self::Rescaling(RescalingConfig { blocks: blocks.to_vec(), growth, latent_channels })
        };
        match name {
            "x2-small" => Ok(rescaling(&[2], GROWTH, LATENT)),
            "x4-small" => Ok(rescaling(&[2, 2], GROWTH, LATENT)),
            "x2-irn" | "x2-irn-sampled" => Ok(rescaling(&[2], GROWTH, 0)),
            "x2-irn-wide" => Ok(rescaling(&[2], GROWTH + 1, 0)),
            "x4-irn" => Ok(rescaling(&[2, 2], GROWTH, 0)),
            "x2-sr" => Ok(Self::Enlarger(EnlargerConfig { scale: 2, width: 32, blocks: 2, growth: GROWTH })),
            "irn-x2" => Ok(rescaling(&[8], 32, 0)),
            "irn-x4" => Ok(rescaling(&[8, 8], 32, 0)),
            "hcflow-x4" => Ok(Self::HcFlow(HcFlowConfig::PAPER)),
            "paper" => Ok(rescaling(&[8], 32, LATENT)),
            _ => Err(ModelError::UnknownPreset { system: "dlv-irn".to_owned(), preset: name.to_owned() }),
        }
    }

    /// Whether it makes the small picture itself.
    pub fn shrinks(&self) -> bool {
        !matches!(self, Self::Enlarger(_))
    }

    /// How many times smaller the small picture's sides are.
    pub fn scale(&self) -> usize {
        match self {
            Self::Rescaling(config) => config.scale(),
            Self::HcFlow(config) => config.scale(),
            Self::Enlarger(config) => config.scale,
        }
    }
}

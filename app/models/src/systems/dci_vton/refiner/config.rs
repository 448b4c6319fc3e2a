//! Sizes of the small refiner.

use serde::{Deserialize, Serialize};

use super::first_stage;
use crate::diffusion::{Heads, UNetConfig};

/// Sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefinerConfig {
    /// Rows of the pictures, a multiple of 16.
    pub height: usize,
    /// Columns of the pictures, a multiple of 16.
    pub width: usize,
    /// Sees noisy latent, inpaint latent and mask; its context is the garment's token.
    pub unet: UNetConfig,
}

impl RefinerConfig {
    /// For pictures of 64×48: three levels, attention at 16×12 and 8×6.
    pub fn small() -> Self {
        Self {
            height: 64,
            width: 48,
            unet: UNetConfig {
                in_channels: 2 * first_stage::CHANNELS + 1,
                out_channels: first_stage::CHANNELS,
                channels: vec![32, 48, 64],
                residual_blocks: 1,
                attention: vec![2, 4],
                heads: Heads::Width(16),
                context: 64,
                depth: 1,
                groups: 8,
            },
        }
    }
}

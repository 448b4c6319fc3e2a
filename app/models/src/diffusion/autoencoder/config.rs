//! Sizes of the autoencoder.

use serde::{Deserialize, Serialize};

/// Sizes. All channels are multiples of 32, the groups of its norms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoencoderConfig {
    /// Channels of each level, which has half the sides of the one before.
    pub channels: Vec<usize>,
    /// Residual blocks of a level of the encoder; the decoder has one more.
    pub residual_blocks: usize,
    /// Channels of a latent.
    pub latent: usize,
}

impl AutoencoderConfig {
    /// That of Stable Diffusion: an eighth of the sides, four channels.
    pub fn paper() -> Self {
        Self { channels: vec![128, 256, 512, 512], residual_blocks: 2, latent: 4 }
    }

    /// Channels at the full sides.
    ///
    /// # Panics
    /// If there is no level.
    pub fn top(&self) -> usize {
        self.channels[0]
    }

    /// Channels at the smallest sides.
    ///
    /// # Panics
    /// If there is no level.
    pub fn bottom(&self) -> usize {
        self.channels[self.channels.len() - 1]
    }

    /// How many times smaller than a picture's a latent's sides are.
    pub fn factor(&self) -> usize {
        1 << (self.channels.len() - 1)
    }
}

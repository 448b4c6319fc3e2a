//! Sizes of a network.

use serde::{Deserialize, Serialize};

/// Channels of a picture.
pub(super) const COLOURS: usize = 3;

/// Size of an [`HcFlow`](super::HcFlow).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HcFlowConfig {
    /// Halvings of the sides, at least 1; the published networks have 2.
    pub levels: usize,
    /// Unconditional steps of each level.
    pub steps: usize,
    /// Channels that a convolution inside an unconditional step's sub-network adds.
    pub growth: usize,
    /// Conditional steps of each level.
    pub conditional_steps: usize,
    /// Hidden channels of a conditional step's sub-network.
    pub hidden: usize,
    /// Channels of the features on which the high frequencies are conditioned.
    pub features: usize,
    /// Channels that a convolution inside the feature network adds.
    pub feature_growth: usize,
    /// Residual blocks of the feature network, at least 1.
    pub feature_blocks: usize,
    /// Channels of the down-scaling latent, at half the large picture's sides; 0 is HCFlow.
    pub latent_channels: usize,
}

/// Channels at one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LevelSize {
    /// After the Haar transform, the down-scaling latent included.
    pub channels: usize,
    /// Of these, what goes on to the next level; at the last level, the small picture.
    pub kept: usize,
}

impl HcFlowConfig {
    /// The published network for rescaling by 4: 4.40 M weights.
    pub const PAPER: Self = Self {
        levels: 2,
        steps: 8,
        growth: 32,
        conditional_steps: 6,
        hidden: 64,
        features: 64,
        feature_growth: 16,
        feature_blocks: 3,
        latent_channels: 0,
    };

    /// How many times smaller the sides become.
    pub fn scale(&self) -> usize {
        1 << self.levels
    }

    pub(super) fn level_sizes(&self) -> Vec<LevelSize> {
        let mut inputs = COLOURS;
        let size = |level: usize| {
            let latent = if level == 0 { self.latent_channels } else { 0 };
            let kept = if level + 1 == self.levels { COLOURS } else { 2 * inputs };
            let size = LevelSize { channels: 4 * inputs + latent, kept };
            inputs = kept;
            size
        };
        (0..self.levels).map(size).collect()
    }

    /// `[channels, h, w]` of each level's latent, from the large picture's side, for a small picture of
    /// `height` × `width`.
    pub fn latent_shapes(&self, height: usize, width: usize) -> Vec<[usize; 3]> {
        let shape = |(level, size): (usize, LevelSize)| {
            let finer = 1 << (self.levels - 1 - level);
            [size.channels - size.kept, finer * height, finer * width]
        };
        self.level_sizes().into_iter().enumerate().map(shape).collect()
    }

    /// Pixels of the small picture around a place on which its surroundings in the other picture depend.
    pub fn reach(&self) -> usize {
        let features = super::features::Features::reach(self.feature_blocks);
        let conditional = self.conditional_steps * super::conditional::ConditionalStep::REACH;
        let steps = self.steps * super::alternating::AlternatingStep::reach();
        let level = features + super::high_frequencies::LAW_REACH + conditional + steps;
        (0..self.levels).map(|finer| level.div_ceil(1 << finer)).sum()
    }
}

//! Sizes of the network.

use serde::{Deserialize, Serialize};

use super::Alignment;

/// Size of a warp network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarpConfig {
    /// Planes of a person.
    pub person_channels: usize,
    /// Planes of a garment.
    pub garment_channels: usize,
    /// Channels of an encoder's levels, from the finest; each halves the sides.
    pub widths: Vec<usize>,
    /// Residual blocks of a level.
    pub blocks: usize,
    /// Channels of the pyramids of features.
    pub features: usize,
    /// How far the cost volume looks along either axis, in pixels of a level.
    pub radius: usize,
    /// Channels of the hidden layers that make an increment.
    pub head: Vec<usize>,
    /// What the grids mean.
    pub alignment: Alignment,
}

impl WarpConfig {
    /// As published, for 256 × 192 pixels; see [`Alignment::Edges`] for DCI-VTON's own weights.
    pub fn paper() -> Self {
        Self {
            person_channels: 16,
            garment_channels: 3,
            widths: vec![64, 128, 256, 256, 256],
            blocks: 2,
            features: 256,
            radius: 3,
            head: vec![128, 64, 32],
            alignment: Alignment::Corners,
        }
    }

    /// That of DCI-VTON's own weights: as [`Self::paper`], with grids of another meaning.
    pub fn published() -> Self {
        Self { alignment: Alignment::Edges, ..Self::paper() }
    }

    /// For 64 × 48 pixels and minutes of training.
    pub fn small() -> Self {
        Self { widths: vec![24, 48, 64], blocks: 1, features: 32, radius: 2, head: vec![32, 32, 16], ..Self::paper() }
    }

    /// What the sides of pictures are multiples of.
    pub fn multiple(&self) -> usize {
        1 << self.widths.len()
    }

    /// Channels of the cost volume.
    pub fn costs(&self) -> usize {
        (2 * self.radius + 1).pow(2)
    }
}

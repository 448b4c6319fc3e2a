//! Sizes of the networks.

use serde::{Deserialize, Serialize};

use crate::ModelError;

/// Size of a generator and its discriminator (spec §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GanConfig {
    /// Edge of the training cubes in voxels: a power of two, at least 16.
    pub image_size: usize,
    /// Channels of the noise.
    pub latent_channels: usize,
    /// Width of the generator's last hidden layer.
    pub generator_width: usize,
    /// Width of the discriminator's first layer.
    pub discriminator_width: usize,
}

impl GanConfig {
    /// Spec §5: trained on two CPU cores, sampled in a browser.
    pub const SMALL: Self = Self { image_size: 32, latent_channels: 32, generator_width: 16, discriminator_width: 8 };
    /// As [`Self::SMALL`], twice as wide: what the small generator makes of beads that touch, any discriminator tells from
    /// the pack.
    pub const BEADS: Self = Self { generator_width: 32, discriminator_width: 16, ..Self::SMALL };
    /// The paper's network for 64³ cubes.
    pub const PAPER: Self = Self { image_size: 64, latent_channels: 512, generator_width: 64, discriminator_width: 16 };

    /// The size of a catalogue preset.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn of_preset(name: &str) -> Result<Self, ModelError> {
        match name {
            "berea-small" | "ketton-small" => Ok(Self::SMALL),
            "beadpack-small" => Ok(Self::BEADS),
            "paper" => Ok(Self::PAPER),
            _ => Err(ModelError::UnknownPreset { system: "porous-gan".to_owned(), preset: name.to_owned() }),
        }
    }

    /// Doublings from 4 voxels to the training cube.
    pub fn doublings(&self) -> usize {
        (self.image_size / 4).ilog2() as usize
    }

    /// Channels after each generator layer, from the first to the last hidden one: 64, 32, 16 for [`Self::SMALL`].
    pub fn generator_channels(&self) -> Vec<usize> {
        (0..self.doublings()).rev().map(|level| self.generator_width << level).collect()
    }

    /// Channels after each discriminator layer but the last: 8, 16, 32 for [`Self::SMALL`].
    pub fn discriminator_channels(&self) -> Vec<usize> {
        (0..self.doublings()).map(|level| self.discriminator_width << level).collect()
    }

    /// Voxels that one more cell of the noise grid adds: 16 for 64³ cubes, 8 for 32³ cubes.
    pub fn voxels_per_cell(&self) -> usize {
        self.image_size / 4
    }

    /// Edge of the volume from an open noise grid of `cells`³: `image_size + voxels_per_cell · (cells − 1)`. Of a periodic
    /// one it is `voxels_per_cell · cells`.
    pub fn side(&self, cells: usize) -> usize {
        self.image_size + self.voxels_per_cell() * (cells - 1)
    }

    /// The smallest noise grid whose volume has at least `side` voxels along an edge.
    pub fn cells_for(&self, side: usize) -> usize {
        1 + side.saturating_sub(self.image_size).div_ceil(self.voxels_per_cell())
    }

    /// Voxels along each face that zero padding biases: those to which fewer than four noise cells an axis contribute.
    pub fn biased_border(&self) -> usize {
        3 * self.voxels_per_cell()
    }
}

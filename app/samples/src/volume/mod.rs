//! Voxel volumes: [`Volume`] (segmented) and [`GreyVolume`] (before segmentation).
//!
//! Axis order is `[z, y, x]`, C order, x fastest, everywhere in this program.

pub mod bead_pack;
pub mod bits;
mod chords;
mod crofton;
mod euler;
pub mod gaussian_field;
mod grey;
mod measures;
mod median;
pub mod nrrd;
mod packed;
mod percolation;
pub mod permeability;
mod porosity;
pub mod raw;
mod reference;
mod resample;
mod slope;
mod specks;
pub mod table;
pub mod tiff_stack;
mod two_point;

pub use bead_pack::BeadPack;
pub use chords::{ChordCounts, chord_counts};
pub use crofton::surface_area;
pub use euler::Euler;
pub use grey::GreyVolume;
pub use measures::{MeasureError, MeasureOptions, PoreMeasures};
pub use percolation::percolates;
pub use porosity::porosity;
pub use reference::{Agreement, Band, CurveBand, RockReference, Scalars};
pub use slope::{SLOPE_LAGS, Slope};
pub use two_point::TwoPoint;

use thiserror::Error;

use crate::parallel;

/// Voxel value of the pore space.
pub const PORE: u8 = 0;
/// Voxel value of the solid.
pub const GRAIN: u8 = 1;
/// The largest volume that this program reads or makes: 512³ voxels.
pub const MAX_VOXELS: usize = 512 * 512 * 512;

/// Why bytes or dimensions are not a volume.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum VolumeError {
    /// A side is zero, or the product of sides is above [`MAX_VOXELS`].
    #[error("a volume of {0:?} voxels (z, y, x) is outside 1 to {MAX_VOXELS} voxels")]
    Size([u64; 3]),
    /// The data do not fill the shape.
    #[error("the shape needs {expected} voxels, the data hold {found}")]
    Length {
        /// Voxels that the shape asks for.
        expected: usize,
        /// Voxels that came.
        found: usize,
    },
    /// A voxel is neither [`PORE`] nor [`GRAIN`].
    #[error("voxel {index} is {value}; a segmented volume holds 0 (pore) and 1 (grain) only")]
    Value {
        /// Position in C order.
        index: usize,
        /// What stands there.
        value: u8,
    },
    /// The file does not follow its format; the text says where and what was expected.
    #[error("{format}: {reason}")]
    Format {
        /// The format's name.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// Number of voxels of a shape, checked against [`MAX_VOXELS`] before anything is allocated.
pub fn voxel_count(shape: [u64; 3]) -> Result<usize, VolumeError> {
    let count = shape.iter().try_fold(1u64, |product, &side| product.checked_mul(side));
    match count {
        Some(n) if n > 0 && n <= MAX_VOXELS as u64 => Ok(n as usize),
        _ => Err(VolumeError::Size(shape)),
    }
}

/// A segmented volume: every voxel is [`PORE`] or [`GRAIN`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    shape: [usize; 3],
    voxels: Vec<u8>,
}

impl Volume {
    /// A volume from voxels in C order (`[z, y, x]`, x fastest).
    ///
    /// # Errors
    /// A side of zero or too many voxels, data that do not fill the shape, or a value other than 0 and 1.
    pub fn new(shape: [usize; 3], voxels: Vec<u8>) -> Result<Self, VolumeError> {
        let expected = voxel_count(shape.map(|side| side as u64))?;
        if voxels.len() != expected {
            return Err(VolumeError::Length { expected, found: voxels.len() });
        }
        if let Some(index) = voxels.iter().position(|&v| v > GRAIN) {
            return Err(VolumeError::Value { index, value: voxels[index] });
        }
        Ok(Self { shape, voxels })
    }

    /// A volume of `side`³ voxels with `pore(z, y, x)` deciding each.
    ///
    /// # Panics
    /// If `side`³ is zero or above [`MAX_VOXELS`].
    pub fn from_fn(side: usize, pore: impl Fn(usize, usize, usize) -> bool) -> Self {
        let mut voxels = Vec::with_capacity(side * side * side);
        for z in 0..side {
            for y in 0..side {
                voxels.extend((0..side).map(|x| if pore(z, y, x) { PORE } else { GRAIN }));
            }
        }
        Self::new([side; 3], voxels).expect("a cube within the size limit")
    }

    /// `[z, y, x]` sides in voxels.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The voxels in C order.
    pub fn voxels(&self) -> &[u8] {
        &self.voxels
    }

    /// The voxels in C order, by value.
    pub fn into_voxels(self) -> Vec<u8> {
        self.voxels
    }

    /// Position of a voxel in [`Self::voxels`].
    #[inline]
    pub fn index(&self, z: usize, y: usize, x: usize) -> usize {
        (z * self.shape[1] + y) * self.shape[2] + x
    }

    /// Whether a voxel belongs to the pore space.
    #[inline]
    pub fn is_pore(&self, z: usize, y: usize, x: usize) -> bool {
        self.voxels[self.index(z, y, x)] == PORE
    }

    /// The block of `shape` voxels whose lowest corner is `origin`; `None` if it leaves the volume.
    pub fn block(&self, origin: [usize; 3], shape: [usize; 3]) -> Option<Self> {
        let inside =
            (0..3).all(|a| shape[a] > 0 && origin[a].checked_add(shape[a]).is_some_and(|end| end <= self.shape[a]));
        if !inside {
            return None;
        }
        let mut voxels = Vec::with_capacity(shape.iter().product());
        for z in origin[0]..origin[0] + shape[0] {
            for y in origin[1]..origin[1] + shape[1] {
                let start = self.index(z, y, origin[2]);
                voxels.extend_from_slice(&self.voxels[start..start + shape[2]]);
            }
        }
        Some(Self { shape, voxels })
    }
}

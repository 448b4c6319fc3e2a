//! Porosity.

use super::{PORE, Volume};

/// Pore voxels over all voxels.
pub fn porosity(volume: &Volume) -> f64 {
    let pore: usize = volume.voxels().chunks(4096).map(|part| part.iter().filter(|&&v| v == PORE).count()).sum();
    pore as f64 / volume.voxels().len() as f64
}

//! Porosity.

use super::{PORE, Volume};

/// Pore voxels over all voxels.
pub fn porosity(volume: &Volume) -> f64 {
    // So few that their number fits into a byte: a vector instruction counts a whole register of them.
    let count = |part: &[u8]| part.iter().fold(0_u8, |pore, &voxel| pore.wrapping_add(u8::from(voxel == PORE)));
    let pore: usize = volume.voxels().chunks(128).map(|part| usize::from(count(part))).sum();
    pore as f64 / volume.voxels().len() as f64
}

//! The packed form in which the training rocks are kept: one bit per voxel, gzip, with a JSON description.
//!
//! Bits run in C order (x fastest), most significant bit first, 1 = pore. See `assets/data/porous-gan`.

use std::io::Read;

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::{GRAIN, PORE, Volume, VolumeError, voxel_count};

const FORMAT: &str = "packed bits";

/// What the description says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Description {
    /// Short name of the rock.
    pub name: String,
    /// Sides `[z, y, x]`, voxels.
    pub shape_zyx: [u64; 3],
    /// Side of a voxel, µm.
    pub voxel_size_um: f64,
    /// Pore voxels over all voxels, for checking.
    pub porosity: f64,
    /// Where the data come from.
    pub source: String,
    /// Under which licence.
    pub licence: String,
}

/// Reads a packed volume and its description.
///
/// # Errors
/// A description that is not the JSON above, a shape that is too large, data that do not unpack to
/// exactly that shape, or another porosity than described.
pub fn read(packed: &[u8], description: &[u8]) -> Result<(Volume, Description), VolumeError> {
    let description: Description =
        serde_json::from_slice(description).map_err(|error| bad(format!("the description: {error}")))?;
    let count = voxel_count(description.shape_zyx)?;
    // The shape bounds what is unpacked; one byte more tells that there is too much.
    let expected = count.div_ceil(8);
    let mut bytes = Vec::new();
    GzDecoder::new(packed)
        .take(expected as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| bad(format!("gzip: {error}")))?;
    if bytes.len() != expected {
        return Err(VolumeError::Length { expected: count, found: 8 * bytes.len() });
    }
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    let voxels: Vec<u8> = bits.take(count).map(|bit| if bit == 1 { PORE } else { GRAIN }).collect();
    let volume = Volume::new(description.shape_zyx.map(|side| side as usize), voxels)?;
    let porosity = super::porosity(&volume);
    if (porosity - description.porosity).abs() > 1e-9 {
        return Err(bad(format!("the porosity is {porosity}, the description says {}", description.porosity)));
    }
    Ok((volume, description))
}

fn bad(reason: String) -> VolumeError {
    VolumeError::Format { format: FORMAT, reason }
}

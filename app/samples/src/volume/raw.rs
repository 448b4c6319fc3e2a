//! Raw voxels beside a small JSON header, for programs that read nothing else.

use serde::{Deserialize, Serialize};

use super::{GRAIN, PORE, Volume, VolumeError, voxel_count};

const FORMAT: &str = "raw volume";
/// A header is a few hundred bytes; anything longer is not one.
const MAX_HEADER: usize = 64 * 1024;

/// The JSON header: how to read the bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Sides `[z, y, x]`, voxels; the bytes are in C order, x fastest.
    pub shape_zyx: [u64; 3],
    /// Type of a voxel; `uint8` is the only one.
    pub dtype: String,
    /// Value of the pore space, 0.
    pub pore: u8,
    /// Value of the grain, 1.
    pub grain: u8,
    /// Side of a voxel in µm, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voxel_um: Option<f64>,
}

/// The bytes and the header of `volume`.
pub fn write(volume: &Volume, voxel_um: Option<f64>) -> (Vec<u8>, String) {
    let header = Header {
        shape_zyx: volume.shape().map(|side| side as u64),
        dtype: "uint8".into(),
        pore: PORE,
        grain: GRAIN,
        voxel_um: voxel_um.filter(|side| side.is_finite()),
    };
    let json = serde_json::to_string_pretty(&header).expect("a plain struct with finite numbers is JSON");
    (volume.voxels().to_vec(), json)
}

/// Reads what [`write()`] wrote. Other values for pore and grain are accepted if the header names them.
///
/// # Errors
/// A header that is not the JSON above, too large a shape, bytes that do not fill it exactly, or a voxel
/// that is neither pore nor grain.
pub fn read(bytes: &[u8], header: &[u8]) -> Result<(Volume, Header), VolumeError> {
    let bad = |reason: String| VolumeError::Format { format: FORMAT, reason };
    if header.len() > MAX_HEADER {
        return Err(bad(format!("the header is longer than {MAX_HEADER} bytes")));
    }
    let header: Header = serde_json::from_slice(header).map_err(|error| bad(format!("the header: {error}")))?;
    if header.dtype != "uint8" {
        return Err(bad("the dtype is not uint8".into()));
    }
    if header.pore == header.grain {
        return Err(bad("pore and grain have the same value".into()));
    }
    let expected = voxel_count(header.shape_zyx)?;
    if bytes.len() != expected {
        return Err(VolumeError::Length { expected, found: bytes.len() });
    }
    let voxels = bytes
        .iter()
        .enumerate()
        .map(|(index, &value)| match value {
            v if v == header.pore => Ok(PORE),
            v if v == header.grain => Ok(GRAIN),
            value => Err(VolumeError::Value { index, value }),
        })
        .collect::<Result<_, _>>()?;
    Ok((Volume::new(header.shape_zyx.map(|side| side as usize), voxels)?, header))
}

//! Multipage TIFF, one slice (z) a page: what ImageJ and Avizo call a stack.
//!
//! Written: 8 bits, Deflate, 0 = pore, 255 = grain, so that any viewer shows it. Read: grey pages of 8
//! bits, all of one size.

use std::io::Cursor;

use tiff::{
    ColorType, TiffError,
    decoder::{Decoder, DecodingResult, Limits},
    encoder::{Compression, DeflateLevel, TiffEncoder, colortype::Gray8},
};

use super::{GreyVolume, Volume, VolumeError, voxel_count};

const FORMAT: &str = "TIFF stack";
/// The densest codec that is read, Deflate, cannot expand further; small files cannot hold large pages.
const MAX_RATIO: u64 = 1032;

/// `volume` as a TIFF stack.
///
/// # Errors
/// [`VolumeError::Format`] if the file would exceed the 4 GiB of TIFF; no volume within the size limit does.
pub fn write(volume: &Volume) -> Result<Vec<u8>, VolumeError> {
    let [_, height, width] = volume.shape();
    let mut file = Cursor::new(Vec::new());
    let mut encoder =
        TiffEncoder::new(&mut file).map_err(bad)?.with_compression(Compression::Deflate(DeflateLevel::Balanced));
    for slice in volume.to_grey().values().chunks_exact(height * width) {
        encoder.write_image::<Gray8>(width as u32, height as u32, slice).map_err(bad)?;
    }
    Ok(file.into_inner())
}

/// A segmented volume from a stack whose values are 0 and 1, or 0 and 255 (0 = pore).
///
/// # Errors
/// As [`read_grey`], or other values.
pub fn read(file: &[u8]) -> Result<Volume, VolumeError> {
    read_grey(file)?.into_segmented()
}

/// A grey volume from a stack.
///
/// # Errors
/// Not a TIFF, pages of another kind or of several sizes, too many voxels, or truncated data.
pub fn read_grey(file: &[u8]) -> Result<GreyVolume, VolumeError> {
    let at_most = (file.len() as u64).saturating_mul(MAX_RATIO);
    let mut limits = Limits::default();
    limits.decoding_buffer_size = at_most.min(super::MAX_VOXELS as u64) as usize;
    limits.intermediate_buffer_size = limits.decoding_buffer_size;
    limits.ifd_value_size = file.len();
    let mut decoder = Decoder::new(Cursor::new(file)).map_err(bad)?.with_limits(limits);
    let page = decoder.dimensions().map_err(bad)?;
    let mut values = Vec::new();
    for depth in 1u64.. {
        let (width, height) = decoder.dimensions().map_err(bad)?;
        if (width, height) != page {
            return Err(malformed(format!("page {depth} is {width} × {height}, the first is {} × {}", page.0, page.1)));
        }
        let shape = [depth, u64::from(height), u64::from(width)];
        voxel_count(shape)?;
        if u64::from(height) * u64::from(width) > at_most {
            return Err(malformed(format!("{} bytes cannot hold a page of {width} × {height}", file.len())));
        }
        match decoder.colortype().map_err(bad)? {
            ColorType::Gray(8) => {}
            other => return Err(malformed(format!("page {depth} is {other:?}; 8-bit grey is read"))),
        }
        match decoder.read_image().map_err(bad)? {
            DecodingResult::U8(slice) => values.extend_from_slice(&slice),
            _ => return Err(malformed(format!("page {depth} does not hold unsigned bytes"))),
        }
        if !decoder.more_images() {
            return GreyVolume::new(shape.map(|side| side as usize), values);
        }
        decoder.next_image().map_err(bad)?;
    }
    unreachable!("the page count is bounded by the voxel count")
}

fn bad(error: TiffError) -> VolumeError {
    malformed(error.to_string())
}

fn malformed(reason: String) -> VolumeError {
    VolumeError::Format { format: FORMAT, reason }
}

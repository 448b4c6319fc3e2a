//! Formats by their first bytes; names lie.

use crate::image::{ImageError, ImageFormat};

/// The sizes of the headers that follow a BMP's first 14 bytes.
const BMP_HEADERS: [u32; 7] = [12, 40, 52, 56, 64, 108, 124];

pub(super) fn format(bytes: &[u8]) -> Result<ImageFormat, ImageError> {
    Ok(match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => ImageFormat::Png,
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat::Jpeg,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => ImageFormat::Gif,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => ImageFormat::WebP,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => ImageFormat::Tiff,
        // Two letters alone may begin any text.
        [b'B', b'M', _, _, _, _, _, _, _, _, _, _, _, _, a, b, c, d, ..]
            if BMP_HEADERS.contains(&u32::from_le_bytes([*a, *b, *c, *d])) =>
        {
            ImageFormat::Bmp
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => return Err(base_media(brand)),
        [0xFF, 0x0A, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => return Err(ImageError::NotRead("JPEG XL")),
        _ => return Err(ImageError::Unrecognised),
    })
}

/// The still pictures among the files of ISO base media, by their major brand.
fn base_media(brand: &[u8]) -> ImageError {
    match brand.first_chunk() {
        Some(b"avif" | b"avis") => ImageError::NotRead("AVIF"),
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1") => ImageError::NotRead("HEIC"),
        _ => ImageError::Unrecognised,
    }
}

//! Picture files to pictures: PNG, JPEG, WebP, GIF, BMP and TIFF, told apart by their content.
//!
//! Bytes, sides and pixels are judged before anything is decoded. Whatever the file holds comes out as upright 8-bit
//! sRGB, and [`Decoded::notes`] says what was changed on the way.

mod flatten;
mod gif;
mod jpeg;
mod jpeg_structure;
mod note;
mod png;
mod profile;
mod recognise;
mod source;
mod tiff;
mod webp;

use std::io::Cursor;

use ::image::codecs::bmp::BmpDecoder;

use super::{Image, ImageError, ImageFormat};
use source::Source;

pub use note::Note;

/// Texts of a PNG beyond this number are not read.
pub const MAX_TEXT_ENTRIES: usize = 16;
/// Texts of a PNG that are longer, in bytes of UTF-8, are not read.
pub const MAX_TEXT_BYTES: usize = 4096;

/// What is read at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Width and height, in pixels.
    pub side: u32,
    /// Width times height.
    pub pixels: u64,
}

impl Limits {
    /// A photo: 64 MiB, sides of 16 384 pixels, 24 megapixels.
    pub const PHOTO: Self = Self { bytes: 64 << 20, side: 16_384, pixels: 24_000_000 };

    /// Whether a picture of these sides is read.
    fn check(&self, width: u32, height: u32) -> Result<(), ImageError> {
        if width == 0 || height == 0 {
            return Err(ImageError::NoPixels(width as usize, height as usize));
        }
        if width > self.side || height > self.side {
            return Err(ImageError::Side { found: [width, height], limit: self.side });
        }
        if u64::from(width) * u64::from(height) > self.pixels {
            return Err(ImageError::Pixels { found: [width, height], limit: self.pixels });
        }
        Ok(())
    }

    /// Bytes that a decoder may hold: four samples of 16 bits a pixel, and once more what the file itself has.
    fn memory(&self) -> usize {
        let pixels = usize::try_from(self.pixels.saturating_mul(8)).unwrap_or(usize::MAX);
        pixels.saturating_add(self.bytes)
    }
}

/// A picture that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The picture.
    pub image: Image,
    /// How opaque each pixel was, 0 to 255, if some were not: the picture shows them on white.
    pub opacity: Option<Vec<u8>>,
    /// What differs from the file, in the order in which it was done.
    pub notes: Vec<Note>,
    /// Keys and texts of a PNG (`tEXt`, `zTXt`, `iTXt`): the first [`MAX_TEXT_ENTRIES`] of those with at most
    /// [`MAX_TEXT_BYTES`].
    pub text: Vec<(String, String)>,
}

impl From<Image> for Decoded {
    /// A picture that needed no reading.
    fn from(image: Image) -> Self {
        Self { image, opacity: None, notes: vec![], text: vec![] }
    }
}

/// Reads a picture file.
///
/// # Errors
/// More than the limits allow, a format that is not read, or damaged or incomplete bytes.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::NoBytes);
    }
    if bytes.len() > limits.bytes {
        return Err(ImageError::FileSize { found: bytes.len(), limit: limits.bytes });
    }
    match recognise::format(bytes)? {
        ImageFormat::Bmp => bmp(bytes, limits),
        ImageFormat::Gif => gif::read(bytes, limits),
        ImageFormat::Jpeg => jpeg::read(bytes, limits),
        ImageFormat::Png => png::read(bytes, limits),
        ImageFormat::Tiff => tiff::read(bytes, limits),
        ImageFormat::WebP => webp::read(bytes, limits),
    }?
    .finish()
}

fn bmp(bytes: &[u8], limits: &Limits) -> Result<Source, ImageError> {
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(source::error(ImageFormat::Bmp))?;
    Source::read(decoder, ImageFormat::Bmp, limits)
}

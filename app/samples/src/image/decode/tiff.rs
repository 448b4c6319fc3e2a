//! TIFF: grey, RGB and CMYK of 8 or 16 bits, packed by LZW, Deflate or PackBits or not at all; of several pages the
//! first.

use std::io::{Cursor, ErrorKind};

use ::image::{DynamicImage, ImageBuffer, metadata::Orientation};
use tiff::{
    ColorType, TiffError,
    decoder::{Decoder, DecodingResult},
    tags::Tag,
};

use super::{Limits, Note, source::Source};
use crate::image::{ImageError, ImageFormat};

const FORMAT: ImageFormat = ImageFormat::Tiff;
/// The value of `ExtraSamples` for colours that are multiplied by their alpha, and for others.
const ASSOCIATED_ALPHA: u16 = 1;
const UNASSOCIATED_ALPHA: u16 = 2;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Source, ImageError> {
    let mut memory = tiff::decoder::Limits::default();
    memory.decoding_buffer_size = limits.memory();
    memory.intermediate_buffer_size = limits.memory();
    memory.ifd_value_size = bytes.len();
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(error)?.with_limits(memory);
    let (width, height) = decoder.dimensions().map_err(error)?;
    limits.check(width, height)?;
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).map_err(error)?;
    let extra = extra.and_then(|samples| samples.first().copied());
    let colour = Colour::of(decoder.colortype().map_err(error)?, extra)?;
    if decoder.image_buffer_layout().map_err(error)?.planes > 1 {
        return Err(unsupported("a picture whose colours are stored one after the other"));
    }
    let values = decoder.read_image().map_err(error)?;
    let pixels = colour.pixels(width, height, values)?;
    let mut source = Source::of(pixels);
    source.premultiplied = extra == Some(ASSOCIATED_ALPHA);
    if colour == Colour::Inks {
        source.notes.push(Note::Inks);
    } else {
        source.profile = decoder.get_tag_u8_vec(Tag::IccProfile).ok();
    }
    if let Ok(Some(tag)) = decoder.find_tag_unsigned::<u8>(Tag::Orientation) {
        source.orientation = Orientation::from_exif(tag).unwrap_or(Orientation::NoTransforms);
    }
    if decoder.more_images() {
        source.notes.push(Note::FirstPage);
    }
    Ok(source)
}

#[derive(Clone, Copy, PartialEq)]
enum Colour {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    Inks,
}

impl Colour {
    fn of(colour: ColorType, extra: Option<u16>) -> Result<Self, ImageError> {
        let alpha = matches!(extra, Some(ASSOCIATED_ALPHA | UNASSOCIATED_ALPHA));
        Ok(match colour {
            ColorType::Gray(8 | 16) => Self::Grey,
            ColorType::GrayA(8 | 16) => Self::GreyAlpha,
            ColorType::Multiband { bit_depth: 8 | 16, num_samples: 2 } if alpha => Self::GreyAlpha,
            ColorType::RGB(8 | 16) => Self::Rgb,
            ColorType::RGBA(8 | 16) => Self::Rgba,
            ColorType::CMYK(8) => Self::Inks,
            other => return Err(unsupported(format!("{other:?}"))),
        })
    }

    fn pixels(self, width: u32, height: u32, values: DecodingResult) -> Result<DynamicImage, ImageError> {
        let pixels = match (values, self) {
            (DecodingResult::U8(v), Self::Grey) => {
                ImageBuffer::from_raw(width, height, v).map(DynamicImage::ImageLuma8)
            }
            (DecodingResult::U8(v), Self::GreyAlpha) => {
                ImageBuffer::from_raw(width, height, v).map(DynamicImage::ImageLumaA8)
            }
            (DecodingResult::U8(v), Self::Rgb) => ImageBuffer::from_raw(width, height, v).map(DynamicImage::ImageRgb8),
            (DecodingResult::U8(v), Self::Rgba) => {
                ImageBuffer::from_raw(width, height, v).map(DynamicImage::ImageRgba8)
            }
            (DecodingResult::U8(v), Self::Inks) => {
                ImageBuffer::from_raw(width, height, colours(&v)).map(DynamicImage::ImageRgb8)
            }
            (DecodingResult::U16(v), Self::Grey) => {
                ImageBuffer::from_raw(width, height, v).map(DynamicImage::ImageLuma16)
            }
            (DecodingResult::U16(v), Self::GreyAlpha) => {
                ImageBuffer::from_raw(width, height, v).map(DynamicImage::ImageLumaA16)
            }
            (DecodingResult::U16(v), Self::Rgb) => {
                ImageBuffer::from_raw(width, height, v).map(DynamicImage::ImageRgb16)
            }
            (DecodingResult::U16(v), Self::Rgba) => {
                ImageBuffer::from_raw(width, height, v).map(DynamicImage::ImageRgba16)
            }
            _ => return Err(unsupported("a picture of signed numbers or fractions")),
        };
        pixels.ok_or_else(|| malformed("it has too few pixels"))
    }
}

/// Inks on white, each taking away its share of light.
fn colours(inks: &[u8]) -> Vec<u8> {
    let left = |ink: u8| u32::from(255 - ink);
    let colour = |ink, black| ((left(ink) * left(black) + 127) / 255) as u8;
    inks.as_chunks().0.iter().flat_map(|&[c, m, y, k]| [c, m, y].map(|ink| colour(ink, k))).collect()
}

fn error(error: TiffError) -> ImageError {
    match error {
        TiffError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => ImageError::Truncated(FORMAT),
        TiffError::UnsupportedError(error) => unsupported(error.to_string()),
        error => malformed(error.to_string()),
    }
}

fn unsupported(what: impl Into<String>) -> ImageError {
    ImageError::Unsupported { format: FORMAT, what: what.into() }
}

fn malformed(reason: impl Into<String>) -> ImageError {
    ImageError::Malformed { format: FORMAT, reason: reason.into() }
}

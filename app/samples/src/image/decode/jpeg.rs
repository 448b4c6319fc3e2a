//! JPEG.

use std::io::Cursor;

use ::image::codecs::jpeg::JpegDecoder;

use super::{
    Limits, Note,
    jpeg_structure::{self, Structure},
    source::{self, Source},
};
use crate::image::{ImageError, ImageFormat};

const FORMAT: ImageFormat = ImageFormat::Jpeg;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Source, ImageError> {
    // The decoder paints what is missing grey; a person should hear of it instead.
    let Structure { sides: [width, height], components } = jpeg_structure::read(bytes)?;
    limits.check(width, height)?;
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(source::error(FORMAT))?;
    let mut source = Source::read(decoder, FORMAT, limits)?;
    if components == 4 {
        source.notes.push(Note::Inks);
        // It speaks of inks, which the decoder has made colours.
        source.profile = None;
    }
    Ok(source)
}

//! PNG, with its texts; of an animation the still picture.

use std::io::{Cursor, ErrorKind};

use ::image::{DynamicImage, ImageBuffer, metadata::Orientation};
use png::{BitDepth, ColorType, Decoder, DecodingError, Info, Reader, Transformations};

use super::{
    Limits, MAX_TEXT_BYTES, MAX_TEXT_ENTRIES, Note,
    source::{self, Source},
};
use crate::image::{ImageError, ImageFormat};

const FORMAT: ImageFormat = ImageFormat::Png;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Source, ImageError> {
    let memory = png::Limits { bytes: limits.memory() };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), memory);
    let header = decoder.read_header_info().map_err(error)?;
    limits.check(header.width, header.height)?;
    // Palettes and fewer than 8 bits to 8 bits, transparent colours to alpha.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(error)?;
    let pixels = pixels(&mut reader)?;
    // The picture is there; what follows it can only add texts.
    let _ = reader.finish();
    let info = reader.info();
    let mut source = Source::of(pixels);
    // An sRGB chunk is the file's own word that no profile is needed.
    source.profile = info.icc_profile.as_ref().filter(|_| info.srgb.is_none()).map(|profile| profile.to_vec());
    source.orientation = info.exif_metadata.as_ref().map_or(Orientation::NoTransforms, |exif| source::upright(exif));
    source.text = text(info);
    if info.animation_control.is_some_and(|animation| animation.num_frames > 1) {
        source.notes.push(Note::FirstFrame);
    }
    Ok(source)
}

fn pixels(reader: &mut Reader<Cursor<&[u8]>>) -> Result<DynamicImage, ImageError> {
    let (width, height) = reader.info().size();
    let (colour, depth) = reader.output_color_type();
    let size = reader.output_buffer_size().ok_or_else(|| malformed("its size overflows"))?;
    let image = if depth == BitDepth::Sixteen {
        let mut values = vec![0; size / 2];
        reader.next_frame(bytemuck::cast_slice_mut(&mut values)).map_err(error)?;
        values.iter_mut().for_each(|value| *value = u16::from_be(*value));
        match colour {
            ColorType::Grayscale => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageLuma16),
            ColorType::GrayscaleAlpha => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageLumaA16),
            ColorType::Rgb => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageRgb16),
            ColorType::Rgba => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageRgba16),
            ColorType::Indexed => None,
        }
    } else {
        let mut values = vec![0; size];
        reader.next_frame(&mut values).map_err(error)?;
        match colour {
            ColorType::Grayscale => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageLuma8),
            ColorType::GrayscaleAlpha => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageLumaA8),
            ColorType::Rgb => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageRgb8),
            ColorType::Rgba => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageRgba8),
            ColorType::Indexed => None,
        }
    };
    image.ok_or_else(|| malformed("its palette was not expanded"))
}

/// The first entries that are short enough. A packed text is unpacked only as far as that.
fn text(info: &Info<'_>) -> Vec<(String, String)> {
    let plain = info.uncompressed_latin1_text.iter().map(|entry| Some((&entry.keyword, entry.text.clone())));
    let packed = info.compressed_latin1_text.iter().map(|entry| {
        let mut entry_text = entry.clone();
        entry_text.decompress_text_with_limit(MAX_TEXT_BYTES).ok()?;
        Some((&entry.keyword, entry_text.get_text().ok()?))
    });
    let international = info.utf8_text.iter().map(|entry| {
        let mut entry_text = entry.clone();
        entry_text.decompress_text_with_limit(MAX_TEXT_BYTES).ok()?;
        Some((&entry.keyword, entry_text.get_text().ok()?))
    });
    plain
        .chain(packed)
        .chain(international)
        .flatten()
        .filter(|(_, text)| text.len() <= MAX_TEXT_BYTES)
        .map(|(key, text)| (key.clone(), text))
        .take(MAX_TEXT_ENTRIES)
        .collect()
}

fn error(error: DecodingError) -> ImageError {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => ImageError::Truncated(FORMAT),
        error => malformed(error.to_string()),
    }
}

fn malformed(reason: impl Into<String>) -> ImageError {
    ImageError::Malformed { format: FORMAT, reason: reason.into() }
}

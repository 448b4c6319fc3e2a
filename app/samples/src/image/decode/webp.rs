//! WebP, lossy and lossless; of an animation the first frame.

use std::io::{Cursor, ErrorKind};

use ::image::{DynamicImage, ImageBuffer};
use image_webp::{DecodingError, WebPDecoder};

use super::{
    Limits, Note,
    source::{self, Source},
};
use crate::image::{ImageError, ImageFormat};

const FORMAT: ImageFormat = ImageFormat::WebP;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Source, ImageError> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(error)?;
    let (width, height) = decoder.dimensions();
    limits.check(width, height)?;
    // The decoder compares neither with the other.
    if !lossy_frames_fit(bytes, [width, height]) {
        return Err(malformed(format!("a frame has other sides than the picture of {width} × {height} says")));
    }
    // No chunk is longer than the file, whatever it says.
    decoder.set_memory_limit(bytes.len());
    let mut values = vec![0; decoder.output_buffer_size().ok_or_else(|| malformed("its size overflows"))?];
    decoder.read_image(&mut values).map_err(error)?;
    let pixels = if decoder.has_alpha() {
        ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageRgba8)
    } else {
        ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageRgb8)
    };
    let mut source = Source::of(pixels.ok_or_else(|| malformed("it has too few pixels"))?);
    // Metadata that cannot be read is as good as none.
    source.profile = decoder.icc_profile().ok().flatten();
    if let Ok(Some(exif)) = decoder.exif_metadata() {
        source.orientation = source::upright(&exif);
    }
    if decoder.num_frames() > 1 {
        source.notes.push(Note::FirstFrame);
    }
    Ok(source)
}

/// Whether every lossy frame that may be decoded has the canvas's sides, or in an animation those that its own header
/// gives: the decoder makes room by the one and fills it by the other.
fn lossy_frames_fit(bytes: &[u8], canvas: [u32; 2]) -> bool {
    let fits = |(name, content): ([u8; 4], &[u8]), room: [u32; 2]| {
        name != *b"VP8 " || key_frame_sides(content).is_none_or(|sides| sides == room)
    };
    chunks(bytes.get(12..).unwrap_or_default()).all(|(name, content)| match &name {
        // Sixteen bytes of placement, then chunks again.
        b"ANMF" => match content.split_first_chunk::<16>() {
            Some((&[_, _, _, _, _, _, w0, w1, w2, h0, h1, h2, ..], frame)) => {
                let room = [[w0, w1, w2, 0], [h0, h1, h2, 0]].map(|side| u32::from_le_bytes(side) + 1);
                let mut lossy = chunks(frame).skip_while(|chunk| chunk.0 == *b"ALPH");
                // What follows transparency must be there, and whole enough to say its sides.
                let has_alpha = frame.starts_with(b"ALPH");
                match lossy.next() {
                    Some((name, content)) if name == *b"VP8 " => key_frame_sides(content) == Some(room),
                    _ => !has_alpha,
                }
            }
            None => true,
        },
        _ => fits((name, content), canvas),
    })
}

/// Names and contents of RIFF chunks, as far as the bytes reach.
fn chunks(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (&[a, b, c, d, size @ ..], body) = bytes.split_first_chunk::<8>()?;
        let size = u32::from_le_bytes(size) as usize;
        bytes = body.get(size.saturating_add(size & 1)..).unwrap_or_default();
        Some(([a, b, c, d], &body[..size.min(body.len())]))
    })
}

/// Width and height in the header of a VP8 key frame (RFC 6386, 9.1).
fn key_frame_sides(content: &[u8]) -> Option<[u32; 2]> {
    let &[_, _, _, _, _, _, w0, w1, h0, h1] = content.first_chunk()?;
    Some([[w0, w1], [h0, h1]].map(|side| u32::from(u16::from_le_bytes(side) & 0x3FFF)))
}

fn error(error: DecodingError) -> ImageError {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => ImageError::Truncated(FORMAT),
        DecodingError::UnsupportedFeature(what) => ImageError::Unsupported { format: FORMAT, what },
        error => malformed(error.to_string()),
    }
}

fn malformed(reason: impl Into<String>) -> ImageError {
    ImageError::Malformed { format: FORMAT, reason: reason.into() }
}

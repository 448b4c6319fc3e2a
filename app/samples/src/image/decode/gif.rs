//! GIF: the first frame, where it stands on its screen.

use std::{
    io::{Cursor, ErrorKind},
    num::NonZeroU64,
};

use ::image::{DynamicImage, RgbaImage};
use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};

use super::{Limits, Note, source::Source};
use crate::image::{ImageError, ImageFormat};

const FORMAT: ImageFormat = ImageFormat::Gif;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Source, ImageError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    options
        .set_memory_limit(NonZeroU64::new(limits.memory() as u64).map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes));
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(error)?;
    let (width, height) = (decoder.width(), decoder.height());
    limits.check(width.into(), height.into())?;
    let frame = decoder.next_frame_info().map_err(error)?.ok_or_else(|| malformed("it has no frame"))?;
    let place = Place { left: frame.left, top: frame.top, width: frame.width, height: frame.height };
    // A frame may reach beyond the screen, but not beyond what is read.
    limits.check(place.width.into(), place.height.into())?;
    let mut values = vec![0; decoder.buffer_size()];
    decoder.read_into_buffer(&mut values).map_err(error)?;
    let mut source = Source::of(DynamicImage::ImageRgba8(place.on_screen(width, height, values)));
    if matches!(decoder.next_frame_info(), Ok(Some(_))) {
        source.notes.push(Note::FirstFrame);
    }
    Ok(source)
}

/// Where a frame stands.
struct Place {
    left: u16,
    top: u16,
    width: u16,
    height: u16,
}

impl Place {
    /// The frame on a transparent screen; what reaches beyond is cut off.
    fn on_screen(&self, width: u16, height: u16, frame: Vec<u8>) -> RgbaImage {
        let mut screen = RgbaImage::new(width.into(), height.into());
        let [left, top] = [self.left, self.top].map(usize::from);
        let seen = usize::from(self.width).min(usize::from(width).saturating_sub(left)) * 4;
        let rows = screen.chunks_exact_mut(usize::from(width) * 4).skip(top);
        for (row, frame) in rows.zip(frame.chunks_exact(usize::from(self.width) * 4)) {
            if seen > 0 {
                row[left * 4..][..seen].copy_from_slice(&frame[..seen]);
            }
        }
        screen
    }
}

fn error(error: DecodingError) -> ImageError {
    match error {
        DecodingError::UnexpectedEof => ImageError::Truncated(FORMAT),
        DecodingError::Io(error) if error.kind() == ErrorKind::UnexpectedEof => ImageError::Truncated(FORMAT),
        error => malformed(error.to_string()),
    }
}

fn malformed(reason: impl Into<String>) -> ImageError {
    ImageError::Malformed { format: FORMAT, reason: reason.into() }
}

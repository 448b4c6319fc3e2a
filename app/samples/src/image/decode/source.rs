//! A decoded file before it is made upright 8-bit sRGB.

use ::image::{DynamicImage, ImageDecoder, ImageError as CodecError, Limits as CodecLimits, metadata::Orientation};

use super::{Decoded, Limits, Note, flatten::flatten};
use crate::image::{Image, ImageError, ImageFormat};

/// What a file holds.
pub(super) struct Source {
    pub(super) pixels: DynamicImage,
    /// Whether the colours are already multiplied by their alpha.
    pub(super) premultiplied: bool,
    pub(super) profile: Option<Vec<u8>>,
    pub(super) orientation: Orientation,
    pub(super) notes: Vec<Note>,
    pub(super) text: Vec<(String, String)>,
}

impl Source {
    /// Only pixels.
    pub(super) fn of(pixels: DynamicImage) -> Self {
        let orientation = Orientation::NoTransforms;
        Self { pixels, premultiplied: false, profile: None, orientation, notes: Vec::new(), text: Vec::new() }
    }

    /// Judges a decoder's sides, then lets it decode.
    pub(super) fn read(
        mut decoder: impl ImageDecoder,
        format: ImageFormat,
        limits: &Limits,
    ) -> Result<Self, ImageError> {
        let (width, height) = decoder.dimensions();
        limits.check(width, height)?;
        let mut codec = CodecLimits::default();
        codec.max_alloc = Some(limits.memory() as u64);
        decoder.set_limits(codec).map_err(error(format))?;
        // Metadata that cannot be read is as good as none.
        let profile = decoder.icc_profile().ok().flatten();
        let orientation =
            decoder.exif_metadata().ok().flatten().map_or(Orientation::NoTransforms, |exif| upright(&exif));
        let pixels = DynamicImage::from_decoder(decoder).map_err(error(format))?;
        Ok(Self { profile, orientation, ..Self::of(pixels) })
    }

    /// The upright 8-bit picture.
    pub(super) fn finish(mut self) -> Result<Decoded, ImageError> {
        let (rgb, opacity) = flatten(self.pixels, self.profile.as_deref(), self.premultiplied, &mut self.notes);
        let mut upright = DynamicImage::ImageRgb8(rgb);
        let mut opacity = opacity.map(DynamicImage::ImageLuma8);
        if self.orientation != Orientation::NoTransforms {
            upright.apply_orientation(self.orientation);
            if let Some(opacity) = &mut opacity {
                opacity.apply_orientation(self.orientation);
            }
            self.notes.push(Note::Turned);
        }
        let (width, height) = (upright.width() as usize, upright.height() as usize);
        let image = Image::new(width, height, upright.into_rgb8().into_raw())?;
        let opacity = opacity.map(|opacity| opacity.into_luma8().into_raw());
        Ok(Decoded { image, opacity, notes: self.notes, text: self.text })
    }
}

/// The orientation that an EXIF block asks for. Some writers put JPEG's `Exif` in front of it.
pub(super) fn upright(exif: &[u8]) -> Orientation {
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms)
}

/// For `map_err`: what a decoder of `image` says.
pub(super) fn error(format: ImageFormat) -> impl Fn(CodecError) -> ImageError {
    move |error| match error {
        CodecError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            ImageError::Truncated(format)
        }
        CodecError::Unsupported(error) => ImageError::Unsupported { format, what: error.to_string() },
        error => ImageError::Malformed { format, reason: error.to_string() },
    }
}

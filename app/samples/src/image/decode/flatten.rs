//! Any pixels to 8-bit sRGB: profile, white ground, 8 bits, in this order and row by row.

use ::image::{DynamicImage, GrayImage, RgbImage};
use moxcms::TransformExecutor;

use super::{
    Note,
    profile::{Conversion, Sample},
};

/// `pixels` as opaque 8-bit sRGB, and how opaque they were if some were not; what was done is noted.
pub(super) fn flatten(
    pixels: DynamicImage,
    profile: Option<&[u8]>,
    premultiplied: bool,
    notes: &mut Vec<Note>,
) -> (RgbImage, Option<GrayImage>) {
    let (width, height) = (pixels.width(), pixels.height());
    let mut rows = Rows { width: width as usize, premultiplied, done: 0, opacity: None, notes };
    let values = match pixels {
        DynamicImage::ImageLuma8(image) => rows.flatten::<u8, 1>(image.as_raw(), false, profile),
        DynamicImage::ImageLumaA8(image) => rows.flatten::<u8, 1>(image.as_raw(), true, profile),
        DynamicImage::ImageRgb8(image) if profile.is_none() => image.into_raw(),
        DynamicImage::ImageRgb8(image) => rows.flatten::<u8, 3>(image.as_raw(), false, profile),
        DynamicImage::ImageRgba8(image) => rows.flatten::<u8, 3>(image.as_raw(), true, profile),
        DynamicImage::ImageLuma16(image) => rows.flatten::<u16, 1>(image.as_raw(), false, profile),
        DynamicImage::ImageLumaA16(image) => rows.flatten::<u16, 1>(image.as_raw(), true, profile),
        DynamicImage::ImageRgb16(image) => rows.flatten::<u16, 3>(image.as_raw(), false, profile),
        DynamicImage::ImageRgba16(image) => rows.flatten::<u16, 3>(image.as_raw(), true, profile),
        // No reader here answers with floats.
        other => other.into_rgb8().into_raw(),
    };
    let opacity =
        rows.opacity.map(|values| GrayImage::from_raw(width, height, values).expect("a value for each pixel"));
    (RgbImage::from_raw(width, height, values).expect("three values for each pixel"), opacity)
}

struct Rows<'a> {
    width: usize,
    premultiplied: bool,
    /// Pixels that have been flattened.
    done: usize,
    /// Of these, from the first on that is not opaque.
    opacity: Option<Vec<u8>>,
    notes: &'a mut Vec<Note>,
}

impl Rows<'_> {
    /// Rows of `COLOURS` values a pixel, and an alpha after them if there is one.
    fn flatten<T: Sample, const COLOURS: usize>(
        &mut self,
        values: &[T],
        alpha: bool,
        profile: Option<&[u8]>,
    ) -> Vec<u8> {
        let conversion = Conversion::<T>::of(profile, COLOURS);
        self.notes.extend(conversion.note());
        let channels = COLOURS + usize::from(alpha);
        let mut row =
            Row { colours: vec![T::default(); self.width * COLOURS], rgb: vec![[T::default(); 3]; self.width] };
        let mut flat = Vec::with_capacity(values.len() / channels * 3);
        for pixels in values.chunks_exact(self.width * channels) {
            row.fill::<COLOURS>(pixels, channels, conversion.executor());
            if alpha {
                let alphas = || pixels.iter().skip(COLOURS).step_by(channels);
                self.on_white(&mut row.rgb, alphas());
                self.keep(alphas());
            }
            flat.extend(row.rgb.as_flattened().iter().map(|value| value.to_byte()));
        }
        if self.opacity.is_some() {
            self.notes.push(Note::Transparency);
        }
        if T::MAX > u32::from(u8::MAX) {
            self.notes.push(Note::SixteenBits);
        }
        flat
    }

    /// Keeps how opaque a row is; nothing is held before the first pixel that is not.
    fn keep<'a, T: Sample + 'a>(&mut self, alphas: impl Iterator<Item = &'a T> + Clone) {
        let opaque = |&alpha: &T| Into::<u32>::into(alpha) == T::MAX;
        if self.opacity.is_none() && !alphas.clone().all(opaque) {
            self.opacity = Some(vec![u8::MAX; self.done]);
        }
        if let Some(opacity) = &mut self.opacity {
            opacity.extend(alphas.map(|alpha| alpha.to_byte()));
        }
        self.done += self.width;
    }

    fn on_white<'a, T: Sample + 'a>(&self, rgb: &mut [[T; 3]], alphas: impl Iterator<Item = &'a T>) {
        for (pixel, &alpha) in rgb.iter_mut().zip(alphas) {
            let alpha: u32 = alpha.into();
            if alpha == T::MAX {
                continue;
            }
            let white = T::MAX - alpha;
            *pixel = pixel.map(|value| {
                let value: u32 = value.into();
                // At most MAX², which fits.
                let covered = if self.premultiplied { value } else { (value * alpha + T::MAX / 2) / T::MAX };
                T::from_u32((covered + white).min(T::MAX))
            });
        }
    }
}

struct Row<T> {
    colours: Vec<T>,
    rgb: Vec<[T; 3]>,
}

impl<T: Sample> Row<T> {
    /// The colours of a row, without alpha, in sRGB.
    fn fill<const COLOURS: usize>(
        &mut self,
        pixels: &[T],
        channels: usize,
        executor: Option<&dyn TransformExecutor<T>>,
    ) {
        for (colours, pixel) in self.colours.chunks_exact_mut(COLOURS).zip(pixels.chunks_exact(channels)) {
            colours.copy_from_slice(&pixel[..COLOURS]);
        }
        // The lengths are those of one row, which is all that a conversion can find wrong.
        let converted = executor.is_some_and(|e| e.transform(&self.colours, self.rgb.as_flattened_mut()).is_ok());
        if !converted {
            for (rgb, colours) in self.rgb.iter_mut().zip(self.colours.chunks_exact(COLOURS)) {
                *rgb = std::array::from_fn(|c| colours[c % COLOURS]);
            }
        }
    }
}

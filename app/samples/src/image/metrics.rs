//! How close one picture is to another, as tables of super-resolution and rescaling report it.
//!
//! The Y of `psnr_y` and `ssim_y` is that of ITU-R BT.601 in studio range, Y = 16 + (65.481 R + 128.553 G + 24.966 B)
//! / 255 for 8-bit R, G and B, not rounded (MATLAB's `rgb2ycbcr` of a picture of floats). `border` pixels are left out at
//! every edge: the scale factor, by convention.

use std::ops::Range;

use super::{Image, ImageError};
use crate::parallel::map_in_order;

pub use super::ssim::ssim_y;

/// The largest value of a picture, the signal of the ratios.
pub(super) const PEAK: f64 = 255.0;
/// What each value adds to Y.
const LUMA: [f32; 3] = [65.481 / 255.0, 128.553 / 255.0, 24.966 / 255.0];

/// Peak signal-to-noise ratio of the Y channels in dB; infinite where they are equal.
///
/// # Errors
/// Pictures of different sides, or a border that leaves nothing.
pub fn psnr_y(a: &Image, b: &Image, border: usize) -> Result<f64, ImageError> {
    let squares = mean_over_pixels(a, b, border, |a, b| f64::from((luma(a) - luma(b)).powi(2)))?;
    Ok(decibel(squares))
}

/// Peak signal-to-noise ratio of all three colours together in dB; infinite where they are equal.
///
/// # Errors
/// As [`psnr_y`].
pub fn psnr_rgb(a: &Image, b: &Image, border: usize) -> Result<f64, ImageError> {
    let squares = mean_over_pixels(a, b, border, |a, b| {
        let squares: u32 = (0..3).map(|c| u32::from(a[c].abs_diff(b[c])).pow(2)).sum();
        f64::from(squares) / 3.0
    })?;
    Ok(decibel(squares))
}

/// Mean difference of all values, in steps of 1/255.
///
/// # Errors
/// Pictures of different sides.
pub fn mean_absolute_error(a: &Image, b: &Image) -> Result<f64, ImageError> {
    mean_over_pixels(a, b, 0, |a, b| {
        let sum: u32 = (0..3).map(|c| u32::from(a[c].abs_diff(b[c]))).sum();
        f64::from(sum) / 3.0
    })
}

fn decibel(mean_square: f64) -> f64 {
    10.0 * (PEAK * PEAK / mean_square).log10()
}

/// The mean of `of` over the pixels within the border; the same whatever the number of threads.
fn mean_over_pixels(
    a: &Image,
    b: &Image,
    border: usize,
    of: impl Fn([u8; 3], [u8; 3]) -> f64 + Send + Sync,
) -> Result<f64, ImageError> {
    let (columns, rows) = within(a, b, border, 1)?;
    let pixels = columns.len() * rows.len();
    let sums = map_in_order(rows.len(), |y| {
        let [a, b] = [a, b].map(|image| &image.row(rows.start + y).as_chunks::<3>().0[columns.clone()]);
        a.iter().zip(b).map(|(&a, &b)| of(a, b)).sum::<f64>()
    });
    Ok(sums.iter().sum::<f64>() / pixels as f64)
}

/// The columns and rows that are left of both pictures.
pub(super) fn within(
    a: &Image,
    b: &Image,
    border: usize,
    window: usize,
) -> Result<(Range<usize>, Range<usize>), ImageError> {
    let [first, second] = [a, b].map(|image| [image.width(), image.height()]);
    if first != second {
        return Err(ImageError::Sides { first, second });
    }
    let left = |side: usize| side.checked_sub(border).filter(|&end| end >= border.saturating_add(window));
    match first.map(left) {
        [Some(right), Some(bottom)] => Ok((border..right, border..bottom)),
        _ => Err(ImageError::Border { sides: first, border, window }),
    }
}

/// Y of a pixel, 16 to 235.
#[inline]
pub fn luma([r, g, b]: [u8; 3]) -> f32 {
    16.0 + LUMA[0] * f32::from(r) + LUMA[1] * f32::from(g) + LUMA[2] * f32::from(b)
}

//! How near a warp or a try-on comes to the truth.
//!
//! Structural similarity is [`crate::image::metrics::ssim_y`].

use super::{Flow, Mask, WardrobeError, geometry::distance};
use crate::image::Image;

/// Cloth that varies less than this (standard deviation of its values, 0 to 255) has no texture to compare.
const PLAIN: f64 = 4.0;

/// Mean distance in pixels between where two flows look, over the pixels of `mask`.
///
/// # Errors
/// Different sides, or an empty mask.
pub fn end_point_error(flow: &Flow, truth: &Flow, mask: &Mask) -> Result<f64, WardrobeError> {
    let [first, second] = [flow, truth].map(|flow| [flow.width(), flow.height()]);
    same(first, second)?;
    mean(mask, first, |x, y| f64::from(distance(flow.pixels(x, y), truth.pixels(x, y))))
}

/// Pixels in both masks over pixels in either; 1 if both are empty.
///
/// # Errors
/// Different sides.
pub fn mask_iou(a: &Mask, b: &Mask) -> Result<f64, WardrobeError> {
    same([a.width, a.height], [b.width, b.height])?;
    let count = |of: fn(bool, bool) -> bool| a.values.iter().zip(&b.values).filter(|&(&a, &b)| of(a, b)).count();
    let (both, either) = (count(|a, b| a && b), count(|a, b| a || b));
    Ok(if either == 0 { 1.0 } else { both as f64 / either as f64 })
}

/// Mean absolute difference of the values in the mask, 0 to 1.
///
/// # Errors
/// As [`end_point_error`].
pub fn masked_l1(a: &Image, b: &Image, mask: &Mask) -> Result<f64, WardrobeError> {
    let sides = sides(a, b)?;
    Ok(mean(mask, sides, |x, y| difference(a, b, [x, y], f64::abs))? / 255.0)
}

/// Peak signal-to-noise ratio within the mask in dB; infinite where the pictures are equal.
///
/// # Errors
/// As [`end_point_error`].
pub fn psnr_within(a: &Image, b: &Image, mask: &Mask) -> Result<f64, WardrobeError> {
    let sides = sides(a, b)?;
    let square = mean(mask, sides, |x, y| difference(a, b, [x, y], |d| d * d))?;
    Ok(10.0 * (255.0 * 255.0 / square).log10())
}

/// Garment fidelity: the correlation, −1 to 1, of what two pictures show within the mask, each colour less its mean.
/// Colours and brightness as such do not count, only where the texture has what. `None` if the truth is plain, or if
/// the mask is empty; 0 if only the other picture is.
///
/// # Errors
/// Different sides.
pub fn texture_correlation(picture: &Image, truth: &Image, mask: &Mask) -> Result<Option<f64>, WardrobeError> {
    let sides = sides(picture, truth)?;
    same(sides, [mask.width, mask.height])?;
    let inside: Vec<usize> = (0..mask.values.len()).filter(|&i| mask.values[i]).collect();
    let (mut squares, mut truth_squares, mut products) = (0.0, 0.0, 0.0);
    for colour in 0..3 {
        let values = |image: &Image| -> Vec<f64> {
            let values: Vec<f64> = inside.iter().map(|i| f64::from(image.pixels()[3 * i + colour])).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.into_iter().map(|value| value - mean).collect()
        };
        for (a, b) in values(picture).into_iter().zip(values(truth)) {
            squares += a * a;
            truth_squares += b * b;
            products += a * b;
        }
    }
    if inside.is_empty() || truth_squares < PLAIN * PLAIN * 3.0 * inside.len() as f64 {
        return Ok(None);
    }
    Ok(Some(if squares > 0.0 { products / (squares * truth_squares).sqrt() } else { 0.0 }))
}

/// How wrong the seam is between what is kept and what is repainted, 0 to 1: over all pairs of neighbours of which one
/// is kept and one is not, how much their difference is another than in the truth.
///
/// # Errors
/// Different sides, or a mask without a seam.
pub fn seam_error(picture: &Image, truth: &Image, keep: &Mask) -> Result<f64, WardrobeError> {
    let [width, height] = sides(picture, truth)?;
    same([width, height], [keep.width, keep.height])?;
    let step = |image: &Image, a: usize, b: usize, c: usize| {
        f64::from(image.pixels()[3 * a + c]) - f64::from(image.pixels()[3 * b + c])
    };
    let (mut sum, mut count) = (0.0, 0);
    for a in 0..width * height {
        let right = (a % width + 1 < width).then_some(a + 1);
        let below = (a / width + 1 < height).then_some(a + width);
        for b in [right, below].into_iter().flatten().filter(|&b| keep.values[a] != keep.values[b]) {
            sum += (0..3).map(|c| (step(picture, a, b, c) - step(truth, a, b, c)).abs()).sum::<f64>() / 3.0;
            count += 1;
        }
    }
    if count == 0 { Err(WardrobeError::EmptyMask) } else { Ok(sum / f64::from(count) / 255.0) }
}

fn same(first: [usize; 2], second: [usize; 2]) -> Result<(), WardrobeError> {
    if first == second { Ok(()) } else { Err(WardrobeError::Different { first, second }) }
}

fn sides(a: &Image, b: &Image) -> Result<[usize; 2], WardrobeError> {
    let [first, second] = [a, b].map(|image| [image.width(), image.height()]);
    same(first, second)?;
    Ok(first)
}

/// The mean over the three colours of a pixel of a function of the difference, in steps of 1/255.
fn difference(a: &Image, b: &Image, [x, y]: [usize; 2], of: impl Fn(f64) -> f64) -> f64 {
    let value = |image: &Image, c: usize| f64::from(image.row(y)[3 * x + c]);
    (0..3).map(|c| of(value(a, c) - value(b, c))).sum::<f64>() / 3.0
}

fn mean(mask: &Mask, sides: [usize; 2], of: impl Fn(usize, usize) -> f64) -> Result<f64, WardrobeError> {
    same([mask.width, mask.height], sides)?;
    let (mut sum, mut count) = (0.0, 0_u32);
    for i in (0..mask.values.len()).filter(|&i| mask.values[i]) {
        sum += of(i % mask.width, i / mask.width);
        count += 1;
    }
    if count == 0 { Err(WardrobeError::EmptyMask) } else { Ok(sum / f64::from(count)) }
}

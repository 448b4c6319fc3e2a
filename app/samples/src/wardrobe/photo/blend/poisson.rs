//! Seams by Poisson's equation.

use super::{levels::Level, rounded, same};
use crate::{
    image::Image,
    wardrobe::{Mask, WardrobeError},
};

/// `target` with `source` in the mask, whose steps of colour it keeps: what is added to the source is what makes it the
/// target around the mask, spread over the mask as evenly as can be (Δu = u / reach², u = target − source around).
///
/// `reach` is how many pixels from the seam that addition falls to 1/e; infinite, it does not fall, which is Poisson's
/// equation. The source is needed one pixel beyond the mask. The picture's own edge is no seam; a mask without any
/// shows the source itself. What is outside of the mask stays bit for bit.
///
/// Solved from coarse to fine by conjugate gradients with a bounded number of steps; the error is below one of 255
/// steps.
///
/// # Errors
/// Different sides.
pub fn poisson(target: &Image, source: &Image, mask: &Mask, reach: f32) -> Result<Image, WardrobeError> {
    let [width, height] = same(target, source, mask)?;
    let mut pixels = target.pixels().to_vec();
    let Some([left, top, right, bottom]) = mask.bounds() else {
        return Ok(target.clone());
    };
    // The mask and one pixel around it.
    let (left, top) = (left.saturating_sub(1), top.saturating_sub(1));
    let (right, bottom) = ((right + 2).min(width), (bottom + 2).min(height));
    let at = |x: usize, y: usize| (top + y) * width + left + x;
    let (columns, rows) = (right - left, bottom - top);
    let (targets, sources) = (target.pixels().as_chunks::<3>().0, source.pixels().as_chunks::<3>().0);
    let falls = if reach.is_finite() { 1.0 / (reach * reach).max(f32::MIN_POSITIVE) } else { 0.0 };
    let level = Level::finest(columns, rows, falls.min(1e6), |x, y| mask.values[at(x, y)]);
    for colour in 0..3 {
        let around = |x: usize, y: usize| {
            f32::from(targets[at(x, y)][colour]) - f32::from(sources[at(x, y)][colour])
        };
        let added = level.solve(around);
        for y in 0..rows {
            for x in 0..columns {
                let i = at(x, y);
                if mask.values[i] {
                    pixels[3 * i + colour] = rounded(f32::from(sources[i][colour]) + added[y * columns + x]);
                }
            }
        }
    }
    Ok(Image::new(width, height, pixels).expect("the target's sides, filled"))
}

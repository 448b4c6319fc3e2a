//! Seams by Poisson's equation.

use super::{
    conjugate,
    levels::{Cell, Level},
    rounded, same,
};
use crate::{
    image::Image,
    wardrobe::{Mask, WardrobeError},
};

/// The shortest reach, in pixels.
const SHORTEST: f32 = 0.05;

/// `target` with `source` in the mask, whose steps of colour it keeps: what is added to the source is what makes it the
/// target around the mask, spread over the mask as evenly as can be (Δu = u / reach² inside, u = target − source around).
///
/// `reach` is how many pixels from a straight seam that addition falls to 1/e; infinite, it does not fall, which is
/// Poisson's equation. The source is needed one pixel beyond the mask. The picture's own edge is no seam; a mask without
/// any shows the source itself. What is outside of the mask stays bit for bit.
///
/// Work is bounded: at most 24 steps, each of some hundred operations a pixel; seven are usual.
///
/// # Errors
/// Different sides.
pub fn poisson(target: &Image, source: &Image, mask: &Mask, reach: f32) -> Result<Image, WardrobeError> {
    let [width, height] = same(target, source, mask)?;
    let Some([left, top, right, bottom]) = mask.bounds() else {
        return Ok(target.clone());
    };
    // The mask, one pixel around it, and the ring of the region: columns and rows `left − 2 ..= right + 2`.
    let (columns, rows) = (right - left + 5, bottom - top + 5);
    let pixel = |cell: usize| {
        let (x, y) = ((left + cell % columns).checked_sub(2)?, (top + cell / columns).checked_sub(2)?);
        (x < width && y < height).then_some(y * width + x)
    };
    let inside = |cell: usize| pixel(cell).is_some_and(|pixel| mask.values[pixel]);
    let beside = |cell: usize| [cell - 1, cell + 1, cell - columns, cell + columns];
    let is_ring = |cell: usize| {
        let (x, y) = (cell % columns, cell / columns);
        x == 0 || y == 0 || x + 1 == columns || y + 1 == rows
    };
    let cells: Vec<Cell> = (0..columns * rows)
        .map(|cell| match pixel(cell) {
            Some(_) if inside(cell) => Cell::Inside,
            Some(_) if !is_ring(cell) && beside(cell).into_iter().any(inside) => Cell::Seam,
            _ => Cell::Beyond,
        })
        .collect();
    let falls = if reach.is_finite() { (reach.max(SHORTEST) * reach.max(SHORTEST)).recip() } else { 0.0 };
    let level = Level::new(columns, &cells, falls);
    let (targets, sources) = (target.pixels().as_chunks::<3>().0, source.pixels().as_chunks::<3>().0);
    let mut pixels = target.pixels().to_vec();
    for colour in 0..3 {
        let given = |cell: usize| match (cells[cell], pixel(cell)) {
            (Cell::Seam, Some(pixel)) => f32::from(targets[pixel][colour]) - f32::from(sources[pixel][colour]),
            _ => 0.0,
        };
        let wanted =
            (0..cells.len()).map(|cell| if level.is_inside(cell) { beside(cell).map(given).iter().sum() } else { 0.0 });
        let added = conjugate::solve(&level, wanted.collect());
        for (cell, added) in added.into_iter().enumerate() {
            if let Some(pixel) = pixel(cell).filter(|&pixel| mask.values[pixel]) {
                pixels[3 * pixel + colour] = rounded(f32::from(sources[pixel][colour]) + added);
            }
        }
    }
    Ok(Image::new(width, height, pixels).expect("the target's sides, filled"))
}

//! Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004).

use super::{
    Image, ImageError, gaussian,
    metrics::{PEAK, luma, within},
};
use crate::parallel::map_in_order;

/// Side of the window, of σ = 1.5.
const WINDOW: usize = 11;
/// (K₁L)² and (K₂L)².
const C1: f32 = (0.01 * PEAK * 0.01 * PEAK) as f32;
const C2: f32 = (0.03 * PEAK * 0.03 * PEAK) as f32;
/// The middle of Y, 16 to 235. Squares are taken around it, so that their differences keep their digits.
const CENTRE: f32 = 125.5;
/// Rows that one thread makes; it computes ten more than it needs.
const ROWS: usize = 64;

/// Mean structural similarity of the Y channels, over all places where the 11 × 11 Gaussian window lies within the
/// pictures; 1 where they are equal. Working memory is a few dozen rows a thread.
///
/// # Errors
/// As [`super::metrics::psnr_y`]; the window must fit.
pub fn ssim_y(a: &Image, b: &Image, border: usize) -> Result<f64, ImageError> {
    let (columns, rows) = within(a, b, border, WINDOW)?;
    let weights: [f32; WINDOW] = gaussian::window(1.5);
    let [across, down] = [columns.len(), rows.len()].map(|side| side - (WINDOW - 1));
    let sums = map_in_order(down.div_ceil(ROWS), |band| {
        let first = band * ROWS;
        let count = ROWS.min(down - first);
        let mut moments = Vec::with_capacity((count + WINDOW - 1) * across);
        for y in (rows.start + first..).take(count + WINDOW - 1) {
            let [a, b] = [a, b].map(|image| &image.row(y).as_chunks().0[columns.clone()]);
            let row: Vec<Moments> = a.iter().zip(b).map(|(&a, &b)| moments_of(a, b)).collect();
            moments.extend(row.windows(WINDOW).map(|window| weighted(&weights, window)));
        }
        let similarity = |at: usize| similarity(weighted(&weights, moments[at..].iter().step_by(across)));
        (0..count * across).map(|at| f64::from(similarity(at))).sum::<f64>()
    });
    Ok(sums.iter().sum::<f64>() / (across * down) as f64)
}

/// Of the Y of both pictures less [`CENTRE`]: a, b, a² + b² and ab. The similarity asks for no more.
type Moments = [f32; 4];

fn moments_of(a: [u8; 3], b: [u8; 3]) -> Moments {
    let [a, b] = [a, b].map(|pixel| luma(pixel) - CENTRE);
    [a, b, a * a + b * b, a * b]
}

fn weighted<'a>(weights: &[f32; WINDOW], window: impl IntoIterator<Item = &'a Moments>) -> Moments {
    let mut sum = [0.0; 4];
    for (weight, moments) in weights.iter().zip(window) {
        for (sum, moment) in sum.iter_mut().zip(moments) {
            *sum += weight * moment;
        }
    }
    sum
}

fn similarity([a, b, squares, product]: Moments) -> f32 {
    let variances = squares - a * a - b * b;
    let covariance = product - a * b;
    let [a, b] = [a, b].map(|mean| mean + CENTRE);
    (2.0 * a * b + C1) / (a * a + b * b + C1) * ((2.0 * covariance + C2) / (variances + C2))
}

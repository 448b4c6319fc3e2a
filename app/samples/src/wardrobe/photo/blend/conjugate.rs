//! Conjugate gradients on a region.

use super::levels::{Cell, Level};

/// Steps at most.
const STEPS: usize = 400;
/// The largest residual, in 255 steps of colour, that is left.
const RESIDUAL: f32 = 2e-3;

/// Improves the values inside until, at every cell, (neighbours + 1 / reach²) · value is the neighbours' sum, or the
/// steps are used up. Neighbours beyond the picture do not count.
pub(super) fn improve(level: &Level, values: &mut [f32]) {
    let inside: Vec<usize> = (0..values.len()).filter(|&i| level.cells[i] == Cell::Inside).collect();
    let neighbours = |i: usize| {
        let (x, width) = (i % level.width, level.width);
        let beside = [
            (x > 0).then(|| i - 1),
            (x + 1 < width).then_some(i + 1),
            i.checked_sub(width),
            (i + width < level.cells.len()).then_some(i + width),
        ];
        beside.into_iter().flatten().filter(|&j| level.cells[j] != Cell::Beyond)
    };
    let weight = |i: usize| neighbours(i).count() as f32 + level.falls;
    // The residual, the direction and what the operator makes of it; all zero outside.
    let mut residual = vec![0.0_f32; values.len()];
    for &i in &inside {
        residual[i] = neighbours(i).map(|j| values[j]).sum::<f32>() - weight(i) * values[i];
    }
    let weights: Vec<f32> = inside.iter().map(|&i| weight(i).max(f32::MIN_POSITIVE)).collect();
    let dot = |a: &[f32], b: &[f32]| -> f64 { inside.iter().map(|&i| f64::from(a[i]) * f64::from(b[i])).sum() };
    let scaled = |residual: &[f32], into: &mut [f32]| {
        inside.iter().zip(&weights).for_each(|(&i, weight)| into[i] = residual[i] / weight);
    };
    let mut conditioned = vec![0.0_f32; values.len()];
    scaled(&residual, &mut conditioned);
    let mut direction = conditioned.clone();
    let mut image = vec![0.0_f32; values.len()];
    let mut size = dot(&residual, &conditioned);
    for _ in 0..STEPS {
        if inside.iter().all(|&i| residual[i].abs() < RESIDUAL) {
            return;
        }
        for (&i, weight) in inside.iter().zip(&weights) {
            image[i] = weight * direction[i] - neighbours(i).map(|j| direction[j]).sum::<f32>();
        }
        let curvature = dot(&direction, &image);
        if !(curvature > 0.0) {
            return;
        }
        let step = (size / curvature) as f32;
        for &i in &inside {
            values[i] += step * direction[i];
            residual[i] -= step * image[i];
        }
        scaled(&residual, &mut conditioned);
        let next = dot(&residual, &conditioned);
        let turn = (next / size) as f32;
        size = next;
        inside.iter().for_each(|&i| direction[i] = conditioned[i] + turn * direction[i]);
    }
}

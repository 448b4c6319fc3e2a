//! Conjugate gradients, preconditioned by multigrid (Tatebe 1993): the number of steps does not grow with the region.

use super::levels::Level;

/// Steps at most; seven are enough for discs of any size, each takes away three quarters of what is left or more.
const STEPS: usize = 24;
/// How small the residual becomes against the first.
const RESIDUAL: f64 = 1e-4;

/// The values inside a region for which the operator gives `wanted`; both are 0 outside.
pub(super) fn solve(level: &Level, wanted: Vec<f32>) -> Vec<f32> {
    let dot = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum() };
    let mut values = vec![0.0; wanted.len()];
    let mut residual = wanted;
    let enough = dot(&residual, &residual) * RESIDUAL * RESIDUAL;
    let mut direction = level.cycle(&residual);
    let mut size = dot(&residual, &direction);
    for _ in 0..STEPS {
        if dot(&residual, &residual) <= enough {
            break;
        }
        let image = level.apply(&direction);
        let curvature = dot(&direction, &image);
        // Not so in exact arithmetic; then nothing is left to gain.
        if curvature <= 0.0 || size <= 0.0 {
            break;
        }
        let step = (size / curvature) as f32;
        for (((value, residual), direction), image) in values.iter_mut().zip(&mut residual).zip(&direction).zip(&image)
        {
            *value += step * direction;
            *residual -= step * image;
        }
        let conditioned = level.cycle(&residual);
        let next = dot(&residual, &conditioned);
        let turn = (next / size) as f32;
        size = next;
        direction.iter_mut().zip(&conditioned).for_each(|(direction, z)| *direction = z + turn * *direction);
    }
    values
}

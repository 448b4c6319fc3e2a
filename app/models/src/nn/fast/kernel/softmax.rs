//! Softmax of rows.

use super::elementwise::exp;
use super::norm::sum;
use super::parallel::for_each;
use pulp::{Arch, Simd, WithSimd};

/// Floats per task.
const CHUNK: usize = 1 << 14;

/// Replaces each row of `columns` values by its softmax.
pub fn forward(rows: &mut [f32], columns: usize) {
    let chunk = (CHUNK / columns).max(1) * columns;
    for_each(rows.chunks_mut(chunk).collect(), |rows| Arch::new().dispatch(Forward { rows, columns }));
}

/// Replaces the gradient of the result `y` by that of the values.
pub fn backward(y: &[f32], grad: &mut [f32], columns: usize) {
    let chunk = (CHUNK / columns).max(1) * columns;
    let work = y.chunks(chunk).zip(grad.chunks_mut(chunk)).collect();
    for_each(work, |(y, grad)| Arch::new().dispatch(Backward { y, grad, columns }));
}

struct Forward<'a> {
    rows: &'a mut [f32],
    columns: usize,
}

impl WithSimd for Forward<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.rows.chunks_exact_mut(self.columns) {
            let largest = largest(row);
            for value in row.iter_mut() {
                *value = exp(*value - largest);
            }
            let inverse = (1.0 / sum(row, row, |value, _| value)) as f32;
            for value in row.iter_mut() {
                *value *= inverse;
            }
        }
    }
}

/// In strands, so that comparisons vectorise.
#[inline(always)]
fn largest(row: &[f32]) -> f32 {
    const STRANDS: usize = 32;
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut strands = [f32::NEG_INFINITY; STRANDS];
    let chunks = row.chunks_exact(STRANDS);
    let rest = chunks.remainder().iter().fold(f32::NEG_INFINITY, |a, &b| larger(a, b));
    for chunk in chunks {
        for (strand, &value) in strands.iter_mut().zip(chunk) {
            *strand = larger(*strand, value);
        }
    }
    strands.into_iter().fold(rest, larger)
}

struct Backward<'a> {
    y: &'a [f32],
    grad: &'a mut [f32],
    columns: usize,
}

impl WithSimd for Backward<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (y, grad) in self.y.chunks_exact(self.columns).zip(self.grad.chunks_exact_mut(self.columns)) {
            let mean = sum(y, grad, |y, grad| y * grad) as f32;
            for (grad, y) in grad.iter_mut().zip(y) {
                *grad = y * (*grad - mean);
            }
        }
    }
}

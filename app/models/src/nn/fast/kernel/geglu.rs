//! A gated unit (Shazeer 2020): of each row the first half times the GELU of the second.

use super::elementwise::{Function, Gelu};
use super::parallel::for_each;
use pulp::{Arch, Simd, WithSimd};

/// Floats per task.
const CHUNK: usize = 1 << 14;

/// Rows of `2·columns` → rows of `columns`.
pub fn forward(x: &[f32], columns: usize) -> Vec<f32> {
    let mut y = vec![0.0; x.len() / 2];
    let chunk = (CHUNK / columns).max(1) * columns;
    let work = x.chunks(2 * chunk).zip(y.chunks_mut(chunk)).collect();
    for_each(work, |(x, y)| Arch::new().dispatch(Forward { x, y, columns }));
    y
}

/// The gradient of the rows `x` from that of the result.
pub fn backward(x: &[f32], grad: &[f32], columns: usize) -> Vec<f32> {
    let mut dx = vec![0.0; x.len()];
    let chunk = (CHUNK / columns).max(1) * columns;
    let work = x.chunks(2 * chunk).zip(grad.chunks(chunk)).zip(dx.chunks_mut(2 * chunk)).collect();
    for_each(work, |((x, grad), dx)| Arch::new().dispatch(Backward { x, grad, dx, columns }));
    dx
}

struct Forward<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
    columns: usize,
}

impl WithSimd for Forward<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (x, y) in self.x.chunks_exact(2 * self.columns).zip(self.y.chunks_exact_mut(self.columns)) {
            let (values, gates) = x.split_at(self.columns);
            for ((y, value), gate) in y.iter_mut().zip(values).zip(gates) {
                *y = value * Gelu.value(*gate);
            }
        }
    }
}

struct Backward<'a> {
    x: &'a [f32],
    grad: &'a [f32],
    dx: &'a mut [f32],
    columns: usize,
}

impl WithSimd for Backward<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let rows = self.x.chunks_exact(2 * self.columns).zip(self.dx.chunks_exact_mut(2 * self.columns));
        for ((x, dx), grad) in rows.zip(self.grad.chunks_exact(self.columns)) {
            let (values, gates) = x.split_at(self.columns);
            let (dvalues, dgates) = dx.split_at_mut(self.columns);
            for ((dvalue, gate), grad) in dvalues.iter_mut().zip(gates).zip(grad) {
                *dvalue = grad * Gelu.value(*gate);
            }
            for (((dgate, value), gate), grad) in dgates.iter_mut().zip(values).zip(gates).zip(grad) {
                *dgate = grad * value * Gelu.slope(*gate);
            }
        }
    }
}

//! Products of small dense matrices, row-major; every row is padded to whole vectors.

use crate::nn::fast::kernel::{
    dense::{Operands, Reach, weighted_sums},
    parallel::for_each,
};
use pulp::{Arch, Simd, WithSimd};

/// Lengths of rows are multiples of this: whole vectors on every instruction set.
const PAD: usize = 16;
/// Multiplications that are worth a task of their own.
const TASK: usize = 1 << 21;
/// Rows of a task are a multiple of this, the most that are computed together.
const ROWS: usize = 8;

/// The length of a row of `width` values with its padding.
pub(super) fn padded(width: usize) -> usize {
    width.next_multiple_of(PAD)
}

/// `y = x·w + bias` with `x: [rows, depth]`, `w: [depth, width]`, `y: [rows, width]`, `bias: [width]` or empty, which
/// stands for zeros. `width` is [`padded`].
pub(super) fn affine(x: &[f32], depth: usize, w: &[f32], bias: &[f32], y: &mut [f32], width: usize) {
    let factors = Factors { x, x_row: depth, x_step: 1, depth, w: &w[..depth * width], bias, width };
    in_tasks(&factors, y);
}

/// `dw = xᵀ·dy` with `x: [rows, depth]`, `dy: [rows, width]`, `dw: [depth, width]`. `width` is [`padded`].
pub(super) fn outer(x: &[f32], depth: usize, dy: &[f32], dw: &mut [f32], width: usize) {
    let factors = Factors { x, x_row: 1, x_step: depth, depth: dy.len() / width, w: dy, bias: &[], width };
    in_tasks(&factors, dw);
}

/// Writes the transpose of `w: [rows, columns]`.
pub(super) fn transpose(w: &[f32], columns: usize, transposed: &mut [f32]) {
    let rows = w.len() / columns;
    for first_row in (0..rows).step_by(PAD) {
        for first in (0..columns).step_by(PAD) {
            for column in first..columns.min(first + PAD) {
                let target = &mut transposed[column * rows..][..rows];
                for row in first_row..rows.min(first_row + PAD) {
                    target[row] = w[row * columns + column];
                }
            }
        }
    }
}

/// `y[i, :] = bias + Σ_p x[i·x_row + p·x_step]·w[p, :]`.
#[derive(Clone, Copy)]
struct Factors<'a> {
    x: &'a [f32],
    x_row: usize,
    x_step: usize,
    depth: usize,
    w: &'a [f32],
    bias: &'a [f32],
    width: usize,
}

/// Splits the rows of `y`; each row is summed in the same order however many tasks there are.
fn in_tasks(factors: &Factors, y: &mut [f32]) {
    let row = factors.depth * factors.width;
    let rows = (TASK / row.max(1)).max(1).next_multiple_of(ROWS);
    if y.len() / factors.width < 2 * rows {
        Arch::new().dispatch(Task { factors, first: 0, y });
    } else {
        let work = y.chunks_mut(rows * factors.width).enumerate().collect();
        for_each(work, |(chunk, y)| Arch::new().dispatch(Task { factors, first: chunk * rows, y }));
    }
}

struct Task<'a> {
    factors: &'a Factors<'a>,
    first: usize,
    y: &'a mut [f32],
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let rows = self.y.len() / self.factors.width;
        let mut packed = Vec::new();
        let mut row = 0;
        while row < rows {
            row += match (S::F32_LANES, rows - row) {
                (_, 1) => self.rows::<S, 1, 4>(simd, row, &mut packed),
                (_, 2..=4) => self.rows::<S, 4, 2>(simd, row, &mut packed),
                (16, _) => self.rows::<S, ROWS, 2>(simd, row, &mut packed),
                _ => self.rows::<S, 4, 2>(simd, row, &mut packed),
            };
        }
    }
}

impl Task<'_> {
    /// Computes up to `R` rows from `row`, `V` vectors at a time, and answers with their number.
    #[inline(always)]
    fn rows<S: Simd, const R: usize, const V: usize>(&mut self, simd: S, row: usize, packed: &mut Vec<f32>) -> usize {
        let Factors { x, x_row, x_step, depth, width, .. } = *self.factors;
        let rows = R.min(self.y.len() / width - row);
        let first = self.first + row;
        let (x, pitch) = if x_row == 1 && rows == R {
            (&x[first..], x_step)
        } else {
            // The factors of one step of the sum side by side; missing rows are zeros.
            packed.clear();
            packed.resize(depth * R, 0.0);
            for r in 0..rows {
                let values = x[(first + r) * x_row..].iter().step_by(x_step);
                for (slot, value) in packed[r..].iter_mut().step_by(R).zip(values) {
                    *slot = *value;
                }
            }
            (packed.as_slice(), R)
        };
        let mut reach = Reach::default();
        reach.push(0, 0);
        let mut column = 0;
        while column + V * S::F32_LANES <= width {
            self.panel::<S, R, V>(simd, row, rows, column, (x, pitch), &reach);
            column += V * S::F32_LANES;
        }
        while column < width {
            self.panel::<S, R, 1>(simd, row, rows, column, (x, pitch), &reach);
            column += S::F32_LANES;
        }
        rows
    }

    #[inline(always)]
    fn panel<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        row: usize,
        rows: usize,
        column: usize,
        (weights, weight_pitch): (&[f32], usize),
        reach: &Reach,
    ) {
        let Factors { depth, w, bias, width, .. } = *self.factors;
        let sums = if depth == 0 {
            [[simd.splat_f32s(0.0); V]; R]
        } else {
            let input = &w[column..];
            let operands = Operands { channels: depth, input, input_pitch: width, weights, weight_pitch };
            weighted_sums::<S, R, V>(simd, operands, S::F32_LANES, reach)
        };
        let columns = column..column + V * S::F32_LANES;
        for (r, sums) in sums.iter().enumerate().take(rows) {
            let y = S::as_mut_simd_f32s(&mut self.y[(row + r) * width..][columns.clone()]).0;
            y.copy_from_slice(sums);
            if !bias.is_empty() {
                let bias = S::as_simd_f32s(&bias[columns.clone()]).0;
                for (y, bias) in y.iter_mut().zip(bias) {
                    *y = simd.add_f32s(*y, *bias);
                }
            }
        }
    }
}

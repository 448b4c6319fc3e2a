//! Products of matrices whose rows fill vectors.
#![allow(clippy::needless_range_loop)] // Constant indices keep the sums in registers.

use super::parallel::for_each;
use pulp::{Arch, Simd, WithSimd};

/// Rows per task: their values and those of the product stay in the cache.
const ROWS: usize = 96;

/// Writes to `product`, whose rows are as long as those of `right`, the rows of `count` values of `left` times `right`.
///
/// # Panics
/// If a factor is too short.
pub fn matmul(left: &[f32], right: &[f32], count: usize, product: &mut [f32]) {
    let columns = right.len() / count;
    let work = left.chunks(ROWS * count).zip(product.chunks_mut(ROWS * columns)).collect();
    for_each(work, |(left, sums)| {
        let factors = Factors { left, row: count, step: 1, right, columns, count };
        Arch::new().dispatch(Multiply { factors, sums });
    });
}

struct Multiply<'a> {
    factors: Factors<'a>,
    sums: &'a mut [f32],
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        multiply::<S, false>(simd, self.factors, self.sums);
    }
}

/// Two matrices: of the left one, row `r` and column `k` are at `r·row + k·step`; the right one has `count` rows of
/// `columns` values.
#[derive(Debug, Clone, Copy)]
pub struct Factors<'a> {
    pub left: &'a [f32],
    pub row: usize,
    pub step: usize,
    pub right: &'a [f32],
    pub columns: usize,
    pub count: usize,
}

/// Writes the product to `sums`, rows of `columns` values, or adds it to them if `ADD`.
///
/// # Panics
/// If a factor is too short.
#[inline(always)]
pub fn multiply<S: Simd, const ADD: bool>(simd: S, factors: Factors, sums: &mut [f32]) {
    // As many sums as registers hold, beside the values that they share.
    match S::F32_LANES {
        16 => blocks::<S, ADD, 8, 3>(simd, factors, sums),
        // In the browser a product and its sum are two instructions, with a value between them.
        4 => blocks::<S, ADD, 4, 2>(simd, factors, sums),
        _ => blocks::<S, ADD, 4, 3>(simd, factors, sums),
    }
}

/// Blocks of up to `G` rows and `V` vectors of columns.
#[inline(always)]
fn blocks<S: Simd, const ADD: bool, const G: usize, const V: usize>(simd: S, factors: Factors, sums: &mut [f32]) {
    let Factors { left, row, step, right, columns, count } = factors;
    let rows = sums.len() / columns;
    assert!(count * columns <= right.len(), "the right factor is too short");
    assert!(
        count == 0 || rows == 0 || (rows - 1) * row + (count - 1) * step < left.len(),
        "the left factor is too short"
    );
    let mut column = 0;
    while column < columns {
        let vectors = (columns - column) / S::F32_LANES;
        if vectors >= V {
            strip::<S, ADD, G, V>(simd, factors, rows, column, sums);
            column += V * S::F32_LANES;
        } else if vectors == 2 {
            strip::<S, ADD, G, 2>(simd, factors, rows, column, sums);
            column += 2 * S::F32_LANES;
        } else {
            strip::<S, ADD, G, 1>(simd, factors, rows, column, sums);
            column += S::F32_LANES;
        }
    }
}

/// All rows of `V` vectors.
#[inline(always)]
fn strip<S: Simd, const ADD: bool, const G: usize, const V: usize>(
    simd: S,
    factors: Factors,
    rows: usize,
    column: usize,
    sums: &mut [f32],
) {
    let mut row = 0;
    while row + G <= rows {
        block::<S, ADD, G, V>(simd, factors, (row, column), sums);
        row += G;
    }
    while row + 2 <= rows {
        block::<S, ADD, 2, V>(simd, factors, (row, column), sums);
        row += 2;
    }
    if row < rows {
        block::<S, ADD, 1, V>(simd, factors, (row, column), sums);
    }
}

#[inline(always)]
fn block<S: Simd, const ADD: bool, const G: usize, const V: usize>(
    simd: S,
    factors: Factors,
    (first, column): (usize, usize),
    sums: &mut [f32],
) {
    let Factors { left, row, step, right, columns, count } = factors;
    let mut block = [[simd.splat_f32s(0.0); V]; G];
    for g in 0..if ADD { G } else { 0 } {
        let slots = S::as_simd_f32s(&sums[(first + g) * columns + column..][..V * S::F32_LANES]).0;
        block[g].copy_from_slice(&slots[..V]);
    }
    // SAFETY: `blocks` has asserted that the left factor has `first + G` rows, the right one `count`.
    unsafe {
        let mut left = left.as_ptr().add(first * row);
        let mut right = right.as_ptr().add(column);
        for _ in 0..count {
            let mut values = [simd.splat_f32s(0.0); V];
            for v in 0..V {
                values[v] = right.add(v * S::F32_LANES).cast::<S::f32s>().read_unaligned();
            }
            for g in 0..G {
                let factor = simd.splat_f32s(*left.add(g * row));
                for v in 0..V {
                    block[g][v] = simd.mul_add_e_f32s(factor, values[v], block[g][v]);
                }
            }
            left = left.wrapping_add(step);
            right = right.wrapping_add(columns);
        }
    }
    for g in 0..G {
        let slots = S::as_mut_simd_f32s(&mut sums[(first + g) * columns + column..][..V * S::F32_LANES]).0;
        slots[..V].copy_from_slice(&block[g]);
    }
}

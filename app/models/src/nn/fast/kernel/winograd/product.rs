//! Products of matrices whose rows fill vectors.
#![allow(clippy::needless_range_loop)] // Constant indices keep the sums in registers.

use pulp::Simd;

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

/// Adds the product to `sums`, rows of `columns` values.
///
/// # Panics
/// If a factor is too short.
#[inline(always)]
pub fn multiply<S: Simd>(simd: S, factors: Factors, sums: &mut [f32]) {
    // As many sums as registers hold, beside the values that they share.
    match S::F32_LANES {
        16 => blocks::<S, 8, 3>(simd, factors, sums),
        _ => blocks::<S, 4, 3>(simd, factors, sums),
    }
}

/// Blocks of `G` rows and `V` vectors of columns.
#[inline(always)]
fn blocks<S: Simd, const G: usize, const V: usize>(simd: S, factors: Factors, sums: &mut [f32]) {
    let Factors { left, row, step, right, columns, count } = factors;
    let rows = sums.len() / columns;
    assert!(count * columns <= right.len(), "the right factor is too short");
    assert!(
        count == 0 || rows == 0 || (rows - 1) * row + (count - 1) * step < left.len(),
        "the left factor is too short"
    );
    let mut column = 0;
    while column < columns {
        let vectors = ((columns - column) / S::F32_LANES).min(V);
        let mut first = 0;
        while first < rows {
            let height = (rows - first).min(G);
            if height == G && vectors == V {
                block::<S, G, V>(simd, factors, (first, column), sums);
            } else if height == G {
                for v in 0..vectors {
                    block::<S, G, 1>(simd, factors, (first, column + v * S::F32_LANES), sums);
                }
            } else {
                for row in first..rows {
                    for v in 0..vectors {
                        block::<S, 1, 1>(simd, factors, (row, column + v * S::F32_LANES), sums);
                    }
                }
            }
            first += height;
        }
        column += vectors * S::F32_LANES;
    }
}

#[inline(always)]
fn block<S: Simd, const G: usize, const V: usize>(
    simd: S,
    factors: Factors,
    (first, column): (usize, usize),
    sums: &mut [f32],
) {
    let Factors { left, row, step, right, columns, count } = factors;
    let mut block = [[simd.splat_f32s(0.0); V]; G];
    for g in 0..G {
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

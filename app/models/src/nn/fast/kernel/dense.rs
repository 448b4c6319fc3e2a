//! The two inner loops: everything else only decides what they run over.
#![allow(clippy::needless_range_loop)] // Constant indices keep the sums in registers.

use pulp::Simd;

/// Which values of the input reach a cell, as pairs of offsets in an input channel and in that channel's weights.
#[derive(Debug, Default)]
pub struct Reach {
    pairs: Vec<(usize, usize)>,
    /// No offset is this large.
    ends: (usize, usize),
}

impl Reach {
    pub fn clear(&mut self) {
        self.pairs.clear();
        self.ends = (0, 0);
    }

    pub fn push(&mut self, input: usize, weight: usize) {
        self.pairs.push((input, weight));
        self.ends = (self.ends.0.max(input + 1), self.ends.1.max(weight + 1));
    }
}

/// The operands of [`weighted_sums`]: `channels` channels, `input_pitch` apart in the input and `weight_pitch` apart
/// in the weights.
#[derive(Debug, Clone, Copy)]
pub struct Operands<'a> {
    pub channels: usize,
    pub input: &'a [f32],
    pub input_pitch: usize,
    pub weights: &'a [f32],
    pub weight_pitch: usize,
}

/// `G` weighted sums over channels and reach of `V` vectors, which are `step` values apart in the input.
///
/// # Panics
/// If the operands are too short for what reaches the cell.
#[inline(always)]
pub fn weighted_sums<S: Simd, const G: usize, const V: usize>(
    simd: S,
    operands: Operands,
    step: usize,
    reach: &Reach,
) -> [[S::f32s; V]; G] {
    let Operands { channels, input, input_pitch, weights, weight_pitch } = operands;
    let mut sums = [[simd.splat_f32s(0.0); V]; G];
    if channels == 0 || reach.pairs.is_empty() {
        return sums;
    }
    let input_end = (channels - 1) * input_pitch + reach.ends.0 - 1 + (V - 1) * step + S::F32_LANES;
    let weight_end = (channels - 1) * weight_pitch + reach.ends.1 - 1 + G;
    assert!(input_end <= input.len() && weight_end <= weights.len(), "operands too short");
    for channel in 0..channels {
        // SAFETY: the largest offsets used below are `input_end` and `weight_end`, which the assertion bounds, for
        // every offset in `reach.pairs` is below `reach.ends`.
        let (input, weights) =
            unsafe { (input.get_unchecked(channel * input_pitch..), weights.get_unchecked(channel * weight_pitch..)) };
        for &(at, weight) in &reach.pairs {
            let mut values = [simd.splat_f32s(0.0); V];
            for v in 0..V {
                // SAFETY: as above.
                values[v] = unsafe { load(simd, input, at.wrapping_add(v * step)) };
            }
            for i in 0..G {
                // SAFETY: as above.
                let weight = simd.splat_f32s(unsafe { *weights.get_unchecked(weight.wrapping_add(i)) });
                for v in 0..V {
                    sums[i][v] = simd.mul_add_e_f32s(weight, values[v], sums[i][v]);
                }
            }
        }
    }
    sums
}

/// The operands of [`products`]: rows of `a` are `a_pitch` apart, of `b` `b_pitch`; each of `count` places is
/// `a_step` after the one before in `a` and `b_step` in `b`.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    pub a: &'a [f32],
    pub a_pitch: usize,
    pub a_step: usize,
    pub b: &'a [f32],
    pub b_pitch: usize,
    pub b_step: usize,
    pub count: usize,
}

/// Adds to `sums[r][c]` the products of row `r` of `a` with row `c` of `b`, `V` vectors at each place.
///
/// # Panics
/// If the rows are too short.
#[inline(always)]
pub fn products<S: Simd, const R: usize, const C: usize, const V: usize>(
    simd: S,
    mut sums: [[S::f32s; C]; R],
    rows: Rows,
) -> [[S::f32s; C]; R] {
    let Rows { a, a_pitch, a_step, b, b_pitch, b_step, count } = rows;
    if count == 0 {
        return sums;
    }
    let a_end = (R - 1) * a_pitch + (count - 1) * a_step + V * S::F32_LANES;
    let b_end = (C - 1) * b_pitch + (count - 1) * b_step + V * S::F32_LANES;
    assert!(a_end <= a.len() && b_end <= b.len(), "rows too short");
    for place in 0..count {
        let (a_at, b_at) = (place.wrapping_mul(a_step), place.wrapping_mul(b_step));
        for v in 0..V {
            let mut values = [simd.splat_f32s(0.0); C];
            for c in 0..C {
                // SAFETY: the last value read from `b` is `b_end − 1`, which the assertion bounds.
                values[c] = unsafe { load(simd, b, b_at.wrapping_add(c * b_pitch + v * S::F32_LANES)) };
            }
            for r in 0..R {
                // SAFETY: the last value read from `a` is `a_end − 1`, which the assertion bounds.
                let value = unsafe { load(simd, a, a_at.wrapping_add(r * a_pitch + v * S::F32_LANES)) };
                for c in 0..C {
                    sums[r][c] = simd.mul_add_e_f32s(value, values[c], sums[r][c]);
                }
            }
        }
    }
    sums
}

/// One vector.
///
/// # Safety
/// `at + S::F32_LANES` must not exceed the length.
#[inline(always)]
unsafe fn load<S: Simd>(_: S, values: &[f32], at: usize) -> S::f32s {
    // SAFETY: by the caller; a vector may lie at any address that is aligned for `f32`, read as unaligned.
    unsafe { values.as_ptr().add(at).cast::<S::f32s>().read_unaligned() }
}

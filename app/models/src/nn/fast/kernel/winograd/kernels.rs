//! Kernels and their transformed values.
#![allow(clippy::needless_range_loop)] // Iterators are not inlined into vector code.

use super::super::parallel::for_each;
use super::transforms::{kernels, load, store, weights};
use super::{PLACES, REACH, padded};
use pulp::{Arch, Simd, WithSimd};

/// Taps of a kernel along a side, and all.
const SIDE: usize = 3;
const TAPS: usize = SIDE * SIDE;

/// Transformed kernels, `[place, input channel, result]`, filled with zeros to whole vectors.
pub struct Kernels {
    pub(super) values: Vec<f32>,
    pub(super) inputs: usize,
    pub(super) results: usize,
}

impl Kernels {
    /// Of a weight `[results, inputs, 3, 3]`.
    pub fn new(weight: &[f32], results: usize, inputs: usize) -> Self {
        Self::of(inputs, results, |tap, input, result| weight[(result * inputs + input) * TAPS + tap])
    }

    /// Those that lead from the gradient of the results to that of the inputs.
    pub fn flipped(weight: &[f32], results: usize, inputs: usize) -> Self {
        Self::of(results, inputs, |tap, result, input| weight[(result * inputs + input) * TAPS + TAPS - 1 - tap])
    }

    fn of(inputs: usize, results: usize, weight: impl Fn(usize, usize, usize) -> f32 + Sync) -> Self {
        let (rows, columns) = (padded(inputs), padded(results));
        let mut values = vec![0.0; PLACES * rows * columns];
        let mut places: Vec<_> = values.chunks_mut(rows * columns).map(|place| place.chunks_mut(columns)).collect();
        let work = (0..inputs).map(|input| (input, places.iter_mut().filter_map(Iterator::next).collect())).collect();
        for_each(work, |(input, places): (usize, Vec<&mut [f32]>)| {
            let mut taps = vec![0.0; TAPS * columns];
            for (tap, taps) in taps.chunks_exact_mut(columns).enumerate() {
                taps.iter_mut().take(results).enumerate().for_each(|(result, slot)| *slot = weight(tap, input, result));
            }
            Arch::new().dispatch(Transform { taps: &taps, places });
        });
        Self { values, inputs, results }
    }
}

struct Transform<'a, 'o> {
    taps: &'a [f32],
    places: Vec<&'o mut [f32]>,
}

impl WithSimd for Transform<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let columns = self.taps.len() / TAPS;
        for i in 0..columns / S::F32_LANES {
            let zero = simd.splat_f32s(0.0);
            let mut down = [[zero; REACH]; SIDE];
            for x in 0..SIDE {
                let mut column = [zero; SIDE];
                for y in 0..SIDE {
                    column[y] = load(simd, &self.taps[(y * SIDE + x) * columns..][..columns], i);
                }
                down[x] = kernels(simd, column);
            }
            for y in 0..REACH {
                let across = kernels(simd, [down[0][y], down[1][y], down[2][y]]);
                for x in 0..REACH {
                    store(simd, self.places[y * REACH + x], i, across[x]);
                }
            }
        }
    }
}

/// The gradient of the weight `[results, inputs, 3, 3]` from that of the transformed kernels.
pub fn weight_gradient(values: &[f32], results: usize, inputs: usize) -> Vec<f32> {
    let (rows, columns) = (padded(inputs), padded(results));
    let mut by_input = vec![0.0; inputs * TAPS * columns];
    for_each(by_input.chunks_mut(TAPS * columns).enumerate().collect(), |(input, taps)| {
        let places = values.chunks_exact(rows * columns).map(|place| &place[input * columns..][..columns]).collect();
        Arch::new().dispatch(Back { places, taps });
    });
    let mut weight = vec![0.0; results * inputs * TAPS];
    for_each(weight.chunks_mut(inputs * TAPS).enumerate().collect(), |(result, row): (usize, &mut [f32])| {
        let sources = by_input.chunks_exact(columns).map(|tap| tap[result]);
        row.iter_mut().zip(sources).for_each(|(slot, value)| *slot = value);
    });
    weight
}

struct Back<'a, 'o> {
    places: Vec<&'a [f32]>,
    taps: &'o mut [f32],
}

impl WithSimd for Back<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let columns = self.taps.len() / TAPS;
        for i in 0..columns / S::F32_LANES {
            let zero = simd.splat_f32s(0.0);
            let mut up = [[zero; SIDE]; REACH];
            for x in 0..REACH {
                let mut column = [zero; REACH];
                for y in 0..REACH {
                    column[y] = load(simd, self.places[y * REACH + x], i);
                }
                up[x] = weights(simd, column);
            }
            for y in 0..SIDE {
                let back = weights(simd, [up[0][y], up[1][y], up[2][y], up[3][y], up[4][y], up[5][y]]);
                for x in 0..SIDE {
                    store(simd, &mut self.taps[(y * SIDE + x) * columns..][..columns], i, back[x]);
                }
            }
        }
    }
}

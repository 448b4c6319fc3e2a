//! The gradient of a convolution's weight: `dW[s, b, tap] = Σ small[s, o]·big[b, stride·o − padding + tap]` over
//! voxels and samples.

use super::LANES;
use super::geometry::Geometry;
use super::parallel::for_each;
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Taps along x that are accumulated together.
const TAPS: usize = 4;
/// Channels of the small grid that are accumulated together.
const CHANNELS: usize = 4;
/// Floats of the small grid that a task walks over: what stays in the second cache beside its part of the big grid.
const TASK_FLOATS: usize = 1 << 15;

/// `small: [small_channels, voxels, batch]`, `big: [big_channels, voxels, batch]` →
/// `[small_channels, big_channels, kz, ky, kx]`.
pub fn weight_gradient(geometry: &Geometry, small: &[f32], big: &[f32]) -> Vec<f32> {
    let g = geometry;
    let block = CHANNELS * g.big_channels * g.taps();
    let blocks = g.small_channels.div_ceil(CHANNELS);
    let plane = g.small[1] * g.small[2] * g.batch * CHANNELS;
    // A fixed number of partial sums, so that the result does not depend on the number of threads.
    let planes = (TASK_FLOATS / plane.max(1)).clamp(1, g.small[0].max(1));
    let parts = g.small[0].div_ceil(planes).max(1);
    let mut partial = vec![0.0; parts * blocks * block];
    if partial.is_empty() {
        return vec![0.0; g.small_channels * g.big_channels * g.taps()];
    }
    for_each(partial.chunks_mut(block).enumerate().collect(), |(task, sums)| {
        let (part, channel) = (task / blocks, task % blocks * CHANNELS);
        let channels = channel..g.small_channels.min(channel + CHANNELS);
        let depth = part * planes..g.small[0].min((part + 1) * planes);
        Arch::new().dispatch(BlockOp { g, small, big, channels, depth, sums });
    });
    let (total, rest) = partial.split_at_mut(blocks * block);
    for part in rest.chunks(blocks * block) {
        total.iter_mut().zip(part).for_each(|(total, value)| *total += value);
    }
    partial.truncate(g.small_channels * g.big_channels * g.taps());
    partial
}

/// The gradient of up to [`CHANNELS`] channels of the small grid from some of its planes.
struct BlockOp<'a> {
    g: &'a Geometry,
    small: &'a [f32],
    big: &'a [f32],
    channels: Range<usize>,
    depth: Range<usize>,
    sums: &'a mut [f32],
}

impl WithSimd for BlockOp<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.channels.len();
        match (S::F32_LANES, rows) {
            (16, CHANNELS) => self.block::<S, CHANNELS, 1>(simd),
            (16, _) => self.block::<S, 1, 1>(simd),
            (8, CHANNELS) => self.block::<S, 2, 2>(simd),
            (8, _) => self.block::<S, 1, 2>(simd),
            (4, CHANNELS) => self.block::<S, 2, 4>(simd),
            (4, _) => self.block::<S, 1, 4>(simd),
            _ => self.block::<S, 1, 16>(simd),
        }
    }
}

impl BlockOp<'_> {
    #[inline(always)]
    fn block<S: Simd, const C: usize, const V: usize>(self, simd: S) {
        let g = self.g;
        let [kz, ky, kx] = g.kernel;
        for big_channel in 0..g.big_channels {
            for first in (0..self.channels.len()).step_by(C) {
                for tap_zy in 0..kz * ky {
                    for tap_x in (0..kx).step_by(TAPS) {
                        let tap = [tap_zy / ky, tap_zy % ky, tap_x];
                        let tile = self.tile::<S, C, V>(simd, self.channels.start + first, big_channel, tap);
                        for (i, row) in tile.iter().enumerate() {
                            let row_at = ((first + i) * g.big_channels + big_channel) * g.taps();
                            let at = row_at + tap_zy * kx + tap_x;
                            self.sums[at..at + TAPS.min(kx - tap_x)].copy_from_slice(&row[..TAPS.min(kx - tap_x)]);
                        }
                    }
                }
            }
        }
    }

    /// `C` channels of the small grid from `channel` on, with [`TAPS`] taps along x from `tap` on.
    #[inline(always)]
    fn tile<S: Simd, const C: usize, const V: usize>(
        &self,
        simd: S,
        channel: usize,
        big_channel: usize,
        tap: [usize; 3],
    ) -> [[f32; TAPS]; C] {
        let g = self.g;
        let pitch = g.small_voxels() * g.batch;
        let valid = [g.valid(0, tap[0]), g.valid(1, tap[1])];
        let taps = TAPS.min(g.kernel[2] - tap[2]);
        let valid_x: [Range<usize>; TAPS] =
            std::array::from_fn(|i| if i < taps { g.valid(2, tap[2] + i) } else { 0..0 });
        // Along x: where every tap is inside, and the rest.
        let inner = valid_x.iter().map(|r| r.start).max().unwrap_or(0)..valid_x.iter().map(|r| r.end).min().unwrap_or(0);
        let inner = inner.start.min(g.small[2])..inner.end.clamp(inner.start, g.small[2]).max(inner.start);
        let mut sums = [[simd.splat_f32s(0.0); TAPS]; C];
        for z in self.depth.start.max(valid[0].start)..self.depth.end.min(valid[0].end) {
            let big_z = g.stride[0] * z + tap[0] - g.padding[0];
            for y in valid[1].clone() {
                let big_y = g.stride[1] * y + tap[1] - g.padding[1];
                let small_row = (channel * g.small_voxels() + (z * g.small[1] + y) * g.small[2]) * g.batch;
                let big_row = ((big_channel * g.big[0] + big_z) * g.big[1] + big_y) * g.big[2] * g.batch;
                let small = &self.small[small_row..];
                let big = &self.big[big_row..][..g.big[2] * g.batch];
                for sample in (0..g.batch).step_by(LANES) {
                    for x in inner.clone() {
                        let at = (g.stride[2] * x + tap[2] - g.padding[2]) * g.batch + sample;
                        let mut starts = [0; TAPS];
                        for i in 0..TAPS {
                            starts[i] = at + i * g.batch;
                        }
                        let small = &small[x * g.batch + sample..];
                        multiply::<S, C, V>(simd, &mut sums, small, pitch, big, starts);
                    }
                    for x in (0..inner.start).chain(inner.end..g.small[2]) {
                        let mut starts = [usize::MAX; TAPS];
                        for i in 0..TAPS {
                            if valid_x[i].contains(&x) {
                                starts[i] = (g.stride[2] * x + tap[2] + i - g.padding[2]) * g.batch + sample;
                            }
                        }
                        let small = &small[x * g.batch + sample..];
                        multiply::<S, C, V>(simd, &mut sums, small, pitch, big, starts);
                    }
                }
            }
        }
        let mut totals = [[0.0; TAPS]; C];
        for c in 0..C {
            for i in 0..TAPS {
                totals[c][i] = simd.reduce_sum_f32s(sums[c][i]);
            }
        }
        totals
    }
}

/// `sums[c][i] += small[c·pitch]·big[starts[i]]` over [`LANES`] samples; a start beyond the end stands for zeros. Every
/// index into the sums is a constant after unrolling, so that they stay in registers.
#[inline(always)]
fn multiply<S: Simd, const C: usize, const V: usize>(
    simd: S,
    sums: &mut [[S::f32s; TAPS]; C],
    small: &[f32],
    pitch: usize,
    big: &[f32],
    starts: [usize; TAPS],
) {
    let mut values = [[simd.splat_f32s(0.0); V]; TAPS];
    for i in 0..TAPS {
        if let Some(value) = big.get(starts[i]..starts[i].wrapping_add(LANES)) {
            let (value, _) = S::as_simd_f32s(value);
            for v in 0..V {
                values[i][v] = value[v];
            }
        }
    }
    for c in 0..C {
        let (row, _) = S::as_simd_f32s(&small[c * pitch..][..LANES]);
        for v in 0..V {
            for i in 0..TAPS {
                sums[c][i] = simd.mul_add_e_f32s(row[v], values[i][v], sums[c][i]);
            }
        }
    }
}

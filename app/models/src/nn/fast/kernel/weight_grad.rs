//! The gradient of a convolution's weight: `dW[s, b, tap] = Σ small[s, o]·big[b, stride·o − padding + tap]` over
//! voxels and samples.

use super::LANES;
use super::dense::{Rows, products};
use super::geometry::Geometry;
use super::parallel::for_each;
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Taps along x that are accumulated together.
const TAPS: usize = 4;
/// Channels of the small grid that are accumulated together.
const CHANNELS: usize = 4;
/// Voxels of a strip, at least.
const STRIP: usize = 32;
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
        let tiles = kx.div_ceil(TAPS);
        let rows = (STRIP / g.small[2].max(1)).clamp(1, g.small[1].max(1));
        let mut sums = vec![[[simd.splat_f32s(0.0); TAPS]; C]; kz * ky * tiles];
        for big_channel in 0..g.big_channels {
            for first in (0..self.channels.len()).step_by(C) {
                sums.fill([[simd.splat_f32s(0.0); TAPS]; C]);
                // All taps see a strip of the small grid while it is in the first cache.
                for z in self.depth.clone() {
                    for y in (0..g.small[1]).step_by(rows) {
                        let strip = Strip {
                            channel: self.channels.start + first,
                            big_channel,
                            z,
                            rows: y..g.small[1].min(y + rows),
                        };
                        for (tile, sums) in sums.iter_mut().enumerate() {
                            let tap_zy = tile / tiles;
                            let tap = [tap_zy / ky, tap_zy % ky, tile % tiles * TAPS];
                            self.tile::<S, C, V>(simd, &strip, tap, sums);
                        }
                    }
                }
                for (tile, sums) in sums.iter().enumerate() {
                    let tap_x = tile % tiles * TAPS;
                    for (c, sums) in sums.iter().enumerate() {
                        let row_at = ((first + c) * g.big_channels + big_channel) * g.taps() + tile / tiles * kx;
                        let slots = &mut self.sums[row_at + tap_x..][..TAPS.min(kx - tap_x)];
                        for (slot, &sum) in slots.iter_mut().zip(sums) {
                            *slot = simd.reduce_sum_f32s(sum);
                        }
                    }
                }
            }
        }
    }

    /// Adds to `C` channels and [`TAPS`] taps along x from `tap` on what a strip brings.
    #[inline(always)]
    fn tile<S: Simd, const C: usize, const V: usize>(
        &self,
        simd: S,
        strip: &Strip,
        tap: [usize; 3],
        total: &mut [[S::f32s; TAPS]; C],
    ) {
        let g = self.g;
        let pitch = g.small_voxels() * g.batch;
        if !g.valid(0, tap[0]).contains(&strip.z) {
            return;
        }
        let valid_y = g.valid(1, tap[1]);
        let mut valid_x = [(0, 0); TAPS];
        for (i, valid) in valid_x.iter_mut().enumerate().take(g.kernel[2] - tap[2]) {
            let range = g.valid(2, tap[2] + i);
            *valid = (range.start, range.end);
        }
        // Along x: where every tap is inside, and the rest.
        let start = valid_x.iter().fold(0, |start, valid| start.max(valid.0)).min(g.small[2]);
        let inner = start..valid_x.iter().fold(g.small[2], |end, valid| end.min(valid.1)).max(start);
        let big_z = g.stride[0] * strip.z + tap[0] - g.padding[0];
        let mut sums = *total;
        for y in strip.rows.start.max(valid_y.start)..strip.rows.end.min(valid_y.end) {
            let big_y = g.stride[1] * y + tap[1] - g.padding[1];
            let small_row = (strip.channel * g.small_voxels() + (strip.z * g.small[1] + y) * g.small[2]) * g.batch;
            let big_row = ((strip.big_channel * g.big[0] + big_z) * g.big[1] + big_y) * g.big[2] * g.batch;
            let small = &self.small[small_row..];
            let big = &self.big[big_row..][..g.big[2] * g.batch];
            for sample in (0..g.batch).step_by(LANES) {
                if !inner.is_empty() {
                    let at = (g.stride[2] * inner.start + tap[2] - g.padding[2]) * g.batch + sample;
                    let rows = Rows {
                        a: &small[inner.start * g.batch + sample..],
                        a_pitch: pitch,
                        a_step: g.batch,
                        b: &big[at..],
                        b_pitch: g.batch,
                        b_step: g.stride[2] * g.batch,
                        count: inner.len(),
                    };
                    sums = products::<S, C, TAPS, V>(simd, sums, rows);
                }
                for x in (0..inner.start).chain(inner.end..g.small[2]) {
                    // Taps outside the big grid meet zeros.
                    let mut window = [0.0; TAPS * LANES];
                    for (i, part) in window.chunks_mut(LANES).enumerate() {
                        if valid_x[i].0 <= x && x < valid_x[i].1 {
                            let at = (g.stride[2] * x + tap[2] + i - g.padding[2]) * g.batch + sample;
                            part.copy_from_slice(&big[at..][..LANES]);
                        }
                    }
                    let rows = Rows {
                        a: &small[x * g.batch + sample..],
                        a_pitch: pitch,
                        a_step: 0,
                        b: &window,
                        b_pitch: LANES,
                        b_step: 0,
                        count: 1,
                    };
                    sums = products::<S, C, TAPS, V>(simd, sums, rows);
                }
            }
        }
        *total = sums;
    }
}

/// Some rows of one plane of the small grid, and the channels that meet there.
struct Strip {
    channel: usize,
    big_channel: usize,
    z: usize,
    rows: Range<usize>,
}

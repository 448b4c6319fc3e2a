//! Convolutions on [`Planes`]: forward, and backward to the input, which is the same with flipped kernels.

use super::LANES;
use super::correlate::lanes_of_a_register;
use super::dense::{Operands, Reach, weighted_sums};
use super::parallel::for_each;
use super::planes::Planes;
use pulp::{Arch, Simd, WithSimd};

/// Floats of the input that a task reads: they stay in the second cache.
const TASK_FLOATS: usize = 1 << 16;
/// Positions of a task, at least.
const FEWEST_POSITIONS: usize = 256;

/// A part of the engine's weights as it lies in a kernel: weight `tap` of a result and one of `channels` input
/// channels is `values[result·result_pitch + channel·channel_pitch + tap]`, taps counted backwards if `flipped`.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    pub values: &'a [f32],
    pub channels: usize,
    pub result_pitch: usize,
    pub channel_pitch: usize,
    pub flipped: bool,
}

/// Weights as `[group, channel, tap, result in group]`, zero beyond the last result.
pub struct Stack {
    values: Vec<f32>,
    results: usize,
    channels: usize,
    group: usize,
}

impl Stack {
    /// Stacks the parts' input channels.
    pub fn new(results: usize, taps: usize, parts: &[Part]) -> Self {
        let widest = if lanes_of_a_register() == 16 { 16 } else { 4 };
        // As few groups as possible, and all of one size.
        let group = results.div_ceil(results.div_ceil(widest).max(1)).max(1);
        let channels: usize = parts.iter().map(|part| part.channels).sum();
        let per_group = channels * taps * group;
        let mut values = vec![0.0; results.div_ceil(group) * per_group];
        let groups = values.chunks_mut(per_group.max(1)).enumerate().collect();
        for_each(groups, |(index, values): (usize, &mut [f32])| {
            for (i, result) in (index * group..results.min((index + 1) * group)).enumerate() {
                let mut slots = values[i..].iter_mut().step_by(group);
                for part in parts {
                    for channel in 0..part.channels {
                        let start = result * part.result_pitch + channel * part.channel_pitch;
                        let kernel = &part.values[start..start + taps];
                        // In this order: zip takes no slot once the kernel has ended.
                        match part.flipped {
                            true => kernel.iter().rev().zip(&mut slots).for_each(|(value, slot)| *slot = *value),
                            false => kernel.iter().zip(&mut slots).for_each(|(value, slot)| *slot = *value),
                        }
                    }
                }
            }
        });
        Self { values, results, channels, group }
    }
}

/// What becomes of a sum.
#[derive(Debug, Clone, Copy)]
pub enum Finish<'a> {
    /// `max(z, 0) + slope·min(z, 0)` with `z` the sum and the result's bias.
    Activate { bias: &'a [f32], slope: f32 },
    /// The sum where the result of the activation is positive, elsewhere `slope` times the sum. `activated` has the
    /// channels of the output.
    Gate { activated: &'a [f32], slope: f32 },
    /// The sum.
    Keep,
}

/// Convolves the channels of `input` into the first channels of `output`, zero between pixels (`inside`).
pub fn convolve(planes: &Planes, input: &[f32], stack: &Stack, finish: Finish, inside: &[f32], output: &mut [f32]) {
    if planes.positions() == 0 {
        return;
    }
    let (pitch, margin) = (planes.channel_pitch(), planes.margin());
    let length = (TASK_FLOATS / stack.channels.max(1)).max(FEWEST_POSITIONS).next_multiple_of(LANES);
    let mut tasks = Vec::new();
    for (group, channels) in output.chunks_mut(stack.group * pitch).enumerate() {
        let first = group * stack.group;
        if first >= stack.results {
            break;
        }
        let mut rows: Vec<_> = channels
            .chunks_mut(pitch)
            .take(stack.results - first)
            .map(|channel| channel[margin..][..planes.positions()].chunks_mut(length))
            .collect();
        for start in (0..planes.positions()).step_by(length) {
            let rows = rows.iter_mut().filter_map(Iterator::next).collect();
            tasks.push(Task { planes, input, stack, finish, inside, group, start, rows });
        }
    }
    for_each(tasks, |task| Arch::new().dispatch(task));
}

/// A group of results at consecutive positions from `start` on.
struct Task<'a, 'o> {
    planes: &'a Planes,
    input: &'a [f32],
    stack: &'a Stack,
    finish: Finish<'a>,
    inside: &'a [f32],
    group: usize,
    start: usize,
    rows: Vec<&'o mut [f32]>,
}

impl WithSimd for Task<'_, '_> {
    type Output = ();

    /// As many sums as registers hold, beside the values that they share.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match (S::F32_LANES, self.stack.group) {
            (16, 1) => self.run::<S, 1, 4>(simd),
            (16, 2) => self.run::<S, 2, 4>(simd),
            (16, 3) => self.run::<S, 3, 4>(simd),
            (16, 4) => self.run::<S, 4, 4>(simd),
            (16, 5) => self.run::<S, 5, 4>(simd),
            (16, 6) => self.run::<S, 6, 4>(simd),
            (16, 7) => self.run::<S, 7, 3>(simd),
            (16, 8) => self.run::<S, 8, 3>(simd),
            (16, 9) => self.run::<S, 9, 3>(simd),
            (16, 10) => self.run::<S, 10, 2>(simd),
            (16, 11) => self.run::<S, 11, 2>(simd),
            (16, 12) => self.run::<S, 12, 2>(simd),
            (16, 13) => self.run::<S, 13, 2>(simd),
            (16, 14) => self.run::<S, 14, 2>(simd),
            (16, 15) => self.run::<S, 15, 1>(simd),
            (16, 16) => self.run::<S, 16, 1>(simd),
            (_, 1) => self.run::<S, 1, 4>(simd),
            (_, 2) => self.run::<S, 2, 4>(simd),
            (_, 3) => self.run::<S, 3, 3>(simd),
            (_, 4) => self.run::<S, 4, 2>(simd),
            (lanes, group) => unreachable!("no group of {group} results in vectors of {lanes}"),
        }
    }
}

impl Task<'_, '_> {
    #[inline(always)]
    fn run<S: Simd, const G: usize, const V: usize>(mut self, simd: S) {
        let kernel = self.planes.kernel();
        let mut reach = Reach::default();
        for tap in 0..self.planes.taps() {
            reach.push(self.planes.tap(tap / kernel, tap % kernel), tap * G);
        }
        let length = self.rows.first().map_or(0, |row| row.len());
        let mut at = 0;
        while at < length {
            if at + V * S::F32_LANES <= length {
                self.vectors::<S, G, V>(simd, at, &reach);
                at += V * S::F32_LANES;
            } else {
                self.vectors::<S, G, 1>(simd, at, &reach);
                at += S::F32_LANES;
            }
        }
    }

    /// `V` vectors of each result, at position `at` of the task.
    #[inline(always)]
    fn vectors<S: Simd, const G: usize, const V: usize>(&mut self, simd: S, at: usize, reach: &Reach) {
        let (pitch, weight_pitch) = (self.planes.channel_pitch(), self.planes.taps() * G);
        let position = self.start + at;
        let operands = Operands {
            channels: self.stack.channels,
            input: &self.input[position..],
            input_pitch: pitch,
            weights: &self.stack.values[self.group * self.stack.channels * weight_pitch..],
            weight_pitch,
        };
        let sums = weighted_sums::<S, G, V>(simd, operands, S::F32_LANES, reach);
        let zero = simd.splat_f32s(0.0);
        let inside = S::as_simd_f32s(&self.inside[position..][..V * S::F32_LANES]).0;
        for (i, (row, sums)) in self.rows.iter_mut().zip(sums).enumerate() {
            let result = self.group * G + i;
            let slots = S::as_mut_simd_f32s(&mut row[at..][..V * S::F32_LANES]).0;
            for (v, slot) in slots.iter_mut().enumerate() {
                let value = match self.finish {
                    Finish::Activate { bias, slope } => {
                        let value = simd.add_f32s(sums[v], simd.splat_f32s(bias[result]));
                        let positive = simd.greater_than_f32s(value, zero);
                        simd.select_f32s(positive, value, simd.mul_f32s(value, simd.splat_f32s(slope)))
                    }
                    Finish::Gate { activated, slope } => {
                        let place = result * pitch + self.planes.margin() + position;
                        let gate = S::as_simd_f32s(&activated[place..][..V * S::F32_LANES]).0[v];
                        let positive = simd.greater_than_f32s(gate, zero);
                        simd.select_f32s(positive, sums[v], simd.mul_f32s(sums[v], simd.splat_f32s(slope)))
                    }
                    Finish::Keep => sums[v],
                };
                // Not a product with 0 or 1: what is no number must not spread to the next row or sample.
                *slot = simd.select_f32s(simd.greater_than_f32s(inside[v], zero), value, zero);
            }
        }
    }
}

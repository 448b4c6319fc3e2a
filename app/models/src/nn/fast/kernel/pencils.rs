//! A row of cells in burn's order: every vector holds consecutive cells of the row. For batches too small for lane
//! layout, which is to say for sampling.
//!
//! The input's rows are copied once with zeros around them, and split by the residue of x modulo the stride, so that
//! consecutive cells read consecutive values whatever the stride is.

use super::correlate::{Job, Packed, RowTask, Weights};
use super::dense::{Operands, Reach, weighted_sums};
use super::parallel::for_each;
use pulp::{Arch, Simd, WithSimd};

/// Most cells that are computed together; rows are padded for as many.
const WIDEST: usize = 16;

/// `input: [batch, input_channels, voxels]` → `[batch, output_channels, voxels]`.
pub fn run(job: &Job, batch: usize, input: &[f32], weights: &Weights) -> Vec<f32> {
    let per_sample = job.output_channels * job.output_grid.iter().product::<usize>();
    let mut output = vec![0.0; batch * per_sample];
    if output.is_empty() {
        return output;
    }
    let packed = job.pack(weights);
    let rows = PaddedRows::of(job);
    let sample = job.input_channels * job.input_grid.iter().product::<usize>();
    for (input, output) in input.chunks(sample.max(1)).zip(output.chunks_mut(per_sample)) {
        let padded = rows.pad(job, input);
        for_each(job.tasks(output, 1), |task| {
            Arch::new().dispatch(RowOp { job, input: &padded, rows: &rows, task, packed: &packed });
        });
    }
    output
}

/// How a row of the input is laid out: `phases` sequences of `length`, one per residue.
struct PaddedRows {
    phases: usize,
    length: usize,
    /// Zeros before the row.
    before: usize,
    /// For each tap along x, where its value for cell 0 is.
    taps: Vec<usize>,
}

impl PaddedRows {
    fn of(job: &Job) -> Self {
        let axis = &job.reach[2];
        let at = |tap: usize| tap as isize * axis.tap_step + axis.first;
        let lowest = (0..axis.taps).map(at).min().unwrap_or(0).min(0);
        let before = lowest.unsigned_abs();
        let places: Vec<usize> = (0..axis.taps).map(|tap| (at(tap) - lowest) as usize).collect();
        let phases = axis.advance;
        let furthest = places.iter().map(|place| place / phases).max().unwrap_or(0);
        let reached = furthest + axis.cells.len() + WIDEST;
        let length = reached.max((before + job.input_grid[2]).div_ceil(phases));
        let taps = places.iter().map(|place| place % phases * length + place / phases).collect();
        Self { phases, length, before, taps }
    }

    fn pad(&self, job: &Job, input: &[f32]) -> Vec<f32> {
        let width = job.input_grid[2].max(1);
        let pitch = self.phases * self.length;
        let mut padded = vec![0.0; input.len() / width * pitch];
        for (target, source) in padded.chunks_mut(pitch).zip(input.chunks(width)) {
            if self.phases == 1 {
                target[self.before..][..width].copy_from_slice(source);
                continue;
            }
            for (x, value) in source.iter().enumerate() {
                let place = x + self.before;
                target[place % self.phases * self.length + place / self.phases] = *value;
            }
        }
        padded
    }
}

struct RowOp<'a, 'o> {
    job: &'a Job,
    input: &'a [f32],
    rows: &'a PaddedRows,
    task: RowTask<'o>,
    packed: &'a Packed,
}

impl WithSimd for RowOp<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match (S::F32_LANES, self.packed.group) {
            (16, 16) => self.row::<S, 16, 1>(simd),
            (16, _) => self.row::<S, 8, 1>(simd),
            (8, _) => self.row::<S, 4, 2>(simd),
            (4, _) => self.row::<S, 4, 2>(simd),
            _ => self.row::<S, 4, 4>(simd),
        }
    }
}

impl RowOp<'_, '_> {
    /// `G` results at a time, in `V` vectors of cells.
    #[inline(always)]
    fn row<S: Simd, const G: usize, const V: usize>(mut self, simd: S) {
        let job = self.job;
        let [depth, height, _] = job.input_grid;
        let [_, tap_height, tap_width] = job.reach.each_ref().map(|axis| axis.taps);
        let row_pitch = self.rows.phases * self.rows.length;
        let channel_pitch = depth * height * row_pitch;
        let weight_pitch = job.reach.iter().map(|axis| axis.taps).product::<usize>() * G;
        let mut reach = Reach::default();
        for &(tz, z) in &job.reach[0].cells[self.task.z] {
            for &(ty, y) in &job.reach[1].cells[self.task.y] {
                for (tx, place) in self.rows.taps.iter().enumerate() {
                    let input = (z * height + y) * row_pitch + place;
                    reach.push(input, ((tz * tap_height + ty) * tap_width + tx) * G);
                }
            }
        }
        for first in (0..job.results()).step_by(G) {
            let results = first..job.results().min(first + G);
            if results.clone().all(|result| self.task.rows[job.place(result).0].is_none()) {
                continue;
            }
            let weights = self.packed.group(first / G);
            for cell in job.cells_of(results.clone()).step_by(V * S::F32_LANES) {
                let operands = Operands {
                    channels: job.input_channels,
                    input: &self.input[cell..],
                    input_pitch: channel_pitch,
                    weights,
                    weight_pitch,
                };
                let sums = weighted_sums::<S, G, V>(simd, operands, S::F32_LANES, &reach);
                for (result, sum) in results.clone().zip(&sums) {
                    let (row, phase) = job.place(result);
                    let Some(row) = &mut self.task.rows[row] else { continue };
                    let mut values = [0.0; WIDEST];
                    S::as_mut_simd_f32s(&mut values[..V * S::F32_LANES]).0.copy_from_slice(sum);
                    store(row, &values[..V * S::F32_LANES], cell, job.stride[2], phase, job.padding[2]);
                }
            }
        }
    }
}

/// Writes the values of consecutive cells to `stride·cell + phase − padding`, as far as that is inside the row.
#[inline(always)]
fn store(row: &mut [f32], values: &[f32], cell: usize, stride: usize, phase: usize, padding: usize) {
    let skipped = padding.saturating_sub(stride * cell + phase).div_ceil(stride);
    let Some(start) = (stride * (cell + skipped) + phase).checked_sub(padding).filter(|&x| x < row.len()) else {
        return;
    };
    for (slot, value) in row[start..].iter_mut().step_by(stride).zip(values.iter().skip(skipped)) {
        *slot = *value;
    }
}

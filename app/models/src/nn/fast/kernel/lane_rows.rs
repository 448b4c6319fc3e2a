//! A row of cells in lane layout: every vector holds the samples of one cell.

use super::correlate::{Job, Packed, RowTask};
use super::dense::{Operands, Reach, weighted_sums};
use pulp::{Simd, WithSimd};

pub struct RowOp<'a, 'o> {
    pub job: &'a Job,
    pub input: &'a [f32],
    pub batch: usize,
    pub task: RowTask<'o>,
    pub packed: &'a Packed,
}

impl WithSimd for RowOp<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match (S::F32_LANES, self.packed.group) {
            (16, 16) => self.row::<S, 16, 1, 1>(simd),
            (16, _) => self.row::<S, 8, 1, 2>(simd),
            (8, _) => self.row::<S, 4, 2, 2>(simd),
            (4, _) => self.row::<S, 4, 2, 2>(simd),
            _ => self.row::<S, 4, 4, 4>(simd),
        }
    }
}

/// A place in the row: results from `first` on, the vectors of `cell` from `sample` on, and where the input is.
struct Place {
    first: usize,
    cell: usize,
    sample: usize,
    shift: usize,
}

impl RowOp<'_, '_> {
    /// `G` results at a time, in `V` vectors of samples; or, where two cells are left, in `W` vectors, which are
    /// the samples of one cell if `W` is `V` and otherwise of two.
    #[inline(always)]
    fn row<S: Simd, const G: usize, const V: usize, const W: usize>(mut self, simd: S) {
        let job = self.job;
        let [_, input_height, input_width] = job.input_grid;
        let [_, tap_height, tap_width] = job.reach.each_ref().map(|axis| axis.taps);
        let axis = &job.reach[2];
        let cell_step = axis.advance * self.batch;
        let mut reach = Reach::default();
        for run in axis.runs() {
            // The offsets of everything that reaches the first cell of the run, in the input and in the weights.
            reach.clear();
            for &(tz, z) in &job.reach[0].cells[self.task.z] {
                for &(ty, y) in &job.reach[1].cells[self.task.y] {
                    for &(tx, x) in &axis.cells[run.start] {
                        let input = ((z * input_height + y) * input_width + x) * self.batch;
                        reach.push(input, ((tz * tap_height + ty) * tap_width + tx) * G);
                    }
                }
            }
            for first in (0..job.results()).step_by(G) {
                let results = first..job.results().min(first + G);
                if results.clone().all(|result| self.task.rows[job.place(result).0].is_none()) {
                    continue;
                }
                let inside = job.cells_of(results);
                let cells = run.start.max(inside.start)..run.end.min(inside.end);
                let together = W / V;
                for cell in cells.clone().step_by(together) {
                    let shift = (cell - run.start) * cell_step;
                    for sample in (0..self.batch).step_by(V * S::F32_LANES) {
                        let place = Place { first, cell, sample, shift };
                        if together > 1 && cell + together <= cells.end {
                            self.vectors::<S, G, V, W>(simd, place, cell_step, &reach);
                        } else {
                            self.vectors::<S, G, V, V>(simd, place, S::F32_LANES, &reach);
                        }
                    }
                }
            }
        }
    }

    /// `W` vectors, `step` apart in the input, `V` to a cell.
    #[inline(always)]
    fn vectors<S: Simd, const G: usize, const V: usize, const W: usize>(
        &mut self,
        simd: S,
        place: Place,
        step: usize,
        reach: &Reach,
    ) {
        let job = self.job;
        let operands = Operands {
            channels: job.input_channels,
            // Nothing reaches a cell in the padding alone, and its place may be beyond the input.
            input: self.input.get(place.shift + place.sample..).unwrap_or_default(),
            input_pitch: job.input_grid.iter().product::<usize>() * self.batch,
            weights: self.packed.group(place.first / G),
            weight_pitch: job.reach.iter().map(|axis| axis.taps).product::<usize>() * G,
        };
        let sums = weighted_sums::<S, G, W>(simd, operands, step, reach);
        for (result, sums) in (place.first..job.results()).zip(&sums) {
            let (row, phase) = job.place(result);
            let Some(row) = &mut self.task.rows[row] else { continue };
            for (i, sums) in sums.chunks(V).enumerate() {
                let cell = job.stride[2] * (place.cell + i) + phase;
                let Some(x) = cell.checked_sub(job.padding[2]).filter(|&x| x < job.output_grid[2]) else { continue };
                let slots = &mut row[x * self.batch + place.sample..][..V * S::F32_LANES];
                S::as_mut_simd_f32s(slots).0.copy_from_slice(sums);
            }
        }
    }
}

//! Convolution and transposed convolution as one engine: an output cell is a sum over input channels and over the
//! taps that reach it.
//!
//! A convolution's cell is a voxel of the small grid with `small_channels` results. A transposed convolution's cell
//! is a block of `stride³` voxels of the big grid, which all see the same input voxels through different taps: it
//! has `stride³·big_channels` results. So both are a small dense matrix product per cell, with the weights packed
//! in groups of as many results as there are registers.

use super::LANES;
use super::geometry::Geometry;
use super::parallel::for_each;
use pulp::{Arch, Simd, WithSimd};

/// The convolution `big → small`; `big: [big_channels, voxels, batch]`.
pub fn gather(geometry: &Geometry, big: &[f32], weight: &[f32]) -> Vec<f32> {
    let g = geometry;
    let reach = [0, 1, 2].map(|axis| {
        let reach = |cell: usize| {
            let taps = 0..g.kernel[axis];
            let input = |tap: usize| (g.stride[axis] * cell + tap).checked_sub(g.padding[axis]);
            taps.filter_map(|tap| Some((tap, input(tap).filter(|&i| i < g.big[axis])?))).collect()
        };
        Axis { cells: (0..g.small[axis]).map(reach).collect(), advance: g.stride[axis], taps: g.kernel[axis] }
    });
    let taps = g.taps();
    let weight_at = |result: usize, channel: usize, tap: [usize; 3]| {
        let tap = (tap[0] * g.kernel[1] + tap[1]) * g.kernel[2] + tap[2];
        weight[(result * g.big_channels + channel) * taps + tap]
    };
    let job = Job {
        reach,
        input: big,
        input_grid: g.big,
        input_channels: g.big_channels,
        batch: g.batch,
        output_grid: g.small,
        output_channels: g.small_channels,
        stride: [1; 3],
        padding: [0; 3],
    };
    job.run(weight_at)
}

/// The transposed convolution `small → big`; `small: [small_channels, voxels, batch]`.
pub fn scatter(geometry: &Geometry, small: &[f32], weight: &[f32]) -> Vec<f32> {
    let g = geometry;
    let reach = [0, 1, 2].map(|axis| {
        let reach = |cell: usize| {
            let taps = 0..g.phase_taps(axis);
            taps.filter_map(|tap| Some((tap, cell.checked_sub(tap).filter(|&i| i < g.small[axis])?))).collect()
        };
        Axis { cells: (0..g.cells(axis)).map(reach).collect(), advance: 1, taps: g.phase_taps(axis) }
    });
    let taps = g.taps();
    let weight_at = |result: usize, channel: usize, tap: [usize; 3]| {
        let (phase, big_channel) = (result / g.big_channels, result % g.big_channels);
        let phase = unflatten(phase, g.stride);
        let tap = [0, 1, 2].map(|axis| g.stride[axis] * tap[axis] + phase[axis]);
        if (0..3).any(|axis| tap[axis] >= g.kernel[axis]) {
            return 0.0;
        }
        let tap = (tap[0] * g.kernel[1] + tap[1]) * g.kernel[2] + tap[2];
        weight[(channel * g.big_channels + big_channel) * taps + tap]
    };
    let job = Job {
        reach,
        input: small,
        input_grid: g.small,
        input_channels: g.small_channels,
        batch: g.batch,
        output_grid: g.big,
        output_channels: g.big_channels,
        stride: g.stride,
        padding: g.padding,
    };
    job.run(weight_at)
}

/// What reaches the cells along one axis.
struct Axis {
    /// For each cell the pairs (tap, input voxel).
    cells: Vec<Vec<(usize, usize)>>,
    /// Input voxels from one cell to the next.
    advance: usize,
    /// Number of different taps.
    taps: usize,
}

impl Axis {
    /// Runs of cells that are reached through the same taps.
    fn runs(&self) -> Vec<std::ops::Range<usize>> {
        let taps = |cell: usize| self.cells[cell].iter().map(|reach| reach.0);
        let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
        for cell in 0..self.cells.len() {
            match runs.last_mut() {
                Some(run) if taps(run.start).eq(taps(cell)) => run.end = cell + 1,
                _ => runs.push(cell..cell + 1),
            }
        }
        runs
    }
}

/// One engine run. `stride` and `padding` place the voxels of a cell: its voxel `phase` is the output voxel
/// `stride·cell + phase − padding`.
struct Job<'a> {
    reach: [Axis; 3],
    input: &'a [f32],
    input_grid: [usize; 3],
    input_channels: usize,
    batch: usize,
    output_grid: [usize; 3],
    output_channels: usize,
    stride: [usize; 3],
    padding: [usize; 3],
}

/// A row of cells with the output rows it fills: one per phase in z and y and per channel, `None` outside the grid.
struct RowTask<'a> {
    z: usize,
    y: usize,
    rows: Vec<Option<&'a mut [f32]>>,
}

impl Job<'_> {
    fn run(&self, weight_at: impl Fn(usize, usize, [usize; 3]) -> f32 + Sync) -> Vec<f32> {
        let mut output = vec![0.0; self.output_channels * self.output_grid.iter().product::<usize>() * self.batch];
        if output.is_empty() {
            return output;
        }
        let results = self.stride.iter().product::<usize>() * self.output_channels;
        let group = group_size(results);
        let weights = self.pack(results, group, weight_at);
        for_each(self.tasks(&mut output), |task| {
            Arch::new().dispatch(RowOp { job: self, task, weights: &weights, results, group });
        });
        output
    }

    /// Weights as `[group, channel, tap, result in group]`, zero beyond the last result.
    fn pack(&self, results: usize, group: usize, weight_at: impl Fn(usize, usize, [usize; 3]) -> f32 + Sync) -> Vec<f32> {
        let taps = self.reach.each_ref().map(|axis| axis.taps);
        let per_channel = taps.iter().product::<usize>() * group;
        let per_group = self.input_channels * per_channel;
        let mut packed = vec![0.0; results.div_ceil(group) * per_group];
        for_each(packed.chunks_mut(per_group).enumerate().collect(), |(g, part)| {
            for (channel, part) in part.chunks_mut(per_channel).enumerate() {
                for (tap, slots) in part.chunks_mut(group).enumerate() {
                    let tap = unflatten(tap, taps);
                    for (i, slot) in slots.iter_mut().enumerate().take(results - (g * group).min(results)) {
                        *slot = weight_at(g * group + i, channel, tap);
                    }
                }
            }
        });
        packed
    }

    fn tasks<'o>(&self, output: &'o mut [f32]) -> Vec<RowTask<'o>> {
        let [depth, height, width] = self.output_grid;
        let mut rows: Vec<Option<&mut [f32]>> = output.chunks_mut(width * self.batch).map(Some).collect();
        let mut tasks = Vec::new();
        for z in 0..self.reach[0].cells.len() {
            for y in 0..self.reach[1].cells.len() {
                let mut task = RowTask { z, y, rows: Vec::new() };
                for phase in 0..self.stride[0] * self.stride[1] {
                    let place = |axis: usize, cell: usize, phase: usize| {
                        let voxel = (self.stride[axis] * cell + phase).checked_sub(self.padding[axis]);
                        voxel.filter(|&v| v < self.output_grid[axis])
                    };
                    let (z, y) = (place(0, z, phase / self.stride[1]), place(1, y, phase % self.stride[1]));
                    for channel in 0..self.output_channels {
                        let row = z.zip(y).map(|(z, y)| (channel * depth + z) * height + y);
                        task.rows.push(row.and_then(|row| rows[row].take()));
                    }
                }
                tasks.push(task);
            }
        }
        tasks
    }
}

/// Results that are accumulated together, by what the registers hold.
fn group_size(results: usize) -> usize {
    struct Registers;
    impl WithSimd for Registers {
        type Output = usize;
        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::F32_LANES
        }
    }
    match Arch::new().dispatch(Registers) {
        16 if results > 8 => 16,
        16 => 8,
        8 => 4,
        _ => 2,
    }
}

fn unflatten(index: usize, size: [usize; 3]) -> [usize; 3] {
    [index / (size[1] * size[2]), index / size[2] % size[1], index % size[2]]
}

struct RowOp<'a, 'o> {
    job: &'a Job<'a>,
    task: RowTask<'o>,
    weights: &'a [f32],
    results: usize,
    group: usize,
}

impl WithSimd for RowOp<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match (S::F32_LANES, self.group) {
            (16, 16) => self.row::<S, 16, 1>(simd),
            (16, _) => self.row::<S, 8, 1>(simd),
            (8, _) => self.row::<S, 4, 2>(simd),
            (4, _) => self.row::<S, 2, 4>(simd),
            _ => self.row::<S, 2, 16>(simd),
        }
    }
}

impl RowOp<'_, '_> {
    /// `G` results at a time, in `V` vectors of samples.
    #[inline(always)]
    fn row<S: Simd, const G: usize, const V: usize>(mut self, simd: S) {
        let job = self.job;
        let [_, input_height, input_width] = job.input_grid;
        let [_, tap_height, tap_width] = job.reach.each_ref().map(|axis| axis.taps);
        let channel_pitch = job.input_grid.iter().product::<usize>() * job.batch;
        let group_pitch = self.weights.len() / self.results.div_ceil(G);
        let weight_pitch = group_pitch / job.input_channels.max(1);
        let axis = &job.reach[2];
        let mut reach: Vec<(usize, usize)> = Vec::new();
        for run in axis.runs() {
            // The offsets of everything that reaches the first cell of the run, in the input and in the weights.
            reach.clear();
            for &(tz, z) in &job.reach[0].cells[self.task.z] {
                for &(ty, y) in &job.reach[1].cells[self.task.y] {
                    for &(tx, x) in &axis.cells[run.start] {
                        let input = ((z * input_height + y) * input_width + x) * job.batch;
                        reach.push((input, ((tz * tap_height + ty) * tap_width + tx) * G));
                    }
                }
            }
            for group in 0..self.results.div_ceil(G) {
                let weights = &self.weights[group * group_pitch..][..group_pitch];
                for cell in run.clone() {
                    let shift = (cell - run.start) * axis.advance * job.batch;
                    for sample in (0..job.batch).step_by(LANES) {
                        let mut sums = [[simd.splat_f32s(0.0); V]; G];
                        for channel in 0..job.input_channels {
                            let input = &job.input[channel * channel_pitch + shift + sample..];
                            let weights = &weights[channel * weight_pitch..][..weight_pitch];
                            accumulate::<S, G, V>(simd, &mut sums, input, weights, &reach);
                        }
                        self.store::<S, G, V>(group * G, cell, sample, &sums);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn store<S: Simd, const G: usize, const V: usize>(
        &mut self,
        first: usize,
        cell: usize,
        sample: usize,
        sums: &[[S::f32s; V]; G],
    ) {
        let job = self.job;
        for (i, sum) in sums.iter().enumerate().take(self.results - first) {
            let (phase, channel) = ((first + i) / job.output_channels, (first + i) % job.output_channels);
            let (phase_zy, phase_x) = (phase / job.stride[2], phase % job.stride[2]);
            let Some(row) = &mut self.task.rows[phase_zy * job.output_channels + channel] else { continue };
            let Some(x) = (job.stride[2] * cell + phase_x).checked_sub(job.padding[2]) else { continue };
            if x < job.output_grid[2] {
                let slots = S::as_mut_simd_f32s(&mut row[x * job.batch + sample..][..LANES]).0;
                slots.copy_from_slice(sum);
            }
        }
    }
}

#[inline(always)]
fn accumulate<S: Simd, const G: usize, const V: usize>(
    simd: S,
    sums: &mut [[S::f32s; V]; G],
    input: &[f32],
    weights: &[f32],
    reach: &[(usize, usize)],
) {
    for &(at, weight) in reach {
        let (values, _) = S::as_simd_f32s(&input[at..][..LANES]);
        let weights = &weights[weight..][..G];
        for i in 0..G {
            let weight = simd.splat_f32s(weights[i]);
            for v in 0..V {
                sums[i][v] = simd.mul_add_e_f32s(weight, values[v], sums[i][v]);
            }
        }
    }
}

//! Convolution and transposed convolution as one engine: an output cell is a sum over input channels and over the
//! taps that reach it.
//!
//! A convolution's cell is a voxel of the small grid with `small_channels` results. A transposed convolution's cell
//! is a block of `stride³` voxels of the big grid, which all see the same input voxels through different taps: it
//! has `stride³·big_channels` results. So both are a small dense matrix product per cell, with the weights packed
//! in groups of as many results as there are registers.

use super::geometry::Geometry;
use super::parallel::for_each;
use super::{lane_rows, pencils};
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// The convolution `big → small` in lane layout, `big: [big_channels, voxels, batch]`.
pub fn gather(geometry: &Geometry, big: &[f32], weight: &[f32]) -> Vec<f32> {
    Job::gather(geometry).run_lanes(geometry.batch, big, &Weights::gather(geometry, weight))
}

/// The transposed convolution `small → big` in lane layout, `small: [small_channels, voxels, batch]`.
pub fn scatter(geometry: &Geometry, small: &[f32], weight: &[f32]) -> Vec<f32> {
    Job::scatter(geometry).run_lanes(geometry.batch, small, &Weights::scatter(geometry, weight))
}

/// The convolution `big → small` in burn's order, `big: [batch, big_channels, voxels]`.
pub fn gather_contiguous(geometry: &Geometry, big: &[f32], weight: &[f32]) -> Vec<f32> {
    pencils::run(&Job::gather(geometry), geometry.batch, big, &Weights::gather(geometry, weight))
}

/// The transposed convolution `small → big` in burn's order, `small: [batch, small_channels, voxels]`.
pub fn scatter_contiguous(geometry: &Geometry, small: &[f32], weight: &[f32]) -> Vec<f32> {
    pencils::run(&Job::scatter(geometry), geometry.batch, small, &Weights::scatter(geometry, weight))
}

/// Where the engine's weights are in the kernel `[small_channels, big_channels, taps]`: weight `tap` of a result and
/// an input channel is `values[result % channels·result_pitch + channel·channel_pitch + taps[result / channels][tap]]`.
pub struct Weights<'a> {
    values: &'a [f32],
    channels: usize,
    result_pitch: usize,
    channel_pitch: usize,
    /// For each phase, the kernel's tap for each tap of the engine, or `None` beyond the kernel.
    taps: Vec<Vec<Option<usize>>>,
}

impl<'a> Weights<'a> {
    fn gather(g: &Geometry, values: &'a [f32]) -> Self {
        let taps = vec![(0..g.taps()).map(Some).collect()];
        let (result_pitch, channel_pitch) = (g.big_channels * g.taps(), g.taps());
        Self { values, channels: g.small_channels, result_pitch, channel_pitch, taps }
    }

    fn scatter(g: &Geometry, values: &'a [f32]) -> Self {
        let phase_taps = [0, 1, 2].map(|axis| g.phase_taps(axis));
        let kernel_tap = |phase: [usize; 3], tap: usize| {
            let tap = unflatten(tap, phase_taps);
            let tap = [0, 1, 2].map(|axis| g.stride[axis] * tap[axis] + phase[axis]);
            let inside = (0..3).all(|axis| tap[axis] < g.kernel[axis]);
            inside.then(|| (tap[0] * g.kernel[1] + tap[1]) * g.kernel[2] + tap[2])
        };
        let taps = |phase| {
            let phase = unflatten_phase(phase, g.stride);
            (0..phase_taps.iter().product()).map(|tap| kernel_tap(phase, tap)).collect()
        };
        let taps = (0..g.stride.iter().product()).map(taps).collect();
        let (result_pitch, channel_pitch) = (g.taps(), g.big_channels * g.taps());
        Self { values, channels: g.big_channels, result_pitch, channel_pitch, taps }
    }
}

/// What reaches the cells along one axis.
pub struct Axis {
    /// For each cell the pairs (tap, input voxel).
    pub cells: Vec<Vec<(usize, usize)>>,
    /// Input voxels from one cell to the next.
    pub advance: usize,
    /// Number of different taps.
    pub taps: usize,
    /// The input voxel that tap `t` brings to cell 0 is `t·tap_step + first`; it may lie outside.
    pub tap_step: isize,
    /// See `tap_step`.
    pub first: isize,
}

impl Axis {
    fn new(cells: usize, taps: usize, input: usize, advance: usize, tap_step: isize, first: isize) -> Self {
        let reach = |cell: usize| {
            let voxel = |tap: usize| (cell * advance) as isize + tap as isize * tap_step + first;
            let inside = |tap: usize| usize::try_from(voxel(tap)).ok().filter(|&voxel| voxel < input);
            (0..taps).filter_map(|tap| Some((tap, inside(tap)?))).collect()
        };
        Self { cells: (0..cells).map(reach).collect(), advance, taps, tap_step, first }
    }

    /// Runs of cells that are reached through the same taps.
    pub fn runs(&self) -> Vec<Range<usize>> {
        let taps = |cell: usize| self.cells[cell].iter().map(|reach| reach.0);
        let mut runs: Vec<Range<usize>> = Vec::new();
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
pub struct Job {
    pub reach: [Axis; 3],
    pub input_grid: [usize; 3],
    pub input_channels: usize,
    pub output_grid: [usize; 3],
    pub output_channels: usize,
    pub stride: [usize; 3],
    pub padding: [usize; 3],
}

/// A row of cells with the output rows it fills: one per phase in z and y and per channel, `None` outside the grid.
pub struct RowTask<'a> {
    pub z: usize,
    pub y: usize,
    pub rows: Vec<Option<&'a mut [f32]>>,
}

/// Weights as `[group, channel, tap, result in group]`, zero beyond the last result.
pub struct Packed {
    values: Vec<f32>,
    /// Results in a group.
    pub group: usize,
    per_group: usize,
}

impl Packed {
    /// `[channel, tap, result in group]`.
    pub fn group(&self, index: usize) -> &[f32] {
        &self.values[index * self.per_group..][..self.per_group]
    }
}

impl Job {
    fn gather(g: &Geometry) -> Self {
        let axis = |a: usize| Axis::new(g.small[a], g.kernel[a], g.big[a], g.stride[a], 1, -(g.padding[a] as isize));
        Self {
            reach: [0, 1, 2].map(axis),
            input_grid: g.big,
            input_channels: g.big_channels,
            output_grid: g.small,
            output_channels: g.small_channels,
            stride: [1; 3],
            padding: [0; 3],
        }
    }

    fn scatter(g: &Geometry) -> Self {
        let axis = |a: usize| Axis::new(g.cells(a), g.phase_taps(a), g.small[a], 1, -1, 0);
        Self {
            reach: [0, 1, 2].map(axis),
            input_grid: g.small,
            input_channels: g.small_channels,
            output_grid: g.big,
            output_channels: g.big_channels,
            stride: g.stride,
            padding: g.padding,
        }
    }

    /// Results of a cell.
    pub fn results(&self) -> usize {
        self.stride.iter().product::<usize>() * self.output_channels
    }

    /// The output row (index into [`RowTask::rows`]) and the phase along x of a result. Phases along x are the
    /// outermost, so that a group of results rarely has two of them.
    pub fn place(&self, result: usize) -> (usize, usize) {
        let (phase, channel) = (result / self.output_channels, result % self.output_channels);
        let phases = self.stride[0] * self.stride[1];
        ((phase % phases) * self.output_channels + channel, phase / phases)
    }

    /// The cells along x in which some of the results lie inside the output.
    pub fn cells_of(&self, results: Range<usize>) -> Range<usize> {
        let (low, high) = (self.place(results.start).1, self.place(results.end - 1).1);
        let start = self.padding[2].saturating_sub(high).div_ceil(self.stride[2]);
        let end = (self.output_grid[2] + self.padding[2]).saturating_sub(low).div_ceil(self.stride[2]);
        start..end.clamp(start, self.reach[2].cells.len().max(start))
    }

    fn run_lanes(&self, batch: usize, input: &[f32], weights: &Weights) -> Vec<f32> {
        let mut output = vec![0.0; self.output_channels * self.output_grid.iter().product::<usize>() * batch];
        if output.is_empty() {
            return output;
        }
        let packed = self.pack(weights);
        for_each(self.tasks(&mut output, batch), |task| {
            Arch::new().dispatch(lane_rows::RowOp { job: self, input, batch, task, packed: &packed });
        });
        output
    }

    /// Packs weights by what the registers hold.
    pub fn pack(&self, weights: &Weights) -> Packed {
        let results = self.results();
        let group = match lanes_of_a_register() {
            16 if results > 8 => 16,
            16 => 8,
            _ => 4,
        };
        let per_channel = self.reach.iter().map(|axis| axis.taps).product::<usize>() * group;
        let per_group = self.input_channels * per_channel;
        let mut values = vec![0.0; results.div_ceil(group) * per_group];
        for_each(values.chunks_mut(per_group.max(1)).enumerate().collect(), |(index, part)| {
            for (channel, part) in part.chunks_mut(per_channel).enumerate() {
                for (i, result) in (index * group..results.min((index + 1) * group)).enumerate() {
                    let start = result % weights.channels * weights.result_pitch + channel * weights.channel_pitch;
                    let taps = &weights.taps[result / weights.channels];
                    for (slots, tap) in part.chunks_mut(group).zip(taps) {
                        slots[i] = tap.map_or(0.0, |tap| weights.values[start + tap]);
                    }
                }
            }
        });
        Packed { values, group, per_group }
    }

    /// One task per row of cells; a voxel of `output: [channels, z, y, x]` holds `pitch` values.
    pub fn tasks<'o>(&self, output: &'o mut [f32], pitch: usize) -> Vec<RowTask<'o>> {
        let [depth, height, width] = self.output_grid;
        let mut rows: Vec<Option<&mut [f32]>> = output.chunks_mut(width * pitch).map(Some).collect();
        let voxel = |axis: usize, cell: usize, phase: usize| {
            let voxel = (self.stride[axis] * cell + phase).checked_sub(self.padding[axis]);
            voxel.filter(|&v| v < self.output_grid[axis])
        };
        let mut tasks = Vec::new();
        for z in 0..self.reach[0].cells.len() {
            for y in 0..self.reach[1].cells.len() {
                let mut task = RowTask { z, y, rows: Vec::new() };
                for phase in 0..self.stride[0] * self.stride[1] {
                    let place = voxel(0, z, phase / self.stride[1]).zip(voxel(1, y, phase % self.stride[1]));
                    for channel in 0..self.output_channels {
                        let row = place.and_then(|(z, y)| rows[(channel * depth + z) * height + y].take());
                        task.rows.push(row);
                    }
                }
                tasks.push(task);
            }
        }
        tasks
    }
}

/// `f32` lanes of the widest register.
pub fn lanes_of_a_register() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::F32_LANES
        }
    }
    Arch::new().dispatch(Lanes)
}

fn unflatten(index: usize, size: [usize; 3]) -> [usize; 3] {
    [index / (size[1] * size[2]), index / size[2] % size[1], index % size[2]]
}

/// z, y and x of a phase; x is the outermost.
fn unflatten_phase(index: usize, stride: [usize; 3]) -> [usize; 3] {
    [index / stride[1] % stride[0], index % stride[1], index / (stride[0] * stride[1])]
}

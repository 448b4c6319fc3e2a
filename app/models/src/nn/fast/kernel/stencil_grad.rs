//! The gradients of a convolution's weight and bias on [`Planes`]: `dW[o, c, tap] = Σ grad[o, p]·input[c, p + tap]`
//! and `db[o] = Σ grad[o, p]` over positions.

use super::correlate::lanes_of_a_register;
use super::dense::{Rows, products};
use super::parallel::for_each;
use super::planes::Planes;
use pulp::{Arch, Simd, WithSimd};

/// Taps along x, or input channels of a kernel without neighbours, that are accumulated together.
const COLUMNS: usize = 3;
/// Positions over which a vector of sums is accumulated.
const SPAN: usize = 2048;

/// `grad`: channels of the gradient, zero between pixels; `input`: channels of the input →
/// (`[results, channels, ky, kx]`, `[results]`).
pub fn parameter_gradient(
    planes: &Planes,
    [results, channels]: [usize; 2],
    grad: &[f32],
    input: &[f32],
    inside: &[f32],
) -> (Vec<f32>, Vec<f32>) {
    let widest = if lanes_of_a_register() == 16 { 9 } else { 4 };
    let group = results.div_ceil(results.div_ceil(widest).max(1)).max(1);
    // A row of sums per result: its weights, then its bias.
    let columns = channels * planes.taps() + 1;
    // A fixed number of partial sums, so that the result does not depend on the number of threads.
    let spans = planes.positions().div_ceil(SPAN).max(1);
    let mut partial = vec![0.0; spans * results * columns];
    let mut tasks = Vec::new();
    for (span, sums) in partial.chunks_mut(results * columns).enumerate() {
        for (index, sums) in sums.chunks_mut(group * columns).enumerate() {
            tasks.push(Task { planes, channels, grad, input, inside, span, first: index * group, sums });
        }
    }
    for_each(tasks, |task| Arch::new().dispatch(task));
    let (total, rest) = partial.split_at_mut(results * columns);
    for part in rest.chunks(results * columns) {
        total.iter_mut().zip(part).for_each(|(total, value)| *total += value);
    }
    let rows = total.chunks(columns);
    (rows.clone().flat_map(|row| &row[..columns - 1]).copied().collect(), rows.map(|row| row[columns - 1]).collect())
}

/// A group of results over one span of positions.
struct Task<'a> {
    planes: &'a Planes,
    channels: usize,
    grad: &'a [f32],
    input: &'a [f32],
    inside: &'a [f32],
    span: usize,
    first: usize,
    sums: &'a mut [f32],
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.sums.len() / (self.channels * self.planes.taps() + 1);
        match (S::F32_LANES, rows) {
            (16, 9) => self.run::<S, 9>(simd),
            (16, 8) => self.run::<S, 8>(simd),
            (16, 7) => self.run::<S, 7>(simd),
            (16, 6) => self.run::<S, 6>(simd),
            (16, 5) => self.run::<S, 5>(simd),
            (_, 4) => self.run::<S, 4>(simd),
            (_, 3) => self.run::<S, 3>(simd),
            (_, 2) => self.run::<S, 2>(simd),
            (_, 1) => self.run::<S, 1>(simd),
            (lanes, rows) => unreachable!("no group of {rows} results in vectors of {lanes}"),
        }
    }
}

impl Task<'_> {
    #[inline(always)]
    fn run<S: Simd, const R: usize>(self, simd: S) {
        let planes = self.planes;
        let (pitch, kernel) = (planes.channel_pitch(), planes.kernel());
        let start = self.span * SPAN;
        let count = SPAN.min(planes.positions() - start) / S::F32_LANES;
        let grad = &self.grad[self.first * pitch + planes.margin() + start..];
        let width = self.channels * planes.taps() + 1;
        // Columns that lie at equal distances: the taps of a kernel's row, or every channel if there is but one tap.
        let (row_length, step) = if kernel > 1 { (kernel, 1) } else { (self.channels, pitch) };
        for column in (0..width - 1).step_by(row_length.max(1)) {
            let row = column / row_length;
            let (channel, y) = if kernel > 1 { (row / kernel, row % kernel) } else { (0, 0) };
            let input = &self.input[channel * pitch + planes.tap(y, 0) + start..];
            let mut x = 0;
            while x < row_length {
                let together = if x + COLUMNS <= row_length { COLUMNS } else { 1 };
                let rows = Rows {
                    a: grad,
                    a_pitch: pitch,
                    a_step: S::F32_LANES,
                    b: &input[x * step..],
                    b_pitch: step,
                    b_step: S::F32_LANES,
                    count,
                };
                match together {
                    COLUMNS => sum::<S, R, COLUMNS>(simd, rows, &mut self.sums[column + x..], width),
                    _ => sum::<S, R, 1>(simd, rows, &mut self.sums[column + x..], width),
                }
                x += together;
            }
        }
        let rows = Rows {
            a: grad,
            a_pitch: pitch,
            a_step: S::F32_LANES,
            b: &self.inside[start..],
            b_pitch: 0,
            b_step: S::F32_LANES,
            count,
        };
        sum::<S, R, 1>(simd, rows, &mut self.sums[width - 1..], width);
    }
}

/// The products of `R` rows with `C` columns into `slots`, whose rows are `pitch` apart.
#[inline(always)]
fn sum<S: Simd, const R: usize, const C: usize>(simd: S, rows: Rows, slots: &mut [f32], pitch: usize) {
    let sums = products::<S, R, C, 1>(simd, [[simd.splat_f32s(0.0); C]; R], rows);
    for (r, sums) in sums.into_iter().enumerate() {
        for (slot, sum) in slots[r * pitch..].iter_mut().zip(sums) {
            *slot = simd.reduce_sum_f32s(sum);
        }
    }
}

//! The cost volume. Planes are laid out with zeros between their rows, so that a neighbour is at the same distance
//! everywhere and a plane is one run of vectors.

use crate::nn::fast::kernel::parallel;
use pulp::{Arch, Simd, WithSimd};

/// Values that are computed together.
const RUN: usize = 32;

/// Sizes of the two maps, and how far one looks in the other.
#[derive(Clone, Copy)]
pub struct Window {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub radius: usize,
}

impl Window {
    /// Channels of the cost volume.
    pub fn offsets(&self) -> usize {
        (2 * self.radius + 1).pow(2)
    }

    /// From a row to the next: the zeros behind a row are also those before the next.
    fn stride(&self) -> usize {
        self.width + self.radius
    }

    /// Zeros before the first row and behind the last.
    fn margin(&self) -> usize {
        self.radius * (self.stride() + 1)
    }

    /// Values of a plane without margins.
    fn run(&self) -> usize {
        (self.height * self.stride()).next_multiple_of(RUN)
    }

    fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// How far a neighbour is, plus the margin.
    fn starts(&self) -> Vec<usize> {
        let side = 2 * self.radius + 1;
        (0..self.offsets()).map(|i| i / side * self.stride() + i % side).collect()
    }

    /// Planes with zeros between rows, and `margin` of them on either side.
    fn spread(&self, planes: &[f32], margin: usize) -> Vec<f32> {
        let length = self.run() + 2 * margin;
        let mut spread = vec![0.0; planes.len() / self.pixels() * length];
        for (plane, to) in planes.chunks_exact(self.pixels()).zip(spread.chunks_exact_mut(length)) {
            for (row, to) in plane.chunks_exact(self.width).zip(to[margin..].chunks_mut(self.stride())) {
                to[..self.width].copy_from_slice(row);
            }
        }
        spread
    }

    /// The rows of spread planes without margins, times `factor`.
    fn gather(&self, spread: &[f32], factor: f32, planes: &mut [f32]) {
        for (plane, from) in planes.chunks_exact_mut(self.pixels()).zip(spread.chunks_exact(self.run())) {
            for (row, from) in plane.chunks_exact_mut(self.width).zip(from.chunks(self.stride())) {
                row.iter_mut().zip(from).for_each(|(to, from)| *to = factor * from);
            }
        }
    }

    /// Runs `task` for every sample of two tensors of `[left, right]` planes a sample, into one of `result` planes.
    fn for_samples(
        &self,
        [left, right]: [(&[f32], usize); 2],
        result: usize,
        task: impl Fn(&[f32], &[f32]) -> Vec<f32> + Sync + Send,
    ) -> Vec<f32> {
        let batch = left.0.len() / (left.1 * self.pixels()).max(1);
        let mut all = vec![0.0; batch * result * self.pixels()];
        if all.is_empty() {
            return all;
        }
        let inputs = left.0.chunks(left.1 * self.pixels()).zip(right.0.chunks(right.1 * self.pixels()));
        let work = inputs.zip(all.chunks_mut(result * self.pixels()));
        parallel::for_each(work.collect(), |((left, right), to)| {
            self.gather(&task(left, right), 1.0 / self.channels as f32, to);
        });
        all
    }

    /// The cost volume of every sample.
    pub fn costs(&self, first: &[f32], second: &[f32]) -> Vec<f32> {
        self.for_samples([(first, self.channels), (second, self.channels)], self.offsets(), |first, second| {
            let (first, second) = (self.spread(first, 0), self.spread(second, self.margin()));
            let mut sums = vec![0.0; self.offsets() * self.run()];
            let (run, starts) = (self.run(), self.starts());
            let pairs = Pairs { a: &first, b: &second, sums: &mut sums, run, length: run + 2 * self.margin() };
            Arch::new().dispatch(Costs { pairs, starts: &starts });
            sums
        })
    }

    /// Gradient for the first map: `Σ_d grad[d] · second` as offset d sees it.
    pub fn first_gradient(&self, second: &[f32], grad: &[f32]) -> Vec<f32> {
        self.for_samples([(grad, self.offsets()), (second, self.channels)], self.channels, |grad, second| {
            let (grad, second) = (self.spread(grad, 0), self.spread(second, self.margin()));
            let mut sums = vec![0.0; self.channels * self.run()];
            let (run, starts) = (self.run(), self.starts());
            let pairs = Pairs { a: &grad, b: &second, sums: &mut sums, run, length: run + 2 * self.margin() };
            Arch::new().dispatch(First { pairs, starts: &starts });
            sums
        })
    }

    /// Gradient for the second map: `Σ_d grad[d] · first`, both where offset d looks from.
    pub fn second_gradient(&self, first: &[f32], grad: &[f32]) -> Vec<f32> {
        self.for_samples([(grad, self.offsets()), (first, self.channels)], self.channels, |grad, first| {
            let (grad, first) = (self.spread(grad, self.margin()), self.spread(first, self.margin()));
            let mut sums = vec![0.0; self.channels * self.run()];
            let (run, starts) = (self.run(), self.starts());
            let pairs = Pairs { a: &grad, b: &first, sums: &mut sums, run, length: run + 2 * self.margin() };
            Arch::new().dispatch(Second { pairs, starts: &starts });
            sums
        })
    }
}

/// Spread planes, and the sums of their products, without margins. `length` is that of a plane of `b`.
struct Pairs<'a> {
    a: &'a [f32],
    b: &'a [f32],
    sums: &'a mut [f32],
    run: usize,
    length: usize,
}

/// `RUN` values from a place on.
#[inline(always)]
fn at(values: &[f32], start: usize) -> &[f32; RUN] {
    values[start..].first_chunk().expect("whole runs")
}

#[inline(always)]
fn add_product(sums: &mut [f32; RUN], a: &[f32; RUN], b: &[f32; RUN]) {
    for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
        *sum += a * b;
    }
}

struct Costs<'a> {
    pairs: Pairs<'a>,
    starts: &'a [usize],
}

impl WithSimd for Costs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Pairs { a, b, sums, run, length } = self.pairs;
        let channels = a.len() / run;
        for (sums, start) in sums.chunks_exact_mut(run).zip(self.starts) {
            for (i, sums) in sums.as_chunks_mut::<RUN>().0.iter_mut().enumerate() {
                // A copy stays in registers.
                let mut sum = *sums;
                for channel in 0..channels {
                    add_product(&mut sum, at(a, channel * run + i * RUN), at(b, channel * length + i * RUN + start));
                }
                *sums = sum;
            }
        }
    }
}

struct First<'a> {
    pairs: Pairs<'a>,
    starts: &'a [usize],
}

impl WithSimd for First<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Pairs { a: grad, b: second, sums, run, length } = self.pairs;
        for (channel, sums) in sums.chunks_exact_mut(run).enumerate() {
            for (i, sums) in sums.as_chunks_mut::<RUN>().0.iter_mut().enumerate() {
                let mut sum = *sums;
                for (d, start) in self.starts.iter().enumerate() {
                    add_product(&mut sum, at(grad, d * run + i * RUN), at(second, channel * length + i * RUN + start));
                }
                *sums = sum;
            }
        }
    }
}

struct Second<'a> {
    pairs: Pairs<'a>,
    starts: &'a [usize],
}

impl WithSimd for Second<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Pairs { a: grad, b: first, sums, run, length } = self.pairs;
        let margins = length - run;
        for (channel, sums) in sums.chunks_exact_mut(run).enumerate() {
            for (i, sums) in sums.as_chunks_mut::<RUN>().0.iter_mut().enumerate() {
                let mut sum = *sums;
                for (d, start) in self.starts.iter().enumerate() {
                    // What lies `start` behind the margin's beginning is seen from as far before its end.
                    let from = i * RUN + margins - start;
                    add_product(&mut sum, at(grad, d * length + from), at(first, channel * length + from));
                }
                *sums = sum;
            }
        }
    }
}

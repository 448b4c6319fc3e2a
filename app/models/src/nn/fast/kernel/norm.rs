//! Batch normalisation with a leaky ReLU: one pass for the sums, one for the result.

use super::elementwise::{Function, LeakyRelu};
use super::parallel::{for_each, map};
use pulp::{Arch, Simd, WithSimd};

/// Floats per task.
const CHUNK: usize = 1 << 14;
/// Independent partial sums, so that additions vectorise.
const SUMS: usize = 32;

/// How the channels lie: value `i` of channel `c` in block `o` is at `(o·channels + c)·inner + i`.
#[derive(Debug, Clone, Copy)]
pub struct Channels {
    /// Number of channels.
    pub channels: usize,
    /// Contiguous values of one channel.
    pub inner: usize,
}

impl Channels {
    /// The chunks of some values with their channels, in order.
    fn chunks<'a>(&self, values: &'a [f32]) -> Vec<(usize, &'a [f32])> {
        let rows = values.chunks(self.inner).enumerate();
        rows.flat_map(|(row, values)| values.chunks(CHUNK).map(move |part| (row % self.channels, part))).collect()
    }

    fn chunks_mut<'a>(&self, values: &'a mut [f32]) -> Vec<(usize, &'a mut [f32])> {
        let rows = values.chunks_mut(self.inner).enumerate();
        rows.flat_map(|(row, values)| values.chunks_mut(CHUNK).map(move |part| (row % self.channels, part))).collect()
    }
}

/// Mean and biased variance of each channel.
pub fn moments(x: &[f32], layout: Channels) -> Vec<(f32, f32)> {
    let parts = map(layout.chunks(x), |(channel, part)| (channel, Arch::new().dispatch(Moments(part))));
    let mut total = vec![Part::default(); layout.channels];
    for (channel, part) in parts {
        total[channel] = total[channel].merge(part);
    }
    total.iter().map(|part| (part.mean as f32, (part.squares / part.count.max(1.0)) as f32)).collect()
}

/// `max(z, 0) + slope·min(z, 0)` with `z = scale·x + shift` of the channel.
pub fn affine(x: &[f32], layout: Channels, maps: &[(f32, f32)], slope: f32) -> Vec<f32> {
    let mut y = vec![0.0; x.len()];
    let work = layout.chunks(x).into_iter().zip(layout.chunks_mut(&mut y)).collect();
    for_each(work, |((channel, x), (_, y))| {
        let (scale, shift) = maps[channel];
        Arch::new().dispatch(Affine { x, y, scale, shift, slope });
    });
    y
}

/// What the gradient of one channel needs.
#[derive(Debug, Clone, Copy)]
pub struct ChannelState {
    /// Mean of the batch.
    pub mean: f32,
    /// `1/√(variance + ε)`.
    pub inverse: f32,
    /// Scale.
    pub gamma: f32,
    /// Shift.
    pub beta: f32,
}

/// Replaces the gradient of the result by that of `x`; returns the gradients of gamma and beta per channel.
pub fn gradient(
    x: &[f32],
    grad: &mut [f32],
    layout: Channels,
    states: &[ChannelState],
    slope: f32,
) -> (Vec<f32>, Vec<f32>) {
    let count = (x.len() / layout.channels.max(1)) as f64;
    let work = layout.chunks(x).into_iter().zip(layout.chunks(grad)).collect();
    let parts = map(work, |((channel, x), (_, grad))| {
        (channel, Arch::new().dispatch(GradientSums { x, grad, state: states[channel], slope }))
    });
    let mut total = vec![(0.0f64, 0.0f64); layout.channels];
    for (channel, (gamma, beta)) in parts {
        total[channel].0 += gamma;
        total[channel].1 += beta;
    }
    let work = layout.chunks(x).into_iter().zip(layout.chunks_mut(grad)).collect();
    for_each(work, |((channel, x), (_, grad))| {
        let mean_gamma = (total[channel].0 / count) as f32;
        let mean_beta = (total[channel].1 / count) as f32;
        Arch::new().dispatch(GradientApply { x, grad, state: states[channel], slope, mean_gamma, mean_beta });
    });
    (total.iter().map(|t| t.0 as f32).collect(), total.iter().map(|t| t.1 as f32).collect())
}

/// Count, mean and sum of squared deviations, which merge without cancellation (Chan et al. 1979).
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Part {
    fn merge(self, other: Self) -> Self {
        let count = self.count + other.count;
        if count == 0.0 {
            return self;
        }
        let delta = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + delta * other.count / count,
            squares: self.squares + other.squares + delta * delta * self.count * other.count / count,
        }
    }
}

/// The sum of `term` over pairs, in [`SUMS`] strands.
#[inline(always)]
pub(super) fn sum(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f64 {
    let mut sums = [0.0f32; SUMS];
    let (a_chunks, b_chunks) = (a.chunks_exact(SUMS), b.chunks_exact(SUMS));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(&a, &b)| term(a, b) as f64).sum::<f64>();
    for (a, b) in a_chunks.zip(b_chunks) {
        for i in 0..SUMS {
            sums[i] += term(a[i], b[i]);
        }
    }
    rest + sums.iter().map(|&s| s as f64).sum::<f64>()
}

struct Moments<'a>(&'a [f32]);

impl WithSimd for Moments<'_> {
    type Output = Part;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Part {
        let count = self.0.len() as f64;
        let mean = sum(self.0, self.0, |x, _| x) / count;
        let centre = mean as f32;
        let squares = sum(self.0, self.0, |x, _| (x - centre) * (x - centre));
        // The squares are about the rounded mean.
        Part { count, mean, squares: squares - count * (mean - centre as f64).powi(2) }
    }
}

struct Affine<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
    scale: f32,
    shift: f32,
    slope: f32,
}

impl WithSimd for Affine<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let leaky = LeakyRelu(self.slope);
        for (y, x) in self.y.iter_mut().zip(self.x) {
            *y = leaky.value(self.scale * x + self.shift);
        }
    }
}

struct GradientSums<'a> {
    x: &'a [f32],
    grad: &'a [f32],
    state: ChannelState,
    slope: f32,
}

impl WithSimd for GradientSums<'_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> (f64, f64) {
        let ChannelState { mean, inverse, gamma, beta } = self.state;
        let leaky = LeakyRelu(self.slope);
        let gamma_sum = sum(self.x, self.grad, |x, grad| {
            let normalised = (x - mean) * inverse;
            grad * leaky.slope(gamma * normalised + beta) * normalised
        });
        let beta_sum = sum(self.x, self.grad, |x, grad| grad * leaky.slope(gamma * ((x - mean) * inverse) + beta));
        (gamma_sum, beta_sum)
    }
}

struct GradientApply<'a> {
    x: &'a [f32],
    grad: &'a mut [f32],
    state: ChannelState,
    slope: f32,
    mean_gamma: f32,
    mean_beta: f32,
}

impl WithSimd for GradientApply<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let ChannelState { mean, inverse, gamma, beta } = self.state;
        let leaky = LeakyRelu(self.slope);
        for (grad, x) in self.grad.iter_mut().zip(self.x) {
            let normalised = (x - mean) * inverse;
            let inner = *grad * leaky.slope(gamma * normalised + beta);
            *grad = gamma * inverse * (inner - self.mean_beta - normalised * self.mean_gamma);
        }
    }
}

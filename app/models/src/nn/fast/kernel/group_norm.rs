//! Group normalisation (Wu & He 2018), with SiLU or without. A layer norm is its case of one group and of channels that
//! are one value each.

use super::elementwise::{Function, Silu};
use super::norm::sum;
use super::parallel::{for_each, map};
use pulp::{Arch, Simd, WithSimd};

/// Floats per task.
const CHUNK: usize = 1 << 14;

/// How the values lie: those of a channel side by side, then those of a sample.
#[derive(Debug, Clone, Copy)]
pub struct Groups<'a> {
    /// Groups of a sample, each of equally many channels.
    pub groups: usize,
    /// Values of a channel of a sample.
    pub inner: usize,
    /// Scale of each channel.
    pub gamma: &'a [f32],
    /// Shift of each channel.
    pub beta: &'a [f32],
    /// Added to the variance.
    pub epsilon: f64,
    /// Whether the SiLU follows.
    pub silu: bool,
}

impl Groups<'_> {
    fn channels(&self) -> usize {
        self.gamma.len() / self.groups
    }

    /// Values of a group of a sample.
    fn group(&self) -> usize {
        self.channels() * self.inner
    }

    /// Values of a task: whole groups.
    fn chunk(&self) -> usize {
        (CHUNK / self.group()).max(1) * self.group()
    }

    /// The first channel of the group that is `index`th in memory.
    fn first_channel(&self, index: usize) -> usize {
        index % self.groups * self.channels()
    }

    /// Mean and 1/√(variance + ε).
    #[inline(always)]
    fn moments(&self, x: &[f32]) -> (f32, f32) {
        let count = x.len() as f64;
        let mean = (sum(x, x, |x, _| x) / count) as f32;
        let variance = sum(x, x, |x, _| (x - mean) * (x - mean)) / count;
        (mean, (1.0 / (variance + self.epsilon).sqrt()) as f32)
    }
}

/// The normalised values.
pub fn forward(x: &[f32], groups: Groups) -> Vec<f32> {
    let mut y = vec![0.0; x.len()];
    let chunk = groups.chunk();
    let work = x.chunks(chunk).zip(y.chunks_mut(chunk)).enumerate().collect();
    for_each(work, |(task, (x, y))| {
        Arch::new().dispatch(Forward { x, y, first: task * chunk / groups.group(), groups })
    });
    y
}

/// Replaces the gradient of the result by that of `x`; returns those of scale and shift.
pub fn backward(x: &[f32], grad: &mut [f32], groups: Groups) -> (Vec<f32>, Vec<f32>) {
    let (chunk, channels) = (groups.chunk(), groups.gamma.len());
    let work = x.chunks(chunk).zip(grad.chunks_mut(chunk)).enumerate().collect();
    let parts = map(work, |(task, (x, grad))| {
        let mut sums = vec![0.0; 2 * channels];
        let first = task * chunk / groups.group();
        Arch::new().dispatch(Backward { x, grad, first, groups, sums: &mut sums });
        sums
    });
    let mut total = vec![0.0; 2 * channels];
    for part in parts {
        total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
    }
    let beta = total.split_off(channels);
    (total, beta)
}

struct Forward<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
    first: usize,
    groups: Groups<'a>,
}

impl WithSimd for Forward<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        if self.groups.silu { self.run(|z| Silu.value(z)) } else { self.run(|z| z) }
    }
}

impl Forward<'_> {
    #[inline(always)]
    fn run(self, activate: impl Fn(f32) -> f32 + Copy) {
        let groups = self.groups;
        let pairs = self.x.chunks_exact(groups.group()).zip(self.y.chunks_exact_mut(groups.group()));
        for (index, (x, y)) in pairs.enumerate() {
            let (mean, inverse) = groups.moments(x);
            let first = groups.first_channel(self.first + index);
            let affine = groups.gamma[first..].iter().zip(&groups.beta[first..]);
            if groups.inner == 1 {
                for ((y, x), (gamma, beta)) in y.iter_mut().zip(x).zip(affine) {
                    *y = activate((x - mean) * inverse * gamma + beta);
                }
                continue;
            }
            let rows = x.chunks_exact(groups.inner).zip(y.chunks_exact_mut(groups.inner));
            for ((x, y), (gamma, beta)) in rows.zip(affine) {
                let scale = gamma * inverse;
                let shift = beta - mean * scale;
                for (y, x) in y.iter_mut().zip(x) {
                    *y = activate(scale * x + shift);
                }
            }
        }
    }
}

struct Backward<'a> {
    x: &'a [f32],
    grad: &'a mut [f32],
    first: usize,
    groups: Groups<'a>,
    /// Of the gradients of scale, then of shift.
    sums: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        if self.groups.silu { self.run(|z| Silu.slope(z)) } else { self.run(|_| 1.0) }
    }
}

impl Backward<'_> {
    #[inline(always)]
    fn run(self, slope: impl Fn(f32) -> f32 + Copy) {
        let groups = self.groups;
        let (gammas, betas) = self.sums.split_at_mut(groups.gamma.len());
        let count = groups.group() as f32;
        let pairs = self.x.chunks_exact(groups.group()).zip(self.grad.chunks_exact_mut(groups.group()));
        for (index, (x, grad)) in pairs.enumerate() {
            let (mean, inverse) = groups.moments(x);
            let channels = groups.first_channel(self.first + index)..;
            let gamma = &groups.gamma[channels.clone()][..groups.channels()];
            let beta = &groups.beta[channels.clone()][..groups.channels()];
            let dgamma = &mut gammas[channels.clone()][..groups.channels()];
            let dbeta = &mut betas[channels][..groups.channels()];
            if groups.inner == 1 {
                for i in 0..gamma.len() {
                    let normalised = (x[i] - mean) * inverse;
                    let inner = grad[i] * slope(gamma[i] * normalised + beta[i]);
                    dgamma[i] += inner * normalised;
                    dbeta[i] += inner;
                    grad[i] = inner * gamma[i];
                }
                let mean_beta = sum(x, grad, |_, inner| inner) as f32 / count;
                let mean_gamma = sum(x, grad, |x, inner| inner * ((x - mean) * inverse)) as f32 / count;
                for (grad, x) in grad.iter_mut().zip(x) {
                    *grad = inverse * (*grad - mean_beta - (x - mean) * inverse * mean_gamma);
                }
                continue;
            }
            let (mut mean_gamma, mut mean_beta) = (0.0, 0.0);
            let rows = x.chunks_exact(groups.inner).zip(grad.chunks_exact_mut(groups.inner));
            for (channel, (x, grad)) in rows.enumerate() {
                let (gamma, beta) = (gamma[channel], beta[channel]);
                for (grad, x) in grad.iter_mut().zip(x) {
                    *grad *= slope(gamma * ((x - mean) * inverse) + beta);
                }
                let by_beta = sum(x, grad, |_, inner| inner) as f32;
                let by_gamma = sum(x, grad, |x, inner| inner * ((x - mean) * inverse)) as f32;
                dgamma[channel] += by_gamma;
                dbeta[channel] += by_beta;
                mean_gamma += gamma * by_gamma / count;
                mean_beta += gamma * by_beta / count;
            }
            let rows = x.chunks_exact(groups.inner).zip(grad.chunks_exact_mut(groups.inner));
            for ((x, grad), gamma) in rows.zip(gamma) {
                for (grad, x) in grad.iter_mut().zip(x) {
                    *grad = inverse * (gamma * *grad - mean_beta - (x - mean) * inverse * mean_gamma);
                }
            }
        }
    }
}

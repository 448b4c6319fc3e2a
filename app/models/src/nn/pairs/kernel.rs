//! The arithmetic, on plain slices in burn's order; the channels, innermost, fill the vectors.

use crate::nn::fast::kernel::{
    elementwise::{Function, Silu},
    parallel,
};
use pulp::{Arch, Simd, WithSimd};

/// Extents of a pair tensor `[batch, nodes, neighbours, width]`.
#[derive(Clone, Copy)]
pub struct Extent {
    pub nodes: usize,
    pub neighbours: usize,
    pub width: usize,
}

impl Extent {
    /// Floats of one graph's pair tensor.
    fn pairs(&self) -> usize {
        self.nodes * self.neighbours * self.width
    }

    /// Floats of one graph's node tensor.
    fn node_values(&self) -> usize {
        self.nodes * self.width
    }
}

/// `pair ← silu(own[i] + other[j] + pair[i, j])`.
pub fn pair_silu(extent: Extent, own: &[f32], other: &[f32], pair: &mut [f32]) {
    if pair.is_empty() {
        return;
    }
    let work =
        pair.chunks_mut(extent.pairs()).zip(own.chunks(extent.node_values()).zip(other.chunks(extent.node_values())));
    parallel::for_each(work.collect(), |(pair, (own, other))| {
        Arch::new().dispatch(PairSilu { extent, own, other, pair });
    });
}

struct PairSilu<'a> {
    extent: Extent,
    own: &'a [f32],
    other: &'a [f32],
    pair: &'a mut [f32],
}

impl WithSimd for PairSilu<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let width = self.extent.width;
        let rows = self.pair.chunks_exact_mut(self.extent.neighbours * width);
        for (own, row) in self.own.chunks_exact(width).zip(rows) {
            for (other, z) in self.other.chunks_exact(width).zip(row.chunks_exact_mut(width)) {
                for ((z, own), other) in z.iter_mut().zip(own).zip(other) {
                    *z = Silu.value(*z + own + other);
                }
            }
        }
    }
}

/// `grad ← grad · silu'(own[i] + other[j] + pair[i, j])`, and its sums over j and over i.
pub fn pair_silu_backward(
    extent: Extent,
    own: &[f32],
    other: &[f32],
    pair: &[f32],
    grad: &mut [f32],
) -> (Vec<f32>, Vec<f32>) {
    let mut own_grad = vec![0.0; own.len()];
    let mut other_grad = vec![0.0; other.len()];
    if grad.is_empty() {
        return (own_grad, other_grad);
    }
    let node = extent.node_values();
    let inputs = own.chunks(node).zip(other.chunks(node)).zip(pair.chunks(extent.pairs()));
    let outputs = own_grad.chunks_mut(node).zip(other_grad.chunks_mut(node)).zip(grad.chunks_mut(extent.pairs()));
    let work = inputs.zip(outputs).collect();
    parallel::for_each(work, |(((own, other), pair), ((own_grad, other_grad), grad))| {
        Arch::new().dispatch(PairSiluBackward { extent, own, other, pair, own_grad, other_grad, grad });
    });
    (own_grad, other_grad)
}

struct PairSiluBackward<'a> {
    extent: Extent,
    own: &'a [f32],
    other: &'a [f32],
    pair: &'a [f32],
    own_grad: &'a mut [f32],
    other_grad: &'a mut [f32],
    grad: &'a mut [f32],
}

impl WithSimd for PairSiluBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let width = self.extent.width;
        let row = self.extent.neighbours * width;
        let rows = self.pair.chunks_exact(row).zip(self.grad.chunks_exact_mut(row));
        let nodes = self.own.chunks_exact(width).zip(self.own_grad.chunks_exact_mut(width));
        for ((own, own_grad), (pair, grad)) in nodes.zip(rows) {
            let neighbours = self.other.chunks_exact(width).zip(self.other_grad.chunks_exact_mut(width));
            let pairs = pair.chunks_exact(width).zip(grad.chunks_exact_mut(width));
            for ((other, other_grad), (pair, grad)) in neighbours.zip(pairs) {
                let inputs = pair.iter().zip(own).zip(other);
                let outputs = grad.iter_mut().zip(own_grad.iter_mut()).zip(other_grad.iter_mut());
                for (((pair, own), other), ((grad, own_grad), other_grad)) in inputs.zip(outputs) {
                    let dz = *grad * Silu.slope(pair + own + other);
                    *grad = dz;
                    *own_grad += dz;
                    *other_grad += dz;
                }
            }
        }
    }
}

/// `meanⱼ silu(pair[i, j] + bias)`.
pub fn silu_mean(extent: Extent, pair: &[f32], bias: &[f32]) -> Vec<f32> {
    let mut mean = vec![0.0; pair.len() / extent.neighbours];
    if pair.is_empty() {
        return mean;
    }
    let work = pair.chunks(extent.pairs()).zip(mean.chunks_mut(extent.node_values())).collect();
    parallel::for_each(work, |(pair, mean)| Arch::new().dispatch(SiluMean { extent, pair, bias, mean }));
    mean
}

struct SiluMean<'a> {
    extent: Extent,
    pair: &'a [f32],
    bias: &'a [f32],
    mean: &'a mut [f32],
}

impl WithSimd for SiluMean<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Extent { neighbours, width, .. } = self.extent;
        let share = 1.0 / neighbours as f32;
        for (row, mean) in self.pair.chunks_exact(neighbours * width).zip(self.mean.chunks_exact_mut(width)) {
            for pair in row.chunks_exact(width) {
                for ((mean, pair), bias) in mean.iter_mut().zip(pair).zip(self.bias) {
                    *mean += share * Silu.value(pair + bias);
                }
            }
        }
    }
}

/// Gradients of [`silu_mean`] for the pairs and the bias.
pub fn silu_mean_backward(extent: Extent, pair: &[f32], bias: &[f32], grad: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let mut dz = vec![0.0; pair.len()];
    let mut bias_grad = vec![0.0; bias.len()];
    if pair.is_empty() {
        return (dz, bias_grad);
    }
    let work = pair.chunks(extent.pairs()).zip(grad.chunks(extent.node_values())).zip(dz.chunks_mut(extent.pairs()));
    let parts = parallel::map(work.collect(), |((pair, grad), dz)| {
        let mut bias_grad = vec![0.0; bias.len()];
        let bias_sum = &mut bias_grad;
        Arch::new().dispatch(SiluMeanBackward { extent, pair, bias, grad, dz, bias_sum });
        bias_grad
    });
    for part in parts {
        bias_grad.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    (dz, bias_grad)
}

struct SiluMeanBackward<'a> {
    extent: Extent,
    pair: &'a [f32],
    bias: &'a [f32],
    grad: &'a [f32],
    dz: &'a mut [f32],
    bias_sum: &'a mut [f32],
}

impl WithSimd for SiluMeanBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Extent { neighbours, width, .. } = self.extent;
        let share = 1.0 / neighbours as f32;
        let rows = self.pair.chunks_exact(neighbours * width).zip(self.dz.chunks_exact_mut(neighbours * width));
        for (grad, (pair, dz)) in self.grad.chunks_exact(width).zip(rows) {
            for (pair, dz) in pair.chunks_exact(width).zip(dz.chunks_exact_mut(width)) {
                let inputs = pair.iter().zip(self.bias).zip(grad);
                for (((pair, bias), grad), (dz, sum)) in inputs.zip(dz.iter_mut().zip(self.bias_sum.iter_mut())) {
                    let value = share * grad * Silu.slope(pair + bias);
                    *dz = value;
                    *sum += value;
                }
            }
        }
    }
}

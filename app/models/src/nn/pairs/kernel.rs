//! The arithmetic, on plain slices in burn's order; the channels, innermost, fill the vectors.

use crate::nn::fast::kernel::{
    elementwise::{Function, Silu},
    parallel,
    product::{Factors, multiply},
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

/// Rows that a product of matrices is given at least, if there are as many: fewer do not fill its registers, and what a
/// task costs beside its arithmetic is shared among them.
const ROWS: usize = 96;

/// The networks of [`super::messages`], rows of `hidden` and `width` values; both are multiples of the lanes.
#[derive(Clone, Copy)]
pub struct Networks<'a> {
    /// `[features, hidden]`.
    pub difference: &'a [f32],
    /// `[hidden, width]`.
    pub output: &'a [f32],
    /// `[width]`.
    pub bias: &'a [f32],
    pub features: usize,
    pub hidden: usize,
    pub width: usize,
}

/// `meanⱼ silu(silu(own[i] + other[j] + differences[i, j] · difference) · output + bias)`, a few graphs at a time, so that
/// nothing between own, other and mean leaves the cache.
pub fn messages(nodes: usize, own: &[f32], other: &[f32], differences: &[f32], networks: Networks) -> Vec<f32> {
    let Networks { features, hidden, width, .. } = networks;
    let mut mean = vec![0.0; own.len() / hidden * width];
    if mean.is_empty() {
        return mean;
    }
    // Of graphs, then of their pairs.
    let together = ROWS.div_ceil(nodes * nodes);
    let pairs = together * nodes * nodes;
    let inputs = own.chunks(together * nodes * hidden).zip(other.chunks(together * nodes * hidden));
    let work =
        inputs.zip(differences.chunks(pairs * features)).zip(mean.chunks_mut(together * nodes * width)).collect();
    parallel::for_each(work, |(((own, other), differences), mean)| {
        let mut hidden_pairs = vec![0.0; differences.len() / features * hidden];
        let pairs = &mut hidden_pairs;
        Arch::new().dispatch(HiddenPairs { nodes, own, other, differences, networks, pairs });
        let receivers = ROWS.div_ceil(nodes);
        let work = hidden_pairs.chunks(receivers * nodes * hidden).zip(mean.chunks_mut(receivers * width)).collect();
        parallel::for_each(work, |(pairs, mean)| Arch::new().dispatch(Output { nodes, pairs, networks, mean }));
    });
    mean
}

/// `pairs[i, j] ← silu(own[i] + other[j] + differences[i, j] · difference)` of some graphs.
///
/// What is odd of a difference changes its sign from (i, j) to (j, i), what is even does not: one product serves both.
struct HiddenPairs<'a> {
    nodes: usize,
    own: &'a [f32],
    other: &'a [f32],
    differences: &'a [f32],
    networks: Networks<'a>,
    pairs: &'a mut [f32],
}

impl WithSimd for HiddenPairs<'_> {
    type Output = ();

    // Without closures: what is called in them is not compiled for the instructions that were found.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { nodes, own, other, differences, networks, pairs } = self;
        let Networks { difference, features, hidden, .. } = networks;
        let (pair, graph) = (nodes * nodes * features, nodes * hidden);
        let graphs = differences.len() / pair;
        let unequals = graphs * (nodes * (nodes - 1) / 2);
        let mut rows = Vec::with_capacity((unequals + graphs * nodes) * features);
        for differences in differences.chunks_exact(pair) {
            for i in 0..nodes {
                rows.extend_from_slice(&differences[(i * nodes + i + 1) * features..(i + 1) * nodes * features]);
            }
        }
        // A node with itself has no odd part: these pairs come last.
        for differences in differences.chunks_exact(pair) {
            for i in 0..nodes {
                rows.extend_from_slice(&differences[i * (nodes + 1) * features..][..features]);
            }
        }
        let count = features / 2;
        let (odd_weights, even_weights) = difference.split_at(count * hidden);
        let factors = Factors { left: &rows, row: features, step: 1, right: odd_weights, columns: hidden, count };
        let mut odd = vec![0.0; unequals * hidden];
        multiply::<S, false>(simd, factors, &mut odd);
        let mut even = vec![0.0; (unequals + graphs * nodes) * hidden];
        multiply::<S, false>(simd, Factors { left: &rows[count..], right: even_weights, ..factors }, &mut even);
        let (mut odd, mut even) = (odd.chunks_exact(hidden), even.chunks_exact(hidden));
        let nodes_of = own.chunks_exact(graph).zip(other.chunks_exact(graph));
        for ((own, other), pairs) in nodes_of.clone().zip(pairs.chunks_exact_mut(nodes * graph)) {
            for i in 0..nodes {
                for j in i + 1..nodes {
                    let (Some(odd), Some(even)) = (odd.next(), even.next()) else { return };
                    let (before, after) = pairs.split_at_mut((j * nodes + i) * hidden);
                    let (there, back) = (&mut before[(i * nodes + j) * hidden..][..hidden], &mut after[..hidden]);
                    let [own_i, own_j] = [&own[i * hidden..][..hidden], &own[j * hidden..][..hidden]];
                    let [other_i, other_j] = [&other[i * hidden..][..hidden], &other[j * hidden..][..hidden]];
                    for ((((z, own), other), odd), even) in there.iter_mut().zip(own_i).zip(other_j).zip(odd).zip(even)
                    {
                        *z = Silu.value(own + other + (even + odd));
                    }
                    for ((((z, own), other), odd), even) in back.iter_mut().zip(own_j).zip(other_i).zip(odd).zip(even) {
                        *z = Silu.value(own + other + (even - odd));
                    }
                }
            }
        }
        for ((own, other), pairs) in nodes_of.zip(pairs.chunks_exact_mut(nodes * graph)) {
            for i in 0..nodes {
                let Some(even) = even.next() else { return };
                let (own, other) = (&own[i * hidden..][..hidden], &other[i * hidden..][..hidden]);
                let z = &mut pairs[i * (nodes + 1) * hidden..][..hidden];
                for (((z, own), other), even) in z.iter_mut().zip(own).zip(other).zip(even) {
                    *z = Silu.value(own + other + even);
                }
            }
        }
    }
}

/// `mean[i] ← meanⱼ silu(pairs[i, j] · output + bias)` of some receivers i.
struct Output<'a> {
    nodes: usize,
    pairs: &'a [f32],
    networks: Networks<'a>,
    mean: &'a mut [f32],
}

impl WithSimd for Output<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Networks { output, bias, hidden, width, .. } = self.networks;
        let mut sums = vec![0.0; self.pairs.len() / hidden * width];
        let factors = Factors { left: self.pairs, row: hidden, step: 1, right: output, columns: width, count: hidden };
        multiply::<S, false>(simd, factors, &mut sums);
        let extent = Extent { nodes: self.mean.len() / width, neighbours: self.nodes, width };
        SiluMean { extent, pair: &sums, bias, mean: self.mean }.with_simd(simd);
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

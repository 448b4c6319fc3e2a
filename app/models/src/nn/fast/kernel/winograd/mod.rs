//! 3×3 convolutions by Winograd's algorithm F(4×4, 3×3) (Lavin & Gray, *Fast Algorithms for Convolutional Neural
//! Networks*, CVPR 2016): tiles of 4×4 results from 6×6 values of the padded input with 36 multiplications of a channel
//! by a channel instead of 144.
//!
//! With the input d, the kernel g and ⊙ the product place by place, summed over channels, a tile is
//! Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A. The gradient of the input is the same with flipped kernels, that of the kernels
//! Gᵀ[Σ (Bᵀ d B) ⊙ (A dY Aᵀ)]G, summed over tiles.
//!
//! Transformed values have their channels side by side, so that all transformations work on full vectors and what is
//! between them are 36 products of matrices. Tiles are worked off in chunks that stay in the second cache.

mod chunk;
mod kernels;
mod transforms;

use self::chunk::{Chunk, Scratch, chunks};
use super::LANES;
use super::parallel::{for_each, map};
use super::product::{Factors, multiply};
use pulp::{Arch, Simd, WithSimd};

pub use self::kernels::Kernels;

/// Results along a side of a tile.
pub const TILE: usize = 4;
/// Values along a side of what a tile depends on.
const REACH: usize = 6;
/// Products of a tile.
const PLACES: usize = REACH * REACH;
/// Tiles of a chunk for so many channels: their values at all places fill half of the second cache.
const TILES_BY_CHANNELS: usize = 1 << 12;
/// Tiles of a chunk at least, for each chunk reads all kernels.
const FEWEST_TILES: usize = 32;
/// Tasks of a convolution at most, each with a scratch of its own.
const TASKS: usize = 16;
/// As many partial sums of the kernels' gradient at most, whatever the number of threads.
const PARTS: usize = 4;

/// Maps `[batch, channels, height, width]` in burn's order.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    pub batch: usize,
    pub height: usize,
    pub width: usize,
}

/// The next number of channels that fills vectors.
fn padded(channels: usize) -> usize {
    channels.next_multiple_of(LANES)
}

impl Extent {
    fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Tiles beside each other.
    fn across(&self) -> usize {
        self.width.div_ceil(TILE)
    }

    /// Rows of tiles of a sample.
    fn down(&self) -> usize {
        self.height.div_ceil(TILE)
    }
}

/// The convolution of `x` with padding 1: `[batch, results, height, width]`. Without a bias, `bias` is empty.
pub fn convolve(extent: Extent, x: &[f32], kernels: &Kernels, bias: &[f32]) -> Vec<f32> {
    let results = kernels.results;
    let mut y = vec![0.0; extent.batch * results * extent.pixels()];
    let channels = padded(kernels.inputs).max(padded(results));
    let chunks = chunks(extent, (TILES_BY_CHANNELS / channels).max(FEWEST_TILES));
    // For each row of tiles its pixels of each channel.
    let mut rows: Vec<Vec<&mut [f32]>> =
        (0..extent.batch * extent.down()).map(|_| Vec::with_capacity(results)).collect();
    for (plane, map) in y.chunks_mut(extent.pixels()).enumerate() {
        let first = plane / results * extent.down();
        for (row, pixels) in map.chunks_mut(TILE * extent.width).enumerate() {
            rows[first + row].push(pixels);
        }
    }
    let mut rows = rows.into_iter();
    let mut chunks: Vec<_> =
        chunks.into_iter().map(|chunk| (chunk, rows.by_ref().take(chunk.rows).collect::<Vec<_>>())).collect();
    let some = chunks.len().div_ceil(TASKS).max(1);
    for_each(chunks.chunks_mut(some).collect(), |chunks| Arch::new().dispatch(Convolve { chunks, x, kernels, bias }));
    y
}

struct Convolve<'a, 'o> {
    /// With each row's pixels of each channel.
    chunks: &'a mut [(Chunk, Vec<Vec<&'o mut [f32]>>)],
    x: &'a [f32],
    kernels: &'a Kernels,
    bias: &'a [f32],
}

impl WithSimd for Convolve<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { chunks, x, kernels, bias } = self;
        let (inputs, results) = (padded(kernels.inputs), padded(kernels.results));
        let mut scratch = Scratch::default();
        for (chunk, rows) in chunks {
            let tiles = chunk.tiles();
            chunk.inputs(simd, x, kernels.inputs, &mut scratch);
            scratch.others.resize(PLACES * tiles * results, 0.0);
            let places = scratch.values.chunks_exact(tiles * inputs).zip(kernels.values.chunks_exact(inputs * results));
            for ((values, kernels), products) in places.zip(scratch.others.chunks_exact_mut(tiles * results)) {
                let factors =
                    Factors { left: values, row: inputs, step: 1, right: kernels, columns: results, count: inputs };
                multiply::<S, false>(simd, factors, products);
            }
            chunk.results(simd, &mut scratch, results, bias, rows);
        }
    }
}

/// Gradients of the weight `[results, inputs, 3, 3]` and of the bias.
pub fn parameter_gradient(
    extent: Extent,
    x: &[f32],
    inputs: usize,
    grad: &[f32],
    results: usize,
) -> (Vec<f32>, Vec<f32>) {
    let channels = padded(inputs).max(padded(results));
    // Long sums over tiles: each chunk reads and writes all of the gradient.
    let chunks = chunks(extent, (4 * TILES_BY_CHANNELS / channels).max(4 * FEWEST_TILES));
    let part = chunks.len().div_ceil(PARTS).max(1);
    let work: Vec<Vec<Chunk>> = chunks.chunks(part).map(<[Chunk]>::to_vec).collect();
    let parts = map(work, |chunks| Arch::new().dispatch(Gradient { chunks, x, inputs, grad, results }));
    let mut parts = parts.into_iter();
    let mut total = parts.next().unwrap_or_else(|| vec![0.0; PLACES * padded(inputs) * padded(results)]);
    for part in parts {
        total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
    }
    let planes: Vec<&[f32]> = grad.chunks(extent.pixels().max(1)).collect();
    let sums = map(planes, |plane| Arch::new().dispatch(|| plane.iter().sum::<f32>()));
    let mut bias = vec![0.0; results];
    sums.iter().enumerate().for_each(|(i, sum)| bias[i % results] += sum);
    (kernels::weight_gradient(&total, results, inputs), bias)
}

struct Gradient<'a> {
    chunks: Vec<Chunk>,
    x: &'a [f32],
    inputs: usize,
    grad: &'a [f32],
    results: usize,
}

impl WithSimd for Gradient<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
        let (inputs, results) = (padded(self.inputs), padded(self.results));
        let mut sums = vec![0.0; PLACES * inputs * results];
        let mut scratch = Scratch::default();
        for chunk in self.chunks {
            let tiles = chunk.tiles();
            chunk.inputs(simd, self.x, self.inputs, &mut scratch);
            chunk.gradients(simd, self.grad, self.results, &mut scratch);
            let places = scratch.values.chunks_exact(tiles * inputs).zip(scratch.others.chunks_exact(tiles * results));
            for ((values, gradients), sums) in places.zip(sums.chunks_exact_mut(inputs * results)) {
                let factors =
                    Factors { left: values, row: 1, step: inputs, right: gradients, columns: results, count: tiles };
                multiply::<S, true>(simd, factors, sums);
            }
        }
        sums
    }
}

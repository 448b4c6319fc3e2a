//! The arithmetic, on plain slices.
//!
//! Volumes of training batches are in *lane layout*: `[channel, z, y, x, sample]`, the batch innermost, so that
//! sixteen samples of one voxel lie side by side and every vector instruction works on sixteen independent results.
//! Strides, kernels and borders then cost no shuffling and no padding: a border voxel simply has fewer taps. Batches
//! that do not fill the lanes, a single sample above all, keep burn's order and go through `pencils`, where a vector
//! holds consecutive voxels of a row.
//!
//! Maps whose size a convolution keeps have a layout of their own, `planes`, for batches of any size. Where channels are
//! many, 3×3 convolutions need fewer multiplications, `winograd`.

pub mod correlate;
pub mod dense;
pub mod dense_block;
pub mod elementwise;
pub mod geglu;
pub mod geometry;
pub mod group_norm;
pub mod lane_rows;
pub mod lanes;
pub mod norm;
pub mod parallel;
pub mod pencils;
pub mod planes;
pub mod product;
pub mod softmax;
pub mod stencil;
pub mod stencil_grad;
pub mod weight_grad;
pub mod winograd;

/// Samples that are computed together.
pub const LANES: usize = 16;

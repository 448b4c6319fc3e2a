//! What the numbers of a grid mean: two ways, both in published weights.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::flow::both_axes;

/// What −1 and +1 mean where a network samples by its grids, see `align_corners` of PyTorch's `grid_sample`. Grids are
/// made for corners in either case, and flows are enlarged as if they reached to edges (see [`super::flow::resize`]):
/// increments must make up for what does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alignment {
    /// The centres of the first and the last pixel: as PF-AFN was trained, with PyTorch 1.1.
    Corners,
    /// The outer edges of those pixels: as DCI-VTON was trained, with PyTorch 1.11 and the same code.
    Edges,
}

impl Alignment {
    /// A grid of a network's own, for planes of its own sides, as [`super::sample`] reads it.
    pub(super) fn to_corners(self, grid: Tensor<4>) -> Tensor<4> {
        match self.factors(&grid) {
            Some(factors) => grid * factors,
            None => grid,
        }
    }

    /// The inverse of [`Self::to_corners`].
    pub(super) fn to_own(self, grid: Tensor<4>) -> Tensor<4> {
        match self.factors(&grid) {
            Some(factors) => grid / factors,
            None => grid,
        }
    }

    /// ((g + 1)·side − 1) / 2, the pixel of a grid that reaches to the edges, is (g′ + 1)·(side − 1) / 2 for
    /// g′ = g·side / (side − 1). Along a side of one pixel it is g′ itself.
    fn factors(self, grid: &Tensor<4>) -> Option<Tensor<4>> {
        let [_, _, height, width] = grid.dims();
        let factor = |side: usize| if side > 1 { side as f64 / (side as f64 - 1.0) } else { 0.5 };
        (self == Self::Edges).then(|| both_axes(factor(width), factor(height), &grid.device()))
    }
}

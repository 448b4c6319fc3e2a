//! Operators of an appearance flow: looking into planes where a grid says, and the cost volume.
//!
//! As in [`crate::nn::fast`]: on Flex the kernels of this module, elsewhere the same formulae of burn's own operators,
//! each with its own backward pass.

mod autodiff;
mod composed;
mod flex;
mod kernel;
mod ops;

#[cfg(test)]
mod tests;

use burn::backend::Dispatch;
use burn::tensor::Tensor;
use ops::FlowOps;
pub use samples::wardrobe::Padding;

/// Planes `[b, c, h, w]` as a grid `[b, 2, h', w']` sees them: `[b, c, h', w']`, bilinear.
///
/// The grid has x, then y, with the arithmetic of `align_corners = true`: −1 is the centre of the first pixel, +1 that
/// of the last; along a side of one pixel it is the pixel itself. Gradients go to planes and grid; where a coordinate
/// was held at the border its gradient is 0.
///
/// # Panics
/// If the batches differ, the grid does not have two planes or the planes have no pixels.
pub fn sample(planes: Tensor<4>, grid: Tensor<4>, padding: Padding) -> Tensor<4> {
    let ([batch, _, height, width], [grids, axes, ..]) = (planes.dims(), grid.dims());
    assert_eq!([batch, 2], [grids, axes], "sample: a grid has x and y for every sample");
    assert!(height > 0 && width > 0, "sample: planes without pixels");
    Tensor::from_dispatch(Dispatch::flow_sample(planes.into_dispatch(), grid.into_dispatch(), padding))
}

/// The cost volume of `first` and `second`, both `[b, c, h, w]`: `[b, (2r + 1)², h, w]`, where channel
/// `(dy + r)(2r + 1) + dx + r` is the mean over the channels of `first[y, x] · second[y + dy, x + dx]`; beyond the
/// edge `second` is 0.
///
/// Source: the correlation layer of PF-AFN (Ge et al. 2021), whose radius is 3.
///
/// # Panics
/// If the shapes differ or there are no channels.
pub fn cost_volume(first: Tensor<4>, second: Tensor<4>, radius: usize) -> Tensor<4> {
    assert_eq!(first.dims(), second.dims(), "cost_volume: both have one shape");
    assert!(first.dims()[1] > 0, "cost_volume: no channels");
    Tensor::from_dispatch(Dispatch::flow_cost_volume(first.into_dispatch(), second.into_dispatch(), radius))
}

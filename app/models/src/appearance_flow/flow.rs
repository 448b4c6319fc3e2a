//! What flows are made of, how they are enlarged, and how smooth they are.

use burn::tensor::{Device, Tensor, TensorData, s};

use super::operators::{Padding, sample};

/// The flow that changes nothing, `[1, 2, h, w]`.
pub fn identity([height, width]: [usize; 2], device: &Device) -> Tensor<4> {
    grid([height, width], device, normalised)
}

/// A pixel's index as a coordinate of a grid; along a side of one pixel it is the index.
fn normalised(index: usize, side: usize) -> f64 {
    if side > 1 { 2.0 * index as f64 / (side as f64 - 1.0) - 1.0 } else { index as f64 }
}

/// A grid `[1, 2, h, w]` whose coordinates are those of pixels, of their index and their side.
fn grid([height, width]: [usize; 2], device: &Device, of: impl Fn(usize, usize) -> f64) -> Tensor<4> {
    let pixels = height * width;
    let xs = (0..pixels).map(|i| of(i % width, width) as f32);
    let ys = (0..pixels).map(|i| of(i / width, height) as f32);
    Tensor::from_data(TensorData::new(xs.chain(ys).collect(), [1, 2, height, width]), device)
}

/// Two numbers, for x and for y, that broadcast over a grid.
pub(super) fn both_axes(x: f64, y: f64, device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(vec![x as f32, y as f32], [1, 2, 1, 1]), device)
}

/// The flow whose pixels look so many `offsets` further, in pixels `[b, 2, h, w]`, than their own place.
pub fn displaced(offsets: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = offsets.dims();
    let device = offsets.device();
    let unit = |side: usize| if side > 1 { 2.0 / (side as f64 - 1.0) } else { 1.0 };
    offsets * both_axes(unit(width), unit(height), &device) + identity([height, width], &device)
}

/// Planes at other sides: bilinear between the centres of pixels, the border held, nothing averaged; for twice the
/// sides and half of them what PyTorch's `interpolate` does without `align_corners`. A flow needs no rescaling.
pub fn resize(planes: Tensor<4>, sides: [usize; 2]) -> Tensor<4> {
    let [batch, _, height, width] = planes.dims();
    if sides == [height, width] {
        return planes;
    }
    let looks = |index: usize, side: usize, from: usize| {
        let pixel = (index as f64 + 0.5) * from as f64 / side as f64 - 0.5;
        if from > 1 { 2.0 * pixel / (from as f64 - 1.0) - 1.0 } else { pixel }
    };
    let [tall, wide] = sides;
    let pixels = tall * wide;
    let xs = (0..pixels).map(|i| looks(i % wide, wide, width) as f32);
    let ys = (0..pixels).map(|i| looks(i / wide, tall, height) as f32);
    let grid = Tensor::<4>::from_data(TensorData::new(xs.chain(ys).collect(), [1, 2, tall, wide]), &planes.device());
    sample(planes, grid.expand([batch, 2, tall, wide]), Padding::Border)
}

/// Second differences along x, y and both diagonals, of x and of y each: `[b, 8, h − 2, w − 2]`, in units of the grid.
/// 0 for every affine flow.
pub fn second_differences(flow: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = flow.dims();
    assert!(
        height > 2 && width > 2,
        "second_differences: nothing lies between neighbours in {height} × {width} pixels"
    );
    let at = |y: usize, x: usize| flow.clone().slice(s![.., .., y..height - 2 + y, x..width - 2 + x]);
    let middle = at(1, 1).mul_scalar(2.0);
    let pairs = [[(1, 0), (1, 2)], [(0, 1), (2, 1)], [(0, 0), (2, 2)], [(0, 2), (2, 0)]];
    let differences = pairs.map(|[(y, x), (v, u)]| at(y, x) + at(v, u) - middle.clone());
    Tensor::cat(differences.to_vec(), 1)
}

/// Mean absolute difference of vertical neighbours plus that of horizontal ones.
pub fn total_variation(planes: Tensor<4>) -> Tensor<1> {
    let [_, _, height, width] = planes.dims();
    let part = |y: std::ops::Range<usize>, x: std::ops::Range<usize>| planes.clone().slice(s![.., .., y, x]);
    let mut sum = Tensor::zeros([1], &planes.device());
    if height > 1 {
        sum = sum + (part(1..height, 0..width) - part(0..height - 1, 0..width)).abs().mean();
    }
    if width > 1 {
        sum = sum + (part(0..height, 1..width) - part(0..height, 0..width - 1)).abs().mean();
    }
    sum
}

//! The operators written with burn's own ones: the path of GPU backends and of tensors that are not `f32`.

use super::Padding;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, TensorMetadata, get_or_init_device_settings};
use burn::tensor::ops::PadMode;
use burn::tensor::{IndexingUpdateOp, Shape, Slice};

/// One of the four pixels around where a grid looks, `[b, 1, n]` each.
struct Corner<B: Backend> {
    index: IntTensor<B>,
    weight: FloatTensor<B>,
    /// Slopes of the weight along x and y, in pixels.
    slopes: [FloatTensor<B>; 2],
}

/// Where the grid looks along `axis`, in pixels, and the slope of that.
fn place<B: Backend>(
    grid: FloatTensor<B>,
    axis: usize,
    side: usize,
    padding: Padding,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let shape = grid.shape();
    let [batch, pixels] = [shape[0], shape[2] * shape[3]];
    let x = window::<B>(grid, axis..axis + 1, [0, 0], [shape[2], shape[3]]);
    let x = B::float_reshape(x, Shape::from([batch, 1, pixels]));
    let last = side as f64 - 1.0;
    let (x, scale) = match side {
        1 => (x, 1.0),
        _ => (B::float_mul_scalar(B::float_add_scalar(x, 1.0.into()), (last / 2.0).into()), last / 2.0),
    };
    match padding {
        Padding::Border => {
            let held = B::float_clamp(x, 0.0.into(), last.into());
            // Strictly inside this product is positive, at the border and beyond it is 0.
            let rest = B::float_add_scalar(B::float_neg(held.clone()), last.into());
            let slope = B::float_sign(B::float_mul(held.clone(), rest));
            (held, B::float_mul_scalar(slope, scale.into()))
        }
        Padding::Zeros => {
            let slope = B::float_add_scalar(B::float_mul_scalar(x.clone(), 0.0.into()), scale.into());
            (x, slope)
        }
    }
}

/// The corners, and the slopes of the coordinates in pixels along x and y.
fn corners<B: Backend>(
    grid: FloatTensor<B>,
    sides: [usize; 2],
    padding: Padding,
) -> (Vec<Corner<B>>, [FloatTensor<B>; 2]) {
    let [width, _] = sides;
    let places = [0, 1].map(|axis| place::<B>(grid.clone(), axis, sides[axis], padding));
    // Of either neighbour along an axis: its index, whether it is there, its weight.
    let neighbours = [0, 1].map(|axis| {
        let x = places[axis].0.clone();
        let before = B::float_floor(x.clone());
        let after_weight = B::float_sub(x, before.clone());
        let before_weight = B::float_add_scalar(B::float_neg(after_weight.clone()), 1.0.into());
        let after = B::float_add_scalar(before.clone(), 1.0.into());
        [(before, before_weight), (after, after_weight)].map(|(index, weight)| {
            let held = B::float_clamp(index.clone(), 0.0.into(), (sides[axis] as f64 - 1.0).into());
            let away = B::float_abs(B::float_sub(index, held.clone()));
            let there = B::float_clamp_min(B::float_add_scalar(B::float_neg(away), 1.0.into()), 0.0.into());
            (held, there, weight)
        })
    });
    let int = get_or_init_device_settings::<B>(&grid.device()).int_dtype;
    let mut all = Vec::with_capacity(4);
    for (row, y_sign) in neighbours[1].iter().zip([-1.0, 1.0]) {
        for (column, x_sign) in neighbours[0].iter().zip([-1.0, 1.0]) {
            let index = B::float_add(B::float_mul_scalar(row.0.clone(), (width as f64).into()), column.0.clone());
            let there = B::float_mul(row.1.clone(), column.1.clone());
            let signed = |weight: &FloatTensor<B>, sign: f64| {
                B::float_mul_scalar(B::float_mul(there.clone(), weight.clone()), sign.into())
            };
            all.push(Corner {
                index: B::float_into_int(index, int),
                weight: B::float_mul(there.clone(), B::float_mul(row.2.clone(), column.2.clone())),
                slopes: [signed(&row.2, x_sign), signed(&column.2, y_sign)],
            });
        }
    }
    (all, places.map(|(_, slope)| slope))
}

fn sides(planes: &Shape) -> [usize; 2] {
    [planes[3], planes[2]]
}

fn flat<B: Backend>(planes: FloatTensor<B>) -> FloatTensor<B> {
    let shape = planes.shape();
    B::float_reshape(planes, Shape::from([shape[0], shape[1], shape[2] * shape[3]]))
}

pub(super) fn sample<B: Backend>(planes: FloatTensor<B>, grid: FloatTensor<B>, padding: Padding) -> FloatTensor<B> {
    let (shape, seen) = (planes.shape(), grid.shape());
    let [batch, channels, pixels] = [shape[0], shape[1], seen[2] * seen[3]];
    let planes = flat::<B>(planes);
    let (corners, _) = corners::<B>(grid, sides(&shape), padding);
    let terms = corners.into_iter().map(|corner| {
        let index = B::int_expand(corner.index, Shape::from([batch, channels, pixels]));
        B::float_mul(B::float_gather(2, planes.clone(), index), corner.weight)
    });
    let sum = terms.reduce(B::float_add).expect("four corners");
    B::float_reshape(sum, Shape::from([batch, channels, seen[2], seen[3]]))
}

pub(super) fn sample_planes_backward<B: Backend>(
    planes: FloatTensor<B>,
    grid: FloatTensor<B>,
    grad: FloatTensor<B>,
    padding: Padding,
) -> FloatTensor<B> {
    let shape = planes.shape();
    let grad = flat::<B>(grad);
    let (corners, _) = corners::<B>(grid, sides(&shape), padding);
    let mut sum = B::float_mul_scalar(flat::<B>(planes), 0.0.into());
    for corner in corners {
        let index = B::int_expand(corner.index, grad.shape());
        let value = B::float_mul(grad.clone(), corner.weight);
        sum = B::float_scatter(2, sum, index, value, IndexingUpdateOp::Add);
    }
    B::float_reshape(sum, shape)
}

pub(super) fn sample_grid_backward<B: Backend>(
    planes: FloatTensor<B>,
    grid: FloatTensor<B>,
    grad: FloatTensor<B>,
    padding: Padding,
) -> FloatTensor<B> {
    let (shape, seen) = (planes.shape(), grid.shape());
    let (planes, grad) = (flat::<B>(planes), flat::<B>(grad));
    let (corners, scales) = corners::<B>(grid, sides(&shape), padding);
    let mut sums: [Option<FloatTensor<B>>; 2] = [None, None];
    for corner in corners {
        let index = B::int_expand(corner.index, grad.shape());
        let value = B::float_mul(B::float_gather(2, planes.clone(), index), grad.clone());
        let value = B::float_sum_dim(value, 1);
        for (sum, slope) in sums.iter_mut().zip(corner.slopes) {
            let term = B::float_mul(value.clone(), slope);
            *sum = Some(match sum.take() {
                Some(sum) => B::float_add(sum, term),
                None => term,
            });
        }
    }
    let axes = sums.into_iter().flatten().zip(scales).map(|(sum, scale)| B::float_mul(sum, scale));
    B::float_reshape(B::float_cat(axes.collect(), 1), seen)
}

/// Zeros around the planes.
fn padded<B: Backend>(planes: FloatTensor<B>, radius: usize) -> FloatTensor<B> {
    B::float_pad(planes, &[(0, 0), (0, 0), (radius, radius), (radius, radius)], PadMode::Constant(0.0))
}

/// `[.., channels, top .. top + h, left .. left + w]`.
fn window<B: Backend>(
    planes: FloatTensor<B>,
    channels: std::ops::Range<usize>,
    [top, left]: [usize; 2],
    [height, width]: [usize; 2],
) -> FloatTensor<B> {
    let batch = planes.shape()[0];
    let ranges = [0..batch, channels, top..top + height, left..left + width];
    B::float_slice(planes, &ranges.map(|range| Slice::new(range.start as isize, Some(range.end as isize), 1)))
}

fn offsets(radius: usize) -> impl Iterator<Item = [usize; 2]> {
    let side = 2 * radius + 1;
    (0..side * side).map(move |i| [i / side, i % side])
}

pub(super) fn cost_volume<B: Backend>(first: FloatTensor<B>, second: FloatTensor<B>, radius: usize) -> FloatTensor<B> {
    let shape = first.shape();
    let second = padded::<B>(second, radius);
    let costs = offsets(radius).map(|at| {
        let seen = window::<B>(second.clone(), 0..shape[1], at, [shape[2], shape[3]]);
        B::float_mean_dim(B::float_mul(first.clone(), seen), 1)
    });
    B::float_cat(costs.collect(), 1)
}

pub(super) fn cost_volume_first_backward<B: Backend>(
    second: FloatTensor<B>,
    grad: FloatTensor<B>,
    radius: usize,
) -> FloatTensor<B> {
    let shape = second.shape();
    let sides = [shape[2], shape[3]];
    let second = padded::<B>(second, radius);
    let terms = offsets(radius).enumerate().map(|(i, at)| {
        let seen = window::<B>(second.clone(), 0..shape[1], at, sides);
        B::float_mul(seen, window::<B>(grad.clone(), i..i + 1, [0, 0], sides))
    });
    let sum = terms.reduce(B::float_add).expect("an offset");
    B::float_div_scalar(sum, (shape[1] as f64).into())
}

pub(super) fn cost_volume_second_backward<B: Backend>(
    first: FloatTensor<B>,
    grad: FloatTensor<B>,
    radius: usize,
) -> FloatTensor<B> {
    let shape = first.shape();
    let sides = [shape[2], shape[3]];
    let terms = offsets(radius).enumerate().map(|(i, [down, across])| {
        let term = B::float_mul(first.clone(), window::<B>(grad.clone(), i..i + 1, [0, 0], sides));
        // What looked at a pixel from one side is seen from the other.
        let back = [2 * radius - down, 2 * radius - across];
        window::<B>(padded::<B>(term, radius), 0..shape[1], back, sides)
    });
    let sum = terms.reduce(B::float_add).expect("an offset");
    B::float_div_scalar(sum, (shape[1] as f64).into())
}

//! Flex: the kernels of this module for `f32`, the composed operators for everything else.

use super::Unary;
use super::composed;
use super::kernel::dense_block::Sizes;
use super::kernel::geometry::Geometry;
use super::kernel::norm::{self, ChannelState, Channels};
use super::kernel::{LANES, correlate, elementwise, lanes, product, weight_grad};
use super::maps;
use super::ops::FastOps;
use super::rows::{self, GroupNorm};
use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::{DType, Flex, TensorMetadata};
use burn::tensor::{Shape, TensorData};
use std::borrow::Cow;

type Grid = [usize; 3];

impl FastOps for Flex {
    fn fast_conv3d(x: FlexTensor, weight: FlexTensor, stride: Grid, padding: Grid) -> FlexTensor {
        if !all_f32(&[&x, &weight]) {
            return composed::conv3d::<Flex>(x, weight, stride, padding);
        }
        conv3d(&x, &weight, stride, padding)
    }

    fn fast_conv3d_x_backward(
        x: FlexTensor,
        weight: FlexTensor,
        grad: FlexTensor,
        stride: Grid,
        padding: Grid,
    ) -> FlexTensor {
        if !all_f32(&[&weight, &grad]) {
            return composed::conv3d_x_backward::<Flex>(x, weight, grad, stride, padding);
        }
        conv3d_x_backward(&x, &weight, &grad, stride, padding)
    }

    fn fast_conv3d_weight_backward(
        x: FlexTensor,
        weight: FlexTensor,
        grad: FlexTensor,
        stride: Grid,
        padding: Grid,
    ) -> FlexTensor {
        if !all_f32(&[&x, &grad]) || x.shape()[0] < FEWEST_SAMPLES {
            return composed::conv3d_weight_backward::<Flex>(x, weight, grad, stride, padding);
        }
        conv3d_weight_backward(&x, &weight, &grad, stride, padding)
    }

    fn fast_conv_transpose3d(x: FlexTensor, weight: FlexTensor, stride: Grid, padding: Grid) -> FlexTensor {
        let big = big_grid(grid(&x), grid(&weight), stride, padding);
        let geometry = geometry(&weight, x.shape()[0], grid(&x), big, stride, padding);
        if !all_f32(&[&x, &weight]) {
            return composed::conv_transpose3d::<Flex>(x, weight, stride, padding);
        }
        scatter(&geometry, &x, &weight)
    }

    fn fast_conv_transpose3d_x_backward(
        weight: FlexTensor,
        grad: FlexTensor,
        stride: Grid,
        padding: Grid,
    ) -> FlexTensor {
        let small = small_grid(grid(&grad), grid(&weight), stride, padding);
        let geometry = geometry(&weight, grad.shape()[0], small, grid(&grad), stride, padding);
        if !all_f32(&[&weight, &grad]) {
            return composed::conv_transpose3d_x_backward::<Flex>(weight, grad, stride, padding);
        }
        gather(&geometry, &grad, &weight)
    }

    fn fast_conv_transpose3d_weight_backward(
        x: FlexTensor,
        weight: FlexTensor,
        grad: FlexTensor,
        stride: Grid,
        padding: Grid,
    ) -> FlexTensor {
        let geometry = geometry(&weight, x.shape()[0], grid(&x), grid(&grad), stride, padding);
        if !all_f32(&[&x, &grad]) || geometry.batch < FEWEST_SAMPLES {
            return composed::conv_transpose3d_weight_backward::<Flex>(x, weight, grad, stride, padding);
        }
        weight_gradient(geometry, &x, &grad, weight.shape())
    }

    fn fast_conv2d(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> FlexTensor {
        maps::flex::conv2d(x, weight, bias, stride, padding)
    }

    fn fast_conv2d_x_backward(
        x: FlexTensor,
        weight: FlexTensor,
        grad: FlexTensor,
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> FlexTensor {
        maps::flex::conv2d_x_backward(x, weight, grad, stride, padding)
    }

    fn fast_conv2d_parameter_backward(
        x: FlexTensor,
        weight: FlexTensor,
        grad: FlexTensor,
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> (FlexTensor, FlexTensor) {
        maps::flex::conv2d_parameter_backward(x, weight, grad, stride, padding)
    }

    fn fast_dense_block(x: FlexTensor, parameters: FlexTensor, sizes: Sizes) -> (FlexTensor, FlexTensor) {
        maps::flex::dense_block(x, parameters, sizes)
    }

    fn fast_dense_block_backward(
        features: FlexTensor,
        parameters: FlexTensor,
        grad: FlexTensor,
        sizes: Sizes,
    ) -> (FlexTensor, FlexTensor) {
        maps::flex::dense_block_backward(features, parameters, grad, sizes)
    }

    fn fast_batch_norm(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f64,
        slope: f32,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        if !all_f32(&[&x, &gamma, &beta]) {
            return composed::batch_norm::<Flex>(x, gamma, beta, epsilon, slope);
        }
        let Some((x, channels)) = by_channel(&x) else {
            return composed::batch_norm::<Flex>(x, gamma, beta, epsilon, slope);
        };
        let moments = norm::moments(x.storage::<f32>(), channels);
        let maps: Vec<_> = channel_states(&moments, &gamma, &beta, epsilon)
            .into_iter()
            .map(|state| (state.gamma * state.inverse, state.beta - state.mean * state.gamma * state.inverse))
            .collect();
        let y = norm::affine(x.storage::<f32>(), channels, &maps, slope);
        let (mean, variance): (Vec<f32>, Vec<f32>) = moments.into_iter().unzip();
        (like(&x, y), vector(mean), vector(variance))
    }

    fn fast_batch_norm_backward(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        mean: FlexTensor,
        variance: FlexTensor,
        grad: FlexTensor,
        epsilon: f64,
        slope: f32,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        if !all_f32(&[&x, &gamma, &beta, &mean, &variance, &grad]) {
            return composed::batch_norm_backward::<Flex>(x, gamma, beta, mean, variance, grad, epsilon, slope);
        }
        let Some((x, channels)) = by_channel(&x) else {
            return composed::batch_norm_backward::<Flex>(x, gamma, beta, mean, variance, grad, epsilon, slope);
        };
        let mut grad = in_order_of(&x, grad);
        let moments: Vec<_> = contiguous(&mean).iter().copied().zip(contiguous(&variance).iter().copied()).collect();
        let states = channel_states(&moments, &gamma, &beta, epsilon);
        let (dgamma, dbeta) = norm::gradient(x.storage::<f32>(), grad.storage_mut::<f32>(), channels, &states, slope);
        (grad, vector(dgamma), vector(dbeta))
    }

    fn fast_group_norm(x: FlexTensor, gamma: FlexTensor, beta: FlexTensor, norm: GroupNorm) -> FlexTensor {
        rows::flex::group_norm(x, gamma, beta, norm)
    }

    fn fast_group_norm_backward(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        grad: FlexTensor,
        norm: GroupNorm,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        rows::flex::group_norm_backward(x, gamma, beta, grad, norm)
    }

    fn fast_softmax(x: FlexTensor) -> FlexTensor {
        rows::flex::softmax(x)
    }

    fn fast_softmax_backward(y: FlexTensor, grad: FlexTensor) -> FlexTensor {
        rows::flex::softmax_backward(y, grad)
    }

    fn fast_geglu(x: FlexTensor) -> FlexTensor {
        rows::flex::geglu(x)
    }

    fn fast_geglu_backward(x: FlexTensor, grad: FlexTensor) -> FlexTensor {
        rows::flex::geglu_backward(x, grad)
    }

    fn fast_matmul(x: FlexTensor, weight: FlexTensor) -> FlexTensor {
        let ([rows, count], columns) = ([x.shape()[0], x.shape()[1]], weight.shape()[1]);
        if !all_f32(&[&x, &weight]) || !columns.is_multiple_of(LANES) || count * columns == 0 {
            return composed::matmul::<Flex>(x, weight);
        }
        let (x, weight) = (ordered(x), ordered(weight));
        let mut product = vec![0.0; rows * columns];
        product::matmul(x.storage::<f32>(), weight.storage::<f32>(), count, &mut product);
        FlexTensor::from_data(TensorData::new(product, Shape::from([rows, columns])))
    }

    fn fast_unary(x: FlexTensor, function: Unary) -> FlexTensor {
        if x.dtype() != DType::F32 {
            return composed::unary::<Flex>(x, function);
        }
        let mut y = dense(x);
        let values = y.storage_mut::<f32>();
        match function {
            Unary::Exp => elementwise::apply(elementwise::Exp, values),
            Unary::Sigmoid => elementwise::apply(elementwise::Sigmoid, values),
            Unary::Silu => elementwise::apply(elementwise::Silu, values),
            Unary::Tanh => elementwise::apply(elementwise::Tanh, values),
            Unary::Gelu => elementwise::apply(elementwise::Gelu, values),
            Unary::Softplus => elementwise::apply(elementwise::Softplus, values),
            Unary::LeakyRelu { slope } => elementwise::apply(elementwise::LeakyRelu(slope), values),
        }
        y
    }

    fn fast_unary_backward(x: FlexTensor, grad: FlexTensor, function: Unary) -> FlexTensor {
        if !all_f32(&[&x, &grad]) {
            return composed::unary_backward::<Flex>(x, grad, function);
        }
        let x = dense(x);
        let mut grad = in_order_of(&x, grad);
        let (x, values) = (x.storage::<f32>(), grad.storage_mut::<f32>());
        match function {
            Unary::Exp => elementwise::apply_slope(elementwise::Exp, x, values),
            Unary::Sigmoid => elementwise::apply_slope(elementwise::Sigmoid, x, values),
            Unary::Silu => elementwise::apply_slope(elementwise::Silu, x, values),
            Unary::Tanh => elementwise::apply_slope(elementwise::Tanh, x, values),
            Unary::Gelu => elementwise::apply_slope(elementwise::Gelu, x, values),
            Unary::Softplus => elementwise::apply_slope(elementwise::Softplus, x, values),
            Unary::LeakyRelu { slope } => elementwise::apply_slope(elementwise::LeakyRelu(slope), x, values),
        }
        grad
    }
}

/// [`super::conv3d`] of `f32`.
pub(super) fn conv3d(x: &FlexTensor, weight: &FlexTensor, stride: Grid, padding: Grid) -> FlexTensor {
    let small = small_grid(grid(x), grid(weight), stride, padding);
    gather(&geometry(weight, x.shape()[0], small, grid(x), stride, padding), x, weight)
}

/// The gradient of [`conv3d`] for `x`, of which only the shape matters.
pub(super) fn conv3d_x_backward(
    x: &FlexTensor,
    weight: &FlexTensor,
    grad: &FlexTensor,
    stride: Grid,
    padding: Grid,
) -> FlexTensor {
    scatter(&geometry(weight, x.shape()[0], grid(grad), grid(x), stride, padding), grad, weight)
}

/// The gradient of [`conv3d`] for `weight`, of which only the shape matters.
pub(super) fn conv3d_weight_backward(
    x: &FlexTensor,
    weight: &FlexTensor,
    grad: &FlexTensor,
    stride: Grid,
    padding: Grid,
) -> FlexTensor {
    let geometry = geometry(weight, x.shape()[0], grid(grad), grid(x), stride, padding);
    weight_gradient(geometry, grad, x, weight.shape())
}

pub(super) fn all_f32(tensors: &[&FlexTensor]) -> bool {
    tensors.iter().all(|tensor| tensor.dtype() == DType::F32)
}

/// Whether the values fill the storage in some order of the axes.
fn is_dense(tensor: &FlexTensor) -> bool {
    let layout = tensor.layout();
    let mut axes: Vec<_> = layout.strides().iter().zip(layout.shape().iter()).filter(|(_, size)| **size != 1).collect();
    axes.sort();
    let mut span = 1;
    let packed = axes.into_iter().all(|(&stride, &size)| {
        let fits = stride == span as isize;
        span *= size;
        fits
    });
    packed && layout.start_offset() == 0 && tensor.storage::<f32>().len() == layout.num_elements()
}

/// The tensor, copied to burn's order unless its values fill their storage.
fn dense(tensor: FlexTensor) -> FlexTensor {
    if is_dense(&tensor) { tensor } else { tensor.to_contiguous() }
}

/// The tensor with its values, and nothing else, in burn's order in its storage.
pub(crate) fn ordered(tensor: FlexTensor) -> FlexTensor {
    let layout = tensor.layout();
    let whole = layout.start_offset() == 0 && tensor.storage::<f32>().len() == layout.num_elements();
    if whole && tensor.is_contiguous() {
        return tensor;
    }
    let contiguous = tensor.to_contiguous();
    let count = contiguous.layout().num_elements();
    if contiguous.storage::<f32>().len() == count {
        return contiguous;
    }
    let shape = contiguous.shape();
    let start = contiguous.layout().start_offset();
    let values = contiguous.storage::<f32>()[start..start + count].to_vec();
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// A tensor with its values at the places that those of the dense tensor `model` have.
fn in_order_of(model: &FlexTensor, tensor: FlexTensor) -> FlexTensor {
    let (shape, layout) = (model.shape(), model.layout());
    let same =
        (0..shape.num_dims()).all(|axis| shape[axis] == 1 || layout.strides()[axis] == tensor.layout().strides()[axis]);
    if same && is_dense(&tensor) {
        return tensor;
    }
    // With the axes from the outermost to the innermost of the model, its order is burn's.
    let mut axes: Vec<usize> = (0..shape.num_dims()).collect();
    axes.sort_by_key(|&axis| (std::cmp::Reverse(layout.strides()[axis]), axis));
    tensor.permute(&axes).to_contiguous().with_layout(layout.clone())
}

/// The tensor with its channels contiguous, in burn's order or with the channels outermost, and how they lie. `None`
/// if a channel's runs are too short to be worth it.
fn by_channel(x: &FlexTensor) -> Option<(FlexTensor, Channels)> {
    const SHORTEST: usize = 16;
    let shape = x.shape();
    let (count, channels) = (shape.num_elements(), shape[1]);
    let outermost = is_dense(x) && x.layout().strides()[1] as usize * channels == count;
    let (x, inner) = match outermost {
        true => (x.clone(), count / channels),
        false => (
            if is_dense(x) && x.is_contiguous() { x.clone() } else { x.to_contiguous() },
            count / (channels * shape[0]).max(1),
        ),
    };
    (inner >= SHORTEST).then_some((x, Channels { channels, inner }))
}

fn channel_states(moments: &[(f32, f32)], gamma: &FlexTensor, beta: &FlexTensor, epsilon: f64) -> Vec<ChannelState> {
    let (gamma, beta) = (contiguous(gamma), contiguous(beta));
    let affine = gamma.iter().zip(beta.iter());
    let state = |(&(mean, variance), (&gamma, &beta)): (&(f32, f32), (&f32, &f32))| {
        let inverse = (1.0 / (f64::from(variance) + epsilon).sqrt()) as f32;
        ChannelState { mean, inverse, gamma, beta }
    };
    moments.iter().zip(affine).map(state).collect()
}

/// A tensor with the shape and order of `model`.
fn like(model: &FlexTensor, values: Vec<f32>) -> FlexTensor {
    let length = values.len();
    FlexTensor::from_data(TensorData::new(values, [length])).with_layout(model.layout().clone())
}

pub(super) fn vector(values: Vec<f32>) -> FlexTensor {
    let length = values.len();
    FlexTensor::from_data(TensorData::new(values, [length]))
}

/// The last three extents.
fn grid(tensor: &FlexTensor) -> Grid {
    let shape = tensor.shape();
    [shape[2], shape[3], shape[4]]
}

/// Extent of a convolution's output.
fn small_grid(big: Grid, kernel: Grid, stride: Grid, padding: Grid) -> Grid {
    [0, 1, 2].map(|axis| (big[axis] + 2 * padding[axis] - kernel[axis]) / stride[axis] + 1)
}

/// Extent of a transposed convolution's output.
fn big_grid(small: Grid, kernel: Grid, stride: Grid, padding: Grid) -> Grid {
    [0, 1, 2].map(|axis| (small[axis] - 1) * stride[axis] + kernel[axis] - 2 * padding[axis])
}

fn geometry(weight: &FlexTensor, batch: usize, small: Grid, big: Grid, stride: Grid, padding: Grid) -> Geometry {
    let [small_channels, big_channels] = [weight.shape()[0], weight.shape()[1]];
    Geometry { batch, small_channels, big_channels, small, big, kernel: grid(weight), stride, padding }
}

/// The smallest batch for which the weight's gradient fills lanes with zero samples; burn's operator takes the rest.
pub(super) const FEWEST_SAMPLES: usize = 4;

/// The convolution of `big`: in lanes if the batch fills them.
fn gather(geometry: &Geometry, big: &FlexTensor, weight: &FlexTensor) -> FlexTensor {
    let weight = contiguous(weight);
    let (batch, channels, grid) = (geometry.batch, geometry.small_channels, geometry.small);
    if batch.is_multiple_of(LANES) {
        return from_lanes(correlate::gather(geometry, &lane_view(big), &weight), batch, channels, grid);
    }
    let values = correlate::gather_contiguous(geometry, &contiguous(big), &weight);
    FlexTensor::from_data(TensorData::new(values, [batch, channels, grid[0], grid[1], grid[2]]))
}

/// The transposed convolution of `small`.
fn scatter(geometry: &Geometry, small: &FlexTensor, weight: &FlexTensor) -> FlexTensor {
    let weight = contiguous(weight);
    let (batch, channels, grid) = (geometry.batch, geometry.big_channels, geometry.big);
    if batch.is_multiple_of(LANES) {
        return from_lanes(correlate::scatter(geometry, &lane_view(small), &weight), batch, channels, grid);
    }
    let values = correlate::scatter_contiguous(geometry, &contiguous(small), &weight);
    FlexTensor::from_data(TensorData::new(values, [batch, channels, grid[0], grid[1], grid[2]]))
}

fn weight_gradient(mut geometry: Geometry, small: &FlexTensor, big: &FlexTensor, shape: Shape) -> FlexTensor {
    geometry.batch = geometry.batch.next_multiple_of(LANES);
    let values = weight_grad::weight_gradient(&geometry, &lane_view(small), &lane_view(big));
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// Strides of lane layout.
fn lane_strides(batch: usize, grid: Grid) -> Vec<isize> {
    let [d, h, w] = grid;
    [1, d * h * w * batch, h * w * batch, w * batch, batch].map(|stride| stride as isize).to_vec()
}

/// The values in lane layout, the batch filled up with zeros: as they lie, if they lie so, or copied.
fn lane_view(tensor: &FlexTensor) -> Cow<'_, [f32]> {
    let shape = tensor.shape();
    let layout = tensor.layout();
    let wanted = lane_strides(shape[0], grid(tensor));
    let lies_so = (0..5).all(|axis| shape[axis] == 1 || layout.strides()[axis] == wanted[axis]);
    let values = tensor.storage::<f32>();
    let whole = layout.start_offset() == 0 && values.len() == shape.num_elements();
    if lies_so && whole && shape[0].is_multiple_of(LANES) {
        return Cow::Borrowed(values);
    }
    let batch = shape[0].next_multiple_of(LANES);
    Cow::Owned(lanes::to_lanes(&contiguous(tensor), [shape[0], batch], shape[1], grid(tensor).iter().product()))
}

/// The values in burn's order.
pub(super) fn contiguous(tensor: &FlexTensor) -> Cow<'_, [f32]> {
    match tensor.as_slice::<f32>() {
        Some(values) => Cow::Borrowed(values),
        None => {
            let dense = tensor.to_contiguous();
            let values = dense.storage::<f32>()[..tensor.shape().num_elements()].to_vec();
            Cow::Owned(values)
        }
    }
}

/// A tensor `[batch, channels, grid]` of values in lane layout, which stay where they are.
fn from_lanes(values: Vec<f32>, batch: usize, channels: usize, grid: Grid) -> FlexTensor {
    let shape = Shape::from([batch, channels, grid[0], grid[1], grid[2]]);
    let layout = Layout::new(shape, lane_strides(batch, grid), 0);
    let length = values.len();
    FlexTensor::from_data(TensorData::new(values, [length])).with_layout(layout)
}

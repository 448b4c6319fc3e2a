//! Flex: convolutions that keep the size of their maps on planes or, 3×3 with many channels, by Winograd's algorithm; the
//! others as volumes of depth 1.

use super::composed::{self, KERNEL};
use crate::nn::fast::flex as volumes;
use crate::nn::fast::kernel::dense_block::{Block, Sizes};
use crate::nn::fast::kernel::planes::{Maps, Planes};
use crate::nn::fast::kernel::winograd::{self, Extent, Kernels};
use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::{Shape, TensorData};

pub fn conv2d(
    x: FlexTensor,
    weight: FlexTensor,
    bias: FlexTensor,
    stride: [usize; 2],
    padding: [usize; 2],
) -> FlexTensor {
    if !volumes::all_f32(&[&x, &weight, &bias]) {
        return composed::conv2d::<Flex>(x, weight, bias, stride, padding);
    }
    let bias = volumes::contiguous(&bias);
    if let Some(extent) = tiled(&x, &weight, stride, padding) {
        let (results, inputs) = (weight.shape()[0], weight.shape()[1]);
        let kernels = Kernels::new(&volumes::contiguous(&weight), results, inputs);
        return maps(extent, winograd::convolve(extent, &volumes::contiguous(&x), &kernels, &bias), results);
    }
    let Some(block) = single_layer(&x, &weight, stride, padding) else {
        let y = volumes::conv3d(&volume(&x), &volume(&weight), depth_1(stride, 1), depth_1(padding, 0));
        return with_bias(flat(y), &bias);
    };
    let mut features = block.features();
    fill(&block.planes, &mut features, &x);
    let y = block.forward(&mut features, &[(&volumes::contiguous(&weight), &bias)]);
    tensor(&block.planes, &y, block.sizes.outputs)
}

pub fn conv2d_x_backward(
    x: FlexTensor,
    weight: FlexTensor,
    grad: FlexTensor,
    stride: [usize; 2],
    padding: [usize; 2],
) -> FlexTensor {
    if !volumes::all_f32(&[&weight, &grad]) {
        return composed::conv2d_x_backward::<Flex>(x, weight, grad, stride, padding);
    }
    if let Some(extent) = tiled(&x, &weight, stride, padding) {
        let (results, inputs) = (weight.shape()[0], weight.shape()[1]);
        let kernels = Kernels::flipped(&volumes::contiguous(&weight), results, inputs);
        return maps(extent, winograd::convolve(extent, &volumes::contiguous(&grad), &kernels, &[]), inputs);
    }
    let Some(block) = single_layer(&x, &weight, stride, padding) else {
        let (x, weight, grad) = (volume(&x), volume(&weight), volume(&grad));
        return flat(volumes::conv3d_x_backward(&x, &weight, &grad, depth_1(stride, 1), depth_1(padding, 0)));
    };
    let mut gradients = block.gradients();
    fill(&block.planes, &mut gradients, &grad);
    let dx = block.input_gradient(&gradients, &[(&volumes::contiguous(&weight), &[])]);
    tensor(&block.planes, &dx, block.sizes.inputs)
}

pub fn conv2d_parameter_backward(
    x: FlexTensor,
    weight: FlexTensor,
    grad: FlexTensor,
    stride: [usize; 2],
    padding: [usize; 2],
) -> (FlexTensor, FlexTensor) {
    let block = single_layer(&x, &weight, stride, padding);
    if !volumes::all_f32(&[&x, &grad]) || block.is_none() && x.shape()[0] < volumes::FEWEST_SAMPLES {
        return composed::conv2d_parameter_backward::<Flex>(x, weight, grad, stride, padding);
    }
    let shape = weight.shape();
    if let Some(extent) = tiled(&x, &weight, stride, padding) {
        let (x, grad) = (volumes::contiguous(&x), volumes::contiguous(&grad));
        let (dw, db) = winograd::parameter_gradient(extent, &x, shape[1], &grad, shape[0]);
        return (FlexTensor::from_data(TensorData::new(dw, shape)), volumes::vector(db));
    }
    let Some(block) = block else {
        let (x, weight) = (volume(&x), volume(&weight));
        let dw = volumes::conv3d_weight_backward(&x, &weight, &volume(&grad), depth_1(stride, 1), depth_1(padding, 0));
        return (dw.reshape(shape), composed::bias_backward::<Flex>(grad));
    };
    let (mut features, mut gradients) = (block.features(), block.gradients());
    fill(&block.planes, &mut features, &x);
    fill(&block.planes, &mut gradients, &grad);
    let (dw, db) = block.parameter_gradients(&features, &gradients).remove(0);
    (FlexTensor::from_data(TensorData::new(dw, shape)), volumes::vector(db))
}

/// The features are in planes.
pub fn dense_block(x: FlexTensor, parameters: FlexTensor, sizes: Sizes) -> (FlexTensor, FlexTensor) {
    if !volumes::all_f32(&[&x, &parameters]) {
        return composed::dense_block::<Flex>(x, parameters, sizes);
    }
    let block = Block { planes: planes(&x.shape(), KERNEL / 2), sizes };
    let mut features = block.features();
    fill(&block.planes, &mut features, &x);
    let y = block.forward(&mut features, &split(&volumes::contiguous(&parameters), &sizes));
    (tensor(&block.planes, &y, sizes.outputs), volumes::vector(features))
}

pub fn dense_block_backward(
    features: FlexTensor,
    parameters: FlexTensor,
    grad: FlexTensor,
    sizes: Sizes,
) -> (FlexTensor, FlexTensor) {
    if !volumes::all_f32(&[&features, &parameters, &grad]) {
        return composed::dense_block_backward::<Flex>(features, parameters, grad, sizes);
    }
    let block = Block { planes: planes(&grad.shape(), KERNEL / 2), sizes };
    let (features, parameters) = (features.storage::<f32>(), volumes::contiguous(&parameters));
    let layers = split(&parameters, &sizes);
    let mut gradients = block.gradients();
    fill(&block.planes, &mut gradients, &grad);
    block.backward(features, &mut gradients, &layers);
    let dx = block.input_gradient(&gradients, &layers);
    let dparameters = block.parameter_gradients(features, &gradients).into_iter().flat_map(|(dw, db)| [dw, db]);
    (tensor(&block.planes, &dx, sizes.inputs), volumes::vector(dparameters.flatten().collect()))
}

/// Weight and bias of each layer of a dense block.
fn split<'a>(parameters: &'a [f32], sizes: &Sizes) -> Vec<(&'a [f32], &'a [f32])> {
    let ranges = sizes.parameters(KERNEL * KERNEL).into_iter();
    ranges.map(|[weight, bias]| (&parameters[weight], &parameters[bias])).collect()
}

/// Fewer channels on either side do not pay for the transformations.
const FEWEST_CHANNELS: usize = 12;

/// The extent of the maps, if the convolution is one for Winograd's algorithm.
fn tiled(x: &FlexTensor, weight: &FlexTensor, stride: [usize; 2], padding: [usize; 2]) -> Option<Extent> {
    let (maps, shape) = (x.shape(), weight.shape());
    let kind = [shape[2], shape[3]] == [3; 2] && stride == [1; 2] && padding == [1; 2];
    let pays = shape[0].min(shape[1]) >= FEWEST_CHANNELS && maps[2].min(maps[3]) >= winograd::TILE;
    (kind && pays).then(|| Extent { batch: maps[0], height: maps[2], width: maps[3] })
}

fn maps(extent: Extent, values: Vec<f32>, channels: usize) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, [extent.batch, channels, extent.height, extent.width]))
}

/// The convolution as a block of one layer, if it keeps the size of the maps and its kernel is a square.
fn single_layer(x: &FlexTensor, weight: &FlexTensor, stride: [usize; 2], padding: [usize; 2]) -> Option<Block> {
    let (maps, shape) = (x.shape(), weight.shape());
    let halo = padding[0];
    let keeps = stride == [1; 2] && padding[1] == halo && [shape[2], shape[3]] == [2 * halo + 1; 2];
    let sizes = Sizes { inputs: shape[1], growth: 0, outputs: shape[0], layers: 1, slope: 1.0 };
    keeps.then(|| Block { planes: planes(&maps, halo), sizes })
}

fn planes(maps: &Shape, halo: usize) -> Planes {
    Planes { batch: maps[0], height: maps[2], width: maps[3], halo }
}

/// Copies maps to planes, row by row if the pixels of a row lie side by side.
fn fill(planes: &Planes, target: &mut [f32], maps: &FlexTensor) {
    let by_rows = maps.layout().strides().iter().all(|&stride| stride >= 0) && maps.layout().strides()[3] == 1;
    let maps = if by_rows { maps.clone() } else { maps.to_contiguous() };
    let layout = maps.layout();
    let strides = [0, 1, 2].map(|axis| layout.strides()[axis] as usize);
    let values = &maps.storage::<f32>()[layout.start_offset()..];
    planes.fill(target, layout.shape()[1], Maps { values, strides });
}

fn tensor(planes: &Planes, values: &[f32], channels: usize) -> FlexTensor {
    let shape = [planes.batch, channels, planes.height, planes.width];
    FlexTensor::from_data(TensorData::new(planes.maps(values, channels), shape))
}

/// Adds to each channel its bias; the maps come from a convolution, so that each channel of a sample or of all of them
/// is one run.
fn with_bias(mut maps: FlexTensor, bias: &[f32]) -> FlexTensor {
    let run = maps.layout().strides()[1] as usize;
    for (values, bias) in maps.storage_mut::<f32>().chunks_mut(run.max(1)).zip(bias.iter().cycle()) {
        values.iter_mut().for_each(|value| *value += bias);
    }
    maps
}

fn depth_1([y, x]: [usize; 2], z: usize) -> [usize; 3] {
    [z, y, x]
}

/// Maps or kernels as volumes of depth 1.
fn volume(maps: &FlexTensor) -> FlexTensor {
    let (shape, strides) = (maps.shape(), maps.layout().strides());
    let shape = Shape::from([shape[0], shape[1], 1, shape[2], shape[3]]);
    let strides = vec![strides[0], strides[1], strides[2] * shape[3] as isize, strides[2], strides[3]];
    maps.clone().with_layout(Layout::new(shape, strides, maps.layout().start_offset()))
}

/// Volumes of depth 1 as maps.
fn flat(volumes: FlexTensor) -> FlexTensor {
    let (shape, strides) = (volumes.shape(), volumes.layout().strides());
    let shape = Shape::from([shape[0], shape[1], shape[3], shape[4]]);
    let layout = Layout::new(shape, [0, 1, 3, 4].map(|axis| strides[axis]).to_vec(), volumes.layout().start_offset());
    volumes.with_layout(layout)
}

//! Flex: the kernels for `f32`, the composed operators for everything else.

use super::kernel::{sample, window};
use super::ops::FlowOps;
use super::{Padding, composed};
use burn::backend::flex::FlexTensor;
use burn::backend::{DType, Flex, TensorMetadata};
use burn::tensor::TensorData;
use std::borrow::Cow;

impl FlowOps for Flex {
    fn flow_sample(planes: FlexTensor, grid: FlexTensor, padding: Padding) -> FlexTensor {
        if !all_f32(&[&planes, &grid]) {
            return composed::sample::<Flex>(planes, grid, padding);
        }
        let (shape, seen) = (planes.shape(), grid.shape());
        let values = sample::sample(extent(&planes, padding), &contiguous(&planes), &contiguous(&grid));
        tensor(values, [shape[0], shape[1], seen[2], seen[3]])
    }

    fn flow_sample_planes_backward(
        planes: FlexTensor,
        grid: FlexTensor,
        grad: FlexTensor,
        padding: Padding,
    ) -> FlexTensor {
        if !all_f32(&[&grid, &grad]) {
            return composed::sample_planes_backward::<Flex>(planes, grid, grad, padding);
        }
        let values = sample::planes_gradient(extent(&planes, padding), &contiguous(&grid), &contiguous(&grad));
        tensor(values, four(&planes))
    }

    fn flow_sample_grid_backward(
        planes: FlexTensor,
        grid: FlexTensor,
        grad: FlexTensor,
        padding: Padding,
    ) -> FlexTensor {
        if !all_f32(&[&planes, &grid, &grad]) {
            return composed::sample_grid_backward::<Flex>(planes, grid, grad, padding);
        }
        let shape = four(&grid);
        let extent = extent(&planes, padding);
        let values = sample::grid_gradient(extent, &contiguous(&planes), &contiguous(&grid), &contiguous(&grad));
        tensor(values, shape)
    }

    fn flow_cost_volume(first: FlexTensor, second: FlexTensor, radius: usize) -> FlexTensor {
        if !all_f32(&[&first, &second]) {
            return composed::cost_volume::<Flex>(first, second, radius);
        }
        let [batch, channels, height, width] = four(&first);
        let window = window::Window { channels, height, width, radius };
        let values = window.costs(&contiguous(&first), &contiguous(&second));
        tensor(values, [batch, window.offsets(), height, width])
    }

    fn flow_cost_volume_first_backward(second: FlexTensor, grad: FlexTensor, radius: usize) -> FlexTensor {
        if !all_f32(&[&second, &grad]) {
            return composed::cost_volume_first_backward::<Flex>(second, grad, radius);
        }
        let shape @ [_, channels, height, width] = four(&second);
        let window = window::Window { channels, height, width, radius };
        tensor(window.first_gradient(&contiguous(&second), &contiguous(&grad)), shape)
    }

    fn flow_cost_volume_second_backward(first: FlexTensor, grad: FlexTensor, radius: usize) -> FlexTensor {
        if !all_f32(&[&first, &grad]) {
            return composed::cost_volume_second_backward::<Flex>(first, grad, radius);
        }
        let shape @ [_, channels, height, width] = four(&first);
        let window = window::Window { channels, height, width, radius };
        tensor(window.second_gradient(&contiguous(&first), &contiguous(&grad)), shape)
    }
}

fn all_f32(tensors: &[&FlexTensor]) -> bool {
    tensors.iter().all(|tensor| tensor.dtype() == DType::F32)
}

fn four(tensor: &FlexTensor) -> [usize; 4] {
    let shape = tensor.shape();
    [shape[0], shape[1], shape[2], shape[3]]
}

fn extent(planes: &FlexTensor, padding: Padding) -> sample::Extent {
    let [batch, channels, height, width] = four(planes);
    sample::Extent { batch, channels, height, width, padding }
}

/// The values in burn's order.
fn contiguous(tensor: &FlexTensor) -> Cow<'_, [f32]> {
    match tensor.as_slice::<f32>() {
        Some(values) => Cow::Borrowed(values),
        None => {
            let dense = tensor.to_contiguous();
            Cow::Owned(dense.storage::<f32>()[..tensor.shape().num_elements()].to_vec())
        }
    }
}

fn tensor(values: Vec<f32>, shape: [usize; 4]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

//! Flex: the kernels for `f32`, the composed operators for everything else.

use super::composed;
use super::kernel::{self, Extent, Networks};
use super::ops::PairOps;
use crate::nn::fast::{flex::ordered, kernel::LANES};
use burn::backend::flex::FlexTensor;
use burn::backend::{DType, Flex, TensorMetadata};
use burn::tensor::{Shape, TensorData};

impl PairOps for Flex {
    fn pair_messages(
        own: FlexTensor,
        other: FlexTensor,
        differences: FlexTensor,
        difference: FlexTensor,
        output: FlexTensor,
        bias: FlexTensor,
    ) -> FlexTensor {
        let [features, hidden, width] = [difference.shape()[0], difference.shape()[1], output.shape()[1]];
        let fits = hidden.is_multiple_of(LANES) && width.is_multiple_of(LANES);
        if !fits || !all_f32(&[&own, &other, &differences, &difference, &output, &bias]) {
            return composed::messages::<Flex>(own, other, differences, difference, output, bias);
        }
        let [batch, nodes] = [own.shape()[0], own.shape()[1]];
        let (own, other, differences) = (ordered(own), ordered(other), ordered(differences));
        let (difference, output, bias) = (ordered(difference), ordered(output), ordered(bias));
        let networks = Networks {
            difference: difference.storage::<f32>(),
            output: output.storage::<f32>(),
            bias: bias.storage::<f32>(),
            features,
            hidden,
            width,
        };
        let (own, other) = (own.storage::<f32>(), other.storage::<f32>());
        let mean = kernel::messages(nodes, own, other, differences.storage::<f32>(), networks);
        tensor(mean, Shape::from([batch, nodes, width]))
    }

    fn pair_silu(own: FlexTensor, other: FlexTensor, pair: FlexTensor) -> FlexTensor {
        if !all_f32(&[&own, &other, &pair]) {
            return composed::pair_silu::<Flex>(own, other, pair);
        }
        let (own, other, mut pair) = (ordered(own), ordered(other), ordered(pair));
        let extent = extent(&pair);
        kernel::pair_silu(extent, own.storage::<f32>(), other.storage::<f32>(), pair.storage_mut::<f32>());
        pair
    }

    fn pair_silu_backward(
        own: FlexTensor,
        other: FlexTensor,
        pair: FlexTensor,
        grad: FlexTensor,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        if !all_f32(&[&own, &other, &pair, &grad]) {
            return composed::pair_silu_backward::<Flex>(own, other, pair, grad);
        }
        let (own, other, pair, mut grad) = (ordered(own), ordered(other), ordered(pair), ordered(grad));
        let shape = own.shape();
        let (own, other) = kernel::pair_silu_backward(
            extent(&pair),
            own.storage::<f32>(),
            other.storage::<f32>(),
            pair.storage::<f32>(),
            grad.storage_mut::<f32>(),
        );
        (tensor(own, shape.clone()), tensor(other, shape), grad)
    }

    fn silu_mean(pair: FlexTensor, bias: FlexTensor) -> FlexTensor {
        if !all_f32(&[&pair, &bias]) {
            return composed::silu_mean::<Flex>(pair, bias);
        }
        let (pair, bias) = (ordered(pair), ordered(bias));
        let shape = pair.shape();
        let values = kernel::silu_mean(extent(&pair), pair.storage::<f32>(), bias.storage::<f32>());
        tensor(values, Shape::from([shape[0], shape[1], shape[3]]))
    }

    fn silu_mean_backward(pair: FlexTensor, bias: FlexTensor, grad: FlexTensor) -> (FlexTensor, FlexTensor) {
        if !all_f32(&[&pair, &bias, &grad]) {
            return composed::silu_mean_backward::<Flex>(pair, bias, grad);
        }
        let (pair, bias, grad) = (ordered(pair), ordered(bias), ordered(grad));
        let (dz, bias_grad) = kernel::silu_mean_backward(
            extent(&pair),
            pair.storage::<f32>(),
            bias.storage::<f32>(),
            grad.storage::<f32>(),
        );
        (tensor(dz, pair.shape()), tensor(bias_grad, bias.shape()))
    }
}

fn all_f32(tensors: &[&FlexTensor]) -> bool {
    tensors.iter().all(|tensor| tensor.dtype() == DType::F32)
}

/// Extents of a pair tensor.
fn extent(pair: &FlexTensor) -> Extent {
    let shape = pair.shape();
    Extent { nodes: shape[1], neighbours: shape[2], width: shape[3] }
}

fn tensor(values: Vec<f32>, shape: Shape) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

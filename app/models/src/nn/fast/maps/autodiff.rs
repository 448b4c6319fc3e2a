//! Backward passes of the operators on maps.

use crate::nn::fast::kernel::dense_block::Sizes;
use crate::nn::fast::ops::FastOps;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend};

#[derive(Debug)]
struct Conv2d;

impl<B: FastOps> Backward<B, 3> for Conv2d {
    /// Input, weight, stride and padding.
    type State = (NodeId, NodeId, [usize; 2], [usize; 2]);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [x_node, weight_node, bias_node] = ops.parents;
        let grad = grads.consume::<B>(&ops.node);
        let (x, weight, stride, padding) = ops.state;
        let x = checkpointer.retrieve_node_output::<FloatTensor<B>>(x);
        let weight = checkpointer.retrieve_node_output::<FloatTensor<B>>(weight);
        if let Some(node) = x_node {
            let dx = B::fast_conv2d_x_backward(x.clone(), weight.clone(), grad.clone(), stride, padding);
            grads.register::<B>(node.id, dx);
        }
        if weight_node.is_none() && bias_node.is_none() {
            return;
        }
        let (dw, db) = B::fast_conv2d_parameter_backward(x, weight, grad, stride, padding);
        for (node, grad) in [(weight_node, dw), (bias_node, db)] {
            if let Some(node) = node {
                grads.register::<B>(node.id, grad);
            }
        }
    }
}

pub fn conv2d<B: FastOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    bias: FloatTensor<Autodiff<B, C>>,
    stride: [usize; 2],
    padding: [usize; 2],
) -> FloatTensor<Autodiff<B, C>> {
    let prep = Conv2d.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful();
    let forward = |x: FloatTensor<Autodiff<B, C>>, weight: FloatTensor<Autodiff<B, C>>| {
        B::fast_conv2d(x.into_primitive(), weight.into_primitive(), bias.into_primitive(), stride, padding)
    };
    match prep {
        OpsKind::Tracked(mut prep) => {
            let state = (prep.checkpoint(&x), prep.checkpoint(&weight), stride, padding);
            prep.finish(state, forward(x, weight))
        }
        OpsKind::UnTracked(prep) => prep.finish(forward(x, weight)),
    }
}

#[derive(Debug)]
struct DenseBlock;

impl<B: FastOps> Backward<B, 2> for DenseBlock {
    /// Features, parameters and sizes.
    type State = (FloatTensor<B>, NodeId, Sizes);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let (features, parameters, sizes) = ops.state;
        let parameters = checkpointer.retrieve_node_output::<FloatTensor<B>>(parameters);
        let (dx, dparameters) = B::fast_dense_block_backward(features, parameters, grad, sizes);
        for (node, grad) in ops.parents.into_iter().zip([dx, dparameters]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, grad);
            }
        }
    }
}

#[expect(clippy::type_complexity, reason = "the extension macro's own")]
pub fn dense_block<B: FastOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    parameters: FloatTensor<Autodiff<B, C>>,
    sizes: Sizes,
) -> (FloatTensor<Autodiff<B, C>>, FloatTensor<Autodiff<B, C>>) {
    let (y, features) = match DenseBlock.prepare::<C>([x.node(), parameters.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut prep) => {
            let node = prep.checkpoint(&parameters);
            let (y, features) = B::fast_dense_block(x.into_primitive(), parameters.into_primitive(), sizes);
            (prep.finish((features.clone(), node, sizes), y), features)
        }
        OpsKind::UnTracked(prep) => {
            let (y, features) = B::fast_dense_block(x.into_primitive(), parameters.into_primitive(), sizes);
            (prep.finish(y), features)
        }
    };
    (y, <Autodiff<B, C> as AutodiffBackend>::from_inner(features))
}

//! Backward passes: which inputs an operator keeps, and which gradients it computes when.

use super::Unary;
use super::kernel::dense_block::Sizes;
use super::maps;
use super::ops::FastOps;
use super::rows::{self, GroupNorm};
use burn::backend::Autodiff;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;

type Grid = [usize; 3];

/// State of a convolution: its input, its weight, stride and padding.
type ConvState = (NodeId, NodeId, Grid, Grid);

#[derive(Debug)]
struct Conv3d;

impl<B: FastOps> Backward<B, 2> for Conv3d {
    type State = ConvState;

    fn backward(self, ops: Ops<ConvState, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [x_node, weight_node] = ops.parents;
        let grad = grads.consume::<B>(&ops.node);
        let (x, weight, stride, padding) = ops.state;
        let x = checkpointer.retrieve_node_output::<FloatTensor<B>>(x);
        let weight = checkpointer.retrieve_node_output::<FloatTensor<B>>(weight);
        if let Some(node) = x_node {
            let dx = B::fast_conv3d_x_backward(x.clone(), weight.clone(), grad.clone(), stride, padding);
            grads.register::<B>(node.id, dx);
        }
        if let Some(node) = weight_node {
            grads.register::<B>(node.id, B::fast_conv3d_weight_backward(x, weight, grad, stride, padding));
        }
    }
}

#[derive(Debug)]
struct ConvTranspose3d;

impl<B: FastOps> Backward<B, 2> for ConvTranspose3d {
    type State = ConvState;

    fn backward(self, ops: Ops<ConvState, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [x_node, weight_node] = ops.parents;
        let grad = grads.consume::<B>(&ops.node);
        let (x, weight, stride, padding) = ops.state;
        let x = checkpointer.retrieve_node_output::<FloatTensor<B>>(x);
        let weight = checkpointer.retrieve_node_output::<FloatTensor<B>>(weight);
        if let Some(node) = x_node {
            let dx = B::fast_conv_transpose3d_x_backward(weight.clone(), grad.clone(), stride, padding);
            grads.register::<B>(node.id, dx);
        }
        if let Some(node) = weight_node {
            let dw = B::fast_conv_transpose3d_weight_backward(x, weight, grad, stride, padding);
            grads.register::<B>(node.id, dw);
        }
    }
}

#[derive(Debug)]
struct BatchNorm;

impl<B: FastOps> Backward<B, 3> for BatchNorm {
    /// `x`, `gamma`, `beta`, then mean, variance, epsilon and slope.
    type State = (NodeId, NodeId, NodeId, FloatTensor<B>, FloatTensor<B>, f64, f32);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let (x, gamma, beta, mean, variance, epsilon, slope) = ops.state;
        let x = checkpointer.retrieve_node_output::<FloatTensor<B>>(x);
        let gamma = checkpointer.retrieve_node_output::<FloatTensor<B>>(gamma);
        let beta = checkpointer.retrieve_node_output::<FloatTensor<B>>(beta);
        let (dx, dgamma, dbeta) = B::fast_batch_norm_backward(x, gamma, beta, mean, variance, grad, epsilon, slope);
        for (node, grad) in ops.parents.into_iter().zip([dx, dgamma, dbeta]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, grad);
            }
        }
    }
}

#[derive(Debug)]
struct Elementwise;

impl<B: FastOps> Backward<B, 1> for Elementwise {
    type State = (NodeId, Unary);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let (x, function) = ops.state;
        let x = checkpointer.retrieve_node_output::<FloatTensor<B>>(x);
        unary::<B, _>(ops.parents, ops.node, grads, |grad| B::fast_unary_backward(x, grad, function));
    }
}

impl<B: FastOps, C: CheckpointStrategy> FastOps for Autodiff<B, C> {
    fn fast_conv3d(x: FloatTensor<Self>, weight: FloatTensor<Self>, stride: Grid, padding: Grid) -> FloatTensor<Self> {
        match Conv3d.prepare::<C>([x.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let state = (prep.checkpoint(&x), prep.checkpoint(&weight), stride, padding);
                let y = B::fast_conv3d(x.into_primitive(), weight.into_primitive(), stride, padding);
                prep.finish(state, y)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::fast_conv3d(x.into_primitive(), weight.into_primitive(), stride, padding))
            }
        }
    }

    fn fast_conv_transpose3d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        stride: Grid,
        padding: Grid,
    ) -> FloatTensor<Self> {
        match ConvTranspose3d.prepare::<C>([x.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let state = (prep.checkpoint(&x), prep.checkpoint(&weight), stride, padding);
                let y = B::fast_conv_transpose3d(x.into_primitive(), weight.into_primitive(), stride, padding);
                prep.finish(state, y)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::fast_conv_transpose3d(x.into_primitive(), weight.into_primitive(), stride, padding))
            }
        }
    }

    fn fast_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> FloatTensor<Self> {
        maps::autodiff::conv2d::<B, C>(x, weight, bias, stride, padding)
    }

    fn fast_dense_block(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        sizes: Sizes,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        maps::autodiff::dense_block::<B, C>(x, parameters, sizes)
    }

    fn fast_batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let forward = |x: FloatTensor<Self>, gamma: FloatTensor<Self>, beta: FloatTensor<Self>| {
            B::fast_batch_norm(x.into_primitive(), gamma.into_primitive(), beta.into_primitive(), epsilon, slope)
        };
        let (y, mean, variance) =
            match BatchNorm.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful() {
                OpsKind::Tracked(mut prep) => {
                    let inputs = [prep.checkpoint(&x), prep.checkpoint(&gamma), prep.checkpoint(&beta)];
                    let (y, mean, variance) = forward(x, gamma, beta);
                    let [x, gamma, beta] = inputs;
                    let state = (x, gamma, beta, mean.clone(), variance.clone(), epsilon, slope);
                    (prep.finish(state, y), mean, variance)
                }
                OpsKind::UnTracked(prep) => {
                    let (y, mean, variance) = forward(x, gamma, beta);
                    (prep.finish(y), mean, variance)
                }
            };
        (
            y,
            <Self as burn::backend::AutodiffBackend>::from_inner(mean),
            <Self as burn::backend::AutodiffBackend>::from_inner(variance),
        )
    }

    fn fast_group_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        norm: GroupNorm,
    ) -> FloatTensor<Self> {
        rows::autodiff::group_norm::<B, C>(x, gamma, beta, norm)
    }

    fn fast_softmax(x: FloatTensor<Self>) -> FloatTensor<Self> {
        rows::autodiff::softmax::<B, C>(x)
    }

    fn fast_unary(x: FloatTensor<Self>, function: Unary) -> FloatTensor<Self> {
        match Elementwise.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let state = (prep.checkpoint(&x), function);
                prep.finish(state, B::fast_unary(x.into_primitive(), function))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::fast_unary(x.into_primitive(), function)),
        }
    }
}

//! Backward passes of the operators on rows.

use super::GroupNorm;
use crate::nn::fast::ops::FastOps;
use burn::backend::Autodiff;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;

#[derive(Debug)]
struct Normalise;

impl<B: FastOps> Backward<B, 3> for Normalise {
    /// `x`, `gamma`, `beta` and how.
    type State = (NodeId, NodeId, NodeId, GroupNorm);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let (x, gamma, beta, norm) = ops.state;
        let x = checkpointer.retrieve_node_output::<FloatTensor<B>>(x);
        let gamma = checkpointer.retrieve_node_output::<FloatTensor<B>>(gamma);
        let beta = checkpointer.retrieve_node_output::<FloatTensor<B>>(beta);
        let (dx, dgamma, dbeta) = B::fast_group_norm_backward(x, gamma, beta, grad, norm);
        for (node, grad) in ops.parents.into_iter().zip([dx, dgamma, dbeta]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, grad);
            }
        }
    }
}

pub fn group_norm<B: FastOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    gamma: FloatTensor<Autodiff<B, C>>,
    beta: FloatTensor<Autodiff<B, C>>,
    norm: GroupNorm,
) -> FloatTensor<Autodiff<B, C>> {
    let forward =
        |x: FloatTensor<Autodiff<B, C>>, gamma: FloatTensor<Autodiff<B, C>>, beta: FloatTensor<Autodiff<B, C>>| {
            B::fast_group_norm(x.into_primitive(), gamma.into_primitive(), beta.into_primitive(), norm)
        };
    match Normalise.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut prep) => {
            let state = (prep.checkpoint(&x), prep.checkpoint(&gamma), prep.checkpoint(&beta), norm);
            prep.finish(state, forward(x, gamma, beta))
        }
        OpsKind::UnTracked(prep) => prep.finish(forward(x, gamma, beta)),
    }
}

#[derive(Debug)]
struct Softmax;

impl<B: FastOps> Backward<B, 1> for Softmax {
    /// The result.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let y = ops.state;
        unary::<B, _>(ops.parents, ops.node, grads, |grad| B::fast_softmax_backward(y, grad));
    }
}

pub fn softmax<B: FastOps, C: CheckpointStrategy>(x: FloatTensor<Autodiff<B, C>>) -> FloatTensor<Autodiff<B, C>> {
    match Softmax.prepare::<C>([x.node()]).compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let y = B::fast_softmax(x.into_primitive());
            prep.finish(y.clone(), y)
        }
        OpsKind::UnTracked(prep) => prep.finish(B::fast_softmax(x.into_primitive())),
    }
}

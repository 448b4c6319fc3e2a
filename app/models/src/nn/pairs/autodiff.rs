//! Backward passes: which inputs an operator keeps.

use super::ops::PairOps;
use burn::backend::Autodiff;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

#[derive(Debug)]
struct PairSilu;

impl<B: PairOps> Backward<B, 3> for PairSilu {
    type State = [NodeId; 3];

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [own, other, pair] = ops.state.map(|node| checkpointer.retrieve_node_output::<FloatTensor<B>>(node));
        let (own, other, pair) = B::pair_silu_backward(own, other, pair, grad);
        for (node, grad) in ops.parents.into_iter().zip([own, other, pair]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, grad);
            }
        }
    }
}

#[derive(Debug)]
struct SiluMean;

impl<B: PairOps> Backward<B, 2> for SiluMean {
    type State = [NodeId; 2];

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [pair, bias] = ops.state.map(|node| checkpointer.retrieve_node_output::<FloatTensor<B>>(node));
        let (pair, bias) = B::silu_mean_backward(pair, bias, grad);
        for (node, grad) in ops.parents.into_iter().zip([pair, bias]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, grad);
            }
        }
    }
}

impl<B: PairOps, C: CheckpointStrategy> PairOps for Autodiff<B, C> {
    fn pair_silu(own: FloatTensor<Self>, other: FloatTensor<Self>, pair: FloatTensor<Self>) -> FloatTensor<Self> {
        match PairSilu.prepare::<C>([own.node(), other.node(), pair.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let state = [prep.checkpoint(&own), prep.checkpoint(&other), prep.checkpoint(&pair)];
                let y = B::pair_silu(own.into_primitive(), other.into_primitive(), pair.into_primitive());
                prep.finish(state, y)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::pair_silu(own.into_primitive(), other.into_primitive(), pair.into_primitive()))
            }
        }
    }

    fn silu_mean(pair: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        match SiluMean.prepare::<C>([pair.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let state = [prep.checkpoint(&pair), prep.checkpoint(&bias)];
                prep.finish(state, B::silu_mean(pair.into_primitive(), bias.into_primitive()))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::silu_mean(pair.into_primitive(), bias.into_primitive())),
        }
    }
}

//! Backward passes: which inputs an operator keeps, and which gradients it computes.

use super::Padding;
use super::ops::FlowOps;
use burn::backend::Autodiff;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

#[derive(Debug)]
struct Sample;

impl<B: FlowOps> Backward<B, 2> for Sample {
    type State = ([NodeId; 2], Padding);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let (inputs, padding) = ops.state;
        let [planes, grid] = inputs.map(|node| checkpointer.retrieve_node_output::<FloatTensor<B>>(node));
        let [planes_node, grid_node] = ops.parents;
        if let Some(node) = planes_node {
            let dplanes = B::flow_sample_planes_backward(planes.clone(), grid.clone(), grad.clone(), padding);
            grads.register::<B>(node.id, dplanes);
        }
        if let Some(node) = grid_node {
            grads.register::<B>(node.id, B::flow_sample_grid_backward(planes, grid, grad, padding));
        }
    }
}

#[derive(Debug)]
struct CostVolume;

impl<B: FlowOps> Backward<B, 2> for CostVolume {
    type State = ([NodeId; 2], usize);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let (inputs, radius) = ops.state;
        let [first, second] = inputs.map(|node| checkpointer.retrieve_node_output::<FloatTensor<B>>(node));
        let [first_node, second_node] = ops.parents;
        if let Some(node) = first_node {
            grads.register::<B>(node.id, B::flow_cost_volume_first_backward(second, grad.clone(), radius));
        }
        if let Some(node) = second_node {
            grads.register::<B>(node.id, B::flow_cost_volume_second_backward(first, grad, radius));
        }
    }
}

impl<B: FlowOps, C: CheckpointStrategy> FlowOps for Autodiff<B, C> {
    fn flow_sample(planes: FloatTensor<Self>, grid: FloatTensor<Self>, padding: Padding) -> FloatTensor<Self> {
        match Sample.prepare::<C>([planes.node(), grid.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let state = ([prep.checkpoint(&planes), prep.checkpoint(&grid)], padding);
                let y = B::flow_sample(planes.into_primitive(), grid.into_primitive(), padding);
                prep.finish(state, y)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::flow_sample(planes.into_primitive(), grid.into_primitive(), padding))
            }
        }
    }

    fn flow_cost_volume(first: FloatTensor<Self>, second: FloatTensor<Self>, radius: usize) -> FloatTensor<Self> {
        match CostVolume.prepare::<C>([first.node(), second.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let state = ([prep.checkpoint(&first), prep.checkpoint(&second)], radius);
                let y = B::flow_cost_volume(first.into_primitive(), second.into_primitive(), radius);
                prep.finish(state, y)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::flow_cost_volume(first.into_primitive(), second.into_primitive(), radius))
            }
        }
    }
}

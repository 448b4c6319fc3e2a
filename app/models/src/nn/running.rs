//! Running statistics of batch norm.

use burn::{module::RunningState, tensor::Tensor};

/// Moves a running statistic `[channels]` towards that of a batch, by `momentum`.
pub fn follow(running: &RunningState<Tensor<1>>, now: Tensor<1>, momentum: f64) {
    let kept = running.value_sync().mul_scalar(1.0 - momentum);
    running.update((kept + now.detach().mul_scalar(momentum)).detach());
    // An update counts from the next look on, and what saves the weights does not look.
    running.value_sync();
}

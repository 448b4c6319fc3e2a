//! Operators on all ordered pairs of the nodes of complete graphs, fused: the pair tensors `[batch, n, n, width]` are
//! by far the largest of a message-passing network, and each is read and written once here.
//!
//! As in [`super::fast`]: on Flex the kernels of this module, elsewhere the same formulae of burn's own operators,
//! each with its own backward pass.

mod autodiff;
mod composed;
mod flex;
mod kernel;
mod ops;

#[cfg(test)]
mod tests;

use burn::backend::Dispatch;
use burn::tensor::Tensor;
use ops::PairOps;

/// `silu(own[i] + other[j] + pair[i, j])`, with `own` and `other` `[batch, n, width]` and `pair`
/// `[batch, n, n, width]`.
///
/// # Panics
/// If the shapes disagree.
pub fn pair_silu(own: Tensor<3>, other: Tensor<3>, pair: Tensor<4>) -> Tensor<4> {
    let [batch, nodes, width] = own.dims();
    assert_eq!([batch, nodes, width], other.dims(), "pair_silu: both node terms have one shape");
    assert_eq!([batch, nodes, nodes, width], pair.dims(), "pair_silu: one pair term for every ordered pair");
    Tensor::from_dispatch(Dispatch::pair_silu(own.into_dispatch(), other.into_dispatch(), pair.into_dispatch()))
}

/// `meanⱼ silu(pair[i, j] + bias)`, `[batch, n, m, width]` and `[width]` → `[batch, n, width]`.
///
/// # Panics
/// If the shapes disagree or there is nothing to average.
pub fn silu_mean(pair: Tensor<4>, bias: Tensor<1>) -> Tensor<3> {
    let [_, _, neighbours, width] = pair.dims();
    assert!(neighbours > 0, "silu_mean: a mean of nothing");
    assert_eq!([width], bias.dims(), "silu_mean: one bias per channel");
    Tensor::from_dispatch(Dispatch::silu_mean(pair.into_dispatch(), bias.into_dispatch()))
}

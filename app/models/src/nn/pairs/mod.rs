//! Messages between all ordered pairs of the nodes of complete graphs, fused: the pair tensors `[batch, n, n, width]` are
//! by far the largest of a message-passing network. In training each is read and written once; without gradients none
//! leaves the cache.
//!
//! As in [`super::fast`]: on Flex the kernels of this module, elsewhere the same formulae of burn's own operators,
//! with their own backward passes.

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

/// What every node hears from all nodes of its graph, itself included: the mean over senders j of
/// `silu(silu(own[i] + other[j] + differences[i, j] · W_d) · W_o + b)`.
#[derive(Clone, Debug)]
pub struct MessageNetwork {
    /// W_d, `[features, hidden]`.
    pub difference: Tensor<2>,
    /// W_o, `[hidden, width]`.
    pub output: Tensor<2>,
    /// b, `[width]`.
    pub bias: Tensor<1>,
}

/// [`MessageNetwork`]'s answer, `[batch, n, width]`, to the shares of the receiver and of the sender in its hidden layer,
/// `own` and `other: [batch, n, hidden]`, and to `differences: [batch, n, n, features]`.
///
/// The first half of the features must be odd, `[i, j] = −[j, i]`, and the second even, `[i, j] = [j, i]`, as sines and
/// cosines of a difference are: where no gradient is asked for, only one of both is read.
///
/// # Panics
/// If the shapes disagree, the features make no halves or there are no nodes.
pub fn messages(own: Tensor<3>, other: Tensor<3>, differences: Tensor<4>, network: MessageNetwork) -> Tensor<3> {
    let MessageNetwork { difference, output, bias } = network;
    let ([batch, nodes, hidden], [features, _]) = (own.dims(), difference.dims());
    assert!(nodes > 0, "messages: nobody is there");
    assert!(features > 0 && features.is_multiple_of(2), "messages: {features} features are no halves");
    assert_eq!([batch, nodes, hidden], other.dims(), "messages: both node terms have one shape");
    assert_eq!([batch, nodes, nodes, features], differences.dims(), "messages: one difference for every ordered pair");
    assert_eq!([hidden; 2], [difference.dims()[1], output.dims()[0]], "messages: the layers fit together");
    assert_eq!([output.dims()[1]], bias.dims(), "messages: one bias per channel");
    Tensor::from_dispatch(Dispatch::pair_messages(
        own.into_dispatch(),
        other.into_dispatch(),
        differences.into_dispatch(),
        difference.into_dispatch(),
        output.into_dispatch(),
        bias.into_dispatch(),
    ))
}

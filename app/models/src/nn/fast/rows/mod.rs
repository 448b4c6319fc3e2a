//! Operators of attention networks: norms of groups and rows, and softmax.

pub(super) mod autodiff;
pub(super) mod composed;
pub(super) mod flex;

#[cfg(test)]
mod tests;

use super::ops::FastOps;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// How [`super::ops::FastOps::fast_group_norm`] normalises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupNorm {
    /// Groups of channels.
    pub groups: usize,
    /// Added to the variance.
    pub epsilon: f64,
    /// Whether the SiLU follows.
    pub silu: bool,
}

/// Group normalisation (Wu & He 2018) of maps `x: [n, c, …]`: over all values of a sample's group of channels,
/// `γ·(x − mean)/√(variance + ε) + β` with one γ and β per channel.
///
/// # Panics
/// If the channels do not make equal groups, or `gamma` or `beta` do not have one value per channel.
pub fn group_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    groups: usize,
    epsilon: f64,
) -> Tensor<D> {
    normalise(x, gamma, beta, GroupNorm { groups, epsilon, silu: false })
}

/// [`group_norm`] followed by [`super::silu`], in one operator.
pub fn group_norm_silu<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    groups: usize,
    epsilon: f64,
) -> Tensor<D> {
    normalise(x, gamma, beta, GroupNorm { groups, epsilon, silu: true })
}

fn normalise<const D: usize>(x: Tensor<D>, gamma: Tensor<1>, beta: Tensor<1>, norm: GroupNorm) -> Tensor<D> {
    let shape = x.dims();
    let channels = shape[1];
    assert_eq!([channels; 2], [gamma.dims()[0], beta.dims()[0]], "group_norm: γ and β need one value per channel");
    assert!(
        norm.groups > 0 && channels.is_multiple_of(norm.groups),
        "group_norm: {channels} channels do not make {} groups",
        norm.groups
    );
    let inner: usize = shape[2..].iter().product();
    apply(x.reshape([shape[0], channels, inner]), gamma, beta, norm).reshape(shape)
}

/// Layer normalisation over the last axis: `γ·(x − mean)/√(variance + ε) + β`.
///
/// # Panics
/// If `gamma` or `beta` do not have one value per column.
pub fn layer_norm<const D: usize>(x: Tensor<D>, gamma: Tensor<1>, beta: Tensor<1>, epsilon: f64) -> Tensor<D> {
    let shape = x.dims();
    let columns = shape[D - 1];
    assert_eq!([columns; 2], [gamma.dims()[0], beta.dims()[0]], "layer_norm: γ and β need one value per column");
    let rows: usize = shape[..D - 1].iter().product();
    let norm = GroupNorm { groups: 1, epsilon, silu: false };
    apply(x.reshape([rows, columns, 1]), gamma, beta, norm).reshape(shape)
}

fn apply(x: Tensor<3>, gamma: Tensor<1>, beta: Tensor<1>, norm: GroupNorm) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::fast_group_norm(
        x.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        norm,
    ))
}

/// Softmax over the last axis.
pub fn softmax<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let shape = x.dims();
    let columns = shape[D - 1];
    let rows = x.reshape([shape[..D - 1].iter().product::<usize>(), columns]);
    Tensor::<2>::from_dispatch(Dispatch::fast_softmax(rows.into_dispatch())).reshape(shape)
}

//! The operators on rows against their definitions, forward and backward.
#![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

use super::*;
use crate::nn::fast::tests::{assert_close, random};
use burn::tensor::{Device, activation};

/// Output and gradients of all `inputs` under a linear functional.
fn pass(
    f: &dyn Fn(Tensor<4>, Tensor<1>, Tensor<1>) -> Tensor<4>,
    x: &Tensor<4>,
    functional: &Tensor<4>,
) -> Vec<Tensor<1>> {
    let device = x.device();
    let channels = x.dims()[1];
    let vector = |scale: f64| -> Tensor<1> {
        let values: Vec<f32> = (0..channels).map(|c| (scale * (c as f64 + 1.0)).sin() as f32).collect();
        Tensor::<1>::from_floats(values.as_slice(), &device).require_grad()
    };
    let (x, gamma, beta) = (x.clone().detach().require_grad(), vector(0.7), vector(1.3));
    let y = f(x.clone(), gamma.clone(), beta.clone());
    let grads = (y.clone() * functional.clone()).sum().backward();
    let flat = |tensor: Tensor<4>| tensor.reshape([-1]);
    vec![flat(y.inner()), flat(x.grad(&grads).unwrap()), gamma.grad(&grads).unwrap(), beta.grad(&grads).unwrap()]
}

fn plain(x: Tensor<4>, gamma: Tensor<1>, beta: Tensor<1>, groups: usize, epsilon: f64) -> Tensor<4> {
    let [n, c, h, w] = x.dims();
    let rows = x.reshape([n, groups, c / groups * h * w]);
    let centred = rows.clone() - rows.mean_dim(2);
    let variance = centred.clone().square().mean_dim(2);
    let y = (centred / (variance + epsilon).sqrt()).reshape([n, c, h, w]);
    y * gamma.reshape([1, c, 1, 1]) + beta.reshape([1, c, 1, 1])
}

#[test]
fn groups_are_normalised() {
    let device = Device::flex().autodiff();
    for (shape, groups) in
        [([2, 12, 5, 7], 3), ([3, 8, 32, 24], 8), ([1, 6, 1, 1], 1), ([40, 16, 1, 1], 1), ([2, 4, 200, 111], 2)]
    {
        let (x, functional) = (random(shape, &device), random(shape, &device));
        let x = x * 3.0 + 1.5;
        for silu in [false, true] {
            let ours = pass(
                &|x, gamma, beta| normalise(x, gamma, beta, GroupNorm { groups, epsilon: 1e-5, silu }),
                &x,
                &functional,
            );
            let theirs = pass(
                &|x, gamma, beta| {
                    let y = plain(x, gamma, beta, groups, 1e-5);
                    if silu { activation::silu(y) } else { y }
                },
                &x,
                &functional,
            );
            for (what, (ours, theirs)) in ["output", "x", "gamma", "beta"].into_iter().zip(ours.into_iter().zip(theirs))
            {
                assert_close(ours, theirs, &format!("{what} of {shape:?} in {groups}"));
            }
        }
    }
}

#[test]
fn rows_are_normalised() {
    let device = Device::flex();
    let x = random([3, 5, 96], &device) * 2.0 - 1.0;
    let (gamma, beta) = (random([96], &device), random([96], &device));
    let ours = layer_norm(x.clone(), gamma.clone(), beta.clone(), 1e-5);
    let theirs = burn::tensor::module::layer_norm(x, gamma, Some(beta), 1e-5);
    assert_close(ours, theirs, "layer norm");
}

#[test]
fn a_softmax_and_its_gradient() {
    let device = Device::flex().autodiff();
    for shape in [[3, 4, 192], [2, 1, 48], [1, 5, 1], [2, 2, 77]] {
        let (x, functional) = (random(shape, &device) * 4.0, random(shape, &device));
        let pass = |f: &dyn Fn(Tensor<3>) -> Tensor<3>| {
            let x = x.clone().detach().require_grad();
            let y = f(x.clone());
            let grads = (y.clone() * functional.clone()).sum().backward();
            (y.inner(), x.grad(&grads).unwrap())
        };
        let (ours, theirs) = (pass(&|x| softmax(x)), pass(&|x| activation::softmax(x, 2)));
        assert_close(ours.0, theirs.0, "output");
        assert_close(ours.1, theirs.1, "gradient");
    }
}

#[test]
fn a_view_into_a_larger_tensor_is_normalised_alone() {
    let device = Device::flex();
    let x = random([4, 12, 6], &device);
    let part = x.clone().slice([1..3, 4..8]);
    let (gamma, beta) = (random([4], &device), random([4], &device));
    let copy = Tensor::<3>::from_data(part.clone().into_data(), &device);
    assert_close(
        group_norm(part.clone(), gamma.clone(), beta.clone(), 2, 1e-5),
        group_norm(copy.clone(), gamma, beta, 2, 1e-5),
        "norm",
    );
    assert_close(softmax(part), softmax(copy), "softmax");
}

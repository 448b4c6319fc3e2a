//! The kernels against the same formulae in burn's own operators, values and gradients.

use super::{pair_silu, silu_mean};
use crate::seed;
use burn::tensor::{Device, Shape, Tensor, TensorData, activation};

fn random<const D: usize>(shape: [usize; D], stream: u64, device: &Device) -> Tensor<D> {
    let values = seed::standard_normal(&mut seed::stream(5, stream), shape.iter().product());
    Tensor::from_data(TensorData::new(values, Shape::from(shape)), device)
}

fn assert_close<const D: usize>(ours: Tensor<D>, theirs: Tensor<D>) {
    let difference = (ours - theirs).abs().max().into_scalar::<f32>();
    assert!(difference < 2e-5, "differs by {difference}");
}

#[test]
fn pair_silu_agrees_with_its_definition() {
    let device = Device::flex().autodiff();
    for [batch, nodes, width] in [[1, 1, 1], [3, 5, 64], [2, 7, 33]] {
        let own = random([batch, nodes, width], 0, &device).require_grad();
        let other = random([batch, nodes, width], 1, &device).require_grad();
        let pair = random([batch, nodes, nodes, width], 2, &device).require_grad();
        let weight = random([batch, nodes, nodes, width], 3, &device);
        let ours = pair_silu(own.clone(), other.clone(), pair.clone());
        let z = pair.clone() + own.clone().unsqueeze_dim::<4>(2) + other.clone().unsqueeze_dim::<4>(1);
        let theirs = activation::silu(z);
        assert_close(ours.clone(), theirs.clone());
        let ours = (ours * weight.clone()).sum().backward();
        let theirs = (theirs * weight).sum().backward();
        assert_close(own.grad(&ours).expect("tracked"), own.grad(&theirs).expect("tracked"));
        assert_close(other.grad(&ours).expect("tracked"), other.grad(&theirs).expect("tracked"));
        assert_close(pair.grad(&ours).expect("tracked"), pair.grad(&theirs).expect("tracked"));
    }
}

#[test]
fn silu_mean_agrees_with_its_definition() {
    let device = Device::flex().autodiff();
    for [batch, nodes, neighbours, width] in [[1, 1, 1, 1], [3, 5, 5, 64], [2, 7, 4, 33]] {
        let pair = random([batch, nodes, neighbours, width], 0, &device).require_grad();
        let bias = random([width], 1, &device).require_grad();
        let weight = random([batch, nodes, width], 2, &device);
        let ours = silu_mean(pair.clone(), bias.clone());
        let z = pair.clone() + bias.clone().reshape([1, 1, 1, width as i32]);
        let theirs = activation::silu(z).mean_dim(2).squeeze_dim::<3>(2);
        assert_close(ours.clone(), theirs.clone());
        let ours = (ours * weight.clone()).sum().backward();
        let theirs = (theirs * weight).sum().backward();
        assert_close(pair.grad(&ours).expect("tracked"), pair.grad(&theirs).expect("tracked"));
        assert_close(bias.grad(&ours).expect("tracked"), bias.grad(&theirs).expect("tracked"));
    }
}

#[test]
fn views_are_read_as_they_are_seen() {
    let device = Device::flex();
    let pair = random([2, 6, 6, 8], 0, &device).slice([0..2, 1..5, 2..6, 0..8]);
    let own = random([2, 8, 4], 1, &device).swap_dims(1, 2);
    let ours = pair_silu(own.clone(), own.clone(), pair.clone());
    let theirs = activation::silu(pair.clone() + own.clone().unsqueeze_dim::<4>(2) + own.unsqueeze_dim::<4>(1));
    assert_close(ours, theirs);
    let bias = random([8, 2], 2, &device).slice([0..8, 1..2]).squeeze_dim::<1>(1);
    let theirs = activation::silu(pair.clone() + bias.clone().reshape([1, 1, 1, 8])).mean_dim(2).squeeze_dim::<3>(2);
    assert_close(silu_mean(pair, bias), theirs);
}

//! The kernels against the same formulae in burn's own operators, values and gradients.

use super::{MessageNetwork, messages};
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

/// Odd features, then as many even ones.
fn differences([batch, nodes, half]: [usize; 3], device: &Device) -> Tensor<4> {
    let part = |stream| random([batch, nodes, nodes, half], stream, device);
    let (odd, even) = (part(2), part(3));
    Tensor::cat(vec![odd.clone() - odd.swap_dims(1, 2), even.clone() + even.swap_dims(1, 2)], 3)
}

fn network(half: usize, hidden: usize, width: usize, device: &Device) -> MessageNetwork {
    MessageNetwork {
        difference: random([2 * half, hidden], 4, device) * 0.3,
        output: random([hidden, width], 5, device) * 0.1,
        bias: random([width], 6, device),
    }
}

fn by_definition(own: Tensor<3>, other: Tensor<3>, differences: Tensor<4>, network: MessageNetwork) -> Tensor<3> {
    let MessageNetwork { difference, output, bias } = network;
    let of_pairs = differences.matmul(difference.unsqueeze::<4>());
    let hidden = activation::silu(of_pairs + own.unsqueeze_dim::<4>(2) + other.unsqueeze_dim::<4>(1));
    let answers = activation::silu(hidden.matmul(output.unsqueeze::<4>()) + bias.unsqueeze::<4>());
    answers.mean_dim(2).squeeze_dim::<3>(2)
}

/// `[batch, nodes, half of the features, hidden, width]`, with widths that fill vectors and widths that do not.
const SIZES: [[usize; 5]; 5] =
    [[1, 1, 1, 1, 1], [3, 5, 6, 64, 32], [2, 7, 4, 33, 17], [1, 1, 3, 16, 16], [2, 30, 5, 16, 48]];

#[test]
fn messages_agree_with_their_definition() {
    let device = Device::flex();
    for [batch, nodes, half, hidden, width] in SIZES {
        let [own, other] = [0, 1].map(|stream| random([batch, nodes, hidden], stream, &device));
        let (differences, network) =
            (differences([batch, nodes, half], &device), network(half, hidden, width, &device));
        let theirs = by_definition(own.clone(), other.clone(), differences.clone(), network.clone());
        assert_close(messages(own, other, differences, network), theirs);
    }
}

#[test]
fn gradients_agree_with_those_of_the_definition() {
    let device = Device::flex().autodiff();
    for [batch, nodes, half, hidden, width] in SIZES {
        let [own, other] = [0, 1].map(|stream| random([batch, nodes, hidden], stream, &device).require_grad());
        let differences = differences([batch, nodes, half], &device).require_grad();
        let MessageNetwork { difference, output, bias } = network(half, hidden, width, &device);
        let (difference, output, bias) = (difference.require_grad(), output.require_grad(), bias.require_grad());
        let network = MessageNetwork { difference: difference.clone(), output: output.clone(), bias: bias.clone() };
        let weight = random([batch, nodes, width], 7, &device);
        let ours = messages(own.clone(), other.clone(), differences.clone(), network.clone());
        let theirs = by_definition(own.clone(), other.clone(), differences.clone(), network);
        assert_close(ours.clone(), theirs.clone());
        let ours = (ours * weight.clone()).sum().backward();
        let theirs = (theirs * weight).sum().backward();
        macro_rules! assert_gradients {
            ($($x:ident)*) => {$(
                assert_close($x.grad(&ours).expect("tracked"), $x.grad(&theirs).expect("tracked"));
            )*};
        }
        assert_gradients!(own other differences difference output bias);
    }
}

#[test]
fn views_are_read_as_they_are_seen() {
    let device = Device::flex();
    let own = random([2, 16, 4], 0, &device).swap_dims(1, 2);
    let differences = differences([2, 6, 3], &device).slice([0..2, 1..5, 1..5, 0..6]);
    let MessageNetwork { difference, output, bias } = network(3, 16, 32, &device);
    let bias = Tensor::cat(vec![bias.clone(), bias], 0).narrow(0, 8, 32);
    let network = MessageNetwork { difference, output: output.slice([0..16, 0..32]), bias };
    let theirs = by_definition(own.clone(), own.clone(), differences.clone(), network.clone());
    assert_close(messages(own.clone(), own, differences, network), theirs);
}

//! The operators on maps against burn's own on Flex, forward and backward.
#![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

use super::*;
use crate::nn::fast::tests::{assert_close, random};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Device, activation, module};
use proptest::prelude::*;

/// Parameters and what is made of `x` with them.
type Operator<'a> = &'a dyn Fn(Tensor<4>, &[Tensor<4>], &[Tensor<1>]) -> Tensor<4>;

/// Output, then the gradients of `x`, of the weights and of the biases under the linear functional `functional`.
struct Pass(Tensor<4>, Tensor<4>, Vec<Tensor<4>>, Vec<Tensor<1>>);

fn pass(f: Operator, x: &Tensor<4>, weights: &[Tensor<4>], biases: &[Tensor<1>], functional: &Tensor<4>) -> Pass {
    let x = x.clone().detach().require_grad();
    let weights: Vec<_> = weights.iter().map(|w| w.clone().detach().require_grad()).collect();
    let biases: Vec<_> = biases.iter().map(|b| b.clone().detach().require_grad()).collect();
    let y = f(x.clone(), &weights, &biases);
    let grads = (y.clone() * functional.clone()).sum().backward();
    Pass(
        y.inner(),
        x.grad(&grads).expect("a gradient"),
        weights.iter().map(|w| w.grad(&grads).expect("a gradient")).collect(),
        biases.iter().map(|b| b.grad(&grads).expect("a gradient")).collect(),
    )
}

/// How gradients are compared.
#[derive(Clone, Copy)]
enum By {
    /// Value by value.
    Value,
    /// As a whole. Where a value lies so near to the kink of an activation that rounding decides its side, gradients of
    /// its surroundings differ with reason.
    Whole,
}

impl By {
    fn check<const D: usize>(self, ours: Tensor<D>, theirs: Tensor<D>, what: &str) {
        if let Self::Value = self {
            return assert_close(ours, theirs, what);
        }
        let norm = |x: Tensor<D>| x.powf_scalar(2.0).sum().sqrt().into_scalar::<f32>();
        let (apart, size) = (norm(ours - theirs.clone()), norm(theirs));
        assert!(apart <= 1e-2 * size.max(1.0), "{what}: {apart} apart, {size} long");
    }
}

fn assert_same(ours: Pass, theirs: Pass, gradients: By) {
    assert_close(ours.0, theirs.0, "output");
    gradients.check(ours.1, theirs.1, "gradient of the input");
    for (i, (ours, theirs)) in ours.2.into_iter().zip(theirs.2).enumerate() {
        gradients.check(ours, theirs, &format!("gradient of weight {i}"));
    }
    for (i, (ours, theirs)) in ours.3.into_iter().zip(theirs.3).enumerate() {
        gradients.check(ours, theirs, &format!("gradient of bias {i}"));
    }
}

fn burn_conv2d(x: Tensor<4>, w: Tensor<4>, b: Tensor<1>, stride: usize, padding: usize) -> Tensor<4> {
    module::conv2d(x, w, Some(b), ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1))
}

fn check_conv(x: [usize; 4], weight: [usize; 4], stride: usize, padding: usize) {
    let device = Device::flex().autodiff();
    let (x, weights, biases) = (random(x, &device), [random(weight, &device)], [random([weight[0]], &device)]);
    let ours: Operator = &|x, w, b| conv2d(x, w[0].clone(), Some(b[0].clone()), stride, padding);
    let theirs: Operator = &|x, w, b| burn_conv2d(x, w[0].clone(), b[0].clone(), stride, padding);
    let functional = random(ours(x.clone(), &weights, &biases).dims(), &device);
    let [ours, theirs] = [ours, theirs].map(|f| pass(f, &x, &weights, &biases, &functional));
    assert_same(ours, theirs, By::Value);
}

#[test]
fn convolutions_of_a_unet() {
    check_conv([1, 32, 16, 12], [40, 32, 3, 3], 1, 1);
    check_conv([2, 24, 8, 6], [70, 24, 1, 1], 1, 0);
    check_conv([16, 8, 16, 12], [12, 8, 3, 3], 2, 1);
    check_conv([1, 8, 15, 12], [12, 8, 3, 3], 2, 1);
    check_conv([3, 5, 9, 7], [4, 5, 1, 1], 2, 0);
    check_conv([5, 3, 7, 9], [6, 3, 5, 5], 1, 2);
    // Results that lie in the padding alone.
    check_conv([16, 1, 1, 1], [9, 1, 1, 1], 3, 2);
    check_conv([5, 2, 2, 1], [3, 2, 1, 1], 3, 4);
    check_conv([1, 1, 1, 1], [9, 1, 1, 1], 3, 2);
    // Neither keeps the size of its maps, or not in the way that planes do.
    check_conv([2, 3, 7, 9], [4, 3, 3, 1], 1, 1);
    check_conv([16, 3, 7, 9], [4, 3, 3, 3], 1, 0);
}

#[test]
fn convolutions_in_tiles() {
    for (maps, weight) in [
        ([2, 16, 8, 12], [20, 16, 3, 3]),
        ([1, 13, 4, 4], [12, 13, 3, 3]),
        ([3, 12, 9, 7], [33, 12, 3, 3]),
        ([1, 50, 6, 23], [17, 50, 3, 3]),
        ([5, 24, 16, 12], [24, 24, 3, 3]),
        ([9, 64, 33, 5], [40, 64, 3, 3]),
    ] {
        check_conv(maps, weight, 1, 1);
    }
}

#[test]
fn no_bias() {
    let device = Device::flex();
    let (x, w) = (random([2, 3, 6, 5], &device), random([4, 3, 3, 3], &device));
    let zeros = Tensor::zeros([4], &device);
    assert_close(conv2d(x.clone(), w.clone(), None, 1, 1), burn_conv2d(x, w, zeros, 1, 1), "output");
}

/// As the definition has it, with copies.
fn plain_block(x: Tensor<4>, weights: &[Tensor<4>], biases: &[Tensor<1>], slope: f32) -> Tensor<4> {
    let mut features = x;
    for (i, (w, b)) in weights.iter().zip(biases).enumerate() {
        let y = burn_conv2d(features.clone(), w.clone(), b.clone(), 1, 1);
        if i + 1 == weights.len() {
            return y;
        }
        features = Tensor::cat(vec![features, activation::leaky_relu(y, f64::from(slope))], 1);
    }
    unreachable!("a block has a last convolution")
}

/// Weights for results of about unit size, and biases.
fn parameters(sizes: Sizes, device: &Device) -> (Vec<Tensor<4>>, Vec<Tensor<1>>) {
    let weight = |layer| {
        let channels = sizes.channels(layer);
        random([sizes.results(layer), channels, 3, 3], device) / ((9 * channels) as f32).sqrt()
    };
    let weights = (0..sizes.layers).map(weight).collect();
    (weights, (0..sizes.layers).map(|layer| random([sizes.results(layer)], device)).collect())
}

fn check_block(x: [usize; 4], growth: usize, outputs: usize, layers: usize, slope: f32) {
    let device = Device::flex().autodiff();
    let (weights, biases) = parameters(Sizes { inputs: x[1], growth, outputs, layers, slope }, &device);
    let functional = random([x[0], outputs, x[2], x[3]], &device);
    let x = random(x, &device);
    let passes = |slope| {
        let ours = pass(&|x, w, b| dense_block(x, w, b, slope), &x, &weights, &biases, &functional);
        (ours, pass(&|x, w, b| plain_block(x, w, b, slope), &x, &weights, &biases, &functional))
    };
    let (ours, theirs) = passes(slope);
    assert_same(ours, theirs, By::Whole);
    // Without a kink every value must agree.
    let (ours, theirs) = passes(1.0);
    assert_same(ours, theirs, By::Value);
}

#[test]
fn blocks_of_irn() {
    check_block([16, 3, 12, 12], 16, 9, 5, 0.2);
    check_block([6, 9, 24, 24], 16, 3, 5, 0.2);
    check_block([1, 45, 20, 33], 16, 3, 5, 0.2);
    check_block([2, 3, 7, 5], 16, 45, 5, 0.0);
    check_block([17, 2, 1, 1], 4, 1, 3, 0.2);
    check_block([2, 3, 4, 5], 7, 6, 1, 0.2);
}

#[test]
fn strided_maps() {
    let device = Device::flex().autodiff();
    let (weights, biases) = parameters(Sizes { inputs: 3, growth: 4, outputs: 2, layers: 3, slope: 0.2 }, &device);
    let functional = random([4, 2, 6, 5], &device);
    let channels = random([4, 9, 6, 5], &device).slice([0..4, 3..6]);
    let transposed = random([4, 3, 5, 6], &device).swap_dims(2, 3);
    let flipped = random([4, 3, 6, 5], &device).flip([2]);
    let samples_last = random([3, 6, 5, 4], &device).permute([3, 0, 1, 2]);
    for x in [channels, transposed, flipped, samples_last] {
        let ours = pass(&|x, w, b| dense_block(x, w, b, 0.2), &x, &weights, &biases, &functional);
        let theirs = pass(&|x, w, b| plain_block(x, w, b, 0.2), &x, &weights, &biases, &functional);
        assert_same(ours, theirs, By::Value);
    }
}

/// `f` in double precision, which takes the composed operators: those of other backends.
fn in_double(f: Operator) -> impl Fn(Tensor<4>, &[Tensor<4>], &[Tensor<1>]) -> Tensor<4> {
    move |x, weights, biases| {
        let weights: Vec<_> = weights.iter().map(|w| w.clone().cast(DType::F64)).collect();
        let biases: Vec<_> = biases.iter().map(|b| b.clone().cast(DType::F64)).collect();
        let y = f(x.cast(DType::F64), &weights, &biases);
        assert_eq!(y.dtype(), DType::F64);
        y.cast(DType::F32)
    }
}

#[test]
fn composed_operators() {
    let device = Device::flex().autodiff();
    let (weights, biases) = parameters(Sizes { inputs: 3, growth: 4, outputs: 4, layers: 4, slope: 0.2 }, &device);
    let (x, functional) = (random([5, 3, 6, 4], &device), random([5, 4, 6, 4], &device));
    let block: Operator = &|x, w, b| dense_block(x, w, b, 0.2);
    let convolution: Operator = &|x, w, b| conv2d(x, w[0].clone(), Some(b[0].clone()), 1, 1);
    for (f, layers) in [(block, 4), (convolution, 1)] {
        let (weights, biases) = (&weights[..layers], &biases[..layers]);
        let ours = pass(f, &x, weights, biases, &functional);
        assert_same(ours, pass(&in_double(f), &x, weights, biases, &functional), By::Value);
    }
}

/// What is no number stays in its sample, though samples lie in one row.
#[test]
fn samples_are_independent() {
    let device = Device::flex();
    let (weights, biases) = parameters(Sizes { inputs: 2, growth: 4, outputs: 2, layers: 3, slope: 0.2 }, &device);
    let clean = random([3, 2, 4, 4], &device);
    let broken = Tensor::cat(
        vec![
            clean.clone().narrow(0, 0, 1),
            Tensor::full([1, 2, 4, 4], f32::INFINITY, &device),
            clean.clone().narrow(0, 2, 1),
        ],
        0,
    );
    let [clean, broken] = [clean, broken].map(|x| dense_block(x, &weights, &biases, 0.2));
    for sample in [0, 2] {
        let of = |y: &Tensor<4>| y.clone().narrow(0, sample, 1).into_data();
        assert_eq!(of(&clean), of(&broken));
    }
}

/// Every gradient against central differences of its own forward pass.
#[test]
fn finite_differences() {
    let device = Device::flex().autodiff();
    let ramp =
        |length: usize, phase: f32| -> Vec<f32> { (0..length).map(|i| (i as f32 * 0.7 + phase).sin()).collect() };
    let sizes = Sizes { inputs: 3, growth: 4, outputs: 2, layers: 3, slope: 0.5 };
    let (n, h, w) = (2, 5, 4);
    let parameters: usize = sizes.parameters(9).iter().flatten().map(|range| range.len()).sum();
    let values = [ramp(n * 3 * h * w, 0.0), ramp(parameters, 1.0).iter().map(|v| v * 0.2).collect()].concat();
    let output = |values: Tensor<1>| {
        let inputs = n * 3 * h * w;
        let (x, parameters) = (values.clone().narrow(0, 0, inputs), values.narrow(0, inputs, parameters));
        let part = |range: &std::ops::Range<usize>| parameters.clone().narrow(0, range.start, range.len());
        let ranges = sizes.parameters(9);
        let weight = |layer: usize| {
            let shape = [sizes.results(layer), sizes.channels(layer), 3, 3];
            part(&ranges[layer][0]).reshape(shape)
        };
        let weights: Vec<_> = (0..sizes.layers).map(weight).collect();
        let biases: Vec<_> = ranges.iter().map(|range| part(&range[1])).collect();
        let y = dense_block(x.reshape([n, 3, h, w]), &weights, &biases, sizes.slope);
        conv2d(y, weights[0].clone().slice([0..2, 0..2]), Some(biases[0].clone().narrow(0, 0, 2)), 1, 1)
    };
    let tracked = Tensor::<1>::from_floats(values.as_slice(), &device).require_grad();
    let y = output(tracked.clone());
    let gradient = tracked.grad(&(y.clone() * y).sum().backward()).expect("a gradient");
    let gradient = gradient.into_data().try_into_vec::<f32>().expect("f32");
    for at in (0..values.len()).step_by(7) {
        let shifted = |step: f32| {
            let mut values = values.clone();
            values[at] += step;
            let y = output(Tensor::from_floats(values.as_slice(), &Device::flex())).into_data();
            // In double precision: the difference is small beside the sum.
            y.try_into_vec::<f32>().expect("f32").into_iter().map(|y| f64::from(y).powi(2)).sum::<f64>()
        };
        let slope = (shifted(0.001) - shifted(-0.001)) / 0.002;
        let ours = f64::from(gradient[at]);
        assert!((ours - slope).abs() < 1e-2 * slope.abs().max(1.0), "{at}: {ours}, not {slope}");
    }
}

/// Training must be repeatable on another machine: no sum may depend on how many threads share it.
#[cfg(feature = "native")]
#[test]
fn threads_do_not_change_results() {
    let device = Device::flex().autodiff();
    let (weights, biases) = parameters(Sizes { inputs: 3, growth: 16, outputs: 9, layers: 5, slope: 0.2 }, &device);
    let (x, functional) = (random([16, 3, 24, 24], &device), random([16, 9, 24, 24], &device));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let Pass(y, dx, dw, db) =
            pool.install(|| pass(&|x, w, b| dense_block(x, w, b, 0.2), &x, &weights, &biases, &functional));
        let maps = [y, dx].into_iter().chain(dw).map(Tensor::into_data);
        maps.chain(db.into_iter().map(Tensor::into_data)).collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn odd_blocks(
        batch in prop::sample::select(vec![1usize, 5, 16, 17]),
        inputs in prop::sample::select(vec![1usize, 3, 9, 17]),
        growth in 1usize..18,
        outputs in prop::sample::select(vec![1usize, 3, 9, 17]),
        layers in 1usize..6,
        maps in prop::array::uniform2(1usize..10),
    ) {
        check_block([batch, inputs, maps[0], maps[1]], growth, outputs, layers, 0.2);
    }

    #[test]
    fn odd_convolutions(
        batch in prop::sample::select(vec![1usize, 5, 16, 17]),
        inputs in prop::sample::select(vec![1usize, 3, 9, 17]),
        outputs in 1usize..36,
        maps in prop::array::uniform2(1usize..10),
        kernel in 1usize..6,
        stride in 1usize..4,
        padding in 0usize..3,
    ) {
        if maps.iter().all(|size| size + 2 * padding >= kernel) {
            check_conv([batch, inputs, maps[0], maps[1]], [outputs, inputs, kernel, kernel], stride, padding);
        }
    }
}

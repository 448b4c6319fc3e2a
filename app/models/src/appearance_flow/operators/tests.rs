//! The operators against those composed of burn's, against finite differences, and against plain loops.
#![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

use super::*;
use crate::seed;
use burn::tensor::{DType, Device, Shape, Tensor, TensorData};
use proptest::prelude::*;

fn random<const D: usize>(shape: [usize; D], stream: u64, device: &Device) -> Tensor<D> {
    let values = seed::standard_normal(&mut seed::stream(11, stream), shape.iter().product());
    Tensor::from_data(TensorData::new(values, Shape::from(shape)), device)
}

fn read<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_into_vec().unwrap()
}

fn assert_close<const D: usize>(ours: Tensor<D>, theirs: Tensor<D>, what: &str) {
    assert_eq!(ours.dims(), theirs.dims(), "{what}");
    for (i, (a, b)) in read(ours).into_iter().zip(read(theirs)).enumerate() {
        assert!((a - b).abs() <= 2e-5 * (1.0 + b.abs()), "{what}, element {i}: {a}, not {b}");
    }
}

type Operator<'a> = &'a dyn Fn(Tensor<4>, Tensor<4>) -> Tensor<4>;

/// Output and both gradients, of a random linear functional.
fn pass(f: Operator, a: &Tensor<4>, b: &Tensor<4>) -> [Tensor<4>; 3] {
    let (a, b) = (a.clone().detach().require_grad(), b.clone().detach().require_grad());
    let y = f(a.clone(), b.clone());
    let grads = (y.clone() * random(y.dims(), 9, &y.device())).sum().backward();
    [y.inner(), a.grad(&grads).expect("a gradient"), b.grad(&grads).expect("a gradient")]
}

/// In double precision, which takes the composed operators: those of other backends.
fn in_double(f: Operator) -> impl Fn(Tensor<4>, Tensor<4>) -> Tensor<4> {
    move |a, b| f(a.cast(DType::F64), b.cast(DType::F64)).cast(DType::F32)
}

fn check(f: Operator, a: Tensor<4>, b: Tensor<4>) {
    let (ours, theirs) = (pass(f, &a, &b), pass(&in_double(f), &a, &b));
    for (what, (ours, theirs)) in
        ["output", "first gradient", "second gradient"].iter().zip(ours.into_iter().zip(theirs))
    {
        assert_close(ours, theirs, what);
    }
}

#[test]
fn kernels_are_the_composed_operators() {
    let device = Device::flex().autodiff();
    for padding in [Padding::Border, Padding::Zeros] {
        for (planes, seen) in
            [([2, 3, 5, 7], [4, 6]), ([1, 1, 1, 4], [3, 3]), ([3, 2, 6, 1], [1, 2]), ([1, 4, 2, 2], [9, 1])]
        {
            let grid = random([planes[0], 2, seen[0], seen[1]], 1, &device);
            check(&|a, b| sample(a, b, padding), random(planes, 0, &device), grid);
        }
    }
    for (shape, radius) in
        [([2, 3, 5, 7], 2), ([1, 32, 8, 6], 3), ([2, 5, 3, 1], 1), ([1, 4, 2, 9], 0), ([1, 2, 2, 2], 3)]
    {
        check(&|a, b| cost_volume(a, b, radius), random(shape, 0, &device), random(shape, 1, &device));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn odd_shapes(
        batch in 1usize..4,
        channels in 1usize..5,
        maps in prop::array::uniform2(1usize..9),
        seen in prop::array::uniform2(1usize..9),
        radius in 0usize..4,
        border in any::<bool>(),
    ) {
        let device = Device::flex().autodiff();
        let shape = [batch, channels, maps[0], maps[1]];
        let padding = if border { Padding::Border } else { Padding::Zeros };
        let grid = random([batch, 2, seen[0], seen[1]], 1, &device) * 1.5;
        check(&|a, b| sample(a, b, padding), random(shape, 0, &device), grid);
        check(&|a, b| cost_volume(a, b, radius), random(shape, 0, &device), random(shape, 1, &device));
    }
}

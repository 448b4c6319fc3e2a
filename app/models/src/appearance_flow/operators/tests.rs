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

/// Central differences of `of`, at every place of `values`.
fn slopes(values: &[f32], step: f32, of: impl Fn(&[f32]) -> f64) -> Vec<f64> {
    let shifted = |at: usize, by: f32| {
        let mut values = values.to_vec();
        values[at] += by;
        of(&values)
    };
    (0..values.len()).map(|at| (shifted(at, step) - shifted(at, -step)) / (2.0 * f64::from(step))).collect()
}

/// Both gradients against central differences of the operator's own output, which no other implementation shares.
fn check_differences(f: Operator, shapes: [[usize; 4]; 2], values: [Vec<f32>; 2], step: [f32; 2]) {
    let tensors = |values: [&[f32]; 2], device: &Device| {
        [0, 1].map(|i| Tensor::<4>::from_data(TensorData::new(values[i].to_vec(), shapes[i]), device))
    };
    let of = |values: [&[f32]; 2]| {
        let [a, b] = tensors(values, &Device::flex());
        let y = f(a, b);
        let weights = read(random(y.dims(), 9, &Device::flex()));
        // In double precision: the difference is small beside the sum.
        read(y).iter().zip(weights).map(|(&y, w)| f64::from(y) * f64::from(w)).sum::<f64>()
    };
    let [a, b] = tensors([&values[0], &values[1]], &Device::flex().autodiff());
    let [_, da, db] = pass(f, &a, &b);
    let expected =
        [slopes(&values[0], step[0], |a| of([a, &values[1]])), slopes(&values[1], step[1], |b| of([&values[0], b]))];
    for (which, (ours, expected)) in [da, db].into_iter().zip(expected).enumerate() {
        for (at, (ours, slope)) in read(ours).into_iter().zip(expected).enumerate() {
            let ours = f64::from(ours);
            assert!((ours - slope).abs() < 2e-3 * slope.abs().max(1.0), "input {which}, {at}: {ours}, not {slope}");
        }
    }
}

#[test]
fn gradients_of_sampling_are_finite_differences() {
    let shapes = [[2, 3, 4, 5], [2, 2, 3, 4]];
    let planes = read(random(shapes[0], 0, &Device::flex()));
    // In pixels, some beyond the edges: never near a line between pixels, where the slope jumps.
    let place = |i: usize| ((i * 7) % 13) as f32 * 0.5 - 1.0 + [0.2, 0.3][i % 2];
    for padding in [Padding::Border, Padding::Zeros] {
        let grid = (0..48).map(|i| {
            let side = if i / 12 % 2 == 0 { 5.0 } else { 4.0 };
            2.0 * place(i) / (side - 1.0) - 1.0
        });
        let values = [planes.clone(), grid.collect()];
        check_differences(&|a, b| sample(a, b, padding), shapes, values, [0.1, 0.01]);
    }
}

#[test]
fn gradients_of_the_cost_volume_are_finite_differences() {
    for (shape, radius) in [([2, 3, 4, 5], 2), ([1, 2, 3, 3], 3), ([1, 5, 2, 6], 1)] {
        let values = [0, 1].map(|stream| read(random(shape, stream, &Device::flex())));
        check_differences(&|a, b| cost_volume(a, b, radius), [shape; 2], values, [0.1; 2]);
    }
}

#[test]
fn costs_by_hand() {
    let device = Device::flex();
    let first =
        Tensor::<4>::from_data(TensorData::new(vec![1.0_f32, 2.0, 3.0, 10.0, 20.0, 30.0], [1, 2, 1, 3]), &device);
    let second = Tensor::<4>::from_data(TensorData::new(vec![1.0_f32, 1.0, 2.0, 0.0, 1.0, 1.0], [1, 2, 1, 3]), &device);
    let costs = read(cost_volume(first, second, 1));
    let zeros = [0.0; 3];
    // Along the row: the one before, the same, the one behind; nothing above and below. Means over two channels.
    let rows = [zeros, zeros, zeros, [0.0, 1.0, 16.5], [0.5, 11.0, 18.0], [5.5, 12.0, 0.0], zeros, zeros, zeros];
    assert_eq!(costs, rows.concat());
}

#[test]
fn views_are_read_as_they_are_seen() {
    let device = Device::flex();
    let planes = random([2, 6, 7, 5], 0, &device).slice([0..2, 1..4, 1..6, 1..5]);
    let grid = random([2, 4, 3, 2], 1, &device).swap_dims(1, 3);
    let copy = |x: &Tensor<4>| Tensor::from_data(x.clone().into_data(), &device);
    let ours = sample(planes.clone(), grid.clone(), Padding::Border);
    assert_eq!(read(ours), read(sample(copy(&planes), copy(&grid), Padding::Border)));
    let other = random([2, 3, 4, 5], 2, &device).swap_dims(2, 3);
    let ours = cost_volume(planes.clone(), other.clone(), 2);
    assert_eq!(read(ours), read(cost_volume(copy(&planes), copy(&other), 2)));
}

/// What is no number stays in its sample, and at its place.
#[test]
fn hostile_grids() {
    let device = Device::flex();
    let planes = random([2, 3, 4, 5], 0, &device);
    let values = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30, 0.1];
    let grid = |of: &dyn Fn(usize) -> f32| {
        Tensor::<4>::from_data(TensorData::new((0..24).map(of).collect(), [2, 2, 1, 6]), &device)
    };
    let broken = grid(&|i| if i < 12 { values[i % 6] } else { 0.1 });
    for padding in [Padding::Border, Padding::Zeros] {
        let seen = read(sample(planes.clone(), broken.clone(), padding));
        let clean = read(sample(planes.clone(), grid(&|_| 0.1), padding));
        for (i, (seen, clean)) in seen.into_iter().zip(clean).enumerate() {
            let same = i % 6 == 5 || i >= 18;
            assert_eq!(seen == clean, same, "{padding:?}, {i}: {seen} and {clean}");
            assert!(i % 6 != 0 || same || seen.is_nan(), "no number stays none");
        }
    }
}

/// Training must be repeatable on another machine: no sum may depend on how many threads share it.
#[cfg(feature = "native")]
#[test]
fn threads_do_not_change_results() {
    let device = Device::flex().autodiff();
    let (a, b) = (random([4, 5, 6, 7], 0, &device), random([4, 5, 6, 7], 1, &device));
    let grid = random([4, 2, 6, 7], 2, &device);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let sampled = pass(&|a, b| sample(a, b, Padding::Border), &a, &grid);
            sampled.into_iter().chain(pass(&|a, b| cost_volume(a, b, 2), &a, &b)).map(read).collect::<Vec<_>>()
        })
    };
    assert_eq!(run(1), run(3));
}

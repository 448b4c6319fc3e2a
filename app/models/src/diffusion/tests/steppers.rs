//! Schedule and steppers against what is known of them.
#![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

use burn::tensor::{Device, Tensor, TensorData};

use super::super::{Ddim, Plms, Schedule, plms};
use crate::seed::{standard_normal, stream};

fn normal(seed: u64) -> Tensor<2> {
    let values = standard_normal(&mut stream(seed, 0), 24);
    Tensor::from_data(TensorData::new(values, [4, 6]), &Device::flex())
}

fn difference(a: Tensor<2>, b: Tensor<2>) -> f32 {
    (a - b).abs().max().into_scalar()
}

#[test]
fn the_schedule_is_the_published_one() {
    let schedule = Schedule::stable_diffusion();
    assert_eq!(schedule.steps(), 1000);
    for (t, alpha) in [(0, 0.99915), (500, 0.276_333), (999, 0.004_660_10)] {
        let ours = schedule.alpha_bar(t);
        assert!((ours / alpha - 1.0).abs() < 2e-6, "ᾱ of {t}: {ours}");
    }
}

#[test]
fn the_times_are_the_published_ones() {
    let schedule = Schedule::stable_diffusion();
    let times = |steps| Ddim::new(&schedule, steps).steps().iter().map(|step| step.time).collect::<Vec<_>>();
    assert_eq!(times(100)[..3], [991, 981, 971]);
    assert_eq!((times(100).len(), times(100)[99]), (100, 1));
    assert_eq!(times(20)[..2], [951, 901]);
    assert_eq!((times(20).len(), times(20)[19]), (20, 1));
    let published = Ddim::as_published(&schedule, 20);
    let last = published.steps()[19];
    assert_eq!((last.alpha, last.previous), (schedule.alpha_bar(1), schedule.alpha_bar(0)));
    assert_eq!(published.steps()[0].previous, published.steps()[1].alpha);
}

#[test]
fn ddim_finds_what_was_noised_if_it_is_told_the_noise() {
    let schedule = Schedule::stable_diffusion();
    let (z, noise) = (normal(1), normal(2));
    for steps in [1, 7, 20, 100] {
        let ddim = Ddim::new(&schedule, steps);
        let mut at = schedule.noised(z.clone(), noise.clone(), ddim.steps()[0].time);
        for step in ddim.steps() {
            // Divided by √ᾱ, which is .07 at first, single precision has less left.
            let predicted = difference(step.predicted(at.clone(), noise.clone()), z.clone());
            assert!(f64::from(predicted) < 1e-5 / step.alpha.sqrt(), "{steps} steps: {predicted} at {}", step.time);
            at = step.advance(at, noise.clone());
        }
        let left = difference(at, z.clone());
        assert!(left < 1e-5, "{steps} steps: {left}");
    }
}

#[test]
fn the_weights_of_plms_are_those_of_adams_and_bashforth() {
    let expected: [(f64, &[f64]); 3] =
        [(2.0, &[3.0, -1.0]), (12.0, &[23.0, -16.0, 5.0]), (24.0, &[55.0, -59.0, 37.0, -9.0])];
    for (weights, (whole, parts)) in plms::WEIGHTS.into_iter().zip(expected) {
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        assert!(weights.iter().zip(parts).all(|(w, part)| (w * whole - part).abs() < 1e-12));
    }
}

/// Runs it on an ε that is known of each time and z; returns the result and the times.
fn run(
    mut plms: Plms<2>,
    start: Tensor<2>,
    epsilon: impl Fn(usize, &Tensor<2>) -> Tensor<2>,
) -> (Tensor<2>, Vec<usize>) {
    let (mut z, mut times) = (start, Vec::new());
    while let Some(time) = plms.time() {
        times.push(time);
        let e = epsilon(time, &z);
        z = plms.step(z, e);
    }
    (z, times)
}

#[test]
fn plms_asks_twice_for_its_first_step_and_finds_what_was_noised() {
    let schedule = Schedule::stable_diffusion();
    let ddim = Ddim::new(&schedule, 5);
    let (z, noise) = (normal(3), normal(4));
    let start = schedule.noised(z.clone(), noise.clone(), 801);
    let (found, times) = run(Plms::new(&ddim), start, |_, _| noise.clone());
    assert_eq!(times, [801, 601, 601, 401, 201, 1]);
    assert!(difference(found, z.clone()) < 1e-5);
    // A single step asks twice at the same time.
    let one = Ddim::new(&schedule, 1);
    let start = schedule.noised(z.clone(), noise.clone(), 1);
    let (found, times) = run(Plms::new(&one), start, |_, _| noise.clone());
    assert_eq!(times, [1, 1]);
    assert!(difference(found, z) < 1e-5);
}

#[test]
fn plms_combines_as_it_should() {
    let schedule = Schedule::stable_diffusion();
    let ddim = Ddim::new(&schedule, 5);
    let start = normal(5);
    let e = |time: usize| normal(1000 + time as u64);
    let (found, _) = run(Plms::new(&ddim), start.clone(), |time, _| e(time));
    let [a, b, c, d, f] = [801, 601, 401, 201, 1].map(e);
    let combined = [
        (a.clone() + b.clone()) / 2.0,
        (b.clone() * 3.0 - a.clone()) / 2.0,
        (c.clone() * 23.0 - b.clone() * 16.0 + a.clone() * 5.0) / 12.0,
        (d.clone() * 55.0 - c.clone() * 59.0 + b.clone() * 37.0 - a * 9.0) / 24.0,
        (f * 55.0 - d * 59.0 + c * 37.0 - b * 9.0) / 24.0,
    ];
    let expected = ddim.steps().iter().zip(combined).fold(start, |z, (step, e)| step.advance(z, e));
    assert!(difference(found, expected) < 2e-5);
}

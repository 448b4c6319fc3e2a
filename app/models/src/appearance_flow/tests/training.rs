//! Terms of the loss by hand, and what a trainer promises.

use std::cell::Cell;

use burn::{
    module::Module,
    store::RecordError,
    tensor::{DType, Device, Tensor},
};

use super::{difference, read, tensor, waves};
use crate::appearance_flow::{
    Level, Objective, Pass, WarpBatch, WarpConfig, WarpNetwork, WarpTrainer, flow::identity, objective::losses,
};
use crate::{seed, weights};

fn tiny() -> WarpConfig {
    WarpConfig { widths: vec![4, 6], features: 4, head: vec![6], radius: 1, ..WarpConfig::small() }
}

fn batch(device: &Device) -> WarpBatch {
    let planes = |channels, phase| Tensor::from_inner(waves([4, channels, 16, 12], phase)).to_device(device);
    let mask = |phase| planes(1, phase).greater_elem(0.1).float();
    WarpBatch {
        garment: planes(3, 0.0),
        garment_mask: mask(0.3),
        person: planes(16, 1.0),
        worn_picture: planes(3, 0.6),
        worn_mask: mask(0.9),
    }
}

#[test]
fn the_loss_by_hand() {
    let device = Device::flex();
    let even = |value: f32, channels: usize| Tensor::<4>::full([1, channels, 16, 8], value, &device);
    let batch = WarpBatch {
        garment: even(0.5, 3),
        garment_mask: even(1.0, 1),
        person: even(0.0, 16),
        worn_picture: even(-0.25, 3),
        worn_mask: even(0.25, 1),
    };
    // x grows by 0.2 a pixel, y is even: a total variation of 0.1, the mean of both planes.
    let increment = |[height, width]: [usize; 2]| {
        let xs = (0..2 * height * width).map(|i| if i < height * width { 0.2 * (i % width) as f32 } else { 3.0 });
        tensor(&xs.collect::<Vec<_>>(), [1, 2, height, width], &device)
    };
    let level = |sides: [usize; 2]| Level {
        flow: identity(sides, &device),
        increments: [increment(sides.map(|side| side / 2)), increment(sides.map(|side| side / 2)).mul_scalar(-2.0)],
    };
    let levels = [level([4, 4]), level([8, 4]), level([16, 8])];
    let floor = 2.0 * 1e-3_f32.powf(0.9);
    let plain = losses(&levels, &batch, &Objective::PAPER, None);
    let [picture, mask, smooth, variation, total] =
        [plain.picture, plain.mask, plain.smoothness, plain.variation, plain.total].map(|term| read(term)[0]);
    let expected_variation = 3.0 * (0.1 + 0.2);
    let expected = 6.0 * (0.75 + 2.0 * 0.75 + 6.0 * floor) + 0.01 * expected_variation;
    let found = [picture, mask, smooth, variation, total];
    assert!(difference(&found, &[0.75, 0.75, floor, expected_variation, expected]) < 1e-5, "{found:?}");

    let calls = Cell::new(0);
    let distance = |a: Tensor<4>, b: Tensor<4>| {
        calls.set(calls.get() + 1);
        assert_eq!(a.dims(), [1, 3, 16, 8], "the two coarsest levels have no such term");
        (a - b).square().mean()
    };
    let seen = read(losses(&levels, &batch, &Objective::PAPER, Some(&distance)).total)[0];
    assert_eq!(calls.get(), 1);
    assert!((seen - expected - 3.0 * 0.2 * 0.75 * 0.75).abs() < 1e-4);
}

#[test]
fn training_goes_on_as_if_it_had_not_stopped() {
    let device = Device::flex();
    let fresh = |stream| WarpTrainer::new(&tiny(), Objective::PAPER, &mut seed::stream(1, stream), &device);
    let mut trainer = fresh(0);
    let batch = batch(trainer.device());
    let first = trainer.step(&batch, 1e-3);
    for _ in 0..30 {
        trainer.step(&batch, 1e-3);
    }
    let parts = trainer.to_parts().unwrap();
    let part = |name| Ok::<_, RecordError>(parts.iter().find(|(n, _)| *n == name).unwrap().1.clone());
    let mut resumed = fresh(1).load_parts(part).unwrap();
    let (last, again) = (trainer.step(&batch, 1e-3), resumed.step(&batch, 1e-3));
    assert_eq!(last, again);
    assert!(last.loss < 0.9 * first.loss, "{first:?} to {last:?}");
    let bytes = [trainer, resumed].map(|t| weights::to_safetensors(&t.network(), DType::F32).unwrap());
    let [one, other] = bytes.map(|bytes| weights::read_arrays(&bytes).unwrap());
    assert!(one == other, "the weights after the step differ");
}

#[test]
fn weights_come_back_from_their_file() {
    let device = Device::flex();
    let mut trainer = WarpTrainer::new(&tiny(), Objective::PAPER, &mut seed::stream(1, 0), &device);
    trainer.step(&batch(&device.clone().autodiff()), 1e-3);
    let network = trainer.network();
    let mut other = WarpNetwork::random(&tiny(), &mut seed::stream(2, 0), &device);
    weights::load_safetensors(&mut other, weights::to_safetensors(&network, DType::F32).unwrap()).unwrap();
    let batch = batch(&device);
    let [a, b] = [network, other].map(|n| read(n.flow(batch.garment.clone(), batch.person.clone())));
    assert_eq!(a, b);
}

/// A sample's flow must not depend on its neighbours but in training.
#[test]
fn only_training_looks_at_the_batch() {
    let device = Device::flex();
    let network = WarpNetwork::random(&tiny(), &mut seed::stream(1, 0), &device);
    let batch = batch(&device);
    let of = |count: usize, pass| {
        let [garment, person] = [&batch.garment, &batch.person].map(|x| x.clone().narrow(0, 0, count));
        read(network.forward(garment, person, pass).remove(1).flow.narrow(0, 0, 1))
    };
    assert!(difference(&of(1, Pass::Running), &of(4, Pass::Running)) < 1e-5);
    assert!(difference(&of(1, Pass::Training), &of(4, Pass::Training)) > 1e-3);
}

#[test]
fn the_small_network_is_small() {
    let network = WarpNetwork::random(&WarpConfig::small(), &mut seed::stream(0, 0), &Device::flex());
    assert_eq!(network.num_params(), 560_544);
}

#[test]
#[should_panic(expected = "no multiples of 4")]
fn sides_must_be_halved_often_enough() {
    let device = Device::flex();
    let network = WarpNetwork::random(&tiny(), &mut seed::stream(1, 0), &device);
    network.flow(Tensor::zeros([1, 3, 14, 12], &device), Tensor::zeros([1, 16, 14, 12], &device));
}

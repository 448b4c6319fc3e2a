//! What the refiner promises.
#![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

use burn::tensor::{Device, Tensor, TensorData};

use super::{
    Objective, Refiner, RefinerBatch, RefinerConfig, RefinerTrainer,
    composite::{composite, first_composite},
    first_stage,
};
use crate::{
    diffusion::{Heads, Schedule, UNetConfig},
    seed::{standard_normal, stream},
    systems::dci_vton::inpainting::{Given, Inpainter, Refinement, Start, paste},
};
use catalog::systems::dci_vton::Solver;

fn config() -> RefinerConfig {
    let small = RefinerConfig::small();
    let unet = UNetConfig { channels: vec![8, 16, 16], heads: Heads::Width(8), context: 8, groups: 4, ..small.unet };
    RefinerConfig { height: 32, width: 16, unet }
}

fn normal<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    let values = standard_normal(&mut stream(seed, 0), shape.iter().product());
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_into_vec().unwrap()
}

fn largest<const D: usize>(x: Tensor<D>) -> f32 {
    x.abs().max().into_scalar()
}

fn batch(n: usize, seed: u64, device: &Device) -> RefinerBatch {
    let picture = |i| normal([n, 3, 32, 16], seed + i, device).tanh();
    let keep = normal([n, 1, 32, 16], seed + 9, device).greater_elem(0.0).float();
    let draft = composite(picture(0) * keep.clone(), picture(1), Tensor::ones_like(&keep), keep.clone());
    RefinerBatch { person: picture(0), composite: draft.composite, inpaint: draft.inpaint, keep, garment: picture(2) }
}

#[test]
fn the_first_stage_loses_nothing_and_keeps_lengths() {
    let device = Device::flex();
    let x = normal([2, 3, 8, 6], 1, &device);
    let z = first_stage::encode(x.clone());
    assert_eq!(z.dims(), [2, first_stage::CHANNELS, 4, 3]);
    assert!(largest(first_stage::decode(z.clone()) - x.clone()) < 1e-6);
    let [before, after] = [values(x.square().sum())[0], values(z.square().sum())[0]];
    assert!((after / before - 1.0).abs() < 1e-6, "{before} and {after}");
    let mask = Tensor::<4>::from_data([[[[1.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]]]], &device);
    assert_eq!(values(first_stage::shrink(mask)), [0.25, 1.0]);
}

#[test]
fn a_draft_is_person_where_kept_and_garment_where_it_was_laid() {
    let device = Device::flex();
    let row = |values: [f32; 4]| Tensor::<4>::from_data([[[values]]], &device);
    let (keep, laid) = (row([1.0, 1.0, 0.0, 0.0]), row([0.0, 1.0, 0.0, 1.0]));
    let (person, warped) = (row([0.1, 0.2, 0.3, 0.4]), row([0.5, 0.6, 0.7, 0.8]));
    let agnostic = row([0.1, 0.2, 0.0, 0.0]);
    let draft = composite(agnostic, warped.clone(), laid.clone(), keep.clone());
    assert_eq!(values(draft.composite), [0.1, 0.2, 0.0, 0.8]);
    assert_eq!(values(draft.inpaint), [0.1, 0.2, 0.0, 0.8]);
    assert_eq!(values(first_composite(person, warped, laid, keep)), [0.1, 0.2, 0.0, 0.8]);
}

#[test]
fn whoever_is_kept_stays_bit_for_bit() {
    let device = Device::flex();
    let (refiner, batch) = (Refiner::random(&config(), &mut stream(1, 0), &device), batch(2, 3, &device));
    let refine = |keep: Tensor<4>| {
        let draft =
            composite(batch.composite.clone(), Tensor::zeros_like(&keep), Tensor::zeros_like(&keep), keep.clone());
        let context = refiner.context(batch.garment.clone());
        let given = Given { person: batch.person.clone(), keep, draft, context };
        let mut refinement = Refinement::new(&refiner, given, Start::Composite, Solver::Ddim, 3, &mut stream(4, 0));
        while refinement.step(&refiner) {}
        values(refinement.picture(&refiner))
    };
    let person = values(batch.person.clone());
    assert_eq!(refine(Tensor::ones_like(&batch.keep)), person);
    let keep = values(batch.keep.clone().expand([2, 3, 32, 16]));
    let made = refine(batch.keep.clone());
    assert!((0..made.len()).all(|i| if keep[i] == 1.0 { made[i] == person[i] } else { made[i] != person[i] }));
    let broken = paste(
        Tensor::full([1, 3, 1, 1], f32::NAN, &device),
        Tensor::zeros([1, 3, 1, 1], &device),
        Tensor::ones([1, 1, 1, 1], &device),
    );
    assert_eq!(values(broken), [0.0; 3]);
}

#[test]
fn a_network_that_knows_nothing_takes_what_is_noised_for_noise_and_picture() {
    let device = Device::flex();
    let (refiner, z_t) = (Refiner::random(&config(), &mut stream(1, 0), &device), normal([2, 12, 16, 8], 2, &device));
    let (times, schedule) = ([0, 999], Schedule::stable_diffusion());
    let (inpaint, keep) = (Tensor::zeros_like(&z_t), Tensor::zeros([2, 1, 16, 8], &device));
    let epsilon = refiner.epsilon(z_t.clone(), inpaint, keep, refiner.no_context(2), &times);
    for (i, alpha) in times.map(|t| schedule.alpha_bar(t)).into_iter().enumerate() {
        let (z_t, epsilon) = (z_t.clone().narrow(0, i, 1), epsilon.clone().narrow(0, i, 1));
        assert!(largest(epsilon.clone() - z_t.clone() * (1.0 - alpha).sqrt()) < 1e-6);
        let found = (z_t.clone() - epsilon * (1.0 - alpha).sqrt()) / alpha.sqrt();
        assert!(largest(found - z_t * alpha.sqrt()) < 1e-5);
    }
}

#[test]
fn the_loss_is_that_of_the_noise_and_a_part_of_that_of_the_picture() {
    let device = Device::flex();
    let mut trainer = RefinerTrainer::new(&config(), &mut stream(1, 0), &device);
    let batch = batch(8, 5, trainer.device());
    let metrics = trainer.step(&batch, &Objective::PUBLISHED, 0.0, &mut stream(2, 0));
    assert!((metrics.loss - metrics.epsilon - 0.1 * metrics.image).abs() < 1e-6, "{metrics:?}");
    // Of v = 0 the errors are √ᾱ v and √(1 − ᾱ) v, and v² is about 1, or somewhat less for latents below the noise.
    assert!(metrics.epsilon > 0.05 && metrics.epsilon < 0.95 && metrics.image > 0.05, "{metrics:?}");
    let alone = Objective { composites: 0.0, ..Objective::PUBLISHED };
    assert_eq!(trainer.step(&batch, &alone, 0.0, &mut stream(2, 0)).image, 0.0);
}

#[test]
fn a_batch_is_learnt_by_heart_and_the_average_follows() {
    let device = Device::flex();
    let mut trainer = RefinerTrainer::new(&config(), &mut stream(1, 0), &device);
    let (batch, objective) = (batch(4, 6, trainer.device()), Objective { dropout: 0.0, ..Objective::PUBLISHED });
    let rng = &mut stream(3, 0);
    let mut late = 0.0;
    for step in 0..120 {
        let metrics = trainer.step(&batch, &objective, 2e-3, rng);
        late += if step >= 100 { metrics.epsilon / 20.0 } else { 0.0 };
    }
    assert!(late < 0.7, "{late}");
    let of = |refiner: &Refiner| values(refiner.unet.last.weight.val());
    let (now, average) = (of(&trainer.network()), of(&trainer.ema()));
    let apart: f32 = now.iter().zip(&average).map(|(a, b)| (a - b).powi(2)).sum();
    let length: f32 = now.iter().map(|a| a.powi(2)).sum();
    assert!(apart > 0.0 && apart < 0.5 * length, "{apart} of {length}");
}

#[test]
fn a_training_goes_on_from_its_parts_as_if_it_had_not_stopped() {
    let device = Device::flex();
    let mut trainer = RefinerTrainer::new(&config(), &mut stream(1, 0), &device);
    let batch = batch(2, 7, trainer.device());
    let objective = Objective { dropout: 0.5, ..Objective::PUBLISHED };
    for seed in 0..3 {
        trainer.step(&batch, &objective, 1e-3, &mut stream(seed, 0));
    }
    let parts = trainer.to_parts().unwrap();
    let fresh = RefinerTrainer::new(&config(), &mut stream(9, 0), &device);
    let part = |name| Ok(parts.iter().find(|(other, _)| *other == name).unwrap().1.clone());
    let mut resumed = fresh.load_parts::<burn::store::RecordError>(part).unwrap();
    assert_eq!(resumed.steps(), 3);
    for seed in 3..6 {
        let expected = trainer.step(&batch, &objective, 1e-3, &mut stream(seed, 0));
        assert_eq!(resumed.step(&batch, &objective, 1e-3, &mut stream(seed, 0)), expected);
    }
    let [ours, theirs] = [resumed.ema(), trainer.ema()].map(|refiner| values(refiner.unet.last.weight.val()));
    assert_eq!(ours, theirs);
}

//! Against the authors' network.

use std::{collections::BTreeMap, path::PathBuf};

use burn::{
    module::Module,
    store::{KeyRemapper, ModuleSnapshot, burn_pack},
    tensor::{Bytes, DType, Device, Tensor, TensorData},
};
use serde::Deserialize;

use super::{
    super::{Downscaled, LossWeights, Losses, Pass, import},
    HcFlow, HcFlowConfig, SMALL, values,
};
use crate::{invertible::quantise, seed::stream};

#[derive(Deserialize)]
struct Fixture {
    input: Vec<f32>,
    y: Vec<f32>,
    z: [Vec<f32>; 2],
    log_det: Vec<f32>,
    tiny: Vec<f32>,
    tiny_log_det: f32,
    quantised: Vec<f32>,
    latents: [Vec<f32>; 2],
    restored: Vec<f32>,
    target: Vec<f32>,
    loss: Terms,
    gradients: BTreeMap<String, Vec<f32>>,
    initialised: Initialised,
}

/// Weighted.
#[derive(Deserialize)]
struct Terms {
    lr: f32,
    z: f32,
    hr: f32,
}

#[derive(Deserialize)]
struct Initialised {
    parameters: BTreeMap<String, Vec<f32>>,
    y: Vec<f32>,
    z: [Vec<f32>; 2],
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/hcflow_x4.json")).expect("the fixture decodes")
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/invertible/hcflow/fixtures/hcflow_x4.pth")
}

fn tensor(values: &[f32], shape: [usize; 4], device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

fn latents(values: &[Vec<f32>; 2], device: &Device) -> Vec<Tensor<4>> {
    vec![tensor(&values[0], [2, 6, 4, 6], device), tensor(&values[1], [2, 21, 2, 3], device)]
}

#[track_caller]
fn same(name: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{name}");
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{name}: {a}, not {b}");
    }
}

fn same_as(name: &str, made: &Downscaled, y: &[f32], z: &[Vec<f32>; 2]) {
    same(name, &values(made.small.clone()), y, 1e-5);
    for (ours, theirs) in made.latents.iter().zip(z) {
        same(name, &values(ours.clone()), theirs, 1e-5);
    }
}

#[test]
fn the_authors_checkpoint_gives_the_authors_numbers_in_both_directions() {
    let fixture = fixture();
    let device = Device::flex();
    let network = import::read(&SMALL, &file()).expect("the checkpoint fits");
    let (made, log_det) = network.forward_with_log_det(tensor(&fixture.input, [2, 3, 8, 12], &device), None);
    same_as("forward", &made, &fixture.y, &fixture.z);
    same("log-determinant", &values(log_det), &fixture.log_det, 1e-5);
    let quantised = quantise(made.small.clamp(0.0, 1.0));
    same("quantised", &values(quantised.clone()), &fixture.quantised, 1e-6);
    let (restored, _) = network.inverse(quantised, latents(&fixture.latents, &device));
    same("restored", &values(restored), &fixture.restored, 1e-5);
    let tiny = tensor(&fixture.tiny, [1, 3, 4, 4], &device);
    same("Jacobian", &values(network.forward_with_log_det(tiny, None).1), &[fixture.tiny_log_det], 1e-5);
}

#[test]
fn losses_and_gradients_are_the_authors() {
    let fixture = fixture();
    let device = Device::flex().autodiff();
    let network = import::read(&SMALL, &file()).expect("the checkpoint fits").train();
    let large = tensor(&fixture.input, [2, 3, 8, 12], &device);
    let downscaled = network.forward(large.clone(), None);
    // They clamp with the clamp's gradient before they round with none.
    let quantised = quantise(downscaled.small.clone().clamp(0.0, 1.0));
    let (restored, recovered) = network.inverse(quantised, latents(&fixture.latents, &device));
    assert!(recovered.is_none());
    let small_target = tensor(&fixture.target, [2, 3, 2, 3], &device);
    let losses = Losses::of(Pass { large, small_target, downscaled, restored, recovered: None });
    let weights = LossWeights::PAPER;
    let terms =
        [(&losses.small, weights.small), (&losses.restored, weights.restored), (&losses.latents, weights.latents)];
    let ours = terms.map(|(term, weight)| values(term.clone())[0] * weight as f32);
    same("losses", &ours, &[fixture.loss.lr, fixture.loss.hr, fixture.loss.z], 1e-7);

    let gradients = losses.total(&weights).backward();
    let [fine, coarse] = &network.levels[..] else { panic!("two levels") };
    let norm = fine.steps[0].norm.log_scale.grad(&gradients).map(values);
    let convolution = fine.steps[1].network.convolutions[4].bias.grad(&gradients).map(values);
    let mixing = fine.high.steps[0].mixing.weight.grad(&gradients).map(values);
    let gain = coarse.high.steps[1].network.last.log_gain.grad(&gradients).map(values);
    let features = coarse.high.features.first.bias.grad(&gradients).map(values);
    let law = fine.high.law.bias.grad(&gradients).map(values);
    for (theirs, ours) in [
        ("flow.layers.1.actnorm.logs", norm),
        ("flow.layers.2.affine.f.conv5.bias", convolution),
        ("flow.level0_condFlow.additional_flow_steps.0.permute.weight", mixing),
        ("flow.level1_condFlow.additional_flow_steps.1.affine.f.conv3.logs", gain),
        ("flow.level1_condFlow.conv_first.bias", features),
        ("flow.level0_condFlow.f.bias", law),
    ] {
        same(theirs, &ours.expect("a gradient"), &fixture.gradients[theirs], 1e-5);
    }
}

#[test]
fn norms_are_fitted_as_the_authors_fit_them() {
    let fixture = fixture();
    let theirs = &fixture.initialised;
    let mut network = import::read(&SMALL, &file()).expect("the checkpoint fits");
    let made = network.fit(tensor(&fixture.input, [2, 3, 8, 12], &Device::flex()), None);
    same_as("first pass", &made, &theirs.y, &theirs.z);
    let [fine, coarse] = &network.levels[..] else { panic!("two levels") };
    let (inner, outer) = (&coarse.high.steps[0], &fine.high.steps[1]);
    let (inner_name, outer_name) =
        ("flow.level1_condFlow.additional_flow_steps.0", "flow.level0_condFlow.additional_flow_steps.1");
    let norms = [
        ("flow.layers.1".to_owned(), &fine.steps[0].norm),
        ("flow.layers.6".to_owned(), &coarse.steps[1].norm),
        (inner_name.to_owned(), &inner.norm),
        (format!("{inner_name}.affine.f.conv1"), &inner.network.first.norm),
        (format!("{inner_name}.affine.f.conv2"), &inner.network.second.norm),
        (outer_name.to_owned(), &outer.norm),
        (format!("{outer_name}.affine.f.conv1"), &outer.network.first.norm),
        (format!("{outer_name}.affine.f.conv2"), &outer.network.second.norm),
    ];
    assert_eq!(2 * norms.len(), theirs.parameters.len());
    for (name, norm) in norms {
        let theirs = |part: &str| &theirs.parameters[&format!("{name}.actnorm.{part}")];
        same(&name, &values(norm.bias.val()), theirs("bias"), 1e-5);
        same(&name, &values(norm.log_scale.val()), theirs("logs"), 1e-5);
    }
}

#[test]
fn every_tensor_of_the_published_network_has_its_place() {
    let network = HcFlow::random(&HcFlowConfig::PAPER, &mut stream(0, 0), &Device::flex());
    assert_eq!(network.num_params(), 4_396_206);
    let ours: BTreeMap<String, Vec<usize>> = network
        .collect(None, None, true)
        .into_iter()
        .map(|tensor| (tensor.name, tensor.shape.as_slice().to_vec()))
        .collect();
    let published: BTreeMap<String, Vec<usize>> =
        serde_json::from_str(include_str!("../fixtures/published_tensors.json")).expect("the fixture decodes");
    let published = published.into_iter().filter(|(name, _)| !name.ends_with(".haar_weights"));
    let theirs = published.map(|(name, shape)| {
        burn_pack::Tensor::new(name, DType::F32, shape, None, Bytes::from_elems::<f32>(Vec::new()))
    });
    let renaming = KeyRemapper::from_patterns(import::authors_names(&HcFlowConfig::PAPER)).expect("patterns");
    let (theirs, _) = renaming.remap(theirs.collect());
    let theirs: BTreeMap<String, Vec<usize>> =
        theirs.into_iter().map(|tensor| (tensor.name, tensor.shape.as_slice().to_vec())).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn a_checkpoint_of_another_size_is_refused() {
    let read = |config: HcFlowConfig| import::read(&config, &file());
    assert!(read(SMALL).is_ok());
    for config in [
        HcFlowConfig { steps: 1, ..SMALL },
        HcFlowConfig { steps: 3, ..SMALL },
        HcFlowConfig { conditional_steps: 1, ..SMALL },
        HcFlowConfig { growth: 3, ..SMALL },
        HcFlowConfig { feature_blocks: 3, ..SMALL },
        HcFlowConfig { levels: 1, ..SMALL },
        HcFlowConfig { latent_channels: 1, ..SMALL },
    ] {
        assert!(read(config.clone()).is_err(), "{config:?}");
    }
}

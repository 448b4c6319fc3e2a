//! The paper's model against the authors' parts, at sizes that a test can hold.
#![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

use std::collections::BTreeMap;

use burn::{
    module::Module,
    store::{KeyRemapper, ModuleSnapshot, burn_pack},
    tensor::{Bytes, DType, Device, Tensor},
};
use catalog::systems::dci_vton::Solver;
use serde::Deserialize;

use super::{
    super::inpainting::{Draft, Given, Refinement, Start},
    Conditioner, ConditionerConfig, PaperConfig, PaperRefiner, cost, names,
};
use crate::{
    diffusion::{
        AutoencoderConfig, UNetConfig,
        tests::{filled, values},
    },
    seed::stream,
    weights,
};

type Shapes = BTreeMap<String, Vec<usize>>;

#[derive(Deserialize)]
struct Fixture {
    tensors: Shapes,
    pooled: Vec<f32>,
    context: Vec<f32>,
}

fn conditioner() -> ConditionerConfig {
    ConditionerConfig { side: 42, patch: 14, width: 32, layers: 2, heads: 4, inner: 64, mapper: 2, context: 20 }
}

fn read<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_into_vec().unwrap()
}

#[track_caller]
fn same(ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len());
    let scale = theirs.iter().fold(0.0f32, |scale, v| scale.max(v.abs()));
    let apart = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart <= 1e-5 * scale, "{apart} apart, of {scale}");
}

#[test]
fn the_context_is_the_authors() {
    let fixture: Fixture = serde_json::from_str(include_str!("../fixtures/conditioner_small.json")).unwrap();
    let device = Device::flex();
    let mut names = names::published();
    names.push(("^conditioner\\.".to_owned(), String::new()));
    let mut ours = Conditioner::random(&conditioner(), &mut stream(0, 0), &device);
    weights::load_published(&mut ours, filled(&fixture.tensors), &names).unwrap();
    let garments = values(3001, [2, 3, 42, 42], 1.7, &device);
    same(&read(ours.vision.forward(garments.clone())), &fixture.pooled);
    same(&read(ours.forward(garments)), &fixture.context);
}

/// Everything but the conditioner's blocks is as deep as the paper's.
fn slim() -> PaperConfig {
    PaperConfig {
        unet: UNetConfig { channels: vec![32, 64, 128, 128], context: 20, ..UNetConfig::paper() },
        first_stage: AutoencoderConfig { channels: vec![32, 64, 128, 128], ..AutoencoderConfig::paper() },
        conditioner: ConditionerConfig { layers: 24, mapper: 5, inner: 128, ..conditioner() },
    }
}

/// A channel count of the paper in [`slim`]; `part` is the part of the model.
fn slimmed(part: &str, size: usize) -> usize {
    match (part, size) {
        ("conditioner", 1024 | 3072 | 4096) => size / 32,
        (_, 768) => 20,
        ("first_stage", 128 | 256 | 512) => size / 4,
        ("unet", size) if size >= 320 => size / 10,
        (_, size) => size,
    }
}

#[test]
fn every_tensor_of_a_published_checkpoint_has_its_place() {
    let read = |text| serde_json::from_str::<Shapes>(text).unwrap().into_iter();
    let unet = read(include_str!("../../../../diffusion/fixtures/unet_paper_tensors.json"));
    let first_stage = read(include_str!("../../../../diffusion/fixtures/autoencoder_paper_tensors.json"));
    let published: Shapes = unet
        .map(|(name, shape)| (format!("model.diffusion_model.{name}"), shape))
        .chain(first_stage.map(|(name, shape)| (format!("first_stage_model.{name}"), shape)))
        .chain(read(include_str!("../fixtures/conditioner_paper_tensors.json")))
        .collect();
    let theirs = published.into_iter().map(|(name, shape)| {
        burn_pack::Tensor::new(name, DType::F32, shape, None, Bytes::from_elems::<f32>(Vec::new()))
    });
    let (theirs, _) = KeyRemapper::from_patterns(names::published()).expect("patterns").remap(theirs.collect());
    let refiner = PaperRefiner::random(&slim(), &mut stream(0, 0), &Device::flex());
    let ours: Shapes = refiner
        .collect(None, None, true)
        .into_iter()
        .map(|tensor| (tensor.name, tensor.shape.as_slice().to_vec()))
        .collect();
    let mut found = 0;
    for tensor in theirs {
        // Counts from 0, which older versions of the library store.
        if tensor.name.ends_with(".position_ids") {
            continue;
        }
        // Theirs are named and turned as PyTorch has them.
        let (path, last) = tensor.name.rsplit_once('.').unwrap_or(("", &tensor.name));
        let norm = ours.contains_key(&format!("{path}.gamma"));
        let name = match (norm, last) {
            (true, "weight") => format!("{path}.gamma"),
            (true, "bias") => format!("{path}.beta"),
            _ => tensor.name.clone(),
        };
        let part = name.split('.').next().unwrap_or("");
        let mut shape: Vec<usize> = tensor.shape.as_slice().iter().map(|&size| slimmed(part, size)).collect();
        if name == "conditioner.vision.positions" {
            shape[0] = 10;
        } else if shape.len() == 2 {
            shape.reverse();
        }
        assert_eq!(ours.get(&name), Some(&shape), "{name}");
        found += 1;
    }
    assert_eq!(found, ours.len());
}

/// A refiner that a test can hold.
pub(in super::super) fn tiny() -> PaperConfig {
    PaperConfig {
        unet: UNetConfig { channels: vec![32, 32], residual_blocks: 1, attention: vec![2], ..slim().unet },
        first_stage: AutoencoderConfig { channels: vec![32, 32, 32, 32], residual_blocks: 1, latent: 4 },
        conditioner: conditioner(),
    }
}

#[test]
fn whoever_is_kept_stays_bit_for_bit() {
    let device = Device::flex();
    let refiner = PaperRefiner::random(&tiny(), &mut stream(1, 0), &device);
    let person = values(1, [1, 3, 32, 16], 1.0, &device);
    let refine = |keep: Tensor<4>| {
        let given = Given {
            person: person.clone(),
            draft: Draft {
                composite: values(2, [1, 3, 32, 16], 1.0, &device),
                inpaint: values(3, [1, 3, 32, 16], 1.0, &device),
            },
            keep,
            context: refiner.context(values(4, [1, 3, 42, 42], 1.0, &device)),
        };
        let mut refinement = Refinement::new(&refiner, given, Start::Composite, Solver::Plms, 4, &mut stream(2, 0));
        let mut evaluations = 0;
        while refinement.step(&refiner) {
            evaluations += 1;
        }
        assert_eq!(evaluations, 5);
        read(refinement.picture(&refiner))
    };
    let whole = Tensor::<4>::ones([1, 1, 32, 16], &device);
    assert_eq!(refine(whole.clone()), read(person.clone()));
    let made = refine(whole.slice_fill([0..1, 0..1, 16..32], 0.0));
    let person = read(person.clone());
    assert!((0..made.len()).all(|i| (made[i] == person[i]) == (i % 512 < 256)));
}

#[test]
fn the_cost_is_what_the_documentation_says() {
    let whole = cost::sample(&PaperConfig::paper(), [512, 384], 100);
    let near = |ours: f64, documented: f64| assert!((ours / documented - 1.0).abs() < 6e-3, "{ours}, not {documented}");
    near(whole.unet_operations, 0.575e12);
    near(whole.encode_operations, 0.831e12);
    near(whole.decode_operations, 1.879e12);
    near(whole.condition_operations, 0.162e12);
    near(whole.operations, 61.8e12);
    near(whole.weight_bytes as f64, 5.24e9);
    near(whole.unet_bytes as f64, 0.322e9);
    near(whole.decoder_bytes as f64, 0.604e9);
    let published = 859_535_364 + 83_653_863 + 366_951_169 - 257;
    assert_eq!(whole.weights, published);
    let slim = cost::sample(&slim(), [512, 384], 100).weights;
    let refiner = PaperRefiner::random(&self::slim(), &mut stream(0, 0), &Device::flex());
    assert_eq!(slim, refiner.num_params());
}

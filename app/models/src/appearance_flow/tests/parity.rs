//! Against the authors' code, see `fixtures/README.md`.

use std::{collections::BTreeMap, path::PathBuf};

use burn::{
    module::{Module, Param},
    nn::BatchNorm,
    store::{KeyRemapper, ModuleSnapshot, burn_pack},
    tensor::{Bytes, DType, Device, Gradients, Tensor, s},
};
use serde::Deserialize;

use super::{difference, read, tensor};
use crate::appearance_flow::{
    Alignment, Objective, Padding, Pass, WarpBatch, WarpConfig, WarpNetwork, flow::resize, import, layers::Convolution,
    objective::losses, sample,
};
use crate::seed;

#[derive(Deserialize)]
struct Reference {
    sides: [usize; 2],
    garment: Vec<f32>,
    person: Vec<f32>,
    worn: Vec<f32>,
    garment_mask: Vec<f32>,
    worn_mask: Vec<f32>,
    corners: Numbers,
    edges: Numbers,
}

#[derive(Deserialize)]
struct Numbers {
    flow: Vec<f32>,
    flows: Vec<Vec<f32>>,
    increments: Vec<Vec<f32>>,
    warped: Vec<f32>,
    mask: Vec<f32>,
    enlarged: Vec<f32>,
    training: Option<Training>,
}

#[derive(Deserialize)]
struct Training {
    loss: f32,
    terms: Vec<[f32; 3]>,
    variation: f32,
    gradients: BTreeMap<String, [f64; 2]>,
    running: BTreeMap<String, Vec<f32>>,
}

const BATCH: usize = 2;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/appearance_flow/fixtures").join(name)
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../fixtures/reference.json")).unwrap()
}

fn config(alignment: Alignment) -> WarpConfig {
    let paper = WarpConfig::paper();
    WarpConfig { person_channels: 4, widths: vec![4, 5, 6], features: 6, head: vec![8, 6, 4], alignment, ..paper }
}

fn batch(r: &Reference, device: &Device) -> WarpBatch {
    let [height, width] = r.sides;
    let planes = |values: &[f32], channels| tensor(values, [BATCH, channels, height, width], device);
    WarpBatch {
        garment: planes(&r.garment, 3),
        garment_mask: planes(&r.garment_mask, 1),
        person: planes(&r.person, 4),
        worn_picture: planes(&r.worn, 3),
        worn_mask: planes(&r.worn_mask, 1),
    }
}

#[test]
fn flows_are_the_authors_with_their_checkpoint() {
    let r = reference();
    let batch = batch(&r, &Device::flex());
    for (alignment, numbers) in [(Alignment::Corners, &r.corners), (Alignment::Edges, &r.edges)] {
        let network = import::read(&config(alignment), &file("small.pth")).unwrap();
        let levels = network.forward(batch.garment.clone(), batch.person.clone(), Pass::Running);
        let increments = levels.iter().flat_map(|level| level.increments.clone());
        for (i, (ours, theirs)) in increments.zip(&numbers.increments).enumerate() {
            let off = difference(&read(ours), theirs);
            assert!(off < 1e-4, "{alignment:?}, increment {i}: {off}");
        }
        for (i, (level, theirs)) in levels.iter().zip(numbers.flows.iter().chain([&numbers.flow])).enumerate() {
            let off = difference(&read(level.flow.clone()), &for_corners(theirs, level.flow.dims(), alignment));
            assert!(off < 1e-4, "{alignment:?}, level {i}: {off}");
        }
        let flow = network.flow(batch.garment.clone(), batch.person.clone());
        let warped = read(sample(batch.garment.clone(), flow.clone(), Padding::Border));
        assert!(difference(&warped, &numbers.warped) < 1e-4, "{}", difference(&warped, &numbers.warped));
        // At other sides, the last colour of the last sample.
        let wide = network.enlarge(flow.clone(), [48, 40]);
        let large = sample(resize(batch.garment.clone(), [48, 40]), wide, Padding::Border);
        let enlarged = difference(&read(large.slice(s![1..2, 2..3])), &numbers.enlarged);
        assert!(enlarged < 1e-4, "{alignment:?}, enlarged: {enlarged}");
        // Where a mask of 0 and 1 is looked at, its slope is up to 12 a unit of the grid.
        let mask = read(sample(batch.garment_mask.clone(), flow, Padding::Zeros));
        assert!(difference(&mask, &numbers.mask) < 2e-4, "{}", difference(&mask, &numbers.mask));
    }
}

/// A grid of the fixture as the network gives it.
fn for_corners(grid: &[f32], [_, _, height, width]: [usize; 4], alignment: Alignment) -> Vec<f32> {
    let factor = |i: usize| {
        let side = [width, height][i / (height * width) % 2] as f32;
        if alignment == Alignment::Edges { side / (side - 1.0) } else { 1.0 }
    };
    grid.iter().enumerate().map(|(i, value)| value * factor(i)).collect()
}

#[test]
fn losses_gradients_and_statistics_are_the_authors() {
    let r = reference();
    let device = Device::flex().autodiff();
    let batch = batch(&r, &device);
    let expected = r.corners.training.as_ref().unwrap();
    let config = config(Alignment::Corners);
    let network = import::read(&config, &file("small.pth")).unwrap().train().fork(&device);
    let levels = network.forward(batch.garment.clone(), batch.person.clone(), Pass::Training);
    for (depth, terms) in expected.terms.iter().enumerate() {
        let ours = losses(&levels[..=depth], &batch, &Objective::PAPER, None);
        for (ours, theirs) in [ours.picture, ours.mask, ours.smoothness].into_iter().zip(terms) {
            assert!(
                (read(ours.clone())[0] / theirs - 1.0).abs() < 1e-3,
                "level {depth}: {} for {theirs}",
                read(ours)[0]
            );
        }
    }
    let ours = losses(&levels, &batch, &Objective::PAPER, None);
    assert!((read(ours.variation)[0] / expected.variation - 1.0).abs() < 1e-4);
    assert!((read(ours.total.clone())[0] / expected.loss - 1.0).abs() < 1e-4, "{}", read(ours.total.clone())[0]);

    let grads = ours.total.backward();
    let mut seen = 0;
    authors_parameters(&network, &mut |name, gradient| {
        let gradient = gradient(&grads);
        let Some(&[norm, product]) = expected.gradients.get(&name) else { panic!("{name} is not theirs") };
        let ours = gradient.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
        assert!((ours - norm).abs() <= 1e-3 * norm + 1e-6, "{name}: norm {ours}, not {norm}");
        let ours: f64 = gradient.iter().enumerate().map(|(i, &g)| f64::from(g) * (i as f64).sin()).sum();
        assert!((ours - product).abs() <= 1e-3 * norm + 1e-6, "{name}: product {ours}, not {product} of norm {norm}");
        seen += 1;
    });
    assert_eq!(seen, expected.gradients.len());

    for (theirs, pyramid) in [("image", &network.garment), ("cond", &network.person)] {
        let norm = &pyramid.levels[1].blocks[0].norms[1];
        for (what, running) in [("mean", &norm.running_mean), ("var", &norm.running_var)] {
            let theirs = &expected.running[&format!("{theirs}_features.encoders.1.1.block.3.running_{what}")];
            let ours = read(running.value_sync().inner());
            assert!(difference(&ours, theirs) < 1e-5, "running {what}: {ours:?}, not {theirs:?}");
        }
    }
}

type Gradient<'a> = &'a dyn Fn(&Gradients) -> Vec<f32>;

/// Every parameter under the authors' name.
fn authors_parameters(network: &WarpNetwork, found: &mut impl FnMut(String, Gradient)) {
    fn of<const D: usize>(parameter: &Param<Tensor<D>>, grads: &Gradients) -> Vec<f32> {
        read(parameter.val().grad(grads).expect("a gradient"))
    }
    fn convolution(name: String, layer: &Convolution, found: &mut impl FnMut(String, Gradient)) {
        found(format!("{name}.weight"), &|grads| of(&layer.weight, grads));
        if let Some(bias) = &layer.bias {
            found(format!("{name}.bias"), &|grads| of(bias, grads));
        }
    }
    fn norm(name: String, layer: &BatchNorm, found: &mut impl FnMut(String, Gradient)) {
        found(format!("{name}.weight"), &|grads| of(&layer.gamma, grads));
        found(format!("{name}.bias"), &|grads| of(&layer.beta, grads));
    }
    for (theirs, pyramid) in [("image", &network.garment), ("cond", &network.person)] {
        for (i, level) in pyramid.levels.iter().enumerate() {
            let encoder = format!("{theirs}_features.encoders.{i}");
            norm(format!("{encoder}.0.block.0"), &level.norm, found);
            convolution(format!("{encoder}.0.block.2"), &level.convolution, found);
            for (j, block) in level.blocks.iter().enumerate() {
                for (k, (layer, kernel)) in block.norms.iter().zip(&block.convolutions).enumerate() {
                    norm(format!("{encoder}.{}.block.{}", j + 1, 3 * k), layer, found);
                    convolution(format!("{encoder}.{}.block.{}", j + 1, 3 * k + 2), kernel, found);
                }
            }
        }
        for (i, (lateral, smooth)) in pyramid.laterals.iter().zip(&pyramid.smooths).enumerate() {
            convolution(format!("{theirs}_FPN.adaptive.{i}"), lateral, found);
            convolution(format!("{theirs}_FPN.smooth.{i}"), smooth, found);
        }
    }
    for (i, heads) in network.heads.iter().enumerate() {
        for (theirs, layers) in [("netMain", &heads.costs), ("netRefine", &heads.refinement)] {
            for (j, layer) in layers.iter().enumerate() {
                convolution(format!("aflow_net.{theirs}.{i}.{}", 2 * j), layer, found);
            }
        }
    }
}

#[test]
fn every_tensor_of_the_published_network_has_its_place() {
    let config = WarpConfig::paper();
    let network = WarpNetwork::random(&config, &mut seed::stream(0, 0), &Device::flex());
    let ours: BTreeMap<String, Vec<usize>> = network
        .collect(None, None, true)
        .into_iter()
        .map(|tensor| (tensor.name, tensor.shape.as_slice().to_vec()))
        .collect();
    let published: Vec<(String, Vec<usize>)> =
        serde_json::from_str(include_str!("../fixtures/published_tensors.json")).unwrap();
    assert_eq!(published.len(), 420);
    let theirs = published.into_iter().map(|(name, shape)| {
        burn_pack::Tensor::new(name, DType::F32, shape, None, Bytes::from_elems::<f32>(Vec::new()))
    });
    let renaming = KeyRemapper::from_patterns(import::authors_names(&config)).unwrap();
    let (theirs, _) = renaming.remap(theirs.collect());
    let theirs = theirs.into_iter().map(|tensor| {
        // The importer itself translates the names of batch norms.
        let is_norm = tensor.name.contains(".norm");
        let name = match tensor.name.rsplit_once('.') {
            Some((layer, "weight")) if is_norm => format!("{layer}.gamma"),
            Some((layer, "bias")) if is_norm => format!("{layer}.beta"),
            _ => tensor.name.clone(),
        };
        (name, tensor.shape.as_slice().to_vec())
    });
    // How many batches there were is not kept.
    let theirs: BTreeMap<String, Vec<usize>> =
        theirs.filter(|(name, _)| !name.ends_with(".num_batches_tracked")).collect();
    assert_eq!(ours, theirs);
}

/// `WARP_CHECKPOINT` is a checkpoint of the published size.
#[test]
#[ignore = "needs a file of 117 MB"]
fn a_checkpoint_of_the_published_size_is_read() {
    let file = std::env::var("WARP_CHECKPOINT").expect("a file's name");
    let network = import::read(&WarpConfig::paper(), &PathBuf::from(file)).unwrap();
    let sum: f64 = read(network.heads[4].refinement[3].weight.val()).iter().map(|&w| f64::from(w)).sum();
    println!("{} weights; those of the last layer sum to {sum}", network.num_params());
}

#[test]
fn a_checkpoint_of_another_size_is_refused() {
    let right = config(Alignment::Corners);
    for wrong in [
        WarpConfig { person_channels: 5, ..right.clone() },
        WarpConfig { widths: vec![4, 5, 7], ..right.clone() },
        WarpConfig { widths: vec![4, 5, 6, 6], ..right.clone() },
        WarpConfig { blocks: 3, ..right.clone() },
        WarpConfig { features: 7, ..right.clone() },
        WarpConfig { radius: 2, ..right.clone() },
        WarpConfig { head: vec![8, 6, 4, 4], ..right.clone() },
    ] {
        assert!(import::read(&wrong, &file("small.pth")).is_err(), "{wrong:?}");
    }
}

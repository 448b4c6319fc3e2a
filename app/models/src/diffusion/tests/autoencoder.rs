//! Against the authors' autoencoder.
#![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

use burn::{
    module::Module,
    store::ModuleSnapshot,
    tensor::{Device, Tensor},
};
use serde::Deserialize;

use super::{
    super::{Autoencoder, AutoencoderConfig, autoencoder, extent::Layer},
    filled::{Shapes, filled, values},
    unet::{renamed, same},
};
use crate::{seed::stream, weights};

#[derive(Deserialize)]
struct Fixture {
    tensors: Shapes,
    moments: Vec<f32>,
    deviation: Vec<f32>,
    decoded: Vec<f32>,
}

fn config() -> AutoencoderConfig {
    AutoencoderConfig { channels: vec![32, 64], residual_blocks: 1, latent: 4 }
}

fn read(x: Tensor<4>) -> Vec<f32> {
    x.into_data().try_into_vec().unwrap()
}

#[test]
fn it_computes_what_the_authors_autoencoder_computes() {
    let fixture: Fixture = serde_json::from_str(include_str!("../fixtures/autoencoder_small.json")).unwrap();
    let device = Device::flex();
    let mut ours = Autoencoder::random(&config(), &mut stream(0, 0), &device);
    weights::load_published(&mut ours, filled(&fixture.tensors), &autoencoder::names::published("")).unwrap();
    let posterior = ours.encode(values(2001, [2, 3, 12, 16], 1.7, &device));
    // Mean and logarithm of the variance of a sample lie behind each other.
    let means: Vec<f32> = fixture.moments.chunks(8 * 48).flat_map(|moments| &moments[..4 * 48]).copied().collect();
    same("mean", &read(posterior.mean.clone()), &means, 1e-5);
    same("deviation", &read(posterior.deviation.clone()), &fixture.deviation, 1e-5);
    same("picture", &read(ours.decode(values(2002, [2, 4, 6, 8], 1.7, &device))), &fixture.decoded, 1e-5);
    let drawn = posterior.sample(Tensor::ones([2, 4, 6, 8], &device));
    same("draw", &read(drawn), &read(posterior.mean + posterior.deviation), 1e-7);
}

#[test]
fn every_tensor_of_the_published_autoencoder_has_its_place() {
    let published: Shapes = serde_json::from_str(include_str!("../fixtures/autoencoder_paper_tensors.json")).unwrap();
    let count: usize = published.values().map(|shape| shape.iter().product::<usize>()).sum();
    assert_eq!((published.len(), count), (248, 83_653_863));
    let config = AutoencoderConfig::paper();
    let layers = [autoencoder::extent::encoder(&config, [512, 384]), autoencoder::extent::decoder(&config, [512, 384])];
    let ours: Shapes = layers.iter().flatten().flat_map(Layer::published_tensors).collect();
    let prefixed = published.into_iter().map(|(name, shape)| (format!("first_stage_model.{name}"), shape));
    assert_eq!(renamed(prefixed.collect(), autoencoder::names::published("first_stage_model.")), ours);
}

#[test]
fn the_layers_that_are_counted_are_those_of_the_autoencoder() {
    let ours = Autoencoder::random(&config(), &mut stream(0, 0), &Device::flex());
    let layers = [autoencoder::extent::encoder(&config(), [8, 8]), autoencoder::extent::decoder(&config(), [8, 8])];
    let counted: Shapes = layers.iter().flatten().flat_map(Layer::tensors).collect();
    let shapes = ours.collect(None, None, true).into_iter();
    let ours_by_name: Shapes = shapes.map(|tensor| (tensor.name, tensor.shape.as_slice().to_vec())).collect();
    assert_eq!(ours_by_name, counted);
    assert_eq!(layers.iter().flatten().map(Layer::weights).sum::<usize>(), ours.num_params());
}

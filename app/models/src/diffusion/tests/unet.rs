//! Against the authors' network.
#![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

use std::collections::BTreeMap;

use burn::{
    module::Module,
    store::{KeyRemapper, ModuleSnapshot, burn_pack},
    tensor::{Bytes, DType, Device, Tensor},
};
use serde::Deserialize;

use super::{
    super::{Heads, UNet, UNetConfig, unet},
    filled::{Shapes, filled, values},
};
use crate::{seed::stream, weights};

#[derive(Deserialize)]
struct Fixture {
    tensors: Shapes,
    three: Vec<f32>,
    one: Vec<f32>,
    gradients: BTreeMap<String, Vec<f32>>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/unet_small.json")).expect("the fixture decodes")
}

fn config() -> UNetConfig {
    UNetConfig {
        channels: vec![32, 64],
        residual_blocks: 1,
        attention: vec![1, 2],
        heads: Heads::Count(4),
        context: 12,
        depth: 2,
        ..UNetConfig::paper()
    }
}

fn network(device: &Device) -> UNet {
    let mut network = UNet::random(&config(), &mut stream(0, 0), device);
    weights::load_published(&mut network, filled(&fixture().tensors), &unet::names::published("")).expect("it fits");
    network
}

fn read<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_into_vec().unwrap()
}

#[track_caller]
fn same(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let scale = theirs.iter().fold(0.0f32, |scale, v| scale.max(v.abs()));
    let apart = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart <= tolerance * scale, "{what}: {apart} apart, of {scale}");
}

fn run(network: &UNet, tokens: usize, device: &Device) -> Tensor<4> {
    let seed = if tokens == 1 { 1003 } else { 1002 };
    let x = values(1001, [2, 9, 8, 6], 1.7, device);
    network.forward(x, Tensor::from_floats([7.0, 901.0], device), values(seed, [2, tokens, 12], 1.7, device))
}

#[test]
fn it_computes_what_the_authors_network_computes() {
    let (fixture, device) = (fixture(), Device::flex());
    let network = network(&device);
    same("three tokens", &read(run(&network, 3, &device)), &fixture.three, 1e-5);
    same("one token", &read(run(&network, 1, &device)), &fixture.one, 1e-5);
}

#[test]
fn its_gradients_are_the_authors() {
    let (fixture, device) = (fixture(), Device::flex().autodiff());
    let network = network(&Device::flex()).train().fork(&device);
    let functional = values(1004, [2, 4, 8, 6], 1.0, &device);
    let gradients = (run(&network, 3, &device) * functional).sum().backward();
    let (first, second) = (&network.down[1], &network.up[1]);
    let transformer = first.transformer.as_ref().unwrap();
    let middle = &network.middle_transformer.blocks;
    let skip = network.up[0].residual.as_ref().unwrap().skip.as_ref().unwrap();
    let start = |values: Vec<f32>| values.into_iter().take(32).collect::<Vec<_>>();
    // Their matrices are the transposed of ours.
    let matrix = |x: Tensor<2>| start(read(x.transpose()));
    let ours = [
        (
            "input_blocks.0.0.weight",
            network.down[0].convolution.as_ref().unwrap().weight.grad(&gradients).map(read).map(start),
        ),
        ("middle_block.0.emb_layers.1.weight", network.middle_first.embedding.weight.grad(&gradients).map(matrix)),
        (
            "input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight",
            transformer.blocks[0].to_itself.to_q.weight.grad(&gradients).map(matrix),
        ),
        ("input_blocks.1.1.norm.bias", transformer.norm.beta.grad(&gradients).map(read).map(start)),
        (
            "middle_block.1.transformer_blocks.1.ff.net.0.proj.bias",
            middle[1].widen.bias.as_ref().unwrap().grad(&gradients).map(read).map(start),
        ),
        (
            "middle_block.1.transformer_blocks.0.attn2.to_k.weight",
            middle[0].to_context.to_k.weight.grad(&gradients).map(matrix),
        ),
        ("output_blocks.1.2.conv.bias", second.up.as_ref().unwrap().bias.grad(&gradients).map(read).map(start)),
        ("output_blocks.0.0.skip_connection.bias", skip.bias.grad(&gradients).map(read).map(start)),
        ("time_embed.0.bias", network.time.first.bias.as_ref().unwrap().grad(&gradients).map(read).map(start)),
        ("out.0.weight", network.last_norm.gamma.grad(&gradients).map(read).map(start)),
    ];
    assert_eq!(ours.len(), fixture.gradients.len());
    for (name, ours) in ours {
        same(name, &ours.expect("a gradient"), &fixture.gradients[name], 1e-4);
    }
}

/// Names and shapes under our names.
fn renamed(published: Shapes, prefix: &str) -> Shapes {
    let theirs = published.into_iter().map(|(name, shape)| {
        burn_pack::Tensor::new(name, DType::F32, shape, None, Bytes::from_elems::<f32>(Vec::new()))
    });
    let renaming = KeyRemapper::from_patterns(unet::names::published(prefix)).expect("patterns");
    let (theirs, _) = renaming.remap(theirs.collect());
    theirs.into_iter().map(|tensor| (tensor.name, tensor.shape.as_slice().to_vec())).collect()
}

/// As PyTorch has them: matrices transposed, scale and shift under its names.
fn as_pytorch(layers: &[unet::extent::Layer]) -> Shapes {
    layers.iter().flat_map(unet::extent::Layer::published_tensors).collect()
}

#[test]
fn every_tensor_of_the_published_network_has_its_place() {
    let published: Shapes =
        serde_json::from_str(include_str!("../fixtures/unet_paper_tensors.json")).expect("the fixture decodes");
    assert_eq!(published.len(), 686);
    let count: usize = published.values().map(|shape| shape.iter().product::<usize>()).sum();
    let layers = unet::extent::layers(&UNetConfig::paper(), [64, 48], 1);
    assert_eq!(layers.iter().map(unet::extent::Layer::weights).sum::<usize>(), count);
    let prefixed = published.into_iter().map(|(name, shape)| (format!("model.diffusion_model.{name}"), shape));
    assert_eq!(renamed(prefixed.collect(), "model.diffusion_model."), as_pytorch(&layers));
}

#[test]
fn the_layers_that_are_counted_are_those_of_the_network() {
    for config in [config(), UNetConfig { residual_blocks: 2, attention: vec![2], ..config() }] {
        let device = Device::flex();
        let network = UNet::random(&config, &mut stream(0, 0), &device);
        let layers = unet::extent::layers(&config, [8, 8], 1);
        assert_eq!(layers.iter().map(unet::extent::Layer::weights).sum::<usize>(), network.num_params());
        let ours: Shapes = network
            .collect(None, None, true)
            .into_iter()
            .map(|tensor| (tensor.name, tensor.shape.as_slice().to_vec()))
            .collect();
        let counted: Shapes = layers.iter().flat_map(unet::extent::Layer::tensors).collect();
        assert_eq!(ours, counted);
    }
}

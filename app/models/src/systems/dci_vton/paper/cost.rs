//! What the model costs, from its sizes alone.
//!
//! At the size of the paper, with 32-bit floats, a picture of 512×384 in 100 steps of PLMS:
//!
//! | | weights | memory | operations (10¹²) |
//! |---|---|---|---|
//! | UNet | 859.5 M | 3.44 GB | 101 times 0.575 |
//! | autoencoder | 83.7 M | 0.33 GB | 2 times 0.831, once 1.879 |
//! | conditioner | 367.0 M | 1.47 GB | 0.162 |
//! | together | 1 310.1 M | 5.24 GB | 61.8 |
//!
//! Besides the weights 0.60 GB at the widest moment, a convolution of the decoder at the full sides; the widest of the UNet
//! needs 0.32 GB, for the attention of all 3 072 places to each other in eight heads and for what the way down has left
//! for the way up. Ten minutes at 100 · 10⁹ operations a second, which one core of today does; seconds on a GPU.

use super::{ConditionerConfig, PaperConfig};
use crate::diffusion::{
    UNetConfig, autoencoder,
    extent::{Kind, Layer},
    unet,
};

/// Bytes of a value.
const BYTES: usize = 4;

/// What a sample costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Of all parts.
    pub weights: usize,
    /// Bytes of the weights.
    pub weight_bytes: usize,
    /// Bytes of the UNet's largest matrix of attention and of all that its way down leaves for its way up: about the most
    /// that it holds besides its weights.
    pub unet_bytes: usize,
    /// Bytes of the decoder's largest map, the map that a norm has made of it, and a convolution's result.
    pub decoder_bytes: usize,
    /// Multiplications and additions of one evaluation of the UNet.
    pub unet_operations: f64,
    /// Of a picture's latent.
    pub encode_operations: f64,
    /// Of a latent's picture.
    pub decode_operations: f64,
    /// Of a garment's context.
    pub condition_operations: f64,
    /// Of a whole sample.
    pub operations: f64,
}

/// The cost of one picture of `sides` (rows, columns) in `steps` steps of PLMS.
pub fn sample(config: &PaperConfig, sides: [usize; 2], steps: usize) -> Cost {
    let small = sides.map(|side| side / config.first_stage.factor());
    let unet = unet::extent::layers(&config.unet, small, 1);
    let encoder = autoencoder::extent::encoder(&config.first_stage, sides);
    let decoder = autoencoder::extent::decoder(&config.first_stage, sides);
    let operations = |layers: &[Layer]| layers.iter().map(Layer::operations).sum::<f64>();
    let weights = |layers: &[Layer]| layers.iter().map(Layer::weights).sum::<usize>();
    let (conditioner_weights, condition_operations) = conditioner(&config.conditioner);
    let weights = weights(&unet) + weights(&encoder) + weights(&decoder) + conditioner_weights + config.unet.context;
    let [unet_operations, encode_operations, decode_operations] =
        [&unet, &encoder, &decoder].map(|layers| operations(layers));
    Cost {
        weights,
        weight_bytes: BYTES * weights,
        decoder_bytes: BYTES * decoder.iter().map(around).max().unwrap_or(0),
        unet_bytes: BYTES * (largest_attention(&config.unet, &unet) + left_for_the_way_up(&config.unet, small)),
        unet_operations,
        encode_operations,
        decode_operations,
        condition_operations,
        operations: (steps + 1) as f64 * unet_operations
            + 2.0 * encode_operations
            + decode_operations
            + condition_operations,
    }
}

/// Values before, within and after a layer and the norm before it.
fn around(layer: &Layer) -> usize {
    match layer.kind {
        Kind::Convolution { inputs, outputs, .. } => layer.places * (2 * inputs + outputs),
        _ => 0,
    }
}

fn largest_attention(config: &UNetConfig, layers: &[Layer]) -> usize {
    let matrix = |layer: &Layer| match layer.kind {
        Kind::Attention { channels, others } => config.heads(channels) * layer.places * others,
        _ => 0,
    };
    layers.iter().map(matrix).max().unwrap_or(0)
}

fn left_for_the_way_up(config: &UNetConfig, [height, width]: [usize; 2]) -> usize {
    let left = |block: &unet::Block| {
        let factor = if block.down.is_some() { 2 * block.factor } else { block.factor };
        block.outputs() * (height / factor) * (width / factor)
    };
    config.down().iter().map(left).sum()
}

/// Weights, and operations for one garment.
fn conditioner(config: &ConditionerConfig) -> (usize, f64) {
    let (width, inner, patches) = (config.width, config.inner, config.patches());
    let tokens = patches + 1;
    let norm = 2 * width;
    let pixels = 3 * config.patch * config.patch;
    let layer_matrices = 4 * width * width + 2 * width * inner;
    let layer = layer_matrices + 4 * width + inner + width + 2 * norm;
    let mapper_matrices = 12 * width * width;
    let mapper = mapper_matrices + 9 * width + 2 * norm;
    let projection = width * config.context;
    let weights = width * pixels
        + width
        + tokens * width
        + 2 * norm
        + config.layers * layer
        + config.mapper * mapper
        + norm
        + projection
        + config.context;
    let products = patches * width * pixels
        + config.layers * (tokens * layer_matrices + 2 * tokens * tokens * width)
        + config.mapper * mapper_matrices
        + projection;
    (weights, 2.0 * products as f64)
}

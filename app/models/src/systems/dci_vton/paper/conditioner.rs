//! From the flat garment to the context: CLIP's pooled feature, mapped to the width of the UNet's context.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::vision::Vision;
use crate::{
    diffusion::layers::Linear,
    nn::{LayerNorm, fast},
};

/// Sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionerConfig {
    /// Edge of the pictures.
    pub side: usize,
    /// Edge of their patches.
    pub patch: usize,
    /// Width of CLIP's tokens.
    pub width: usize,
    /// Of CLIP.
    pub layers: usize,
    /// Of CLIP.
    pub heads: usize,
    /// Width within CLIP's layers.
    pub inner: usize,
    /// Blocks of the mapper.
    pub mapper: usize,
    /// Width of the UNet's context.
    pub context: usize,
}

impl ConditionerConfig {
    /// CLIP ViT-L/14, five blocks behind it.
    pub fn paper() -> Self {
        Self { side: 224, patch: 14, width: 1024, layers: 24, heads: 16, inner: 4096, mapper: 5, context: 768 }
    }

    /// Patches of a picture.
    pub fn patches(&self) -> usize {
        (self.side / self.patch).pow(2)
    }
}

/// CLIP and what maps its feature.
#[derive(Module, Debug)]
pub struct Conditioner {
    /// CLIP.
    pub vision: Vision,
    /// In turn.
    pub blocks: Vec<MapperBlock>,
    /// After the mapper.
    pub final_norm: LayerNorm,
    /// To the context's width.
    pub projection: Linear,
}

/// A block of a transformer for a single token.
#[derive(Module, Debug)]
pub struct MapperBlock {
    /// Before the attention.
    pub norm1: LayerNorm,
    /// Queries, keys and values behind each other. A token that is alone attends to itself whatever its query and its
    /// key are, so that only values are ever computed.
    pub c_qkv: Linear,
    /// After the attention.
    pub attention_proj: Linear,
    /// Before the matrices.
    pub norm2: LayerNorm,
    /// Widens.
    pub c_fc: Linear,
    /// Back.
    pub c_proj: Linear,
}

impl Conditioner {
    /// Random weights.
    pub fn random(config: &ConditionerConfig, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            vision: Vision::random(config, rng, device),
            blocks: (0..config.mapper).map(|_| MapperBlock::random(config.width, rng, device)).collect(),
            final_norm: LayerNorm::new(config.width, device),
            projection: Linear::random(config.width, config.context, true, rng, device),
        }
    }

    /// The context `[n, 1, context]` of garments `[n, 3, side, side]`, cropped to the garment and normalised as CLIP's
    /// pictures are.
    pub fn forward(&self, garments: Tensor<4>) -> Tensor<3> {
        let feature = self.blocks.iter().fold(self.vision.forward(garments), |x, block| block.forward(x));
        self.projection.forward(self.final_norm.forward(feature)).unsqueeze_dim(1)
    }
}

impl MapperBlock {
    fn random(width: usize, rng: &mut impl Rng, device: &Device) -> Self {
        let mut linear = |inputs, outputs| Linear::random(inputs, outputs, true, rng, device);
        Self {
            c_qkv: linear(width, 3 * width),
            attention_proj: linear(width, width),
            c_fc: linear(width, 4 * width),
            c_proj: linear(4 * width, width),
            norm1: LayerNorm::new(width, device),
            norm2: LayerNorm::new(width, device),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let width = x.dims()[1];
        let values = self.c_qkv.forward(self.norm1.forward(x.clone())).narrow(1, 2 * width, width);
        let x = x + self.attention_proj.forward(values);
        let wide = fast::gelu(self.c_fc.forward(self.norm2.forward(x.clone())));
        x + self.c_proj.forward(wide)
    }
}

//! The block that looks at all places, and at the context.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::UNetConfig;
use crate::{
    diffusion::layers::{Conv2d, GroupNorm, Linear},
    nn::{LayerNorm, fast},
};

/// ε of the norm before the transformer.
const EPSILON: f64 = 1e-6;
/// How much wider than the tokens the inner layer is.
const WIDENING: usize = 4;

/// Maps `[n, c, h, w]` as h·w tokens through a transformer, added to the maps.
#[derive(Module, Debug)]
pub struct SpatialTransformer {
    /// Before everything.
    pub norm: GroupNorm,
    /// 1×1.
    pub proj_in: Conv2d,
    /// The transformer.
    pub blocks: Vec<TransformerBlock>,
    /// 1×1, 0 to begin with.
    pub proj_out: Conv2d,
}

/// Attention to itself, attention to the context, and a gated layer, each after a norm and added to its input.
#[derive(Module, Debug)]
pub struct TransformerBlock {
    /// To itself.
    pub to_itself: Attention,
    /// To the context.
    pub to_context: Attention,
    /// From the tokens to value and gate.
    pub widen: Linear,
    /// Back.
    pub narrow: Linear,
    /// Before the attention to itself.
    pub norm1: LayerNorm,
    /// Before the attention to the context.
    pub norm2: LayerNorm,
    /// Before the gated layer.
    pub norm3: LayerNorm,
}

/// Attention in heads (Vaswani et al. 2017); queries, keys and values have no bias.
#[derive(Module, Debug)]
pub struct Attention {
    /// Queries.
    pub to_q: Linear,
    /// Keys.
    pub to_k: Linear,
    /// Values.
    pub to_v: Linear,
    /// What the heads have found, together.
    pub to_out: Linear,
    heads: usize,
}

impl SpatialTransformer {
    /// Random weights; the last convolution is 0.
    pub fn random(channels: usize, config: &UNetConfig, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            norm: GroupNorm::with_epsilon(config.groups, channels, EPSILON, device),
            proj_in: Conv2d::random(channels, channels, 1, rng, device),
            blocks: (0..config.depth).map(|_| TransformerBlock::random(channels, config, rng, device)).collect(),
            proj_out: Conv2d::zero(channels, channels, 1, device),
        }
    }

    /// `context` is `[n, tokens, width]`.
    pub fn forward(&self, x: Tensor<4>, context: &Tensor<3>) -> Tensor<4> {
        let [n, channels, h, w] = x.dims();
        let maps = self.norm.forward(x.clone()).reshape([n, channels, h * w]);
        let mut tokens = self.proj_in.tokens(maps);
        for block in &self.blocks {
            tokens = block.forward(tokens, context);
        }
        x + self.proj_out.maps(tokens).reshape([n, channels, h, w])
    }
}

impl TransformerBlock {
    fn random(channels: usize, config: &UNetConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let (heads, inner) = (config.heads(channels), WIDENING * channels);
        Self {
            to_itself: Attention::random(channels, channels, heads, rng, device),
            to_context: Attention::random(channels, config.context, heads, rng, device),
            widen: Linear::random(channels, 2 * inner, true, rng, device),
            narrow: Linear::random(inner, channels, true, rng, device),
            norm1: LayerNorm::new(channels, device),
            norm2: LayerNorm::new(channels, device),
            norm3: LayerNorm::new(channels, device),
        }
    }

    /// Tokens `[n, tokens, channels]`.
    pub fn forward(&self, x: Tensor<3>, context: &Tensor<3>) -> Tensor<3> {
        let normed = self.norm1.forward(x.clone());
        let x = x + self.to_itself.forward(normed.clone(), normed);
        // Whoever asks, a single token is all that there is to attend to.
        let found = match context.dims()[1] {
            1 => self.to_context.only(context.clone()),
            _ => self.to_context.forward(self.norm2.forward(x.clone()), context.clone()),
        };
        let x = x + found;
        x.clone() + self.narrow.forward(fast::geglu(self.widen.forward(self.norm3.forward(x))))
    }
}

impl Attention {
    fn random(channels: usize, context: usize, heads: usize, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            to_q: Linear::random(channels, channels, false, rng, device),
            to_k: Linear::random(context, channels, false, rng, device),
            to_v: Linear::random(context, channels, false, rng, device),
            to_out: Linear::random(channels, channels, true, rng, device),
            heads,
        }
    }

    /// `x: [n, tokens, channels]` asks, `context: [n, others, …]` answers.
    pub fn forward(&self, x: Tensor<3>, context: Tensor<3>) -> Tensor<3> {
        let [n, tokens, channels] = x.dims();
        let width = channels / self.heads;
        let heads = |x: Tensor<3>| {
            let [n, tokens, _] = x.dims();
            x.reshape([n, tokens, self.heads, width]).swap_dims(1, 2)
        };
        let queries = heads(self.to_q.forward(x)) / (width as f64).sqrt();
        let keys = heads(self.to_k.forward(context.clone()));
        let values = heads(self.to_v.forward(context));
        let weights = fast::softmax(queries.matmul(keys.swap_dims(2, 3)));
        self.to_out.forward(weights.matmul(values).swap_dims(1, 2).reshape([n, tokens, channels]))
    }

    /// What [`Self::forward`] answers everybody where the context is one token: `[n, 1, channels]`.
    fn only(&self, context: Tensor<3>) -> Tensor<3> {
        self.to_out.forward(self.to_v.forward(context))
    }
}

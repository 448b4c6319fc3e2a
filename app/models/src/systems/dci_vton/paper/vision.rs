//! CLIP's vision transformer (A. Radford et al., *Learning Transferable Visual Models From Natural Language Supervision*,
//! ICML 2021), as far as its pooled feature.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::ConditionerConfig;
use crate::{
    diffusion::layers::Linear,
    nn::{LayerNorm, fast, init},
};

/// Standard deviation of initial embeddings.
const DEVIATION: f32 = 0.02;
/// In the approximation of the GELU by x·σ(1.702 x), with which it was trained.
const QUICK: f64 = 1.702;

/// Pictures → their pooled feature.
#[derive(Module, Debug)]
pub struct Vision {
    /// Cuts pictures into patches, each a token: `[width, 3, patch, patch]`, without bias.
    pub patches: Param<Tensor<4>>,
    /// The token that gathers the whole, `[width]`.
    pub class: Param<Tensor<1>>,
    /// Added to each token, that of the class first: `[1 + patches, width]`.
    pub positions: Param<Tensor<2>>,
    /// Before the layers.
    pub first_norm: LayerNorm,
    /// In turn.
    pub layers: Vec<VisionLayer>,
    /// Of the class's token, at the end.
    pub last_norm: LayerNorm,
}

/// Attention and two matrices, each after a norm and added to its input.
#[derive(Module, Debug)]
pub struct VisionLayer {
    /// Before the attention.
    pub norm1: LayerNorm,
    /// Queries.
    pub q_proj: Linear,
    /// Keys.
    pub k_proj: Linear,
    /// Values.
    pub v_proj: Linear,
    /// What the heads have found, together.
    pub out_proj: Linear,
    /// Before the matrices.
    pub norm2: LayerNorm,
    /// Widens.
    pub fc1: Linear,
    /// Back.
    pub fc2: Linear,
    heads: usize,
}

impl Vision {
    /// Random weights.
    pub fn random(config: &ConditionerConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let (width, patch) = (config.width, config.patch);
        Self {
            patches: init::normal([width, 3, patch, patch], 0.0, DEVIATION, rng, device),
            class: init::normal([width], 0.0, DEVIATION, rng, device),
            positions: init::normal([1 + config.patches(), width], 0.0, DEVIATION, rng, device),
            first_norm: LayerNorm::new(width, device),
            layers: (0..config.layers).map(|_| VisionLayer::random(config, rng, device)).collect(),
            last_norm: LayerNorm::new(width, device),
        }
    }

    /// The pooled feature `[n, width]` of pictures `[n, 3, side, side]`, normalised as CLIP's are.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let patches = self.patches.val();
        let [width, _, patch, _] = patches.dims();
        let n = pictures.dims()[0];
        let tokens = fast::conv2d(pictures, patches, None, patch, 0).flatten::<3>(2, 3).swap_dims(1, 2);
        let class = self.class.val().reshape([1, 1, width]).expand([n, 1, width]);
        let tokens = Tensor::cat(vec![class, tokens], 1) + self.positions.val().unsqueeze::<3>();
        let tokens = self.layers.iter().fold(self.first_norm.forward(tokens), |x, layer| layer.forward(x));
        self.last_norm.forward(tokens.narrow(1, 0, 1).reshape([n, width]))
    }
}

impl VisionLayer {
    fn random(config: &ConditionerConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let width = config.width;
        let mut linear = |inputs, outputs| Linear::random(inputs, outputs, true, rng, device);
        Self {
            q_proj: linear(width, width),
            k_proj: linear(width, width),
            v_proj: linear(width, width),
            out_proj: linear(width, width),
            fc1: linear(width, config.inner),
            fc2: linear(config.inner, width),
            norm1: LayerNorm::new(width, device),
            norm2: LayerNorm::new(width, device),
            heads: config.heads,
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [n, tokens, width] = x.dims();
        let normed = self.norm1.forward(x.clone());
        let head = width / self.heads;
        let heads =
            |linear: &Linear| linear.forward(normed.clone()).reshape([n, tokens, self.heads, head]).swap_dims(1, 2);
        let queries = heads(&self.q_proj) / (head as f64).sqrt();
        let weights = fast::softmax(queries.matmul(heads(&self.k_proj).swap_dims(2, 3)));
        let found = weights.matmul(heads(&self.v_proj)).swap_dims(1, 2).reshape([n, tokens, width]);
        let x = x + self.out_proj.forward(found);
        let wide = self.fc1.forward(self.norm2.forward(x.clone()));
        x + self.fc2.forward(wide.clone() * fast::sigmoid(wide * QUICK))
    }
}

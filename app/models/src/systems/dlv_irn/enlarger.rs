//! A super-resolution network of the size of the small rescaling networks, for comparison: it must take the bicubic
//! small picture as it is, where a rescaling network chooses its own.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::{
    invertible::{DenseBlock, dense::Convolution},
    nn::fast,
};

const COLOURS: usize = 3;

/// Size of an [`Enlarger`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnlargerConfig {
    /// How many times the sides grow.
    pub scale: usize,
    /// Channels between the blocks.
    pub width: usize,
    /// Residual dense blocks.
    pub blocks: usize,
    /// Channels that a convolution inside a block adds.
    pub growth: usize,
}

impl EnlargerConfig {
    /// Pixels of the small picture around a place that the large picture there depends on.
    pub fn reach(&self) -> usize {
        2 + self.blocks * DenseBlock::reach()
    }
}

/// `[batch, 3, h, w]` → `[batch, 3, s·h, s·w]`: what repeated pixels lack, from residual dense blocks and a pixel
/// shuffle (Shi et al. 2016).
#[derive(Module, Debug)]
pub struct Enlarger {
    head: Convolution,
    blocks: Vec<DenseBlock>,
    tail: Convolution,
    scale: usize,
}

impl Enlarger {
    /// Random initial weights, with which pixels are repeated.
    pub fn random(config: &EnlargerConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let EnlargerConfig { scale, width, growth, .. } = *config;
        Self {
            head: Convolution::random(COLOURS, width, 1.0, rng, device),
            blocks: (0..config.blocks).map(|_| DenseBlock::random(width, width, growth, rng, device)).collect(),
            tail: Convolution::random(width, COLOURS * scale * scale, 0.0, rng, device),
            scale,
        }
    }

    /// The large picture.
    pub fn forward(&self, small: Tensor<4>) -> Tensor<4> {
        let [batch, colours, h, w] = small.dims();
        let s = self.scale;
        let mut x = fast::conv2d(small.clone(), self.head.weight.val(), Some(self.head.bias.val()), 1, 1);
        for block in &self.blocks {
            x = x.clone() + block.forward(x);
        }
        let x = fast::conv2d(x, self.tail.weight.val(), Some(self.tail.bias.val()), 1, 1);
        let details = x.reshape([batch, colours, s * s, h, w]) + small.unsqueeze_dim::<5>(2);
        let details = details.reshape([batch, colours, s, s, h, w]).permute([0, 1, 4, 2, 5, 3]);
        details.reshape([batch, colours, s * h, s * w])
    }
}

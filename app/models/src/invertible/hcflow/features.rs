//! What the high frequencies of a level know of the lower ones: residual-in-residual dense blocks (X. Wang et al.,
//! *ESRGAN*, ECCV Workshops 2018, §3.1).

use burn::{
    module::{Module, Param},
    tensor::{Device, Shape, Tensor, TensorData},
};
use rand::Rng;

use super::convolution::plain;
use crate::invertible::{DenseBlock, dense::Convolution};

/// Dense blocks in a residual block.
const DENSE_BLOCKS: usize = 3;
/// What a residual branch is multiplied by.
const RESIDUAL: f64 = 0.2;
/// What Xavier's initial weights are scaled by.
const INIT_SCALE: f32 = 0.1;

/// `[batch, in, h, w]` → features `[batch, features, h, w]`.
#[derive(Module, Debug)]
pub struct Features {
    /// Before the blocks.
    pub first: Convolution,
    /// One after the other.
    pub blocks: Vec<ResidualBlock>,
    /// After them, before the sum with what went into them.
    pub last: Convolution,
}

/// A residual block of residual dense blocks.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    /// One after the other, each with its own residual path.
    pub dense: Vec<DenseBlock>,
}

impl Features {
    /// Random initial weights.
    pub fn random(
        inputs: usize,
        features: usize,
        growth: usize,
        blocks: usize,
        rng: &mut impl Rng,
        device: &Device,
    ) -> Self {
        let first = uniform(inputs, features, rng, device);
        let last = uniform(features, features, rng, device);
        let mut dense = || DenseBlock {
            convolutions: (0..5)
                .map(|index| {
                    let outputs = if index == 4 { features } else { growth };
                    Convolution::random(features + index * growth, outputs, INIT_SCALE, rng, device)
                })
                .collect(),
        };
        let blocks = (0..blocks).map(|_| ResidualBlock { dense: (0..DENSE_BLOCKS).map(|_| dense()).collect() });
        Self { first, blocks: blocks.collect(), last }
    }

    /// The whole network.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = plain(&self.first, x);
        let inner = self.blocks.iter().fold(x.clone(), |x, block| block.forward(x));
        plain(&self.last, inner) + x
    }

    /// Pixels around an output pixel on which it depends, with `blocks` residual blocks.
    pub const fn reach(blocks: usize) -> usize {
        2 + blocks * DENSE_BLOCKS * DenseBlock::reach()
    }
}

impl ResidualBlock {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let step = |x: Tensor<4>, dense: &DenseBlock| dense.forward(x.clone()).mul_scalar(RESIDUAL) + x;
        let inner = self.dense.iter().fold(x.clone(), step);
        inner.mul_scalar(RESIDUAL) + x
    }
}

/// PyTorch's default for a 3×3 convolution, which the authors leave here: uniform within ±1/√fan-in.
fn uniform(inputs: usize, outputs: usize, rng: &mut impl Rng, device: &Device) -> Convolution {
    let bound = 1.0 / ((9 * inputs) as f64).sqrt();
    let mut draw =
        |count: usize| -> Vec<f32> { (0..count).map(|_| (bound * (2.0 * rng.random::<f64>() - 1.0)) as f32).collect() };
    let shape = Shape::new([outputs, inputs, 3, 3]);
    let weight = TensorData::new(draw(9 * inputs * outputs), shape);
    let bias = TensorData::new(draw(outputs), [outputs]);
    Convolution {
        weight: Param::from_tensor(Tensor::from_data(weight, device)),
        bias: Param::from_tensor(Tensor::from_data(bias, device)),
    }
}

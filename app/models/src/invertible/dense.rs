//! The sub-network of the couplings: convolutions of which each sees the input and all earlier outputs.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use rand::Rng;

use crate::nn::{fast, init};

/// Convolutions of a block.
const DEPTH: usize = 5;
/// Edge of their kernels.
const KERNEL: usize = 3;
/// Negative slope of the activations.
const LEAK: f32 = 0.2;
/// What the initial weights are scaled by: blocks start near the identity.
const INIT_SCALE: f32 = 0.1;

/// A 3×3 convolution.
#[derive(Module, Debug)]
pub struct Convolution {
    /// `[out, in, 3, 3]`.
    pub weight: Param<Tensor<4>>,
    /// `[out]`.
    pub bias: Param<Tensor<1>>,
}

/// `[batch, in, h, w]` → `[batch, out, h, w]`: five 3×3 convolutions, leaky ReLU after all but the last.
#[derive(Module, Debug)]
pub struct DenseBlock {
    /// The first four make `growth` channels each.
    pub convolutions: Vec<Convolution>,
}

impl Convolution {
    /// Xavier's normal distribution, scaled; 0 is a layer of zeros.
    pub fn random(inputs: usize, outputs: usize, scale: f32, rng: &mut impl Rng, device: &Device) -> Self {
        let taps = KERNEL * KERNEL;
        let std = (2.0 / ((inputs + outputs) * taps) as f32).sqrt() * scale;
        Self {
            weight: init::normal([outputs, inputs, KERNEL, KERNEL], 0.0, std, rng, device),
            bias: Param::from_tensor(Tensor::zeros([outputs], device)),
        }
    }
}

impl DenseBlock {
    /// The published initial weights: the last convolution is zero, so that a coupling starts as the identity.
    pub fn random(inputs: usize, outputs: usize, growth: usize, rng: &mut impl Rng, device: &Device) -> Self {
        let convolution = |index: usize| {
            let last = index + 1 == DEPTH;
            let (made, scale) = if last { (outputs, 0.0) } else { (growth, INIT_SCALE) };
            Convolution::random(inputs + index * growth, made, scale, rng, device)
        };
        Self { convolutions: (0..DEPTH).map(convolution).collect() }
    }

    /// The whole block.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let weights: Vec<_> = self.convolutions.iter().map(|c| c.weight.val()).collect();
        let biases: Vec<_> = self.convolutions.iter().map(|c| c.bias.val()).collect();
        fast::dense_block(x, &weights, &biases, LEAK)
    }

    /// Pixels around an output pixel that it depends on.
    pub const fn reach() -> usize {
        DEPTH * (KERNEL / 2)
    }
}

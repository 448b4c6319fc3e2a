//! Convolutions with PyTorch's initial weights, and batch norm in its two modes.

use burn::{
    module::{Module, Param},
    nn::{BatchNorm, BatchNormConfig},
    tensor::{Device, Tensor},
};
use rand::Rng;

use crate::nn::{fast, init, running};

/// Which statistics batch norm uses in a forward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Those of the batch, which also move the running averages.
    Training,
    /// Running averages.
    Running,
}

/// A convolution whose kernel is an odd square; at stride 1 it keeps the sides.
#[derive(Module, Debug)]
pub struct Convolution {
    /// `[out, in, k, k]`.
    pub weight: Param<Tensor<4>>,
    /// `[out]`.
    pub bias: Option<Param<Tensor<1>>>,
}

impl Convolution {
    /// Random weights of the variance that PyTorch's have: 1 / (3 · inputs of an output).
    pub fn random(
        [inputs, outputs]: [usize; 2],
        kernel: usize,
        bias: bool,
        rng: &mut impl Rng,
        device: &Device,
    ) -> Self {
        let std = (1.0 / (3 * inputs * kernel * kernel) as f32).sqrt();
        Self {
            weight: init::normal([outputs, inputs, kernel, kernel], 0.0, std, rng, device),
            bias: bias.then(|| init::normal([outputs], 0.0, std, rng, device)),
        }
    }

    /// `[b, in, h, w]` → `[b, out, ⌈h / stride⌉, ⌈w / stride⌉]`.
    pub fn forward(&self, x: Tensor<4>, stride: usize) -> Tensor<4> {
        let [_, _, kernel, _] = self.weight.dims();
        fast::conv2d(x, self.weight.val(), self.bias.as_ref().map(Param::val), stride, kernel / 2)
    }
}

/// A batch norm over `channels`.
pub(super) fn norm(channels: usize, device: &Device) -> BatchNorm {
    BatchNormConfig::new(channels).init(device)
}

/// Batch norm, then a ReLU.
pub(super) fn normalised(norm: &BatchNorm, x: Tensor<4>, pass: Pass) -> Tensor<4> {
    let (gamma, beta) = (norm.gamma.val(), norm.beta.val());
    let [batch, channels, height, width] = x.dims();
    match pass {
        Pass::Running => {
            let (mean, variance) = (norm.running_mean.value_sync(), norm.running_var.value_sync());
            let scale = gamma / (variance + norm.epsilon).sqrt();
            let shift = beta - mean * scale.clone();
            let [scale, shift] = [scale, shift].map(|map| map.reshape([1, channels, 1, 1]));
            fast::relu(x * scale + shift)
        }
        Pass::Training => {
            let out = fast::batch_norm_relu(x, gamma, beta, norm.epsilon);
            // PyTorch's running variance is the unbiased one.
            let count = (batch * height * width) as f64;
            running::follow(&norm.running_mean, out.mean, norm.momentum);
            running::follow(&norm.running_var, out.variance * (count / (count - 1.0).max(1.0)), norm.momentum);
            out.output
        }
    }
}

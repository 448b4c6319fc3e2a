//! Layers under PyTorch's names, so that a checkpoint of PyTorch finds its places: the loader transposes a `Linear` and
//! renames the parameters of norms.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, module},
};
use rand::Rng;

use crate::nn::{fast, init};

/// `[…, inputs]` → `[…, outputs]`.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[inputs, outputs]`.
    pub weight: Param<Tensor<2>>,
    /// `[outputs]`.
    pub bias: Option<Param<Tensor<1>>>,
}

/// A convolution of maps that pads with half of its kernel.
#[derive(Module, Debug)]
pub struct Conv2d {
    /// `[outputs, inputs, k, k]`, k odd.
    pub weight: Param<Tensor<4>>,
    /// `[outputs]`.
    pub bias: Param<Tensor<1>>,
}

/// Norm of groups of channels of maps.
#[derive(Module, Debug)]
pub struct GroupNorm {
    /// Scale of each channel.
    pub gamma: Param<Tensor<1>>,
    /// Shift of each channel.
    pub beta: Param<Tensor<1>>,
    groups: usize,
    epsilon: f64,
}

/// ε of PyTorch's norms.
const EPSILON: f64 = 1e-5;

/// The standard deviation of PyTorch's initial weights, which it draws uniformly.
fn deviation(inputs: usize) -> f32 {
    (1.0 / (3.0 * inputs as f32)).sqrt()
}

fn vector(length: usize, value: f32, device: &Device) -> Param<Tensor<1>> {
    Param::from_tensor(Tensor::full([length], value, device))
}

impl Linear {
    /// Random weights; the bias is 0.
    pub fn random(inputs: usize, outputs: usize, bias: bool, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            weight: init::normal([inputs, outputs], 0.0, deviation(inputs), rng, device),
            bias: bias.then(|| vector(outputs, 0.0, device)),
        }
    }

    /// Its result.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        module::linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }
}

impl Conv2d {
    /// Random weights; the bias is 0.
    pub fn random(inputs: usize, outputs: usize, kernel: usize, rng: &mut impl Rng, device: &Device) -> Self {
        let std = deviation(inputs * kernel * kernel);
        Self {
            weight: init::normal([outputs, inputs, kernel, kernel], 0.0, std, rng, device),
            bias: vector(outputs, 0.0, device),
        }
    }

    /// All 0: what it is added to starts as it is.
    pub fn zero(inputs: usize, outputs: usize, kernel: usize, device: &Device) -> Self {
        Self {
            weight: Param::from_tensor(Tensor::zeros([outputs, inputs, kernel, kernel], device)),
            bias: vector(outputs, 0.0, device),
        }
    }

    /// `[n, inputs, h, w]` → `[n, outputs, h, w]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.strided(x, 1)
    }

    /// Maps `[n, inputs, places]` → tokens `[n, places, outputs]`, if the kernel is 1×1.
    ///
    /// # Panics
    /// If it is not.
    pub fn tokens(&self, maps: Tensor<3>) -> Tensor<3> {
        module::linear(maps.swap_dims(1, 2), self.matrix().transpose(), Some(self.bias.val()))
    }

    /// Tokens `[n, places, inputs]` → maps `[n, outputs, places]`, if the kernel is 1×1.
    ///
    /// # Panics
    /// If it is not.
    pub fn maps(&self, tokens: Tensor<3>) -> Tensor<3> {
        let matrix = self.matrix();
        let bias = self.bias.val().reshape([1, matrix.dims()[0], 1]);
        matrix.unsqueeze::<3>().matmul(tokens.swap_dims(1, 2)) + bias
    }

    fn matrix(&self) -> Tensor<2> {
        let weight = self.weight.val();
        let [outputs, inputs, ..] = weight.dims();
        weight.reshape([outputs, inputs])
    }

    /// `[n, inputs, h, w]` → `[n, outputs, ⌈h / stride⌉, ⌈w / stride⌉]`.
    pub fn strided(&self, x: Tensor<4>, stride: usize) -> Tensor<4> {
        let weight = self.weight.val();
        let padding = weight.dims()[2] / 2;
        fast::conv2d(x, weight, Some(self.bias.val()), stride, padding)
    }
}

impl GroupNorm {
    /// The normalised values themselves, to begin with.
    pub fn new(groups: usize, channels: usize, device: &Device) -> Self {
        Self::with_epsilon(groups, channels, EPSILON, device)
    }

    /// With an ε of its own.
    pub fn with_epsilon(groups: usize, channels: usize, epsilon: f64, device: &Device) -> Self {
        Self { gamma: vector(channels, 1.0, device), beta: vector(channels, 0.0, device), groups, epsilon }
    }

    /// `[n, channels, …]` → the same.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        fast::group_norm(x, self.gamma.val(), self.beta.val(), self.groups, self.epsilon)
    }

    /// With the SiLU after it.
    pub fn silu<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        fast::group_norm_silu(x, self.gamma.val(), self.beta.val(), self.groups, self.epsilon)
    }
}

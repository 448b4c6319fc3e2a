//! Convolutions inside the conditional part.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{act_norm::ActNorm, log_det::LogDet};
use crate::{
    invertible::dense::Convolution,
    nn::{fast, init},
};

/// What e's exponent in [`ScaledConvolution`] is multiplied by, so that it learns faster.
const GAIN_RATE: f64 = 3.0;

/// A convolution without bias, an [`ActNorm`] of its output and a ReLU.
#[derive(Module, Debug)]
pub struct NormedConvolution {
    /// `[out, in, k, k]`.
    pub weight: Param<Tensor<4>>,
    /// Over `out` channels; nothing inverts it.
    pub norm: ActNorm,
}

/// A 3×3 convolution whose every output channel is multiplied by e³ˡ. It starts at zero.
#[derive(Module, Debug)]
pub struct ScaledConvolution {
    /// `[out, in, 3, 3]`.
    pub weight: Param<Tensor<4>>,
    /// `[out]`.
    pub bias: Param<Tensor<1>>,
    /// l, `[out, 1, 1]`.
    pub log_gain: Param<Tensor<3>>,
}

impl NormedConvolution {
    /// Xavier's normal distribution, scaled; `kernel` is odd.
    pub fn random(
        [inputs, outputs]: [usize; 2],
        kernel: usize,
        scale: f32,
        rng: &mut impl Rng,
        device: &Device,
    ) -> Self {
        let std = (2.0 / ((inputs + outputs) * kernel * kernel) as f32).sqrt() * scale;
        Self {
            weight: init::normal([outputs, inputs, kernel, kernel], 0.0, std, rng, device),
            norm: ActNorm::identity(outputs, device),
        }
    }

    /// Fits the norm to `x`, the input of the convolution, and answers with [`Self::forward`].
    pub fn fit(&mut self, x: Tensor<4>) -> Tensor<4> {
        self.norm.fit(convolve(x.clone(), self.weight.val(), None));
        self.forward(x)
    }

    /// `[batch, in, h, w]` → `[batch, out, h, w]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = convolve(x, self.weight.val(), None);
        fast::relu(self.norm.forward(x, &mut LogDet::ignored()))
    }
}

impl ScaledConvolution {
    /// Zeros everywhere.
    pub fn zeros(inputs: usize, outputs: usize, device: &Device) -> Self {
        Self {
            weight: Param::from_tensor(Tensor::zeros([outputs, inputs, 3, 3], device)),
            bias: Param::from_tensor(Tensor::zeros([outputs], device)),
            log_gain: Param::from_tensor(Tensor::zeros([outputs, 1, 1], device)),
        }
    }

    /// `[batch, in, h, w]` → `[batch, out, h, w]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let gain = fast::exp(self.log_gain.val().mul_scalar(GAIN_RATE));
        convolve(x, self.weight.val(), Some(self.bias.val())) * gain.unsqueeze::<4>()
    }
}

/// A convolution of the feature network's outside, `[batch, in, h, w]` → `[batch, out, h, w]`.
pub fn plain(convolution: &Convolution, x: Tensor<4>) -> Tensor<4> {
    convolve(x, convolution.weight.val(), Some(convolution.bias.val()))
}

/// Zeros around the picture keep its sides.
fn convolve(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
    let padding = weight.dims()[2] / 2;
    fast::conv2d(x, weight, bias, 1, padding)
}

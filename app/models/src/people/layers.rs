//! What both networks are made of: convolutions, convolutions of each channel by itself, enlargement.
//!
//! Maps are `[batch, channels, height, width]`. Batch norms are folded into the convolutions. Sides are kept, or halved
//! by a stride of 2, as TensorFlow pads them ("same"): an even side gets one zero more behind it than before it.

use burn::tensor::{
    Tensor,
    module::conv2d,
    ops::{ConvOptions, PadMode},
};

use super::arrays::Arrays;
use crate::{ModelError, nn::fast};

/// One sixth as the networks hold it, in half precision.
const SIXTH: f32 = 0.166_625_98;

/// What follows a convolution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Activation {
    None,
    Relu,
    /// max(0, min(6, x)).
    Relu6,
    /// x · relu6(x + 3) / 6.
    HardSwish,
    Sigmoid,
}

impl Activation {
    fn of(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::None => x,
            Self::Relu => fast::relu(x),
            Self::Relu6 => x.clamp(0.0, 6.0),
            Self::HardSwish => (x.clone() + 3.0).clamp(0.0, 6.0).mul_scalar(SIXTH) * x,
            Self::Sigmoid => fast::sigmoid(x),
        }
    }
}

/// A convolution with all channels, 1×1 or 3×3.
#[derive(Clone, Debug)]
pub(super) struct Convolution {
    weight: Tensor<4>,
    bias: Tensor<1>,
    stride: usize,
    activation: Activation,
}

impl Convolution {
    /// `[inputs, outputs]` channels and the kernel's side.
    pub(super) fn take(
        arrays: &mut Arrays,
        name: &str,
        [inputs, outputs]: [usize; 2],
        [kernel, stride]: [usize; 2],
        activation: Activation,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            weight: arrays.take(&format!("{name}.weight"), [outputs, inputs, kernel, kernel])?,
            bias: arrays.take(&format!("{name}.bias"), [outputs])?,
            stride,
            activation,
        })
    }

    /// A 1×1 convolution.
    pub(super) fn pointwise(
        arrays: &mut Arrays,
        name: &str,
        channels: [usize; 2],
        activation: Activation,
    ) -> Result<Self, ModelError> {
        Self::take(arrays, name, channels, [1, 1], activation)
    }

    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = padded(x, self.weight.dims()[2], self.stride);
        self.activation.of(fast::conv2d(x, self.weight.clone(), Some(self.bias.clone()), self.stride, 0))
    }
}

/// A convolution of each channel by itself.
#[derive(Clone, Debug)]
pub(super) struct Depthwise {
    weight: Tensor<4>,
    bias: Tensor<1>,
    stride: usize,
    activation: Activation,
}

impl Depthwise {
    pub(super) fn take(
        arrays: &mut Arrays,
        name: &str,
        channels: usize,
        [kernel, stride]: [usize; 2],
        activation: Activation,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            weight: arrays.take(&format!("{name}.weight"), [channels, 1, kernel, kernel])?,
            bias: arrays.take(&format!("{name}.bias"), [channels])?,
            stride,
            activation,
        })
    }

    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [channels, _, kernel, _] = self.weight.dims();
        let (x, padding) = match self.stride {
            1 => (x, kernel / 2),
            stride => (padded(x, kernel, stride), 0),
        };
        let options = ConvOptions::new([self.stride; 2], [padding; 2], [1; 2], channels);
        self.activation.of(conv2d(x, self.weight.clone(), Some(self.bias.clone()), options))
    }
}

/// The mean over all pixels, `[batch, channels, 1, 1]`.
pub(super) fn mean(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    x.reshape([batch, channels, height * width]).mean_dim(2).reshape([batch, channels, 1, 1])
}

/// Maps of twice the sides, bilinear; the centres of pixels are what is interpolated between, and the edge goes on.
pub(super) fn doubled(x: Tensor<4>) -> Tensor<4> {
    doubled_along(doubled_along(x, 2), 3)
}

fn doubled_along(x: Tensor<4>, axis: usize) -> Tensor<4> {
    let side = x.dims()[axis];
    let before = Tensor::cat(vec![x.clone().narrow(axis, 0, 1), x.clone().narrow(axis, 0, side - 1)], axis);
    let after = Tensor::cat(vec![x.clone().narrow(axis, 1, side - 1), x.clone().narrow(axis, side - 1, 1)], axis);
    let near = x.mul_scalar(0.75);
    let pair = vec![near.clone() + before.mul_scalar(0.25), near + after.mul_scalar(0.25)];
    let mut sides = pair[0].dims();
    sides[axis] = 2 * side;
    Tensor::stack::<5>(pair, axis + 1).reshape(sides)
}

/// Zeros around maps whose sides a stride of 1 keeps and one of 2 halves.
fn padded(x: Tensor<4>, kernel: usize, stride: usize) -> Tensor<4> {
    let around = |side: usize| {
        let total = ((side.div_ceil(stride) - 1) * stride + kernel).saturating_sub(side);
        (total / 2, total - total / 2)
    };
    let [_, _, height, width] = x.dims();
    let ((top, bottom), (left, right)) = (around(height), around(width));
    if top + bottom + left + right == 0 { x } else { x.pad((left, right, top, bottom), PadMode::Constant(0.0)) }
}

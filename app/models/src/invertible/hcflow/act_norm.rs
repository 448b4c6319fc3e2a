//! A shift and a scale for each channel, which start such that the first batch leaves with mean 0 and variance 1 (D.
//! Kingma, P. Dhariwal, *Glow*, NeurIPS 2018, §3.1).

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};

use super::log_det::LogDet;
use crate::nn::fast;

/// Added to a standard deviation before dividing by it.
const EPSILON: f64 = 1e-6;

/// y = (x + b)·eˢ, channel by channel.
#[derive(Module, Debug)]
pub struct ActNorm {
    /// b, `[1, channels, 1, 1]`.
    pub bias: Param<Tensor<4>>,
    /// s, `[1, channels, 1, 1]`.
    pub log_scale: Param<Tensor<4>>,
}

impl ActNorm {
    /// The identity.
    pub fn identity(channels: usize, device: &Device) -> Self {
        let zeros = || Param::from_tensor(Tensor::zeros([1, channels, 1, 1], device));
        Self { bias: zeros(), log_scale: zeros() }
    }

    /// Sets both parameters such that `x` leaves with mean 0 and variance 1 in every channel.
    pub fn fit(&mut self, x: Tensor<4>) {
        let [_, channels, ..] = x.dims();
        let mean_of = |x: Tensor<4>| x.swap_dims(0, 1).flatten::<2>(1, 3).mean_dim(1).reshape([1, channels, 1, 1]);
        let x = x.detach();
        let bias = mean_of(x.clone()).neg();
        let variance = mean_of((x + bias.clone()).square());
        let log_scale = (variance.sqrt() + EPSILON).log().neg();
        self.bias = self.bias.clone().map(|_| bias);
        self.log_scale = self.log_scale.clone().map(|_| log_scale);
    }

    /// `[batch, channels, h, w]` to the same.
    pub fn forward(&self, x: Tensor<4>, log_det: &mut LogDet) -> Tensor<4> {
        let [.., height, width] = x.dims();
        let log_scale = self.log_scale.val();
        log_det.add(|| log_scale.clone().sum().mul_scalar((height * width) as f64));
        (x + self.bias.val()) * fast::exp(log_scale)
    }

    /// The inverse of [`Self::forward`].
    pub fn inverse(&self, y: Tensor<4>) -> Tensor<4> {
        y * fast::exp(-self.log_scale.val()) - self.bias.val()
    }
}

//! The bounded affine map that a sub-network's output stands for.

use burn::tensor::Tensor;

use super::log_det::LogDet;
use crate::nn::fast;

/// The arc tangent times this keeps ln of a factor within ±½; 0.636 is 2/π as the authors round it.
const BOUND: f64 = 0.5 * 0.636;

/// y = (x + t)·eˢ with a shift and a log-scale for each value.
#[derive(Debug)]
pub struct Affine {
    shift: Tensor<4>,
    log_scale: Tensor<4>,
}

impl Affine {
    /// From a sub-network's `[batch, 2c, h, w]`: its even channels are shifts, its odd ones r give s = .318·atan(2r).
    pub fn coupling(raw: Tensor<4>) -> Self {
        let (shift, log_scale) = interleaved(raw);
        Self { shift, log_scale }
    }

    /// From the same channels as mean μ and log-deviation s: y = (x − μ)·e⁻ˢ.
    pub fn standardising(raw: Tensor<4>) -> Self {
        let (mean, log_deviation) = interleaved(raw);
        Self { shift: -mean, log_scale: -log_deviation }
    }

    /// `[batch, c, h, w]` to the same.
    pub fn forward(self, x: Tensor<4>, log_det: &mut LogDet) -> Tensor<4> {
        log_det.add_sum_of(&self.log_scale);
        (x + self.shift) * fast::exp(self.log_scale)
    }

    /// The inverse of [`Self::forward`].
    pub fn inverse(self, y: Tensor<4>) -> Tensor<4> {
        y * fast::exp(-self.log_scale) - self.shift
    }
}

fn interleaved(raw: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
    let [batch, channels, height, width] = raw.dims();
    let half = [batch, channels / 2, height, width];
    let pairs = raw.reshape([batch, channels / 2, 2, height * width]);
    let odd = pairs.clone().narrow(2, 1, 1).reshape(half);
    (pairs.narrow(2, 0, 1).reshape(half), odd.mul_scalar(2.0).atan().mul_scalar(BOUND))
}

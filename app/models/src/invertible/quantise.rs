//! Rounding to 8 bit: the whole difficulty of rescaling, since only what survives it comes back.

use burn::tensor::Tensor;

/// `x` clamped to 0 … 1 and rounded to multiples of 1/255. The gradient passes as if nothing were done, outside 0 … 1
/// too, where a clamp's own would stop it.
pub fn quantise<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let rounded = x.clone().clamp(0.0, 1.0).mul_scalar(255.0).round().div_scalar(255.0);
    x.clone() + (rounded - x).detach()
}

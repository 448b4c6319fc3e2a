//! What stands for the autoencoder at small sizes: the Haar transform, which loses nothing.
//!
//! Orthonormal, so that noise of one variance in the latent is noise of that variance in the picture, and mean squared
//! errors are the same in both.

use burn::tensor::Tensor;

use crate::invertible::haar;

/// Channels of the latent of a picture of three.
pub const CHANNELS: usize = 12;

/// Four times its variance is what the transform of IRN, a mean and three halved differences, would have.
const SCALE: f64 = 2.0;

/// `[n, 3, h, w]` → `[n, 12, h/2, w/2]`.
///
/// # Panics
/// If a side is odd.
pub fn encode(picture: Tensor<4>) -> Tensor<4> {
    haar::forward(picture) * SCALE
}

/// The inverse of [`encode`].
pub fn decode(latent: Tensor<4>) -> Tensor<4> {
    haar::inverse(latent / SCALE)
}

/// A mask at the latent's sides, `[n, 1, h, w]` → `[n, 1, h/2, w/2]`: the part of each 2×2 block that it covers.
///
/// # Panics
/// If a side is odd.
pub fn shrink(mask: Tensor<4>) -> Tensor<4> {
    haar::forward(mask).narrow(1, 0, 1)
}

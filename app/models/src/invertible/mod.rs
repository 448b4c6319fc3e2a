//! Invertible networks for pictures: both directions are one network, and what the small picture cannot hold is a
//! latent of known law.

pub mod dense;
pub mod haar;
pub mod hcflow;
pub mod quantise;

pub use dense::DenseBlock;
pub use quantise::quantise;

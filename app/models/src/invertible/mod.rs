//! Invertible networks for pictures: both directions are one network, and what the small picture cannot hold is a
//! latent of known law.
//!
//! - [`haar`]: half the side, four times the channels, exactly;
//! - [`dense`]: the sub-network that computes shifts and scales;
//! - [`coupling`]: the invertible block around three of them;
//! - [`rescaling`]: levels of Haar and blocks: IRN, and with a second latent DLV-IRN;
//! - [`hcflow`]: HCFlow, a hierarchy of flows on the same ground;
//! - [`margins`]: pieces of a picture, and how much around them is computed;
//! - [`quantise`]: rounding to 8 bit that lets gradients through.
//!
//! Sources: M. Xiao et al., *Invertible Image Rescaling*, ECCV 2020 (IRN); M. Zhang et al., *Enhancing Image Rescaling
//! using Dual Latent Variables in Invertible Neural Network*, ACM MM 2022 (DLV).

pub mod coupling;
pub mod dense;
pub mod haar;
pub mod hcflow;
pub mod margins;
pub mod quantise;
pub mod rescaling;
#[cfg(test)]
mod tests;

pub use coupling::Coupling;
pub use dense::DenseBlock;
pub use margins::Margins;
pub use quantise::quantise;
pub use rescaling::{Rescaling, RescalingConfig};

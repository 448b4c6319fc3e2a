//! The diffusion model at the size of the paper: latent diffusion of Stable Diffusion's size, inpainting, told of the
//! garment by CLIP (B. Yang et al., *Paint by Example*, CVPR 2023), with the composite as its start.
//!
//! - [`network`]: autoencoder, UNet and conditioner together;
//! - [`conditioner`]: from the flat garment to the context;
//! - [`garment`]: the flat garment as CLIP takes it;
//! - [`vision`]: CLIP's vision transformer, in it;
//! - [`import`]: the published checkpoints, and their names;
//! - [`cost`]: what a picture costs.

pub mod conditioner;
pub mod cost;
pub mod garment;
#[cfg(feature = "native")]
pub mod import;
pub mod names;
pub mod network;
#[cfg(test)]
pub(super) mod tests;
pub mod vision;

pub use conditioner::{Conditioner, ConditionerConfig};
pub use network::{PaperConfig, PaperRefiner};

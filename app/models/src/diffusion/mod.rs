//! Denoising diffusion in the latent space of a picture (Ho et al. 2020; Rombach et al., *High-Resolution Image
//! Synthesis with Latent Diffusion Models*, CVPR 2022): z_t = √ᾱ_t z₀ + √(1 − ᾱ_t) ε, and a network that tells ε.
//!
//! - [`schedule`]: ᾱ at each time;
//! - [`ddim`] and [`plms`]: from noise to z₀ without further noise (η = 0), whatever predicts ε;
//! - [`unet`]: the network, at any size;
//! - [`autoencoder`]: from pictures to latents and back;
//! - [`layers`]: what both are built of;
//! - [`extent`]: what they cost.

pub mod autoencoder;
pub mod ddim;
pub mod extent;
pub mod layers;
pub mod plms;
pub mod schedule;
#[cfg(test)]
pub(crate) mod tests;
pub mod unet;

pub use autoencoder::{Autoencoder, AutoencoderConfig};
pub use ddim::{Ddim, Step};
pub use plms::Plms;
pub use schedule::Schedule;
pub use unet::{Heads, UNet, UNetConfig};

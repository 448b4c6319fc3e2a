//! The refiner: from person, warped garment and flat garment to a picture of the person who wears it.
//!
//! - [`first_stage`]: pictures ↔ latents;
//! - [`composite`]: the draft, which conditions every step and from which sampling starts;
//! - [`token`]: what the flat picture says as a whole;
//! - [`network`]: the noise that is in a latent;
//! - [`objective`]: one training step.

pub mod composite;
pub mod config;
pub mod first_stage;
pub mod network;
// Its steps read their losses at once, which a browser's GPU cannot.
#[cfg(not(target_family = "wasm"))]
pub mod objective;
#[cfg(test)]
mod tests;
pub mod token;

pub use composite::composite;
pub use config::RefinerConfig;
pub use network::Refiner;
#[cfg(not(target_family = "wasm"))]
pub use objective::{Objective, RefinerBatch, RefinerMetrics, RefinerTrainer};

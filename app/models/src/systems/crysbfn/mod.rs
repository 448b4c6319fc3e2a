//! `crysbfn`: crystals by a Bayesian flow on the torus.
//!
//! Paper: H. Wu et al., *A Periodic Bayesian Flow for Material Generation*, ICLR 2025, arXiv:2502.02016.
//!
//! - [`config`] — sizes, tasks, ablations; the presets.
//! - [`encode`] — crystals ↔ numbers.
//! - `import` — the authors' checkpoints (native only).
//! - [`model`] — a trained model, ready to sample.
//! - [`network`] — CSPNet.
//! - [`process`] — the flows of coordinates, cell and elements.
//! - [`objective`] — one training step.
//! - [`sampler`] — the flow backwards.

pub mod config;
pub mod encode;
#[cfg(feature = "native")]
pub mod import;
pub mod model;
pub mod network;
// Its steps read their losses at once, which a browser's GPU cannot.
#[cfg(not(target_family = "wasm"))]
pub mod objective;
pub mod process;
pub mod sampler;
#[cfg(test)]
mod tests;

pub use config::{CoordinateFlow, CrystalConfig, LatticeForm, Task, TimeInput};
pub use encode::EncodedCrystal;
pub use network::CspNet;
#[cfg(not(target_family = "wasm"))]
pub use objective::{CrystalMetrics, CrystalTrainer, Plateau};
pub use sampler::{Generation, Strategy};

use burn::tensor::Device;

pub use model::CrysBfn;

use crate::{Model, ModelError, seed, weights};

/// Builds the model of `preset` from the bytes of its weights file.
///
/// # Errors
/// If the preset is unknown or the weights do not decode or fit.
pub fn load(preset: &str, bytes: Vec<u8>, device: &Device) -> Result<Box<dyn Model>, ModelError> {
    let config = CrystalConfig::of_preset(preset)?;
    let mut network = CspNet::random(&config, &mut seed::stream(0, 0), device);
    weights::load_safetensors(&mut network, bytes)?;
    Ok(Box::new(CrysBfn { config, network }))
}

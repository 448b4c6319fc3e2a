//! `porous-gan`: a 3-D DCGAN that learns a rock from one CT scan and, being fully convolutional, makes rocks of any
//! size.
//!
//! Paper: L. Mosser, O. Dubrule, M. J. Blunt, *Reconstruction of three-dimensional porous media using generative
//! adversarial neural networks*, Physical Review E 96, 043309 (2017), arXiv:1704.03225.
//!
//! The small presets make periodic volumes, which is ours: their noise grid is a torus ([`network::Faces::Joined`]), and
//! the discriminator sees cubes cut from such volumes. An open grid of 32³ cubes is nearly all rim, and what is learnt
//! there is another rock than what grows inside: trained so, Ketton had a porosity of .08 at the faces of 64³ voxels and
//! .25 in the middle, with the right mean. A torus has neither faces nor middle, and is as porous at 128³ as at 64³;
//! locally it is what the paper's sampler keeps when it cuts the rim of a large volume away. The cubes begin where noise
//! cells do. Cut at any voxel instead, the discriminator sees the mean over the places within a cell and cannot hold one
//! place against the generator: pores kept to a lattice of the cells' pitch, 8 voxels. Porosity over its places went from
//! .01 to .38 (Berea) and .00 to .24 (Ketton); with the shipped weights it goes from .08 to .30 and from .09 to .14.
//!
//! - [`config`]: sizes; the presets.
//! - [`network`]: generator and discriminator.
//! - [`objective`]: one training step.
//! - [`sampler`]: noise grid → layers → volume.
//! - [`encode`]: volumes ↔ tensors.
//! - [`import`]: the authors' checkpoints.

pub mod config;
pub mod encode;
pub mod import;
pub mod network;
// Its steps read their losses at once, which a browser's GPU cannot.
#[cfg(not(target_family = "wasm"))]
pub mod objective;
pub mod sampler;
#[cfg(test)]
mod tests;

use std::ops::Range;

use burn::tensor::Device;
use catalog::{SampleRequest, systems::porous_gan::SampleParameters};
use samples::Inputs;

pub use config::GanConfig;
pub use network::{Discriminator, Generator};
#[cfg(not(target_family = "wasm"))]
pub use objective::{GanTrainer, Schedule};

use crate::{Model, ModelError, Sampling, weights};

/// Builds the model of `preset` from the bytes of its weights file.
///
/// # Errors
/// If the preset is unknown or the weights do not decode or fit.
pub fn load(preset: &str, bytes: Vec<u8>, device: &Device) -> Result<Box<dyn Model>, ModelError> {
    let config = GanConfig::of_preset(preset)?;
    let mut generator = Generator::zeros(&config, device);
    weights::load_safetensors(&mut generator, bytes)?;
    Ok(Box::new(PorousGan { config, generator }))
}

/// A trained generator.
pub struct PorousGan {
    /// Its size.
    pub config: GanConfig,
    /// The network.
    pub generator: Generator,
}

impl Model for PorousGan {
    fn sample(
        &self,
        request: &SampleRequest,
        _: &Inputs,
        indices: Range<u64>,
    ) -> Result<Box<dyn Sampling>, ModelError> {
        let parameters: SampleParameters = crate::parameters(request)?;
        let sampling = sampler::VolumeSampling::start(self, &parameters, request.seed, indices.start)?;
        Ok(Box::new(sampling))
    }
}

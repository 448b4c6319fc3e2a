//! Which systems have model code: one line per system.

use std::ops::Range;

use burn::tensor::Device;
use catalog::SampleRequest;
use samples::Inputs;
#[cfg(not(target_family = "wasm"))]
use samples::Sample;

#[cfg(not(target_family = "wasm"))]
use crate::sampling::{self, Many};
use crate::{ModelError, Sampling, systems};

/// A system with weights, ready to sample.
pub trait Model: Send {
    /// Starts the next samples of a request that has passed [`SampleRequest::check`], on the pictures of `inputs`: the
    /// first of `indices`, and as many after it as this model makes at once.
    ///
    /// # Errors
    /// If the parameters ask for what this model cannot do.
    fn sample(
        &self,
        request: &SampleRequest,
        inputs: &Inputs,
        indices: Range<u64>,
    ) -> Result<Box<dyn Sampling>, ModelError>;

    /// Takes the weights of [`System::companion`](catalog::System::companion).
    ///
    /// # Errors
    /// If the system has none, or they do not decode or fit.
    fn equip(&mut self, _companion: &[u8]) -> Result<(), ModelError> {
        Err(ModelError::Weights("this system needs no other weights".to_owned()))
    }

    /// Makes all samples of `indices`, in their order; a model that gains from batches makes many at once. Not in a
    /// browser: it waits for the device.
    ///
    /// # Errors
    /// If the parameters ask for what this model cannot do. A sample that fails alone is an error in its place.
    #[cfg(not(target_family = "wasm"))]
    fn sample_many(
        &self,
        request: &SampleRequest,
        inputs: &Inputs,
        mut indices: Range<u64>,
    ) -> Result<Many<Sample>, ModelError> {
        let mut made = Vec::new();
        while !indices.is_empty() {
            let sampling = self.sample(request, inputs, indices.clone())?;
            indices.start += sampling.size() as u64;
            made.extend(sampling::make(sampling)?);
        }
        Ok(made)
    }

    /// The first sample of a request. Not in a browser: it waits for the device.
    ///
    /// # Errors
    /// If the parameters ask for what this model cannot do, or the sample fails.
    #[cfg(not(target_family = "wasm"))]
    fn sample_one(&self, request: &SampleRequest, inputs: &Inputs) -> Result<Sample, ModelError> {
        sampling::only(self.sample_many(request, inputs, 0..1)?)
    }
}

/// Builds the model of `system` at `preset` from the bytes of its weights file, on `device`.
///
/// # Errors
/// If the system or preset is unknown, or the weights do not decode or fit.
pub fn load(system: &str, preset: &str, weights: Vec<u8>, device: &Device) -> Result<Box<dyn Model>, ModelError> {
    match system {
        "crysbfn" => systems::crysbfn::load(preset, weights, device),
        "dci-vton" => systems::dci_vton::load(preset, weights, device),
        "dlv-irn" => systems::dlv_irn::load(preset, weights, device),
        "fl-gfn" => systems::fl_gfn::load(preset, weights, device),
        "oc-gfn" => systems::oc_gfn::load(preset, weights, device),
        "op-gfn" => systems::op_gfn::load(preset, weights, device),
        "porous-gan" => systems::porous_gan::load(preset, weights, device),
        _ => Err(ModelError::UnknownSystem(system.to_owned())),
    }
}

/// The systems whose authors' checkpoints [`import`] reads.
#[cfg(feature = "native")]
pub const IMPORTS: [&str; 4] = ["crysbfn", "dci-vton", "dlv-irn", "porous-gan"];

/// Reads a checkpoint as the authors of `system` published it and answers with the bytes of a safetensors file that
/// [`load`] takes.
///
/// # Errors
/// If the system or preset is unknown, or the file does not decode or fit.
#[cfg(feature = "native")]
pub fn import(system: &str, preset: &str, file: &std::path::Path) -> Result<Vec<u8>, ModelError> {
    match system {
        "crysbfn" => systems::crysbfn::import::network(preset, file),
        "dci-vton" => systems::dci_vton::paper::import::networks_of(preset, file),
        "dlv-irn" => systems::dlv_irn::import::network(preset, file),
        "porous-gan" => systems::porous_gan::import::generator(preset, file),
        _ => Err(ModelError::UnknownSystem(system.to_owned())),
    }
}

//! Networks, objectives, samplers and training steps of the thirteen systems.
//!
//! Nothing here knows files, clocks, sockets or a browser: weights come in as bytes, randomness as a seeded
//! generator, and progress goes out as plain values. Tensors carry their device, so the same code runs on the
//! server's GPU, on a CPU and on WebGPU in a browser.

pub mod adversarial;
pub mod appearance_flow;
pub mod bayesian_flow;
pub mod diffusion;
pub mod gflownet;
pub mod invertible;
pub mod nn;
pub mod people;
pub mod registry;
pub mod sampling;
pub mod seed;
pub mod systems;
pub mod weights;

#[cfg(feature = "native")]
pub use registry::import;
pub use registry::{Model, load};
pub use sampling::{Pending, Sampling, StepReport};

use catalog::SampleRequest;
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

/// The sampling parameters of a request as the system's own type.
fn parameters<P>(request: &SampleRequest) -> Result<P, ModelError>
where
    P: schemars::JsonSchema + Default + Serialize + DeserializeOwned,
{
    catalog::schema::parse(&request.parameters, "parameters").map_err(|errors| {
        let all: Vec<_> = errors.iter().map(ToString::to_string).collect();
        ModelError::Parameters(all.join("; "))
    })
}

/// Why a model cannot be built or used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// No such system here.
    #[error("there is no model code for system `{0}`")]
    UnknownSystem(String),
    /// No such preset.
    #[error("system `{system}` has no preset `{preset}`")]
    UnknownPreset {
        /// Slug.
        system: String,
        /// The name asked for.
        preset: String,
    },
    /// The weights do not decode or do not fit the architecture.
    #[error("the weights cannot be used: {0}")]
    Weights(String),
    /// The parameters are outside what the model can do.
    #[error("{0}")]
    Parameters(String),
    /// The device did not answer.
    #[error("the device failed: {0}")]
    Device(String),
    /// The network's output is not a sample.
    #[error("the model's output is not a sample: {0}")]
    Output(String),
}

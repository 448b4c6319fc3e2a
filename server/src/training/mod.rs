//! Training: data sets, loops, schedules and checkpoints. One file per system that trains from data.

mod card;
pub mod checkpoint;
pub mod crysbfn;
pub mod dci_vton;
pub mod dlv_irn;
pub mod gflownets;
pub mod judge;
mod machine;
pub mod oc_gfn;
pub mod porous_gan;
pub mod rock;
mod run;
pub mod table;

use std::path::Path;

use anyhow::{Result, bail};
use burn::tensor::Device;
use catalog::{FieldError, TrainRequest, schema};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

pub use run::{Checkpoints, Outcome, Policy, run};

/// Named numbers of a step.
pub type Metrics = Vec<(String, f64)>;

/// One training that can be interrupted at any moment and taken up again from its newest checkpoint.
pub trait Trainer: Send {
    /// Steps in all.
    fn total_steps(&self) -> u64;

    /// Steps done.
    fn step(&self) -> u64;

    /// Does one step.
    ///
    /// # Errors
    /// If a value stops being finite: continuing would only spoil the checkpoints.
    fn advance(&mut self) -> Result<Metrics>;

    /// Whether the slow measurements are due after this step.
    fn evaluation_due(&self) -> bool;

    /// Slow measurements of the model as it is now.
    ///
    /// # Errors
    /// If the model cannot be sampled.
    fn evaluate(&mut self) -> Result<Metrics>;

    /// Writes the whole state into an empty directory.
    ///
    /// # Errors
    /// If the disk refuses.
    fn save(&self, directory: &Path) -> Result<()>;

    /// Writes what the training made into an empty directory: weights, card, and whatever belongs to them.
    ///
    /// # Errors
    /// If the disk refuses or the model cannot be measured.
    fn publish(&mut self, directory: &Path) -> Result<()>;
}

/// The parameters of a request as the system's own type.
fn parameters<T: JsonSchema + Default + Serialize + DeserializeOwned>(request: &TrainRequest) -> Result<T> {
    schema::parse(&request.parameters, "parameters").map_err(|errors| {
        let all: Vec<_> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!(all.join("; "))
    })
}

/// Whether what a training learns from is there, as far as it depends on the operator.
///
/// # Errors
/// Of the field that asks for it.
pub fn check(request: &TrainRequest, assets: &Path) -> Result<(), FieldError> {
    match request.system.as_str() {
        "crysbfn" => crysbfn::data::check(&request.preset, assets),
        _ => Ok(()),
    }
}

/// Starts the training that `request` asks for, or takes it up from the checkpoint directory `resume`.
///
/// `assets` holds the data sets (`data/<system>/…`).
///
/// # Errors
/// If the request is invalid, the data are missing, or the checkpoint does not fit the request.
pub fn start(
    request: &TrainRequest,
    resume: Option<&Path>,
    assets: &Path,
    device: &Device,
) -> Result<Box<dyn Trainer>> {
    match request.system.as_str() {
        "crysbfn" => Ok(Box::new(crysbfn::CrystalTraining::start(request, resume, assets, device)?)),
        "dci-vton" => Ok(Box::new(dci_vton::TryOnTraining::start(request, resume, assets, device)?)),
        "dlv-irn" => Ok(Box::new(dlv_irn::RescaleTraining::start(request, resume, assets, device)?)),
        "oc-gfn" => Ok(Box::new(oc_gfn::OutcomeTraining::start(request, resume, assets, device)?)),
        "porous-gan" => Ok(Box::new(porous_gan::PorousTrainer::start(request, resume, assets, device)?)),
        other => bail!("system `{other}` has no training"),
    }
}

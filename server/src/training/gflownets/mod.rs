//! How close GFlowNets come to the laws that they should have: their measures over seeds beside exact answers and beside
//! what they are compared with (the specs' plans for small machines).

pub mod orders;
pub mod outcomes;
pub mod search;
pub mod sets;
#[cfg(test)]
mod tests;

use anyhow::{Context, Result, bail};
use catalog::SampleRequest;
use models::{Model, gflownet::race::Contestant};
use samples::{Inputs, Sample, objects::Learning};
use serde_json::Value;

pub use super::table::Table;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Seeds, from 0 on.
    pub seeds: u64,
    /// Fewer steps and fewer rewards: numbers that show whether something broke, not how good it is.
    pub quick: bool,
}

impl Options {
    fn seeds(&self) -> std::ops::Range<u64> {
        0..self.seeds
    }

    /// Which of two numbers.
    fn of<T>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
}

/// The learners at the end of the race that `parameters` ask for.
fn race(model: &dyn Model, (system, preset): (&str, &str), parameters: Value, seed: u64) -> Result<Learning> {
    let request = SampleRequest {
        system: system.to_owned(),
        preset: preset.to_owned(),
        parameters,
        seed,
        count: 1,
        device: catalog::Device::Cpu,
    };
    match model.sample_one(&request, &Inputs::default())? {
        Sample::Objects(objects) => objects.last.context("nothing was measured"),
        _ => bail!("no objects were made"),
    }
}

/// What is measured of a learner after so many steps.
fn learn(learner: &mut impl Contestant, steps: u32) -> Result<Vec<Option<f64>>> {
    for _ in 0..steps {
        learner.advance()?;
    }
    Ok(learner.look(true)?.0)
}

//! Forward-looking GFlowNets (Pan, Malkin, Zhang & Bengio, ICML 2023).
//!
//! Sets are built element by element and each element has its energy, so what a partial set is worth is known. A learner
//! that looks forward credits every step with its own energy; detailed and trajectory balance see the reward at the end
//! only. All of them learn in front of the visitor, from nothing: there are no weights.

mod contestant;
pub mod seh_proxy;
mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use burn::tensor::Device;
use catalog::{
    SampleRequest,
    systems::fl_gfn::{Learners, SampleParameters},
};
use samples::Inputs;

pub use contestant::{Method, SetLearner};
pub use task::SetTask;

use crate::{
    Model, ModelError, Sampling,
    gflownet::race::{Contestant, Race},
};

/// Looks at the learners of a race.
const LOOKS: u32 = 200;

/// The model of a preset; there is nothing to load.
///
/// # Errors
/// If the preset is unknown.
pub fn load(preset: &str, _weights: Vec<u8>, _device: &Device) -> Result<Box<dyn Model>, ModelError> {
    Ok(Box::new(ForwardLooking { task: Arc::new(SetTask::of_preset(preset)?) }))
}

/// A task, waiting for learners.
struct ForwardLooking {
    task: Arc<SetTask>,
}

impl Model for ForwardLooking {
    fn sample(&self, request: &SampleRequest, _: &Inputs, index: u64) -> Result<Box<dyn Sampling>, ModelError> {
        let parameters: SampleParameters = crate::parameters(request)?;
        let methods = match parameters.learners {
            Learners::Race => &Method::ALL[..],
            Learners::ForwardLooking => &[Method::ForwardLooking],
            Learners::ForwardLookingReleased => &[Method::ForwardLookingReleased],
            Learners::DetailedBalance => &[Method::DetailedBalance],
            Learners::TrajectoryBalance => &[Method::TrajectoryBalance],
        };
        let learner = |&method: &Method| -> Result<Box<dyn Contestant>, ModelError> {
            let mut rng = crate::seed::stream(request.seed, index);
            Ok(Box::new(SetLearner::new(self.task.clone(), method, &parameters, &mut rng)?))
        };
        let learners = methods.iter().map(learner).collect::<Result<_, _>>()?;
        let (measures, target) = (self.task.measures(), Some(self.task.target()));
        Ok(Box::new(Race::new(learners, measures, target, (parameters.steps, LOOKS), request.count)))
    }
}

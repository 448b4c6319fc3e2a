//! Forward-looking GFlowNets (Pan, Malkin, Zhang & Bengio, ICML 2023).
//!
//! Sets are built element by element and each element has its energy, so what a partial set is worth is known; of bit
//! strings and molecules it can be guessed. A learner that looks forward credits every step with its own energy; detailed
//! and trajectory balance see the reward at the end only. All of them learn in front of the visitor, from nothing: the
//! only weights are those of the network that judges molecules.
//!
//! # What looking forward brings, as found
//!
//! Three seeds of 16 trajectories a step (`vitrine evaluate fl-gfn`): the error of the share of sets that hold each
//! element, and log Z; exact 11.892 (small, 2000 steps) and 45.379 (medium, 1000 steps).
//!
//! | | small: inclusion | small: log Z | medium: inclusion | medium: log Z |
//! |---|---|---|---|---|
//! | forward-looking | .0120 ± .0006 | 12.060 ± .056 | .0733 ± .0117 | 45.856 ± .351 |
//! | the same as the authors released it | .1680 ± .0061 | 12.355 ± .196 | .1915 ± .0032 | 40.991 ± .836 |
//! | detailed balance | .0174 ± .0017 | 12.162 ± .093 | .1258 ± .0079 | 41.063 ± .571 |
//! | trajectory balance | .0063 ± .0007 | 11.893 ± .014 | .1331 ± .0231 | 10.422 ± .762 |
//!
//! On medium sets looking forward is the only one near the finish line after 1000 steps; on small ones trajectory balance
//! is the most exact. The released code leaves the terminal flow free and so prefers the best sets: its hundred best hold
//! .2619 ± .0011 of its mass.

mod bits;
mod learner;
mod molecules;
pub mod seh_proxy;
mod sets;
mod task;
#[cfg(test)]
mod tests;

use std::{ops::Range, sync::Arc};

use burn::tensor::Device;
use catalog::{
    SampleRequest,
    systems::fl_gfn::{BITS, Learners, MOLECULES, SampleParameters},
};
use samples::Inputs;

pub use bits::BitTask;
pub use learner::{Method, TaskLearner};
pub use molecules::MoleculeTask;
pub use sets::SetTask;
pub use task::{Effort, Seen, Task};

use crate::{
    Model, ModelError, Sampling,
    gflownet::{
        race::{Contestant, Race},
        repeated::Repeated,
    },
};
use seh_proxy::SehProxy;

/// Looks at the learners of a race, and at those of molecules, which take longer to draw and to judge.
const LOOKS: [u32; 2] = [200, 50];

/// The model of a preset. Of molecules the bytes hold the proxy that judges them; elsewhere there is nothing to load.
///
/// # Errors
/// If the preset is unknown or the bytes do not decode.
pub fn load(preset: &str, weights: Vec<u8>, _device: &Device) -> Result<Box<dyn Model>, ModelError> {
    let ground = match preset {
        MOLECULES => Ground::Molecules(Arc::new(SehProxy::from_safetensors(&weights)?)),
        BITS => Ground::Bits,
        _ => Ground::Sets(Arc::new(SetTask::of_preset(preset)?)),
    };
    Ok(Box::new(ForwardLooking { ground }))
}

/// What there is before the parameters of a task are known.
enum Ground {
    Sets(Arc<SetTask>),
    Bits,
    Molecules(Arc<SehProxy>),
}

/// A task, waiting for learners.
struct ForwardLooking {
    ground: Ground,
}

impl Model for ForwardLooking {
    fn sample(
        &self,
        request: &SampleRequest,
        _: &Inputs,
        indices: Range<u64>,
    ) -> Result<Box<dyn Sampling>, ModelError> {
        let parameters: SampleParameters = crate::parameters(request)?;
        let task: Arc<dyn Task> = match &self.ground {
            Ground::Sets(task) => task.clone(),
            Ground::Bits => Arc::new(BitTask::new(parameters.reward_exponent)?),
            Ground::Molecules(proxy) => {
                let blocks = parameters.max_blocks as usize;
                Arc::new(MoleculeTask::new(proxy.clone(), blocks, parameters.reward_exponent)?)
            }
        };
        let methods = match parameters.learners {
            Learners::Race => &Method::ALL[..],
            Learners::ForwardLooking => &[Method::ForwardLooking],
            Learners::ForwardLookingReleased => &[Method::ForwardLookingReleased],
            Learners::DetailedBalance => &[Method::DetailedBalance],
            Learners::TrajectoryBalance => &[Method::TrajectoryBalance],
        };
        let learner = |&method: &Method| -> Result<Box<dyn Contestant>, ModelError> {
            // All methods begin with the same random numbers.
            let mut rng = crate::seed::stream(request.seed, indices.start);
            let mut one = || -> Result<Box<dyn Contestant>, ModelError> {
                Ok(Box::new(TaskLearner::new(task.clone(), method, &parameters, &mut rng)?))
            };
            let (first, others) = (one()?, (1..parameters.seeds).map(|_| one()).collect::<Result<_, _>>()?);
            Ok(Box::new(Repeated::new(first, others)))
        };
        let learners = methods.iter().map(learner).collect::<Result<_, _>>()?;
        let looks = LOOKS[usize::from(matches!(self.ground, Ground::Molecules(_)))];
        let steps = (parameters.steps, looks);
        Ok(Box::new(Race::new(learners, task.measures(), task.target(), steps, request.count)))
    }
}

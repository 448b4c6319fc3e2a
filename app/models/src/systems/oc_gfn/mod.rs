//! Outcome-conditioned GFlowNets (Pan, Jain, Madan & Bengio, ICLR 2024).
//!
//! Pre-trained without any reward to reach every outcome, a policy is turned to a reward that it has never seen: flows of
//! outcomes add up, so the flow of a reward is a weighted sum of theirs.
//!
//! - [`space`]: what is built, and outcomes as words;
//! - [`pretraining`]: the explorer and the conditional policy;
//! - [`conversion`]: the sum over all outcomes;
//! - [`predictor`]: the sum, learned;
//! - [`reward`]: what is given, painted or brought along;
//! - [`contestant`]: adaptation beside learning from scratch.
//!
//! # What pre-training brings, as found
//!
//! Total variation from the exact law, the worst of the rewards given, ring and checker, and of one painted by hand
//! (`vitrine evaluate oc-gfn`; 8×8 over three seeds, the others seed 0; success is the share of 4096 random outcomes that
//! are reached when asked for):
//!
//! | grid | success | sum over outcomes | amortised, 1000 steps | 4000 steps | scratch, 1000 steps |
//! |---|---|---|---|---|---|
//! | 8 | 99.75 % | .0033, painted .0035 | .0101, .0134 | .0043, .0054 | .0152, .0634 |
//! | 16 | 99.80 % | .0030, .0033 | .0431, .1006 | .0071, .0122 | .1789, .5039 |
//! | 32 | 99.73 % | .0126, .0116 | .1434, .3206 | .0268, .0355 | .4379, .7219 |
//!
//! On the grids, at equal numbers of adaptation steps, pre-training wins, and the more so the larger the grid. At equal total
//! transitions, those of the pre-training shared by all rewards included, learning from scratch is as good or better on
//! all three (TV .005 or less): pre-training pays where a reward must be met at once, or where many rewards share it.
//!
//! Without its own misses (`contrastive=false`) nothing is learnt: on 8×8 two outcomes of a hundred are reached, and the sum
//! over outcomes is .68 off (three seeds: .0195, .0181, .0203; .683, .690, .678). Misses felt in every transition, the
//! paper's teleportation, reach as many outcomes as misses felt in the last one (99.93, 99.95, 99.93 % against 99.73, 99.76,
//! 99.90 %), with flows that are further off (.023, .032, .011 against .003 each): that is why it is not the default. On 16×16, seed 0, .44 % without misses, 99.98 %
//! with teleportation, 99.80 % without; the sums are .674, .0055 and .0030 off.
//!
//! DNA words of eight letters, pre-trained once (success 89.7 %), turned to the 29 transcription factors that nothing was
//! tuned on, 1000 steps each; mean ± sd over the factors (preset `tfbind8`, seed 0):
//!
//! | | TV | log Z − exact | Spearman | modes in 10 000 | top 100 |
//! |---|---|---|---|---|---|
//! | adapted, amortised | .278 ± .023 | −.447 ± .066 | .709 ± .075 | 17.4 ± 9.8 | .952 ± .044 |
//! | scratch, same steps | .234 ± .031 | −.247 ± .064 | .736 ± .075 | 15.1 ± 10.0 | .948 ± .043 |
//! | scratch, same transitions, shared by all | .185 ± .021 | −.156 ± .040 | .801 ± .055 | 20.2 ± 10.9 | .958 ± .042 |
//!
//! Here a policy that misses a tenth of its outcomes pulls the sum down: adaptation finds more modes than learning from
//! scratch in as many steps, not a truer law.

pub mod contestant;
pub mod conversion;
mod curiosity;
pub mod predictor;
pub mod pretraining;
pub mod reward;
pub mod space;
#[cfg(test)]
mod tests;

use std::{ops::Range, sync::Arc};

use burn::tensor::{DType, Device};
use catalog::{SampleRequest, systems::oc_gfn::SampleParameters};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use samples::Inputs;

pub use space::Space;

use contestant::{Adapted, Scratch, Task};
use pretraining::{conditional_policy, with_prefix};

use crate::{
    Model, ModelError, Sampling,
    gflownet::{
        policy::Policy,
        race::{Contestant, Race},
    },
    seed,
    weights::{self, Array},
};

/// What the policy's arrays are called in a weights file.
const POLICY: &str = "policy.";
/// Looks at a race on a grid, and on words, whose law takes longer to compute.
const LOOKS: [u32; 2] = [200, 40];

/// The model of a preset from the bytes of its weights file.
///
/// # Errors
/// If the preset is unknown or the weights do not decode or fit.
pub fn load(preset: &str, bytes: Vec<u8>, _device: &Device) -> Result<Box<dyn Model>, ModelError> {
    Ok(Box::new(read(preset, &bytes)?))
}

/// What the weights file of a preset holds.
///
/// # Errors
/// If the preset is unknown or the weights do not decode or fit.
pub fn read(preset: &str, bytes: &[u8]) -> Result<OutcomeConditioned, ModelError> {
    let space = Space::of_preset(preset)?;
    let arrays = weights::read_arrays(bytes)?;
    let mut policy = conditional_policy(&space, &mut seed::stream(0, 0))?;
    policy.set_parameters(&with_prefix(&arrays, POLICY)).map_err(|error| ModelError::Weights(error.to_string()))?;
    let scores = arrays.into_iter().filter(|array| array.name == reward::SCORES).collect();
    Ok(OutcomeConditioned { space, policy: Arc::new(policy), scores })
}

/// The bytes of a weights file: the policy and the scores of the space's own rewards, if it has any, in half precision:
/// scores lie within ±½ and keep three digits.
///
/// # Errors
/// If they cannot be serialised.
pub fn to_weights(policy: &Policy, scores: Option<Array>) -> Result<Vec<u8>, ModelError> {
    let policy = policy.parameters().into_iter().map(|p| Array { name: format!("{POLICY}{}", p.name), ..p });
    weights::write_arrays(&policy.chain(scores).map(|array| (array, DType::F16)).collect::<Vec<_>>())
}

/// A pre-trained policy.
pub struct OutcomeConditioned {
    /// What is built.
    pub space: Space,
    /// The policy.
    pub policy: Arc<Policy>,
    /// Scores of the space's own rewards, if it has any: see [`reward::SCORES`].
    pub scores: Vec<Array>,
}

impl Model for OutcomeConditioned {
    fn sample(
        &self,
        request: &SampleRequest,
        _: &Inputs,
        indices: Range<u64>,
    ) -> Result<Box<dyn Sampling>, ModelError> {
        let parameters: SampleParameters = crate::parameters(request)?;
        let reward = reward::of(&self.space, &parameters, &self.scores)?;
        let task = Arc::new(Task::new(self.space.clone(), reward));
        let mut rng = seed::stream(request.seed, indices.start);
        let mut own = || ChaCha8Rng::from_rng(&mut rng);
        let target = task.target(&mut own());
        let adapted = Adapted::new(task.clone(), self.policy.clone(), &parameters, own())?;
        let mut contestants: Vec<Box<dyn Contestant>> = vec![Box::new(adapted)];
        if parameters.scratch {
            contestants.push(Box::new(Scratch::new(task.clone(), &parameters, own())?));
        }
        let looks = LOOKS[usize::from(matches!(self.space.rules, space::Rules::Words(_)))];
        let steps = (parameters.steps, looks);
        Ok(Box::new(Race::new(contestants, task.measures(), Some(target), steps, request.count)))
    }
}

//! Everyone who turns to one reward.

use std::sync::Arc;

use anyhow::Result;
use catalog::systems::oc_gfn::{Method, SampleParameters};
use models::{
    gflownet::race::Contestant,
    seed,
    systems::oc_gfn::{
        OutcomeConditioned,
        contestant::{Adapted, Scratch, Task},
        reward,
        space::Rules,
    },
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{
    super::{super::table::Column, Options},
    measures::{Measures, grid_columns, word_columns},
};

/// Who turned to a reward, and how.
const ADAPTED: &str = "adapted, amortised";
const LONGER: &str = "adapted, amortised, four times the steps";
const SUMMED: &str = "adapted, sum over all outcomes";
const SCRATCH: &str = "from scratch, same steps";
const SHARED: &str = "from scratch, same transitions (pre-training shared by all rewards)";
const WHOLE: &str = "from scratch, same transitions (one reward pays for the pre-training)";

/// One run: who, and its measures.
pub(super) type Run = (&'static str, Vec<Option<f64>>);

/// The pre-trained policy, what it cost, and how many rewards share that.
pub(super) struct Turning<'a> {
    pub model: &'a OutcomeConditioned,
    pub pretraining: u64,
    pub rewards: usize,
    pub options: Options,
}

impl Turning<'_> {
    /// All runs on one reward, and what is measured of each.
    pub fn reward(&self, parameters: &SampleParameters, first: bool) -> Result<(Vec<Column>, Vec<Run>)> {
        let Self { model, pretraining, rewards, options } = *self;
        let reward = reward::of(&model.space, parameters, &model.scores)?;
        let task = Arc::new(Task::new(model.space.clone(), reward));
        let grid = matches!(model.space.rules, Rules::Grid(_));
        let columns = if grid { grid_columns(&task) } else { word_columns(Some(&task)) };
        // The many factors are their own repetition.
        let seeds = if grid { options.seeds } else { 1 };
        let mut runs = Vec::new();
        let measures = Measures { task: &task, model, absolute: grid || first };
        if grid {
            let method = SampleParameters { method: Method::ExactSum, steps: 1, ..parameters.clone() };
            let mut summed = Adapted::new(task.clone(), model.policy.clone(), &method, seed::stream(0, 2))?;
            summed.advance()?;
            runs.push((SUMMED, measures.of(&summed.law(), summed.log_z(), summed.transitions(), 0)));
        }
        let parameters = SampleParameters { steps: options.of(1000, 100), ..parameters.clone() };
        for seed in 0..seeds {
            let mut own = seed::stream(seed, 3);
            let mut adapt = |steps: u32| -> Result<Adapted> {
                let parameters = SampleParameters { steps, ..parameters.clone() };
                let mut adapted = Adapted::new(task.clone(), model.policy.clone(), &parameters, fork(&mut own))?;
                (0..steps).try_for_each(|_| adapted.advance())?;
                Ok(adapted)
            };
            let adapted = adapt(parameters.steps)?;
            let spent = adapted.transitions();
            runs.push((ADAPTED, measures.of(&adapted.law(), adapted.log_z(), spent, seed)));
            if grid && !options.quick {
                let longer = adapt(4 * parameters.steps)?;
                runs.push((LONGER, measures.of(&longer.law(), longer.log_z(), longer.transitions(), seed)));
            }
            let learnt = scratch(&task, &parameters, &mut own)?;
            runs.push((SCRATCH, measures.of(&learnt.law(), Some(learnt.log_z()), learnt.transitions(), seed)));
            let each = learnt.transitions() as f64 / f64::from(parameters.steps);
            // That one reward pays for everything is dear to measure: once is enough.
            let budgets = [(SHARED, true, pretraining / rewards as u64), (WHOLE, first && seed == 0, pretraining)];
            for (name, _, shared) in budgets.into_iter().filter(|(_, wanted, _)| *wanted && !options.quick) {
                let steps = ((shared + spent) as f64 / each).round() as u32;
                let learnt = scratch(&task, &SampleParameters { steps, ..parameters.clone() }, &mut own)?;
                runs.push((name, measures.of(&learnt.law(), Some(learnt.log_z()), learnt.transitions(), seed)));
            }
        }
        Ok((columns, runs))
    }
}

fn fork(rng: &mut ChaCha8Rng) -> ChaCha8Rng {
    ChaCha8Rng::from_rng(rng)
}

/// A learner that started from nothing, after its last step.
fn scratch(task: &Arc<Task>, parameters: &SampleParameters, rng: &mut ChaCha8Rng) -> Result<Scratch> {
    let mut learner = Scratch::new(task.clone(), parameters, fork(rng))?;
    (0..parameters.steps).try_for_each(|_| learner.advance())?;
    Ok(learner)
}

//! Building objects.

use super::{Actor, Growing, RolloutError, Trajectories, draw, draw_legal};
use crate::gflownet::environment::Environment;
use rand::Rng;

/// Rows of a cache that nobody will ask for again.
const STALE_ROWS: usize = 1 << 13;

/// How the behaviour departs from the policy: `(1 − ε)·softmax(logits/T) + ε·uniform` over legal actions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exploration {
    /// ε, 0 to 1. At 1 the network is not asked.
    pub epsilon: f64,
    /// T, positive.
    pub temperature: f64,
}

impl Exploration {
    /// The policy itself.
    pub const NONE: Self = Self { epsilon: 0.0, temperature: 1.0 };

    /// Mixed with uniform choices.
    pub fn uniform(epsilon: f64) -> Self {
        Self { epsilon, temperature: 1.0 }
    }

    /// # Errors
    /// If ε is not a probability or T not positive.
    pub fn check(&self) -> Result<(), RolloutError> {
        if !(0.0..=1.0).contains(&self.epsilon) {
            return Err(RolloutError::Parameters(format!("ε = {} is not between 0 and 1", self.epsilon)));
        }
        if !(self.temperature > 0.0 && self.temperature.is_finite()) {
            return Err(RolloutError::Parameters(format!("a temperature of {} is not positive", self.temperature)));
        }
        Ok(())
    }
}

/// Which trajectories are left unfinished, and after how many steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// Share of the trajectories that are cut, 0 to 1.
    pub share: f64,
    /// Fewest steps of those, at least 1.
    pub shortest: usize,
    /// Most steps of those; each number in between is equally likely.
    pub longest: usize,
}

impl Cut {
    /// # Errors
    /// If the share is not a probability or the range is empty.
    pub fn check(&self) -> Result<(), RolloutError> {
        if !(0.0..=1.0).contains(&self.share) {
            return Err(RolloutError::Parameters(format!("a share of {} is not between 0 and 1", self.share)));
        }
        if self.shortest == 0 || self.shortest > self.longest {
            let Self { shortest, longest, .. } = self;
            return Err(RolloutError::Parameters(format!("no trajectory has {shortest} to {longest} steps")));
        }
        Ok(())
    }
}

/// What is asked of [`sample_forward`].
#[derive(Clone, Copy, Debug)]
pub struct Rollout<'a> {
    /// Number of trajectories.
    pub count: usize,
    /// The number of the condition of each; empty if all have number 0.
    pub which: &'a [u32],
    /// How to depart from the policy.
    pub exploration: Exploration,
    /// Whether some stay unfinished.
    pub cut: Option<Cut>,
    /// Whether a learner will ask for the same states: then the cache keeps them all.
    pub learning: bool,
}

impl Rollout<'_> {
    /// `count` complete trajectories of the policy itself, not to be learned from.
    pub fn of(count: usize) -> Self {
        Self { count, which: &[], exploration: Exploration::NONE, cut: None, learning: false }
    }
}

/// Draws trajectories from the root. All grow side by side; each step asks the policy about the distinct states of
/// those that are still growing.
///
/// # Errors
/// If there are too many, the policy does not fit, or a parameter makes no sense.
pub fn sample_forward(
    environment: &dyn Environment,
    actor: &mut Actor,
    rollout: &Rollout,
    rng: &mut impl Rng,
) -> Result<Trajectories, RolloutError> {
    let Rollout { count, which, exploration, cut, learning } = *rollout;
    exploration.check()?;
    cut.iter().try_for_each(Cut::check)?;
    actor.prepare(environment, which, count)?;
    let mut growing = Growing::new(environment, count)?;
    let condition = |index: usize| which.get(index).copied().unwrap_or(0);
    let limits: Vec<usize> = (0..count)
        .map(|_| match cut {
            Some(cut) if rng.random_bool(cut.share) => rng.random_range(cut.shortest..=cut.longest),
            _ => usize::MAX,
        })
        .collect();
    (0..count).for_each(|index| environment.root(growing.state_mut(index, 0)));
    let mut live: Vec<usize> = (0..count).collect();
    let mut complete = vec![false; count];
    let mut rows = vec![0; count];
    let mut legal = vec![false; environment.actions()];
    let asks = exploration.epsilon < 1.0;
    for _ in 0..environment.longest() {
        if live.is_empty() {
            break;
        }
        let Actor { policy, evaluations, .. } = actor;
        if asks {
            if !learning && evaluations.len() > STALE_ROWS {
                evaluations.clear(environment);
            }
            for &index in &live {
                rows[index] = evaluations.row(policy, environment, growing.current(index), condition(index));
            }
            evaluations.compute(policy);
        }
        live.retain(|&index| {
            let explores = match exploration.epsilon {
                0.0 => false,
                epsilon => epsilon >= 1.0 || rng.random_bool(epsilon),
            };
            let action = if !asks {
                environment.forward_mask(growing.current(index), &mut legal);
                draw_legal(&legal, rng)
            } else if explores {
                draw_legal(evaluations.legal(policy, rows[index]), rng)
            } else {
                let log_probs = evaluations.log_forward(policy, rows[index]);
                if exploration.temperature == 1.0 {
                    draw(log_probs.iter().map(|log_prob| log_prob.exp()), 1.0, rng)
                } else {
                    let largest = log_probs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let weights =
                        log_probs.iter().map(|log_prob| ((log_prob - largest) / exploration.temperature).exp());
                    draw(weights.clone(), weights.sum(), rng)
                }
            };
            let Some(action) = action else { return false };
            growing.grow(index, |state| (action as u32, environment.step(state, action) as u32));
            complete[index] = environment.is_terminal(growing.current(index));
            !complete[index] && growing.steps[index] < limits[index]
        });
    }
    let mut trajectories = Trajectories::new(environment.width());
    for (index, &complete) in complete.iter().enumerate() {
        let states = (0..=growing.steps[index]).map(|step| growing.state(index, step));
        trajectories.push(states, growing.actions(index).iter().copied(), complete, condition(index));
    }
    Ok(trajectories)
}

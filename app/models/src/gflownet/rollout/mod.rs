//! Trajectories: forwards by a policy, backwards from finished objects, and objects that are worth another look.

mod backward;
mod forward;
mod log_probs;
mod replay;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod toys;
mod trajectories;

pub use backward::sample_backward;
pub use forward::{Cut, Exploration, Rollout, sample_forward};
pub use log_probs::{LogProbs, Rows, locate, log_probs, read};
pub use replay::Replay;
pub use trajectories::Trajectories;

use super::environment::{Cell, Environment};
use super::policy::{Conditions, Evaluations, Policy};
use rand::Rng;
use thiserror::Error;

/// Most cells of all states of a rollout.
const CELL_LIMIT: usize = 1 << 27;

/// Why trajectories cannot be drawn.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RolloutError {
    /// Too many at once.
    #[error("{count} trajectories of up to {longest} steps at once take {cells} cells, more than {CELL_LIMIT}")]
    TooLarge {
        /// How many were asked for.
        count: usize,
        /// Most steps of each.
        longest: usize,
        /// What that takes.
        cells: usize,
    },
    /// Parameters that make no sense.
    #[error("{0}")]
    Parameters(String),
}

/// The policy in use with its cache and the table of its conditions.
#[derive(Debug)]
pub struct Actor<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Its cache.
    pub evaluations: &'a mut Evaluations,
    /// What it may be conditioned on.
    pub conditions: &'a Conditions,
}

impl Actor<'_> {
    /// Checks that everything fits together and forgets stale evaluations.
    fn prepare(&mut self, environment: &dyn Environment, which: &[u32], count: usize) -> Result<(), RolloutError> {
        let Self { policy, conditions, .. } = self;
        if !policy.fits(environment) {
            return Err(RolloutError::Parameters("the policy was made for another environment".into()));
        }
        let (ones, dense) = policy.condition();
        if conditions.dense_width() != dense || conditions.largest_one().is_some_and(|one| one as usize >= ones) {
            return Err(RolloutError::Parameters("the policy was made for other conditions".into()));
        }
        check_conditions(which, count, conditions.len())?;
        self.evaluations.prepare(policy, environment, conditions);
        Ok(())
    }
}

/// Refuses numbers of conditions that are not in the table.
fn check_conditions(which: &[u32], count: usize, conditions: usize) -> Result<(), RolloutError> {
    if !(which.is_empty() && conditions > 0 || which.len() == count) {
        return Err(RolloutError::Parameters(format!("{} conditions of {count} trajectories", which.len())));
    }
    match which.iter().find(|&&condition| condition as usize >= conditions) {
        Some(condition) => Err(RolloutError::Parameters(format!("condition {condition} of {conditions}"))),
        None => Ok(()),
    }
}

/// States of trajectories that grow side by side.
struct Growing {
    width: usize,
    /// States of each trajectory, at most.
    length: usize,
    cells: Vec<Cell>,
    /// For each trajectory and step: the action and what undoes it.
    actions: Vec<(u32, u32)>,
    steps: Vec<usize>,
}

impl Growing {
    /// Room for `count` trajectories of up to `longest` steps.
    fn new(environment: &dyn Environment, count: usize) -> Result<Self, RolloutError> {
        let (width, longest) = (environment.width(), environment.longest());
        let length = longest.saturating_add(1);
        let cells = count.saturating_mul(length).saturating_mul(width.max(1));
        if cells > CELL_LIMIT {
            return Err(RolloutError::TooLarge { count, longest, cells });
        }
        let (cells, actions) = (vec![0; count * length * width], vec![(0, 0); count * longest]);
        Ok(Self { width, length, cells, actions, steps: vec![0; count] })
    }

    fn state(&self, index: usize, step: usize) -> &[Cell] {
        &self.cells[(index * self.length + step) * self.width..][..self.width]
    }

    fn state_mut(&mut self, index: usize, step: usize) -> &mut [Cell] {
        &mut self.cells[(index * self.length + step) * self.width..][..self.width]
    }

    /// The present state of trajectory `index`.
    fn current(&self, index: usize) -> &[Cell] {
        self.state(index, self.steps[index])
    }

    /// Adds to trajectory `index` what `step` makes of its state.
    fn grow(&mut self, index: usize, step: impl FnOnce(&mut [Cell]) -> (u32, u32)) {
        let at = (index * self.length + self.steps[index]) * self.width;
        let (before, after) = self.cells[at..][..2 * self.width].split_at_mut(self.width);
        after.copy_from_slice(before);
        self.actions[index * (self.length - 1) + self.steps[index]] = step(after);
        self.steps[index] += 1;
    }

    /// The actions of trajectory `index` in their order.
    fn actions(&self, index: usize) -> &[(u32, u32)] {
        &self.actions[index * (self.length - 1)..][..self.steps[index]]
    }
}

/// Draws an action by its weights, which sum to `total`; `None` if all are 0.
fn draw(weights: impl Iterator<Item = f64>, total: f64, rng: &mut impl Rng) -> Option<usize> {
    let mut left = rng.random::<f64>() * total;
    let mut last = None;
    for (action, weight) in weights.enumerate() {
        if weight > 0.0 {
            last = Some(action);
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
    }
    last
}

/// Draws one of the legal actions, each as likely as any other.
fn draw_legal(legal: &[bool], rng: &mut impl Rng) -> Option<usize> {
    let count = legal.iter().filter(|&&legal| legal).count();
    if count == 0 {
        return None;
    }
    let chosen = rng.random_range(0..count);
    legal.iter().enumerate().filter(|(_, legal)| **legal).nth(chosen).map(|(action, _)| action)
}

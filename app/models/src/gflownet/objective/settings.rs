//! What a learner is told, and what it answers.

use super::Link;
use crate::gflownet::{
    environment::Reward,
    policy::Rates,
    rollout::{Cut, Exploration, RolloutError, Trajectories},
};
use thiserror::Error;

/// How a learner goes about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Trajectories of a step.
    pub batch: usize,
    /// How the behaviour departs from the policy.
    pub exploration: Exploration,
    /// Whether some trajectories stay unfinished.
    pub cut: Option<Cut>,
    /// Rates of the optimiser.
    pub rates: Rates,
    /// What a residual costs.
    pub link: Link,
    /// Weight of `KL(uniform ‖ P_B)`, averaged over states with parents.
    pub backward_kl: f64,
    /// What `log R` is at least: a reward of 0 has no logarithm.
    pub reward_floor: f64,
}

impl Default for Settings {
    /// 16 trajectories of the policy itself (specs, §3), squares, `log R ≥ −690`, the smallest of an f64.
    fn default() -> Self {
        Self {
            batch: 16,
            exploration: Exploration::NONE,
            cut: None,
            rates: Rates::default(),
            link: Link::Square,
            backward_kl: 0.0,
            reward_floor: -690.0,
        }
    }
}

/// Why a step was not taken. The policy has not changed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LearnerError {
    /// Trajectories cannot be drawn or do not fit.
    #[error(transparent)]
    Rollout(#[from] RolloutError),
    /// What the trajectories are worth does not fit.
    #[error("{0}")]
    Grades(String),
    /// The loss is no number.
    #[error("the loss is {loss}: the learner has diverged after {steps} steps")]
    Diverged {
        /// The loss.
        loss: f64,
        /// Steps taken before.
        steps: u32,
    },
}

/// What trajectories are worth. What the objective does not ask for may be empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grades {
    /// `log R` of the last state of each trajectory; not read of incomplete ones.
    pub log_reward: Vec<f64>,
    /// `log R` of each state, trajectory after trajectory, for forward-looking objectives.
    pub partial: Vec<f64>,
    /// `log r` of an intrinsic reward of each state.
    pub log_intrinsic: Vec<f64>,
    /// What orders the last states, `[trajectories, objectives]`; if empty, `log R` does.
    pub utilities: Vec<f64>,
    /// Number of objectives.
    pub objectives: usize,
}

impl Grades {
    /// What `reward` says about `trajectories`, unfinished states included if it says something about those.
    pub fn of(reward: &dyn Reward, trajectories: &Trajectories, partial: bool) -> Self {
        let value = |index: usize| match trajectories.complete(index) {
            true => reward.log_reward(trajectories.last(index)),
            false => 0.0,
        };
        let log_reward = (0..trajectories.len()).map(value).collect();
        let partial = match partial {
            true => trajectories.states().iter().map(|state| reward.partial(state).unwrap_or(f64::NAN)).collect(),
            false => Vec::new(),
        };
        Self { log_reward, partial, ..Self::default() }
    }
}

/// What a step of learning did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// The loss before the step, the divergence of the backward policy included.
    pub loss: f64,
    /// The learned log Z after it.
    pub log_z: Option<f64>,
    /// Norm of the network's gradient.
    pub gradient_norm: f64,
    /// Mean `log R` of the complete trajectories.
    pub mean_log_reward: f64,
    /// Transitions learned from.
    pub transitions: usize,
    /// Distinct states that the network saw.
    pub states: usize,
}

impl Fit {
    /// The numbers with their names.
    pub fn values(&self) -> Vec<(&'static str, f64)> {
        let mut values = vec![
            ("loss", self.loss),
            ("gradient norm", self.gradient_norm),
            ("mean log-reward", self.mean_log_reward),
            ("transitions", self.transitions as f64),
        ];
        values.extend(self.log_z.map(|log_z| ("log Z", log_z)));
        values
    }
}

//! Sets whose exact answer is known (spec §3, §4).

use samples::objects::{MeasureKind, Picture};

use crate::{
    ModelError,
    gflownet::{
        environment::{
            SetGeneration, SetReward,
            set_generation::{LARGE, MEDIUM, SMALL, SetSize},
        },
        exact::sets,
    },
};

/// A set problem with everything that is known about it in closed form.
#[derive(Clone, Debug)]
pub struct SetTask {
    /// The rules.
    pub environment: SetGeneration,
    /// The reward.
    pub reward: SetReward,
    /// `ln Z`: an elementary symmetric polynomial (spec §7a).
    pub log_z: f64,
    /// Probability of each element to be in a set (spec §7b).
    pub inclusion: Vec<f64>,
    /// `E[ln R]` under the target.
    pub mean_log_reward: f64,
    /// Mean reward of the best hundred sets.
    pub best_100: f64,
    /// Share of uniform choices in the behaviour of each method, as the authors searched it (spec §3).
    pub(super) uniform_share: UniformShare,
}

/// Share of uniform choices while learning.
#[derive(Clone, Copy, Debug)]
pub(super) struct UniformShare {
    pub forward_looking: f64,
    pub trajectory_balance: f64,
}

impl SetTask {
    /// The task of a preset.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn of_preset(preset: &str) -> Result<Self, ModelError> {
        let (size, forward_looking, trajectory_balance) = match preset {
            "set-small" => (SMALL, 1.0, 0.0),
            "set-medium" => (MEDIUM, 0.5, 0.0625),
            "set-large" => (LARGE, 0.5, 0.0),
            _ => return Err(ModelError::UnknownPreset { system: "fl-gfn".to_owned(), preset: preset.to_owned() }),
        };
        Self::of(&size, UniformShare { forward_looking, trajectory_balance })
    }

    fn of(size: &SetSize, uniform_share: UniformShare) -> Result<Self, ModelError> {
        let energies = size.energies();
        let log_weights: Vec<f64> = energies.iter().map(|energy| -energy).collect();
        let wrong = |error: crate::gflownet::environment::EnvironmentError| ModelError::Parameters(error.to_string());
        Ok(Self {
            environment: SetGeneration::new(size.elements, size.chosen).map_err(wrong)?,
            reward: SetReward::new(energies).map_err(wrong)?,
            log_z: sets::log_partition(&log_weights, size.chosen),
            inclusion: sets::inclusion_probabilities(&log_weights, size.chosen),
            mean_log_reward: sets::expected_log_reward(&log_weights, size.chosen),
            best_100: sets::log_best_mean(&log_weights, size.chosen, 100).exp(),
            uniform_share,
        })
    }

    /// What is measured of every learner.
    pub fn measures(&self) -> Vec<MeasureKind> {
        let kind = |name: &str, title: &str, exact, logarithmic| MeasureKind {
            name: name.to_owned(),
            title: title.to_owned(),
            exact,
            logarithmic,
        };
        vec![
            kind("log_z", "log Z", Some(self.log_z), false),
            kind("inclusion_error", "Error of the inclusion probabilities", Some(0.0), false),
            kind("mean_log_reward", "Mean log-reward of a set", Some(self.mean_log_reward), false),
            kind("top_100", "Mean reward of the best 100 seen", Some(self.best_100), false),
        ]
    }

    /// How probable each element is.
    pub fn target(&self) -> Picture {
        Picture::Inclusion { probability: self.inclusion.iter().map(|&p| p as f32).collect() }
    }
}

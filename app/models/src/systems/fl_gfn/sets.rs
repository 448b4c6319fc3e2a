//! Sets whose exact answer is known (spec §3, §4).

use samples::objects::{MeasureKind, Picture};

use super::{
    Method,
    task::{Seen, Task, measure},
};
use crate::{
    ModelError,
    gflownet::{
        environment::{
            Environment, Reward, SetGeneration, SetReward,
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
    uniform_share: UniformShare,
}

/// Share of uniform choices while learning.
#[derive(Clone, Copy, Debug)]
struct UniformShare {
    forward_looking: f64,
    trajectory_balance: f64,
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
}

impl Task for SetTask {
    fn environment(&self) -> &dyn Environment {
        &self.environment
    }

    fn reward(&self) -> &dyn Reward {
        &self.reward
    }

    fn uniform_share(&self, method: Method) -> f64 {
        match method {
            Method::ForwardLooking | Method::ForwardLookingReleased => self.uniform_share.forward_looking,
            Method::DetailedBalance => 1.0,
            Method::TrajectoryBalance => self.uniform_share.trajectory_balance,
        }
    }

    fn measures(&self) -> Vec<MeasureKind> {
        vec![
            measure("log_z", "log Z", Some(self.log_z)),
            measure("inclusion_error", "Error of the inclusion probabilities", Some(0.0)),
            measure("mean_log_reward", "Mean log-reward of a set", Some(self.mean_log_reward)),
            measure("top_100", "Mean reward of the best 100 seen", Some(self.best_100)),
        ]
    }

    /// How probable each element is.
    fn target(&self) -> Option<Picture> {
        Some(Picture::Inclusion { probability: self.inclusion.iter().map(|&p| p as f32).collect() })
    }

    fn look(&self, seen: &mut Seen) -> (Vec<Option<f64>>, Picture) {
        let inclusion: Vec<f64> =
            (0..self.environment.width()).map(|element| seen.mean(|set, _| f64::from(set[element]))).collect();
        let error = inclusion.iter().zip(&self.inclusion).map(|(a, b)| (a - b).abs()).sum::<f64>();
        let values = vec![
            Some(seen.log_z),
            Some(error / inclusion.len() as f64),
            Some(seen.mean(|_, log_reward| log_reward)),
            seen.top_100(),
        ];
        let probability = inclusion.into_iter().map(|share| share as f32).collect();
        (values, Picture::Inclusion { probability })
    }
}

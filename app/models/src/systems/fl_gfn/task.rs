//! What learners of this system need to know of a problem.

use std::collections::VecDeque;

use samples::objects::{MeasureKind, Picture};

use super::Method;
use crate::gflownet::{
    environment::{Cell, Environment, Reward, States},
    policy::PolicyConfig,
    rollout::Replay,
};

/// A problem whose partial objects are worth something.
pub trait Task: Send + Sync {
    /// The rules.
    fn environment(&self) -> &dyn Environment;

    /// The reward, of unfinished objects too.
    fn reward(&self) -> &dyn Reward;

    /// The network, without log Z.
    fn policy(&self) -> PolicyConfig {
        PolicyConfig { log_z: None, ..PolicyConfig::default() }
    }

    /// Share of uniform choices in the behaviour of a method.
    fn uniform_share(&self, method: Method) -> f64;

    /// How much is drawn to measure a learner.
    fn effort(&self) -> Effort {
        Effort::default()
    }

    /// Finished objects whose probability a look needs, the same for all learners.
    fn tests(&self) -> Option<&States> {
        None
    }

    /// What is measured of every learner.
    fn measures(&self) -> Vec<MeasureKind>;

    /// The exact answer, if it is known and can be seen.
    fn target(&self) -> Option<Picture>;

    /// The values of [`Self::measures`], and what can be seen of the learner.
    fn look(&self, seen: &mut Seen) -> (Vec<Option<f64>>, Picture);

    /// A finished object as the draws have it.
    fn write(&self, object: &[Cell]) -> String {
        self.environment().write(object)
    }
}

/// How much is drawn to measure a learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Trajectories of the policy itself for each step of learning.
    pub evaluated: usize,
    /// Objects behind the numbers of a look.
    pub recent: usize,
    /// Objects behind the numbers of the last look.
    pub thorough: usize,
    /// Best objects that are kept.
    pub best: usize,
    /// Backward trajectories behind the probability of a drawn object (`gflownet-anchors` §3.7).
    pub backward: usize,
}

impl Default for Effort {
    /// 16 evaluations as in the authors' script; the best hundred.
    fn default() -> Self {
        Self { evaluated: 16, recent: 1024, thorough: 4096, best: 100, backward: 16 }
    }
}

/// What is known of a learner.
pub struct Seen {
    /// What it takes for `ln Z`.
    pub log_z: f64,
    /// Its `ln P` of the objects of [`Task::tests`].
    pub test_log_probs: Vec<f64>,
    /// Objects drawn lately from the policy itself, and their `ln R`.
    pub recent: VecDeque<(Vec<Cell>, f64)>,
    /// The best distinct objects drawn, by `ln R`.
    pub best: Replay,
}

impl Seen {
    /// Mean reward of the best hundred.
    pub fn top_100(&mut self) -> Option<f64> {
        let best: Vec<f64> = self.best.best(100).map(|(log_reward, _)| log_reward.exp()).collect();
        (!best.is_empty()).then(|| best.iter().sum::<f64>() / best.len() as f64)
    }

    /// Mean over the objects drawn lately.
    pub fn mean(&self, value: impl Fn(&[Cell], f64) -> f64) -> f64 {
        let sum: f64 = self.recent.iter().map(|(object, log_reward)| value(object, *log_reward)).sum();
        sum / self.recent.len() as f64
    }
}

/// A measure that is drawn on a linear axis.
pub(super) fn measure(name: &str, title: &str, exact: Option<f64>) -> MeasureKind {
    MeasureKind { name: name.to_owned(), title: title.to_owned(), exact, logarithmic: false }
}

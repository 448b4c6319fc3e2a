//! One learner: forward-looking, detailed or trajectory balance, as the authors' script sets them up (spec §3).

use std::{collections::VecDeque, sync::Arc};

use catalog::systems::fl_gfn::SampleParameters;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use samples::objects::{Draw, Picture};

use super::task::{Seen, Task};
use crate::{
    ModelError,
    gflownet::{
        environment::States,
        law, metrics,
        objective::{Grades, Learner, Objective, Settings, Terminal},
        policy::{Conditions, Evaluations, Policy, PolicyConfig, Rates},
        race::Contestant,
        rollout::{Actor, Cut, Exploration, Replay, Rollout, RolloutError, log_probs, sample_backward},
    },
};

/// Objects whose probability is estimated together: each takes a row of the policy for every state on the way.
const TOGETHER: usize = 64;

/// How a learner learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Forward-looking detailed balance, terminal factor 1.
    ForwardLooking,
    /// The same with a free terminal factor, as in the released code.
    ForwardLookingReleased,
    /// Detailed balance.
    DetailedBalance,
    /// Trajectory balance.
    TrajectoryBalance,
}

impl Method {
    /// All, in the order of a race.
    pub const ALL: [Self; 4] =
        [Self::ForwardLooking, Self::ForwardLookingReleased, Self::DetailedBalance, Self::TrajectoryBalance];

    fn name(self) -> &'static str {
        match self {
            Self::ForwardLooking => "forward-looking",
            Self::ForwardLookingReleased => "forward-looking, as released",
            Self::DetailedBalance => "detailed balance",
            Self::TrajectoryBalance => "trajectory balance",
        }
    }

    fn objective(self) -> Objective {
        match self {
            Self::ForwardLooking => Objective::ForwardLooking { terminal: Terminal::Pinned, lambda: None },
            Self::ForwardLookingReleased => Objective::ForwardLooking { terminal: Terminal::AsReleased, lambda: None },
            Self::DetailedBalance => Objective::DetailedBalance,
            Self::TrajectoryBalance => Objective::TrajectoryBalance,
        }
    }

    fn looks_forward(self) -> bool {
        matches!(self, Self::ForwardLooking | Self::ForwardLookingReleased)
    }
}

/// A learner of a [`Task`].
pub struct TaskLearner {
    task: Arc<dyn Task>,
    method: Method,
    learner: Learner,
    rng: ChaCha8Rng,
    transitions: u64,
    looked_at: u32,
    seen: Seen,
}

impl TaskLearner {
    /// A learner before its first step.
    ///
    /// # Errors
    /// If the parameters do not fit together.
    pub fn new(
        task: Arc<dyn Task>,
        method: Method,
        parameters: &SampleParameters,
        rng: &mut ChaCha8Rng,
    ) -> Result<Self, ModelError> {
        let environment = task.environment();
        let wrong = |error: String| ModelError::Parameters(error);
        let mut rng = ChaCha8Rng::from_rng(rng);
        let log_z = (method == Method::TrajectoryBalance).then_some(0.0);
        let config = PolicyConfig { log_z, ..task.policy() };
        let policy = Policy::new(environment, &config, &mut rng).map_err(|error| wrong(error.to_string()))?;
        let batch = parameters.batch_size as usize;
        let whole = ((1.0 - parameters.incomplete) * batch as f64).round().max(1.0) as usize;
        let cut = Cut { share: parameters.incomplete, shortest: 1, longest: environment.longest() - 1 };
        let settings = Settings {
            // A trajectory without an end is of no use to those who wait for it.
            batch: if method.looks_forward() { batch } else { whole },
            cut: (method.looks_forward() && parameters.incomplete > 0.0).then_some(cut),
            exploration: Exploration::uniform(task.uniform_share(method)),
            rates: Rates {
                network: parameters.learning_rate,
                log_z: 100.0 * parameters.learning_rate,
                ..Rates::default()
            },
            ..Settings::default()
        };
        let learner = Learner::new(environment, Some(task.reward()), policy, method.objective(), settings)
            .map_err(|error| wrong(error.to_string()))?;
        let best = Replay::new(environment.width(), task.effort().best);
        let seen = Seen { log_z: 0.0, test_log_probs: Vec::new(), recent: VecDeque::new(), best };
        Ok(Self { task, method, learner, rng, transitions: 0, looked_at: 0, seen })
    }

    /// Draws objects from the policy itself and remembers them.
    fn evaluate(&mut self, count: usize) -> Result<(), ModelError> {
        let environment = self.task.environment();
        let conditions = Conditions::none();
        let drawn = self.learner.sample(environment, &conditions, &Rollout::of(count), &mut self.rng);
        let drawn = drawn.map_err(|error| ModelError::Output(error.to_string()))?;
        for object in drawn.lasts().iter() {
            let log_reward = self.task.reward().log_reward(object);
            self.seen.best.add(object, log_reward);
            self.seen.recent.push_back((object.to_vec(), log_reward));
        }
        let excess = self.seen.recent.len().saturating_sub(self.task.effort().recent.max(count));
        self.seen.recent.drain(..excess);
        Ok(())
    }

    /// What the learner takes for `ln Z`.
    fn log_z(&self) -> f64 {
        if let Some(log_z) = self.learner.policy().log_z() {
            return log_z;
        }
        // E(s₀) = 0, so that F and F̃ agree there.
        law::log_flow_of_root(self.task.environment(), self.learner.policy(), &Conditions::none())
    }

    /// `ln` of the probability with which the policy makes each of `objects`, from backward trajectories
    /// (`gflownet-anchors` §3.7): exact where there is one way only.
    fn log_probs(&mut self, objects: &States) -> Result<Vec<f64>, ModelError> {
        let failed = |error: RolloutError| ModelError::Output(error.to_string());
        let environment = self.task.environment();
        let conditions = Conditions::none();
        let backward = self.task.effort().backward;
        let mut evaluations = Evaluations::new();
        let mut ratios = vec![Vec::with_capacity(backward); objects.len()];
        for _ in 0..backward {
            let mut actor =
                Actor { policy: self.learner.policy(), evaluations: &mut evaluations, conditions: &conditions };
            let back = sample_backward(environment, Some(&mut actor), objects, &[], &mut self.rng).map_err(failed)?;
            let logs = log_probs(environment, &mut actor, &back).map_err(failed)?;
            for (index, ratios) in ratios.iter_mut().enumerate() {
                let transitions = back.transitions_of(index);
                ratios.push(transitions.map(|at| logs.forward[at] - logs.backward[at]).sum::<f64>());
            }
            evaluations.clear(environment);
        }
        Ok(ratios.iter().map(|ratios| metrics::log_probability(ratios).unwrap_or(f64::NEG_INFINITY)).collect())
    }

    /// A few objects with the states on the way and the probability of each.
    fn draw_few(&mut self, count: usize) -> Result<Vec<Draw>, ModelError> {
        let task = self.task.clone();
        let environment = task.environment();
        let drawn = self.learner.sample(environment, &Conditions::none(), &Rollout::of(count), &mut self.rng);
        let drawn = drawn.map_err(|error| ModelError::Output(error.to_string()))?;
        let log_probs = self.log_probs(&drawn.lasts())?;
        let object = |(index, log_prob): (usize, f64)| {
            let states = drawn.states_of(index).map(|at| environment.write(drawn.states().get(at)));
            Draw {
                object: task.write(drawn.last(index)),
                log_prob,
                log_reward: Some(task.reward().log_reward(drawn.last(index))),
                objectives: vec![],
                path: states.collect(),
            }
        };
        Ok(log_probs.into_iter().enumerate().map(object).collect())
    }
}

impl Contestant for TaskLearner {
    fn name(&self) -> &str {
        self.method.name()
    }

    fn advance(&mut self) -> Result<(), ModelError> {
        let task = &self.task;
        let conditions = Conditions::none();
        let failed = |error: String| ModelError::Output(format!("{}: {error}", self.method.name()));
        let explored = self.learner.explore(task.environment(), &conditions, &[], &mut self.rng);
        let explored = explored.map_err(|error| failed(error.to_string()))?;
        let grades = Grades::of(task.reward(), &explored, self.method.looks_forward());
        let fit = self.learner.fit(task.environment(), &conditions, &explored, &grades, &mut self.rng);
        self.transitions += fit.map_err(|error| failed(error.to_string()))?.transitions as u64;
        Ok(())
    }

    fn transitions(&self) -> u64 {
        self.transitions
    }

    fn look(&mut self, thorough: bool) -> Result<(Vec<Option<f64>>, Picture), ModelError> {
        let effort = self.task.effort();
        let steps = (self.learner.steps() - self.looked_at) as usize;
        self.looked_at = self.learner.steps();
        if thorough {
            self.seen.recent.clear();
        }
        self.evaluate(if thorough { effort.thorough } else { effort.evaluated * steps })?;
        self.seen.log_z = self.log_z();
        if let Some(tests) = self.task.clone().tests() {
            self.seen.test_log_probs = self.log_probs(tests)?;
        }
        Ok(self.task.look(&mut self.seen))
    }

    fn draw(&mut self, count: usize) -> Result<Vec<Draw>, ModelError> {
        let mut draws = Vec::with_capacity(count);
        while draws.len() < count {
            draws.extend(self.draw_few(TOGETHER.min(count - draws.len()))?);
        }
        Ok(draws)
    }
}

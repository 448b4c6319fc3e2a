//! One learner of sets: forward-looking, detailed or trajectory balance, as the authors' script sets them up (spec §3).

use std::{collections::VecDeque, sync::Arc};

use catalog::systems::fl_gfn::SampleParameters;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use samples::objects::{Draw, Picture};

use super::SetTask;
use crate::{
    ModelError,
    gflownet::{
        environment::{Cell, Environment, Reward},
        law, metrics,
        objective::{Grades, Learner, Objective, Settings, Terminal},
        policy::{Conditions, Evaluations, Policy, PolicyConfig, Rates},
        race::Contestant,
        rollout::{Actor, Cut, Exploration, Replay, Rollout, log_probs, sample_backward},
    },
};

/// Evaluation trajectories of each training step, as in the authors' script.
const EVALUATED: usize = 16;
/// Sets behind the numbers of a look.
const RECENT: usize = 1024;
/// Sets behind the numbers of the last look.
const THOROUGH: usize = 4096;
/// Backward trajectories behind the probability of a drawn set (`gflownet-anchors` §3.7).
const BACKWARD: usize = 16;

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

/// A learner of a [`SetTask`].
pub struct SetLearner {
    task: Arc<SetTask>,
    method: Method,
    learner: Learner,
    rng: ChaCha8Rng,
    transitions: u64,
    looked_at: u32,
    recent: VecDeque<Vec<Cell>>,
    best: Replay,
}

impl SetLearner {
    /// A learner before its first step.
    ///
    /// # Errors
    /// If the parameters do not fit together.
    pub fn new(
        task: Arc<SetTask>,
        method: Method,
        parameters: &SampleParameters,
        rng: &mut ChaCha8Rng,
    ) -> Result<Self, ModelError> {
        let environment = &task.environment;
        let wrong = |error: String| ModelError::Parameters(error);
        let mut rng = ChaCha8Rng::from_rng(rng);
        let log_z = (method == Method::TrajectoryBalance).then_some(0.0);
        let config = PolicyConfig { log_z, ..PolicyConfig::default() };
        let policy = Policy::new(environment, &config, &mut rng).map_err(|error| wrong(error.to_string()))?;
        let uniform = match method {
            Method::ForwardLooking | Method::ForwardLookingReleased => task.uniform_share.forward_looking,
            Method::DetailedBalance => 1.0,
            Method::TrajectoryBalance => task.uniform_share.trajectory_balance,
        };
        let batch = parameters.batch_size as usize;
        let whole = ((1.0 - parameters.incomplete) * batch as f64).round().max(1.0) as usize;
        let cut = Cut { share: parameters.incomplete, shortest: 1, longest: environment.longest() - 1 };
        let settings = Settings {
            // A trajectory without an end is of no use to those who wait for it.
            batch: if method.looks_forward() { batch } else { whole },
            cut: (method.looks_forward() && parameters.incomplete > 0.0).then_some(cut),
            exploration: Exploration::uniform(uniform),
            rates: Rates {
                network: parameters.learning_rate,
                log_z: 100.0 * parameters.learning_rate,
                ..Rates::default()
            },
            ..Settings::default()
        };
        let learner = Learner::new(environment, Some(&task.reward), policy, method.objective(), settings)
            .map_err(|error| wrong(error.to_string()))?;
        let best = Replay::new(environment.width(), 100);
        let recent = VecDeque::new();
        Ok(Self { task, method, learner, rng, transitions: 0, looked_at: 0, recent, best })
    }

    /// Draws sets from the policy itself and remembers them.
    fn evaluate(&mut self, count: usize) -> Result<(), ModelError> {
        let task = &self.task;
        let conditions = Conditions::none();
        let drawn = self.learner.sample(&task.environment, &conditions, &Rollout::of(count), &mut self.rng);
        let drawn = drawn.map_err(|error| ModelError::Output(error.to_string()))?;
        for set in drawn.lasts().iter() {
            self.best.add(set, task.reward.log_reward(set));
            self.recent.push_back(set.to_vec());
        }
        let excess = self.recent.len().saturating_sub(RECENT.max(count));
        self.recent.drain(..excess);
        Ok(())
    }

    /// What the learner takes for `ln Z`.
    fn log_z(&self) -> f64 {
        if let Some(log_z) = self.learner.policy().log_z() {
            return log_z;
        }
        // E(s₀) = 0, so that F and F̃ agree there.
        law::log_flow_of_root(&self.task.environment, self.learner.policy(), &Conditions::none())
    }

    fn inclusion(&self) -> Vec<f64> {
        let mut share = vec![0.0; self.task.environment.width()];
        for set in &self.recent {
            for (share, &cell) in share.iter_mut().zip(set) {
                *share += f64::from(cell) / self.recent.len() as f64;
            }
        }
        share
    }
}

impl Contestant for SetLearner {
    fn name(&self) -> &str {
        self.method.name()
    }

    fn advance(&mut self) -> Result<(), ModelError> {
        let task = &self.task;
        let conditions = Conditions::none();
        let failed = |error: String| ModelError::Output(format!("{}: {error}", self.method.name()));
        let explored = self.learner.explore(&task.environment, &conditions, &[], &mut self.rng);
        let explored = explored.map_err(|error| failed(error.to_string()))?;
        let grades = Grades::of(&task.reward, &explored, self.method.looks_forward());
        let fit = self.learner.fit(&task.environment, &conditions, &explored, &grades, &mut self.rng);
        self.transitions += fit.map_err(|error| failed(error.to_string()))?.transitions as u64;
        Ok(())
    }

    fn transitions(&self) -> u64 {
        self.transitions
    }

    fn look(&mut self, thorough: bool) -> Result<(Vec<Option<f64>>, Picture), ModelError> {
        let steps = (self.learner.steps() - self.looked_at) as usize;
        self.looked_at = self.learner.steps();
        if thorough {
            self.recent.clear();
        }
        self.evaluate(if thorough { THOROUGH } else { EVALUATED * steps })?;
        let inclusion = self.inclusion();
        let error = inclusion.iter().zip(&self.task.inclusion).map(|(a, b)| (a - b).abs()).sum::<f64>();
        let mean = self.recent.iter().map(|set| self.task.reward.log_reward(set)).sum::<f64>();
        let best: Vec<f64> = self.best.best(100).map(|(log_reward, _)| log_reward.exp()).collect();
        let values = vec![
            Some(self.log_z()),
            Some(error / inclusion.len() as f64),
            Some(mean / self.recent.len() as f64),
            (!best.is_empty()).then(|| best.iter().sum::<f64>() / best.len() as f64),
        ];
        let probability = inclusion.into_iter().map(|share| share as f32).collect();
        Ok((values, Picture::Inclusion { probability }))
    }

    fn draw(&mut self, count: usize) -> Result<Vec<Draw>, ModelError> {
        let failed = |error: String| ModelError::Output(error);
        let task = self.task.clone();
        let environment = &task.environment;
        let conditions = Conditions::none();
        let drawn = self.learner.sample(environment, &conditions, &Rollout::of(count), &mut self.rng);
        let drawn = drawn.map_err(|error| failed(error.to_string()))?;
        let mut evaluations = Evaluations::new();
        let mut ratios = vec![Vec::with_capacity(BACKWARD); count];
        for _ in 0..BACKWARD {
            let mut actor =
                Actor { policy: self.learner.policy(), evaluations: &mut evaluations, conditions: &conditions };
            let back = sample_backward(environment, Some(&mut actor), &drawn.lasts(), &[], &mut self.rng)
                .map_err(|error| failed(error.to_string()))?;
            let logs = log_probs(environment, &mut actor, &back).map_err(|error| failed(error.to_string()))?;
            for (index, ratios) in ratios.iter_mut().enumerate() {
                let transitions = back.transitions_of(index);
                ratios.push(transitions.map(|at| logs.forward[at] - logs.backward[at]).sum::<f64>());
            }
            evaluations.clear(environment);
        }
        let object = |index: usize| {
            let states = drawn.states_of(index).map(|at| environment.write(drawn.states().get(at)));
            Draw {
                object: environment.write(drawn.last(index)),
                log_prob: metrics::log_probability(&ratios[index]).unwrap_or(f64::NEG_INFINITY),
                log_reward: Some(task.reward.log_reward(drawn.last(index))),
                objectives: vec![],
                path: states.collect(),
            }
        };
        Ok((0..count).map(object).collect())
    }
}

//! Those who turn to a reward: the pre-trained policy, adapted in one of two ways, and one that starts from nothing.

use std::sync::Arc;

use catalog::systems::oc_gfn::{Method, SampleParameters};
use rand_chacha::ChaCha8Rng;
use samples::objects::{Draw, MeasureKind, Picture};

use super::{Space, conversion::Conversion, predictor::Predictor, space::Rules};
use crate::{
    ModelError,
    gflownet::{
        environment::{Cell, Reward, TableReward},
        exact::{expectation, log_sum_exp, target_law},
        law::{self, Law},
        metrics::total_variation,
        objective::{Learner, Objective, Settings},
        policy::{BackwardPolicy, Conditions, Evaluations, Policy, PolicyConfig, Rates},
        race::Contestant,
        rollout::Exploration,
    },
};

/// Rewards below this share of the best count as it: the logarithm of 0 would rule every loss (spec §6).
const LEAST_SHARE: f64 = 1e-4;
/// Uniform choices of the learner that starts from nothing.
const UNIFORM: f64 = 0.05;
/// Learning rates at the start of an adaptation; they fall to a tenth.
const ADAPTATION_RATE: f64 = 3e-3;
const SCRATCH_RATE: f64 = 1e-3;
/// Objects in the list of the best.
const BEST: usize = 20;

/// A reward on a space, with its exact law.
pub struct Task {
    /// What is built.
    pub space: Space,
    reward: Floored,
    log_rewards: Vec<f64>,
    target: Vec<f64>,
    log_z: f64,
}

/// A table reward with a floor.
struct Floored {
    table: TableReward,
    floor: f64,
}

impl Reward for Floored {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        self.table.log_reward(state).max(self.floor)
    }
}

impl Task {
    /// A reward to turn to.
    pub fn new(space: Space, reward: TableReward) -> Self {
        let log_rewards = space.graph.log_rewards(&reward);
        let (target, log_z) = target_law(&log_rewards);
        let best = log_rewards.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let reward = Floored { table: reward, floor: best + LEAST_SHARE.ln() };
        Self { space, reward, log_rewards, target, log_z }
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
            kind("total_variation", "Total variation from the target", Some(0.0), false),
            kind("mean_reward", "Mean reward", Some(self.mean_reward(&self.target)), false),
            kind("log_z", "log Z", Some(self.log_z), false),
        ]
    }

    /// `ln R` of each object, in the graph's order.
    pub fn log_rewards(&self) -> &[f64] {
        &self.log_rewards
    }

    /// The exact law `R/Z` as log-probabilities, in the graph's order.
    pub fn target_law(&self) -> &[f64] {
        &self.target
    }

    /// The exact `ln Z`.
    pub fn log_z(&self) -> f64 {
        self.log_z
    }

    fn mean_reward(&self, log_law: &[f64]) -> f64 {
        let rewards: Vec<f64> = self.log_rewards.iter().map(|log_reward| log_reward.exp()).collect();
        expectation(log_law, &rewards)
    }

    /// What the law should be.
    pub fn target(&self, rng: &mut ChaCha8Rng) -> Picture {
        let graph = &self.space.graph;
        let flows = crate::gflownet::exact::flows_backward(graph, &self.log_rewards, &graph.uniform_backward());
        self.picture(&Law::of(graph, flows.log_forward), rng)
    }

    fn picture(&self, law: &Law, rng: &mut ChaCha8Rng) -> Picture {
        match &self.space.rules {
            Rules::Grid(grid) => law::cells(grid, &self.space.graph, law, rng),
            Rules::Words(words) => law::letters(words, &self.space.graph, &law.terminals, self.likeliest(law)),
        }
    }

    /// The objects that a law finds likeliest, with their rewards.
    fn likeliest(&self, law: &Law) -> Vec<(String, f64)> {
        let graph = &self.space.graph;
        let mut order: Vec<usize> = (0..graph.terminals().len()).collect();
        order.sort_by(|&a, &b| law.terminals[b].total_cmp(&law.terminals[a]).then(a.cmp(&b)));
        let named = |&at: &usize| {
            let state = graph.states().get(graph.terminals()[at] as usize);
            (self.space.environment().write(state), self.log_rewards[at].exp())
        };
        order.iter().take(BEST).map(named).collect()
    }

    fn look(&self, law: &Law, log_z: Option<f64>, rng: &mut ChaCha8Rng) -> (Vec<Option<f64>>, Picture) {
        let distance = total_variation(&law.terminals, &self.target);
        (vec![Some(distance), Some(self.mean_reward(&law.terminals)), log_z], self.picture(law, rng))
    }

    fn draw(&self, law: &Law, count: usize, rng: &mut ChaCha8Rng) -> Vec<Draw> {
        let graph = &self.space.graph;
        let worth = |state: usize| (Some(self.reward.table.log_reward(graph.states().get(state))), vec![]);
        law.draw(graph, self.space.environment(), count, rng, worth)
    }
}

/// The pre-trained policy on its way to a reward.
pub struct Adapted {
    task: Arc<Task>,
    frozen: Arc<Policy>,
    way: Way,
    steps: u32,
    batch: usize,
    step: u32,
    transitions: u64,
    rng: ChaCha8Rng,
}

enum Way {
    Amortised(Box<Predictor>),
    ExactSum(Box<Conversion>),
}

impl Adapted {
    /// Before the first step.
    ///
    /// # Errors
    /// If the space is too large for a network.
    pub fn new(
        task: Arc<Task>,
        frozen: Arc<Policy>,
        parameters: &SampleParameters,
        mut rng: ChaCha8Rng,
    ) -> Result<Self, ModelError> {
        let way = match parameters.method {
            Method::Amortised => Way::Amortised(Box::new(Predictor::new(&task.space, ADAPTATION_RATE, &mut rng)?)),
            Method::ExactSum => Way::ExactSum(Box::new(Conversion::new(&task.space))),
        };
        let (steps, batch) = (parameters.steps, parameters.batch_size as usize);
        Ok(Self { task, frozen, way, steps, batch, step: 0, transitions: 0, rng })
    }

    /// The law of its objects so far.
    pub fn law(&self) -> Law {
        let space = &self.task.space;
        let log_forward = match &self.way {
            Way::Amortised(predictor) => {
                law::log_forward(&space.graph, space.environment(), predictor.policy(), &Conditions::none())
            }
            Way::ExactSum(conversion) => conversion.log_forward(space),
        };
        Law::of(&space.graph, log_forward)
    }

    /// `ln Σ N(s'|s₀)`.
    pub fn log_z(&self) -> Option<f64> {
        let space = &self.task.space;
        match &self.way {
            Way::Amortised(predictor) => {
                let (policy, environment) = (predictor.policy(), space.environment());
                let mut evaluations = Evaluations::new();
                evaluations.prepare(policy, environment, &Conditions::none());
                let root = space.graph.states().get(0);
                let row = evaluations.row(policy, environment, root, 0);
                evaluations.compute(policy);
                let legal = space.graph.children(0).map(|edge| space.graph.action(edge));
                let logits = evaluations.logits(policy, row);
                Some(log_sum_exp(legal.map(|action| f64::from(logits[action])).collect::<Vec<_>>()))
            }
            Way::ExactSum(conversion) => Some(conversion.log_z(space)),
        }
    }
}

impl Contestant for Adapted {
    fn name(&self) -> &str {
        "pre-trained, adapted"
    }

    fn advance(&mut self) -> Result<(), ModelError> {
        let space = &self.task.space;
        match &mut self.way {
            Way::Amortised(predictor) => {
                let rate = falling(self.step, self.steps);
                let reward = |object: &[Cell]| self.task.reward.log_reward(object);
                let (_, transitions) =
                    predictor.step(space, &self.frozen, reward, (self.batch, rate), &mut self.rng)?;
                self.transitions += transitions as u64;
            }
            Way::ExactSum(conversion) if !conversion.is_complete(space) => {
                // All outcomes are through by the last step.
                let outcomes = space.graph.terminals().len().div_ceil(self.steps as usize);
                self.transitions += conversion.add(space, &self.frozen, &self.task.log_rewards, outcomes) as u64;
            }
            Way::ExactSum(_) => {}
        }
        self.step += 1;
        Ok(())
    }

    fn transitions(&self) -> u64 {
        self.transitions
    }

    fn look(&mut self, _thorough: bool) -> Result<(Vec<Option<f64>>, Picture), ModelError> {
        let (law, log_z) = (self.law(), self.log_z());
        Ok(self.task.look(&law, log_z, &mut self.rng))
    }

    fn draw(&mut self, count: usize) -> Result<Vec<Draw>, ModelError> {
        let law = self.law();
        Ok(self.task.draw(&law, count, &mut self.rng))
    }
}

/// Detailed balance on the reward itself.
pub struct Scratch {
    task: Arc<Task>,
    learner: Learner,
    steps: u32,
    transitions: u64,
    rng: ChaCha8Rng,
}

impl Scratch {
    /// Before the first step.
    ///
    /// # Errors
    /// If the space is too large for a network.
    pub fn new(task: Arc<Task>, parameters: &SampleParameters, mut rng: ChaCha8Rng) -> Result<Self, ModelError> {
        let wrong = |error: String| ModelError::Parameters(error);
        let environment = task.space.environment();
        let config = PolicyConfig { backward: BackwardPolicy::Uniform, log_z: None, ..PolicyConfig::default() };
        let policy = Policy::new(environment, &config, &mut rng).map_err(|error| wrong(error.to_string()))?;
        let settings = Settings {
            batch: parameters.batch_size as usize,
            exploration: Exploration::uniform(UNIFORM),
            rates: Rates { network: SCRATCH_RATE, ..Rates::default() },
            ..Settings::default()
        };
        let learner = Learner::new(environment, Some(&task.reward), policy, Objective::DetailedBalance, settings)
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self { task, learner, steps: parameters.steps, transitions: 0, rng })
    }

    /// Its flow of the root: `ln Z`.
    pub fn log_z(&self) -> f64 {
        law::log_flow_of_root(self.task.space.environment(), self.learner.policy(), &Conditions::none())
    }

    /// The law of its objects so far.
    pub fn law(&self) -> Law {
        let space = &self.task.space;
        let policy = self.learner.policy();
        Law::of(&space.graph, law::log_forward(&space.graph, space.environment(), policy, &Conditions::none()))
    }
}

impl Contestant for Scratch {
    fn name(&self) -> &str {
        "from scratch"
    }

    fn advance(&mut self) -> Result<(), ModelError> {
        self.learner.set_network_rate(SCRATCH_RATE * falling(self.learner.steps(), self.steps));
        let fit = self.learner.train_step(self.task.space.environment(), &self.task.reward, &mut self.rng);
        self.transitions += fit.map_err(|error| ModelError::Output(error.to_string()))?.transitions as u64;
        Ok(())
    }

    fn transitions(&self) -> u64 {
        self.transitions
    }

    fn look(&mut self, _thorough: bool) -> Result<(Vec<Option<f64>>, Picture), ModelError> {
        let law = self.law();
        let log_z = self.log_z();
        Ok(self.task.look(&law, Some(log_z), &mut self.rng))
    }

    fn draw(&mut self, count: usize) -> Result<Vec<Draw>, ModelError> {
        let law = self.law();
        Ok(self.task.draw(&law, count, &mut self.rng))
    }
}

/// From 1 to a tenth along a cosine.
fn falling(step: u32, steps: u32) -> f64 {
    let progress = f64::from(step) / f64::from(steps.max(1));
    0.1 + 0.9 * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
}

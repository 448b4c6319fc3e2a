//! The order-preserving learner, and those that need a scalar reward.

use std::{collections::HashSet, sync::Arc};

use catalog::systems::op_gfn::{Loss, SampleParameters};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};
use samples::objects::{Draw, Picture};

use super::task::{Rules, Task};
use crate::{
    ModelError,
    gflownet::{
        environment::{Cell, Reward, Shaping},
        exact::{best_mean, log_add_exp, target_law},
        law::{self, Law},
        metrics::total_variation,
        objective::{Carrier, Comparison, Grades, Learner, Objective, Settings},
        policy::{Activation, BackwardPolicy, Conditions, Policy, PolicyConfig, Rates},
        race::Contestant,
        rollout::{Exploration, Trajectories},
    },
};

/// Preferences behind a look at the learner that is conditioned on them.
const PREFERENCES: usize = 8;
/// `w ~ Dirichlet(1.5)` and `T ~ Gamma(16, 1)` (spec §3).
const DIRICHLET: f64 = 1.5;
const TEMPERATURE: (f64, f64) = (16.0, 1.0);
/// Least score of a baseline's reward, and its greatest reward (spec §3).
const FLOOR: f64 = 1e-3;
const MAXIMUM: f64 = 10.0;

/// A compromise between the objectives: weights that sum to 1, and how sharply it is meant.
type Preference = (Vec<f64>, f64);

/// What a learner is taught by.
enum Teacher {
    /// Which of a batch are better.
    Order,
    /// A score to some power: `ln R` of each object.
    Reward(Vec<f64>),
    /// A random compromise each time.
    Preferences,
}

/// A learner of a [`Task`].
pub struct Ranked {
    task: Arc<Task>,
    learner: Learner,
    teacher: Teacher,
    batch: usize,
    seen: HashSet<u32>,
    scores: Vec<f64>,
    transitions: u64,
    rng: ChaCha8Rng,
}

/// Sizes and rate of a preset's experiment (spec §3).
fn config(rules: &Rules) -> (Vec<usize>, f64, f64) {
    match rules {
        Rules::Pareto(_) => (vec![64; 3], 1e-2, 1e-4),
        Rules::HyperGrid(_) | Rules::Cell(_) => (vec![256; 2], 1e-3, 0.0),
        // The published one is for a transformer and longer words.
        Rules::Patterns(_) => (vec![128; 2], 1e-2, 0.0),
        Rules::Bag(_) | Rules::Words(_) => (vec![128; 2], 1e-3, 0.0),
    }
}

impl Ranked {
    /// The order-preserving learner before its first step.
    ///
    /// # Errors
    /// If the parameters do not fit together.
    pub fn by_order(task: Arc<Task>, parameters: &SampleParameters, rng: ChaCha8Rng) -> Result<Self, ModelError> {
        let comparison = match parameters.loss {
            Loss::Batch => Comparison::Batch,
            Loss::Pairs => Comparison::Pairs,
        };
        // Z cancels in every comparison (spec §6): there is none.
        let objective = Objective::OrderPreserving { carrier: Carrier::Trajectory, comparison, weight: 1.0 };
        Self::new(task, Teacher::Order, objective, (None, 0), parameters, rng)
    }

    /// The learner that it races: trajectory balance on a power of the score, or on random preferences.
    ///
    /// # Errors
    /// If the parameters do not fit together.
    pub fn by_reward(task: Arc<Task>, parameters: &SampleParameters, rng: ChaCha8Rng) -> Result<Self, ModelError> {
        if task.rules.is_multi_objective() {
            // log Z depends on the preference: the flow of the root, which sees it.
            let objective = Objective::ConditionalTrajectoryBalance;
            let conditions = task.objectives.len() + 1;
            return Self::new(task, Teacher::Preferences, objective, (None, conditions), parameters, rng);
        }
        let scores: Vec<f64> = task.values.iter().map(|values| values[0]).collect();
        let shaping = Shaping { floor: FLOOR, exponent: parameters.reward_exponent, maximum: MAXIMUM };
        let log_rewards = shaping
            .log_rewards(&scores)
            .map_err(|error| ModelError::Parameters(format!("parameters.reward_exponent: {error}")))?;
        let log_z = Some((log_rewards.len() as f32).ln());
        let teacher = Teacher::Reward(log_rewards);
        Self::new(task, teacher, Objective::TrajectoryBalance, (log_z, 0), parameters, rng)
    }

    fn new(
        task: Arc<Task>,
        teacher: Teacher,
        objective: Objective,
        (log_z, condition_values): (Option<f32>, usize),
        parameters: &SampleParameters,
        mut rng: ChaCha8Rng,
    ) -> Result<Self, ModelError> {
        let wrong = |error: String| ModelError::Parameters(error);
        let environment = task.rules.environment();
        let (hidden, rate, weight_decay) = config(&task.rules);
        let config = PolicyConfig {
            hidden,
            activation: Activation::LeakyRelu,
            // A learned one could lower the order's loss by itself (spec §6).
            backward: BackwardPolicy::Uniform,
            flow: condition_values > 0,
            log_z,
            condition_features: 0,
            condition_values,
        };
        let policy = Policy::new(environment, &config, &mut rng).map_err(|error| wrong(error.to_string()))?;
        let network = rate * parameters.learning_rate;
        let batch = parameters.batch_size as usize;
        let settings = Settings {
            batch,
            exploration: Exploration::uniform(parameters.exploration),
            rates: Rates { network, log_z: 100.0 * network.min(1e-3), weight_decay, clip_norm: None },
            ..Settings::default()
        };
        let nothing = Unranked;
        let learner = Learner::new(environment, Some(&nothing), policy, objective, settings)
            .map_err(|error| wrong(error.to_string()))?;
        let (seen, scores) = (HashSet::new(), Vec::new());
        Ok(Self { task, learner, teacher, batch, seen, scores, transitions: 0, rng })
    }

    /// A random compromise.
    fn preference(&mut self) -> Preference {
        let draw = |shape: f64, rng: &mut ChaCha8Rng| Gamma::new(shape, 1.0).map_or(1.0, |gamma| gamma.sample(rng));
        let mut weights: Vec<f64> =
            self.task.objectives.iter().map(|_| draw(DIRICHLET, &mut self.rng).max(1e-9)).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        (weights, draw(TEMPERATURE.0, &mut self.rng) * TEMPERATURE.1)
    }

    fn conditions(preferences: &[Preference]) -> Conditions {
        let Some((weights, _)) = preferences.first() else { return Conditions::none() };
        let mut conditions = Conditions::new(weights.len() + 1);
        for (weights, temperature) in preferences {
            let scaled = temperature / TEMPERATURE.0;
            conditions.push(&[], &weights.iter().chain([&scaled]).map(|&value| value as f32).collect::<Vec<_>>());
        }
        conditions
    }

    /// What the objects of `trajectories` are worth to this learner, each by its preference if there are any.
    fn grade(&mut self, trajectories: &Trajectories, preferences: &[Preference]) -> Result<Grades, ModelError> {
        let unknown = || ModelError::Output("an object that this problem does not have".to_owned());
        let places = (0..trajectories.len()).map(|index| self.task.place(trajectories.last(index)).ok_or_else(unknown));
        let places = places.collect::<Result<Vec<usize>, _>>()?;
        let values = |place: &usize| &self.task.values[*place];
        for &place in &places {
            if self.seen.insert(place as u32) {
                self.scores.push(self.task.values[place][0]);
            }
        }
        Ok(match &self.teacher {
            Teacher::Reward(log_rewards) => {
                Grades { log_reward: places.iter().map(|&place| log_rewards[place]).collect(), ..Grades::default() }
            }
            Teacher::Preferences => {
                let log_reward = |(place, (weights, temperature)): (&usize, &Preference)| {
                    let worth = weights.iter().zip(values(place)).map(|(w, v)| w * v).sum::<f64>();
                    temperature * worth.max(1e-8).ln()
                };
                Grades { log_reward: places.iter().zip(preferences).map(log_reward).collect(), ..Grades::default() }
            }
            Teacher::Order => Grades {
                utilities: places.iter().flat_map(|place| values(place).iter().copied()).collect(),
                objectives: self.task.objectives.len(),
                ..Grades::default()
            },
        })
    }

    /// The total variation between its law and the reward that it was given, `R/Z`; none if it was given none.
    pub fn total_variation(&mut self) -> Option<f64> {
        let law = self.law();
        let Teacher::Reward(log_rewards) = &self.teacher else { return None };
        Some(total_variation(&law.terminals, &target_law(log_rewards).0))
    }

    fn law(&mut self) -> Law {
        let (task, environment) = (self.task.clone(), self.task.clone());
        let environment = environment.rules.environment();
        let of = |policy: &Policy, conditions: &Conditions| {
            Law::of(&task.graph, law::log_forward(&task.graph, environment, policy, conditions))
        };
        if !matches!(self.teacher, Teacher::Preferences) {
            return of(self.learner.policy(), &Conditions::none());
        }
        // What comes out if one asks with a random preference each time: visits and choices average over them.
        let laws: Vec<Law> = (0..PREFERENCES)
            .map(|_| {
                let preference = self.preference();
                of(self.learner.policy(), &Self::conditions(&[preference]))
            })
            .collect();
        mixture(&task, &laws)
    }
}

/// The law of choosing one of `laws` at random and following it, as the one policy that makes the same objects.
fn mixture(task: &Task, laws: &[Law]) -> Law {
    let sum = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, log_add_exp);
    let mut log_forward = vec![0.0; task.graph.edges()];
    for (edge, slot) in log_forward.iter_mut().enumerate() {
        let source = task.graph.source(edge);
        let flow = sum(&mut laws.iter().map(|law| law.visits[source] + law.log_forward[edge]));
        let visits = sum(&mut laws.iter().map(|law| law.visits[source]));
        *slot = if visits == f64::NEG_INFINITY { laws[0].log_forward[edge] } else { flow - visits };
    }
    Law::of(&task.graph, log_forward)
}

impl Contestant for Ranked {
    fn name(&self) -> &str {
        match self.teacher {
            Teacher::Order => "order-preserving",
            Teacher::Reward(_) => "trajectory balance",
            Teacher::Preferences => "preference-conditioned",
        }
    }

    fn advance(&mut self) -> Result<(), ModelError> {
        let failed = |error: String| ModelError::Output(error);
        let asked = if matches!(self.teacher, Teacher::Preferences) { self.batch } else { 0 };
        let preferences: Vec<Preference> = (0..asked).map(|_| self.preference()).collect();
        let conditions = Self::conditions(&preferences);
        let which: Vec<u32> = (0..asked as u32).collect();
        let task = self.task.clone();
        let environment = task.rules.environment();
        let explored = self.learner.explore(environment, &conditions, &which, &mut self.rng);
        let explored = explored.map_err(|error| failed(error.to_string()))?;
        let grades = self.grade(&explored, &preferences)?;
        let fit = self.learner.fit(environment, &conditions, &explored, &grades, &mut self.rng);
        self.transitions += fit.map_err(|error| failed(error.to_string()))?.transitions as u64;
        Ok(())
    }

    fn transitions(&self) -> u64 {
        self.transitions
    }

    fn look(&mut self, _thorough: bool) -> Result<(Vec<Option<f64>>, Picture), ModelError> {
        let law = self.law();
        let top_100 = best_mean(self.scores.iter().copied(), 100);
        Ok(self.task.look(&law, top_100, &mut self.rng))
    }

    fn draw(&mut self, count: usize) -> Result<Vec<Draw>, ModelError> {
        let law = self.law();
        Ok(self.task.draw(&law, count, &mut self.rng))
    }
}

/// Learners here are graded by hand: what an object is worth depends on the batch or the preference.
struct Unranked;

impl Reward for Unranked {
    fn log_reward(&self, _state: &[Cell]) -> f64 {
        0.0
    }
}

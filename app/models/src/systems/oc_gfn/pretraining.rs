//! Pre-training without any reward: a curious explorer finds outcomes, and the conditional policy learns to reach each of
//! them (spec §3, Alg. 1).

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Space, curiosity::Curiosity, space::Rules};
use crate::{
    ModelError,
    gflownet::{
        objective::{Failure, Grades, Learner, Objective, Settings},
        policy::{BackwardPolicy, Conditions, Optimiser, Parameter, Policy, PolicyConfig, Rates},
        rollout::{Exploration, Rollout, Trajectories},
    },
};

/// How pre-training goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PretrainingOptions {
    /// Trajectories of each kind a step.
    pub batch: usize,
    /// Learning rate of the conditional policy at the start.
    pub learning_rate: f64,
    /// Whether the outcome's reward enters every transition.
    pub teleportation: bool,
    /// Whether the policy also learns from its own misses.
    pub contrastive: bool,
    /// Reward of a missed outcome, below 1.
    pub missed_reward: f64,
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PretrainingReport {
    /// Loss of the conditional policy.
    pub loss: f64,
    /// Loss of the explorer.
    pub explorer_loss: f64,
    /// Share of the policy's own trajectories that reached their outcome.
    pub success: f64,
    /// Transitions learnt from, the explorer's included.
    pub transitions: usize,
}

/// The conditional policy and its explorer at work.
pub struct Pretraining {
    space: Space,
    options: PretrainingOptions,
    policy: Learner,
    explorer: Learner,
    curiosity: Curiosity,
}

/// Widths of the hidden layers of the conditional policy.
fn hidden(space: &Space) -> Vec<usize> {
    match space.rules {
        Rules::Grid(_) => vec![256, 256],
        Rules::Words(_) => vec![384, 384],
    }
}

/// What the arrays of the curiosity begin with.
const CURIOSITY: &str = "curiosity.";
/// Uniform choices of the explorer.
const UNIFORM: f64 = 0.05;

/// Weight of the explorer's intrinsic reward (spec §3: by the side of the grid).
fn curiosity_scale(space: &Space) -> f64 {
    match &space.rules {
        Rules::Grid(grid) if grid.side() >= 32 => 0.001,
        Rules::Grid(_) | Rules::Words(_) => 0.005,
    }
}

/// A conditional policy over `space` with random parameters.
///
/// # Errors
/// If the space is too large for a network.
pub fn conditional_policy(space: &Space, rng: &mut impl Rng) -> Result<Policy, ModelError> {
    let config = PolicyConfig {
        hidden: hidden(space),
        // The same for every outcome, or their flows would not add up (spec §6).
        backward: BackwardPolicy::Uniform,
        log_z: None,
        condition_features: space.rules.features(),
        ..PolicyConfig::default()
    };
    Policy::new(space.environment(), &config, rng).map_err(|error| ModelError::Parameters(error.to_string()))
}

impl Pretraining {
    /// Before the first step.
    ///
    /// # Errors
    /// If the options do not fit together.
    pub fn new(space: Space, options: PretrainingOptions, rng: &mut ChaCha8Rng) -> Result<Self, ModelError> {
        let environment = space.environment();
        let wrong = |error: String| ModelError::Parameters(error);
        let policy = conditional_policy(&space, rng)?;
        let failure = if options.teleportation { Failure::EveryTransition } else { Failure::TerminalEdge };
        let objective = Objective::OutcomeConditioned { failure, log_floor: options.missed_reward.ln() };
        let rates = Rates { network: options.learning_rate, ..Rates::default() };
        let settings = Settings { batch: options.batch, rates, ..Settings::default() };
        let policy = Learner::new(environment, None, policy, objective, settings.clone())
            .map_err(|error| wrong(error.to_string()))?;
        let config = PolicyConfig { backward: BackwardPolicy::Uniform, ..PolicyConfig::default() };
        let explorer = Policy::new(environment, &config, rng).map_err(|error| wrong(error.to_string()))?;
        let exploration = Exploration::uniform(UNIFORM);
        let settings = Settings { rates: Rates { network: 1e-3, ..rates }, exploration, ..settings };
        let nothing = NoReward;
        let explorer =
            Learner::new(environment, Some(&nothing), explorer, Objective::AugmentedTrajectoryBalance, settings)
                .map_err(|error| wrong(error.to_string()))?;
        let curiosity = Curiosity::new(environment, curiosity_scale(&space), &mut ChaCha8Rng::from_rng(rng));
        Ok(Self { space, options, policy, explorer, curiosity })
    }

    /// The conditional policy.
    pub fn policy(&self) -> &Policy {
        self.policy.policy()
    }

    /// One step, at `rate` times the learning rate.
    ///
    /// # Errors
    /// If a loss is no number.
    pub fn step(&mut self, rate: f64, rng: &mut impl Rng) -> Result<PretrainingReport, ModelError> {
        let environment = self.space.environment();
        let failed = |error: String| ModelError::Output(error);
        let nothing = Conditions::none();
        let found = self.explorer.explore(environment, &nothing, &[], rng).map_err(|e| failed(e.to_string()))?;
        let log_intrinsic = self.curiosity.visit(environment, &found, 1e-3);
        let grades = Grades { log_reward: vec![0.0; found.len()], log_intrinsic, ..Grades::default() };
        let explored =
            self.explorer.fit(environment, &nothing, &found, &grades, rng).map_err(|e| failed(e.to_string()))?;

        self.policy.set_network_rate(rate * self.options.learning_rate);
        let (outcomes, reached) = self.towards_ends(found);
        let grades = Grades { log_reward: vec![0.0; reached.len()], ..Grades::default() };
        let learnt =
            self.policy.fit(environment, &outcomes, &reached, &grades, rng).map_err(|e| failed(e.to_string()))?;
        let mut report = PretrainingReport {
            loss: learnt.loss,
            explorer_loss: explored.loss,
            transitions: explored.transitions + learnt.transitions,
            success: 1.0,
        };
        if self.options.contrastive {
            let which: Vec<u32> = (0..reached.len() as u32).collect();
            let tried = self.policy.explore(environment, &outcomes, &which, rng).map_err(|e| failed(e.to_string()))?;
            let hits: Vec<bool> = (0..tried.len()).map(|index| tried.last(index) == reached.last(index)).collect();
            let log_reward = hits.iter().map(|&hit| if hit { 0.0 } else { f64::NEG_INFINITY }).collect();
            let grades = Grades { log_reward, ..Grades::default() };
            let learnt =
                self.policy.fit(environment, &outcomes, &tried, &grades, rng).map_err(|e| failed(e.to_string()))?;
            report.success = hits.iter().filter(|&&hit| hit).count() as f64 / hits.len() as f64;
            report.loss = 0.5 * (report.loss + learnt.loss);
            report.transitions += learnt.transitions;
        }
        Ok(report)
    }

    /// The same trajectories, each with its own end as the outcome to reach.
    fn towards_ends(&self, mut found: Trajectories) -> (Conditions, Trajectories) {
        let mut outcomes = Conditions::new(0);
        for index in 0..found.len() {
            let word = self.space.rules.spell(found.last(index));
            let condition = outcomes.push(&self.space.rules.encode(&word), &[]);
            found.set_condition(index, condition);
        }
        (outcomes, found)
    }

    /// Everything that was learnt, to go on later as if nothing had happened.
    pub fn parameters(&self) -> Vec<Parameter> {
        let parts = [("policy", &self.policy), ("explorer", &self.explorer)];
        let named = parts.into_iter().flat_map(|(name, learner)| {
            let own = learner.policy().parameters();
            let moments = learner.optimiser().parameters(learner.policy());
            let prefixed = move |prefix: &'static str, parameters: Vec<Parameter>| {
                parameters.into_iter().map(move |p| Parameter { name: format!("{name}.{prefix}.{}", p.name), ..p })
            };
            prefixed("network", own).chain(prefixed("adam", moments))
        });
        let curiosity = self.curiosity.parameters().into_iter();
        named.chain(curiosity.map(|p| Parameter { name: format!("{CURIOSITY}{}", p.name), ..p })).collect()
    }

    /// The inverse of [`Self::parameters`].
    ///
    /// # Errors
    /// If they do not fit.
    pub fn set_parameters(&mut self, parameters: &[Parameter]) -> Result<(), ModelError> {
        let bad = |error: crate::gflownet::policy::PolicyError| ModelError::Weights(error.to_string());
        for (name, learner) in [("policy", &mut self.policy), ("explorer", &mut self.explorer)] {
            let part = |prefix: &str| with_prefix(parameters, &format!("{name}.{prefix}."));
            learner.policy_mut().set_parameters(&part("network")).map_err(bad)?;
            let optimiser = Optimiser::from_parameters(learner.policy(), &part("adam")).map_err(bad)?;
            learner.resume(optimiser);
        }
        self.curiosity.set_parameters(&with_prefix(parameters, CURIOSITY)).map_err(ModelError::Weights)
    }
}

/// The parameters whose names begin with `prefix`, without it.
pub fn with_prefix(parameters: &[Parameter], prefix: &str) -> Vec<Parameter> {
    let stripped = |p: &Parameter| Some(Parameter { name: p.name.strip_prefix(prefix)?.to_owned(), ..p.clone() });
    parameters.iter().filter_map(stripped).collect()
}

/// The reward of pre-training: every outcome counts alike, so that what curiosity no longer tells apart is explored
/// evenly.
struct NoReward;

impl crate::gflownet::environment::Reward for NoReward {
    fn log_reward(&self, _state: &[crate::gflownet::environment::Cell]) -> f64 {
        0.0
    }
}

/// Share of `outcomes` random outcomes that `policy` reaches when it is asked to.
///
/// # Errors
/// If the policy does not fit the space.
pub fn success_rate(space: &Space, policy: &Policy, outcomes: usize, rng: &mut impl Rng) -> Result<f64, ModelError> {
    use crate::gflownet::{policy::Evaluations, rollout::Actor, rollout::sample_forward};
    let (graph, environment) = (&space.graph, space.environment());
    let terminals = graph.terminals();
    let wanted: Vec<usize> = (0..outcomes).map(|_| terminals[rng.random_range(0..terminals.len())] as usize).collect();
    let mut conditions = Conditions::new(0);
    for &outcome in &wanted {
        conditions.push(&space.rules.encode(&space.rules.spell(graph.states().get(outcome))), &[]);
    }
    let which: Vec<u32> = (0..outcomes as u32).collect();
    let mut evaluations = Evaluations::new();
    let mut actor = Actor { policy, evaluations: &mut evaluations, conditions: &conditions };
    let rollout = Rollout { which: &which, ..Rollout::of(outcomes) };
    let tried = sample_forward(environment, &mut actor, &rollout, rng)
        .map_err(|error| ModelError::Output(error.to_string()))?;
    let hits = wanted.iter().enumerate().filter(|(index, outcome)| tried.last(*index) == graph.states().get(**outcome));
    Ok(hits.count() as f64 / outcomes.max(1) as f64)
}

//! The amortised predictor: a policy for a new reward out of a frozen outcome-conditioned one (spec §3, Alg. 2).
//!
//! `N(s'|s)` learns `Σ_y R(y)·F(s|y)·P_F(s'|s,y)` without the sum: a posterior `Q(y|s',s)`, letter by letter over the
//! outcome's word, proposes one outcome a transition, and `log N + log Q` is drawn to that outcome's term. `Q` has exactly
//! the support of the terms, so that it need not learn where the flow is 0.

use rand::Rng;

use super::Space;
use crate::{
    ModelError,
    gflownet::{
        environment::Cell,
        objective::{Claim, Link, amortised},
        policy::{
            Activation, Adam, BackwardPolicy, Conditions, Evaluations, Inputs, Mlp, Optimiser, Policy, PolicyConfig,
            PolicyGradient, Rates, Scratch, Tape, masked_log_softmax,
        },
        rollout::{Actor, Exploration, Rollout, sample_forward},
    },
};

/// Share of uniform choices in rollouts and in proposed outcomes: both need full support (spec §6).
const UNIFORM: f64 = 0.05;
/// Width of the two hidden layers.
const WIDTH: usize = 128;

/// `N` and `Q` at work on one reward.
pub struct Predictor {
    numerator: Policy,
    optimiser: Optimiser,
    evaluations: Evaluations,
    gradient: PolicyGradient,
    posterior: Mlp,
    adam: Adam,
    conditional: Evaluations,
    rate: f64,
}

/// Letters of one place of all words: what the network saw and said.
struct Letters {
    inputs: Inputs,
    tape: Tape,
    log_probs: Vec<f64>,
    chosen: Vec<usize>,
}

impl Predictor {
    /// A predictor before its first step.
    ///
    /// # Errors
    /// If the space is too large for a network.
    pub fn new(space: &Space, rate: f64, rng: &mut impl Rng) -> Result<Self, ModelError> {
        let environment = space.environment();
        let config = PolicyConfig {
            hidden: vec![WIDTH, WIDTH],
            backward: BackwardPolicy::Uniform,
            flow: false,
            log_z: None,
            ..PolicyConfig::default()
        };
        let numerator =
            Policy::new(environment, &config, rng).map_err(|error| ModelError::Parameters(error.to_string()))?;
        let inputs = environment.features() + environment.actions() + space.rules.features();
        let posterior = Mlp::new((inputs, 0), &[WIDTH, WIDTH], space.rules.symbols(), Activation::LeakyRelu, rng);
        Ok(Self {
            optimiser: Optimiser::new(&numerator),
            numerator,
            evaluations: Evaluations::new(),
            gradient: PolicyGradient::default(),
            adam: Adam::new(posterior.len()),
            posterior,
            conditional: Evaluations::new(),
            rate,
        })
    }

    /// The policy `∝ N(·|s)`.
    pub fn policy(&self) -> &Policy {
        &self.numerator
    }

    /// One step on `batch` trajectories at `rate` times the learning rate; answers with the loss and the number of
    /// transitions. `frozen` is the pre-trained policy, `log_reward` gives finite log-rewards of finished objects.
    ///
    /// # Errors
    /// If the loss is no number.
    pub fn step(
        &mut self,
        space: &Space,
        frozen: &Policy,
        log_reward: impl Fn(&[Cell]) -> f64,
        (batch, rate): (usize, f64),
        rng: &mut impl Rng,
    ) -> Result<(f64, usize), ModelError> {
        let environment = space.environment();
        let failed = |error: String| ModelError::Output(error);
        let nothing = Conditions::none();
        let mut actor = Actor { policy: &self.numerator, evaluations: &mut self.evaluations, conditions: &nothing };
        let rollout = Rollout { exploration: Exploration::uniform(UNIFORM), learning: true, ..Rollout::of(batch) };
        let trajectories =
            sample_forward(environment, &mut actor, &rollout, rng).map_err(|error| failed(error.to_string()))?;
        let transitions = (0..trajectories.len()).flat_map(|index| {
            let states = trajectories.states_of(index);
            states.zip(trajectories.transitions_of(index))
        });
        let transitions: Vec<(usize, usize)> =
            transitions.map(|(state, at)| (state, trajectories.forward()[at] as usize)).collect();
        let states = trajectories.states();

        let letters = self.propose(space, &transitions, |state| states.get(state), rng);
        let mut outcomes = Conditions::new(0);
        let mut words = vec![Vec::with_capacity(letters.len()); transitions.len()];
        for place in &letters {
            words.iter_mut().zip(&place.chosen).for_each(|(word, &letter)| word.push(letter));
        }
        for word in &words {
            outcomes.push(&space.rules.encode(word), &[]);
        }
        self.conditional.prepare(frozen, environment, &outcomes);
        self.conditional.clear(environment);
        let rows: Vec<usize> = (0u32..)
            .zip(&transitions)
            .map(|(outcome, &(state, _))| self.conditional.row(frozen, environment, states.get(state), outcome))
            .collect();
        self.conditional.compute(frozen);
        let own: Vec<usize> = transitions
            .iter()
            .map(|&(state, _)| self.evaluations.row(&self.numerator, environment, states.get(state), 0))
            .collect();
        self.evaluations.compute_all(&self.numerator);
        let symbols = space.rules.symbols();
        let claims: Vec<Claim> = (0..transitions.len())
            .map(|at| Claim {
                log_numerator: f64::from(self.evaluations.logits(&self.numerator, own[at])[transitions[at].1]),
                log_posterior: letters.iter().map(|place| place.log_probs[at * symbols + place.chosen[at]]).sum(),
                log_reward: log_reward(&space.rules.object(&words[at])),
                log_flow: self.conditional.log_flow(frozen, rows[at]),
                log_forward: self.conditional.log_forward(frozen, rows[at])[transitions[at].1],
            })
            .collect();
        let (loss, slopes) = amortised(&claims, Link::Square);
        if !loss.is_finite() {
            return Err(failed(format!("the loss of the adaptation is {loss}")));
        }
        for (at, &slope) in slopes.iter().enumerate() {
            self.evaluations.add_logit(&self.numerator, own[at], transitions[at].1, slope);
        }
        self.evaluations.backward(&self.numerator, &mut self.gradient);
        let rates = Rates { network: rate * self.rate, ..Rates::default() };
        self.optimiser.step(&mut self.numerator, &mut self.gradient, &rates);
        self.teach_posterior(&letters, &slopes, symbols, rate * self.rate);
        Ok((loss, transitions.len()))
    }

    /// One outcome a transition, drawn letter by letter from `Q` with some uniform choices mixed in.
    fn propose<'s>(
        &self,
        space: &Space,
        transitions: &[(usize, usize)],
        state: impl Fn(usize) -> &'s [Cell],
        rng: &mut impl Rng,
    ) -> Vec<Letters> {
        let (environment, rules) = (space.environment(), &space.rules);
        let (features, actions, symbols) = (environment.features(), environment.actions(), rules.symbols());
        let mut words = vec![Vec::new(); transitions.len()];
        let after: Vec<Vec<Cell>> = transitions
            .iter()
            .map(|&(from, action)| {
                let mut next = state(from).to_vec();
                environment.step(&mut next, action);
                next
            })
            .collect();
        let mut places = Vec::with_capacity(rules.length());
        for _ in 0..rules.length() {
            let mut inputs = Inputs::new(0);
            for (&(from, action), word) in transitions.iter().zip(&words) {
                let write = |ones: &mut Vec<u32>| {
                    environment.encode(state(from), ones);
                    ones.push((features + action) as u32);
                    ones.extend(rules.encode(word).iter().map(|one| one + (features + actions) as u32));
                };
                inputs.push(write, &[]);
            }
            let mut tape = Tape::default();
            let pitch = self.posterior.pitch();
            let outputs = self.posterior.forward(&inputs, &mut tape, 0);
            let mut log_probs = vec![0.0; transitions.len() * symbols];
            let mut chosen = Vec::with_capacity(transitions.len());
            for (at, word) in words.iter_mut().enumerate() {
                let legal = rules.may_follow(&after[at], word);
                let log_probs = &mut log_probs[at * symbols..][..symbols];
                masked_log_softmax(&outputs[at * pitch..][..symbols], &legal, log_probs);
                let uniform = UNIFORM / legal.iter().filter(|&&legal| legal).count().max(1) as f64;
                let mut left = rng.random::<f64>();
                let mut letter = 0;
                for (symbol, log_prob) in log_probs.iter().enumerate().filter(|(symbol, _)| legal[*symbol]) {
                    letter = symbol;
                    left -= (1.0 - UNIFORM) * log_prob.exp() + uniform;
                    if left < 0.0 {
                        break;
                    }
                }
                word.push(letter);
                chosen.push(letter);
            }
            places.push(Letters { inputs, tape, log_probs, chosen });
        }
        places
    }

    /// The gradient of `Σ slope·log Q`, and a step against it.
    fn teach_posterior(&mut self, letters: &[Letters], slopes: &[f64], symbols: usize, rate: f64) {
        let pitch = self.posterior.pitch();
        let mut total = vec![0.0; self.posterior.len()];
        let mut part = vec![0.0; self.posterior.len()];
        let mut scratch = Scratch::default();
        for place in letters {
            let mut outputs = vec![0.0; slopes.len() * pitch];
            for (at, &slope) in slopes.iter().enumerate() {
                let log_probs = &place.log_probs[at * symbols..][..symbols];
                for (symbol, log_prob) in log_probs.iter().enumerate() {
                    let one = f64::from(u8::from(symbol == place.chosen[at]));
                    outputs[at * pitch + symbol] = (slope * (one - log_prob.exp())) as f32;
                }
            }
            self.posterior.backward(&place.inputs, &place.tape, &outputs, &mut part, &mut scratch);
            total.iter_mut().zip(&part).for_each(|(total, part)| *total += part);
        }
        self.adam.update(self.posterior.values_mut(), &total, rate, 0.0);
    }
}

//! What is new: random network distillation (Burda et al. 2019, as GAFlowNets use it; spec §3 "Exploration").
//!
//! One network is random and stays so, another learns to agree with it where one has been: `‖φ(s) − φ̂(s)‖` is large where
//! nobody has been yet.

use rand::Rng;

use crate::gflownet::{
    environment::Environment,
    policy::{Activation, Adam, Inputs, Mlp, Parameter, Scratch, Tape, find},
    rollout::Trajectories,
};

/// Hidden layers, and what is compared (spec §3).
const HIDDEN: [usize; 2] = [256, 256];
const OUTPUTS: usize = 128;

/// The two networks.
pub struct Curiosity {
    fixed: Mlp,
    learning: Mlp,
    adam: Adam,
    scale: f64,
}

impl Curiosity {
    /// With intrinsic rewards of `scale` times the distance (η of the spec).
    pub fn new(environment: &dyn Environment, scale: f64, rng: &mut impl Rng) -> Self {
        let size = (environment.features(), 0);
        let fixed = Mlp::new(size, &HIDDEN, OUTPUTS, Activation::LeakyRelu, rng);
        let learning = Mlp::new(size, &HIDDEN, OUTPUTS, Activation::LeakyRelu, rng);
        Self { fixed, adam: Adam::new(learning.len()), learning, scale }
    }

    /// Both networks and what Adam remembers, to go on later.
    pub fn parameters(&self) -> Vec<Parameter> {
        let networks = [("fixed.", &self.fixed), ("learning.", &self.learning)];
        let named = networks.into_iter().flat_map(|(prefix, network)| network.named(prefix, network.values()));
        named.chain(self.adam.parameters("adam.", &self.learning)).collect()
    }

    /// The inverse of [`Self::parameters`], or what does not fit; then nothing has changed.
    pub fn set_parameters(&mut self, parameters: &[Parameter]) -> Result<(), String> {
        let read = |network: &Mlp, prefix| network.array_of(prefix, |name, shape| find(parameters, name, shape));
        let (fixed, learning) = (read(&self.fixed, "fixed.")?, read(&self.learning, "learning.")?);
        self.adam = Adam::from_parameters("adam.", &self.learning, parameters)?;
        self.fixed.values_mut().copy_from_slice(&fixed);
        self.learning.values_mut().copy_from_slice(&learning);
        Ok(())
    }

    /// `ln` of the intrinsic reward of every state of `trajectories`; then learns to know those states.
    pub fn visit(&mut self, environment: &dyn Environment, trajectories: &Trajectories, rate: f64) -> Vec<f64> {
        let states = trajectories.states();
        let mut inputs = Inputs::new(0);
        states.iter().for_each(|state| inputs.push(|ones| environment.encode(state, ones), &[]));
        let (mut tape, mut other) = (Tape::default(), Tape::default());
        let pitch = self.fixed.pitch();
        let known = self.learning.forward(&inputs, &mut tape, 0).to_vec();
        let wanted = self.fixed.forward(&inputs, &mut other, 0);
        let mut gradient = vec![0.0; known.len()];
        let share = 2.0 / states.len().max(1) as f32;
        let rewards = known.chunks_exact(pitch).zip(wanted.chunks_exact(pitch)).zip(gradient.chunks_exact_mut(pitch));
        let log_rewards = rewards.map(|((known, wanted), gradient)| {
            let mut squares = 0.0;
            for place in 0..OUTPUTS {
                let difference = known[place] - wanted[place];
                squares += f64::from(difference * difference);
                gradient[place] = share * difference;
            }
            // Never quite 0: its logarithm is needed.
            (self.scale * squares.sqrt() + 1e-8).ln()
        });
        let log_rewards = log_rewards.collect();
        let mut total = vec![0.0; self.learning.len()];
        self.learning.backward(&inputs, &tape, &gradient, &mut total, &mut Scratch::default());
        self.adam.update(self.learning.values_mut(), &total, rate, 0.0);
        log_rewards
    }
}

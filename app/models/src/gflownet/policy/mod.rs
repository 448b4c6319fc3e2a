//! The network that chooses: one perceptron with heads for forward actions, backward actions and the log-flow.
//!
//! All heads share the hidden layers, as in the released code of FL-GFN and OP-GFN (specs §3). Network and backward
//! pass are written out here, for they are small, and called once per decision of a rollout.

mod adam;
mod conditions;
mod evaluations;
mod mlp;
mod product;
mod softmax;
#[cfg(test)]
pub(crate) mod tests;

pub use crate::weights::Array as Parameter;
pub use adam::{Adam, norm};
pub use conditions::Conditions;
pub use evaluations::{Evaluations, PolicyGradient};
pub use mlp::{Activation, Inputs, Mlp, Scratch, Tape};
pub use softmax::{log_sum_exp, masked_log_softmax};

use super::environment::Environment;
use rand::Rng;
use thiserror::Error;

/// Most parameters of a network.
const PARAMETER_LIMIT: usize = 1 << 26;
/// Widest hidden layer.
const WIDTH_LIMIT: usize = 1 << 13;
/// Most hidden layers.
const DEPTH_LIMIT: usize = 16;

/// Why a policy cannot be made or filled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// A size that is too large, or zero.
    #[error("{0}")]
    Size(String),
    /// Parameters that do not fit.
    #[error("{0}")]
    Parameters(String),
}

/// Which parent a state came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackwardPolicy {
    /// Each parent is equally likely.
    Uniform,
    /// The network says.
    Learned,
}

/// What a policy consists of.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyConfig {
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// What follows each of them.
    pub activation: Activation,
    /// How parents are chosen.
    pub backward: BackwardPolicy,
    /// Whether there is a head for the log-flow of states.
    pub flow: bool,
    /// Where a learned log Z starts, if there is one.
    pub log_z: Option<f32>,
    /// Length of the one-hot part of a condition, 0 without.
    pub condition_features: usize,
    /// Length of the dense part of a condition, 0 without.
    pub condition_values: usize,
}

impl Default for PolicyConfig {
    /// Two hidden layers of 256 with leaky ReLU, learned backward policy, flow and log Z from 0 (FL-GFN, spec §3).
    fn default() -> Self {
        Self {
            hidden: vec![256, 256],
            activation: Activation::LeakyRelu,
            backward: BackwardPolicy::Learned,
            flow: true,
            log_z: Some(0.0),
            condition_features: 0,
            condition_values: 0,
        }
    }
}

/// Rates of Adam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Of the network.
    pub network: f64,
    /// Of log Z.
    pub log_z: f64,
    /// Added to the network's gradient, times its values.
    pub weight_decay: f64,
    /// The network's gradient is shortened to this norm.
    pub clip_norm: Option<f64>,
}

impl Default for Rates {
    /// 1e-3, log Z 0.1, no decay, no clipping (specs, §3).
    fn default() -> Self {
        Self { network: 1e-3, log_z: 0.1, weight_decay: 0.0, clip_norm: None }
    }
}

/// A network over an environment's states with its heads and log Z.
#[derive(Clone, Debug)]
pub struct Policy {
    network: Mlp,
    log_z: Option<[f32; 1]>,
    backward: BackwardPolicy,
    flow: bool,
    actions: usize,
    backward_actions: usize,
    features: usize,
    condition: (usize, usize),
    /// Number of changes of the values: evaluations of older values are stale.
    version: u64,
}

impl Policy {
    /// A policy over `environment` with random parameters.
    ///
    /// # Errors
    /// If the network is too large or has an empty layer.
    pub fn new(environment: &dyn Environment, config: &PolicyConfig, rng: &mut impl Rng) -> Result<Self, PolicyError> {
        let (actions, backward_actions) = (environment.actions(), environment.backward_actions());
        let learned = if config.backward == BackwardPolicy::Learned { backward_actions } else { 0 };
        let outputs = actions.saturating_add(learned).saturating_add(usize::from(config.flow));
        let sparse = environment.features().saturating_add(config.condition_features);
        if config.hidden.len() > DEPTH_LIMIT || config.hidden.iter().any(|width| !(1..=WIDTH_LIMIT).contains(width)) {
            return Err(PolicyError::Size(format!(
                "hidden layers {:?}: at most {DEPTH_LIMIT} of 1 to {WIDTH_LIMIT} units",
                config.hidden
            )));
        }
        let mut inputs = sparse.saturating_add(config.condition_values);
        let mut parameters = 0_usize;
        for &width in config.hidden.iter().chain([&outputs]) {
            parameters = parameters.saturating_add(inputs.saturating_mul(width));
            inputs = width;
        }
        if parameters > PARAMETER_LIMIT {
            return Err(PolicyError::Size(format!("{parameters} parameters are more than {PARAMETER_LIMIT}")));
        }
        let size = (sparse, config.condition_values);
        Ok(Self {
            network: Mlp::new(size, &config.hidden, outputs, config.activation, rng),
            log_z: config.log_z.map(|value| [value]),
            backward: config.backward,
            flow: config.flow,
            actions,
            backward_actions,
            features: environment.features(),
            condition: (config.condition_features, config.condition_values),
            version: 0,
        })
    }

    /// How parents are chosen.
    pub fn backward_policy(&self) -> BackwardPolicy {
        self.backward
    }

    /// Whether there is a head for log-flows.
    pub fn has_flow(&self) -> bool {
        self.flow
    }

    /// The learned log Z.
    pub fn log_z(&self) -> Option<f64> {
        self.log_z.map(|[value]| f64::from(value))
    }

    /// Lengths of the one-hot and of the dense part of a condition.
    pub fn condition(&self) -> (usize, usize) {
        self.condition
    }

    /// Number of parameters, log Z included.
    pub fn parameter_count(&self) -> usize {
        self.network.parameter_count() + usize::from(self.log_z.is_some())
    }

    /// Values that one evaluated state takes.
    pub fn row_values(&self) -> usize {
        self.network.row_values() + 3 * (self.actions + self.backward_actions)
    }

    /// Whether this policy was made for an environment of the same sizes.
    pub fn fits(&self, environment: &dyn Environment) -> bool {
        (self.actions, self.backward_actions, self.features)
            == (environment.actions(), environment.backward_actions(), environment.features())
    }

    /// All parameters: `layers.0.weight` `[inputs, outputs]`, `layers.0.bias`, …, `log_z`. Inputs are the features of
    /// the environment, the condition's one-hot part, its dense part; the last layer's outputs are forward logits,
    /// backward logits if they are learned, and the log-flow if there is one.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = self.network.named("layers.", self.network.values());
        parameters.extend(self.log_z.map(|values| Parameter {
            name: "log_z".into(),
            shape: vec![1],
            values: values.to_vec(),
        }));
        parameters
    }

    /// Takes over all parameters, which may come in any order.
    ///
    /// # Errors
    /// If one is missing, left over, of another shape or not finite; then nothing has changed.
    pub fn set_parameters(&mut self, parameters: &[Parameter]) -> Result<(), PolicyError> {
        let expected = self.network.named("layers.", self.network.values()).len() + usize::from(self.log_z.is_some());
        let network = self.network.array_of("layers.", |name, shape| find(parameters, name, shape));
        let network = network.map_err(PolicyError::Parameters)?;
        let log_z = match self.log_z {
            None => None,
            Some(_) => Some([find(parameters, "log_z", &[1]).map_err(PolicyError::Parameters)?[0]]),
        };
        if parameters.len() != expected {
            return Err(PolicyError::Parameters(format!("{} arrays where {expected} belong", parameters.len())));
        }
        self.network.values_mut().copy_from_slice(&network);
        self.log_z = log_z;
        self.version = self.version.wrapping_add(1);
        Ok(())
    }
}

/// The values of a named array of that shape.
pub(crate) fn find<'a>(parameters: &'a [Parameter], name: &str, shape: &[usize]) -> Result<&'a [f32], String> {
    let found = parameters.iter().find(|parameter| parameter.name == name);
    let found = found.ok_or_else(|| format!("`{name}` is missing"))?;
    if found.shape != shape || found.values.len() != shape.iter().product::<usize>() {
        return Err(format!("`{name}` has the shape {:?} instead of {shape:?}", found.shape));
    }
    if found.values.iter().any(|value| !value.is_finite()) {
        return Err(format!("`{name}` holds values that are no numbers"));
    }
    Ok(&found.values)
}

/// The state of Adam for a policy: one group for the network, one for log Z.
#[derive(Clone, Debug)]
pub struct Optimiser {
    network: Adam,
    log_z: Adam,
}

impl Optimiser {
    /// For `policy`, before the first step.
    pub fn new(policy: &Policy) -> Self {
        Self { network: Adam::new(policy.network.len()), log_z: Adam::new(1) }
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u32 {
        self.network.steps()
    }

    /// One step of `policy` against `gradient`; answers with the norm of the network's gradient before clipping.
    pub fn step(&mut self, policy: &mut Policy, gradient: &mut PolicyGradient, rates: &Rates) -> f64 {
        let length = norm(&gradient.network);
        if let Some(limit) = rates.clip_norm
            && length > limit
        {
            let scale = (limit / length) as f32;
            gradient.network.iter_mut().for_each(|value| *value *= scale);
        }
        self.network.update(policy.network.values_mut(), &gradient.network, rates.network, rates.weight_decay);
        if let Some(log_z) = &mut policy.log_z {
            self.log_z.update(log_z, &[gradient.log_z as f32], rates.log_z, 0.0);
        }
        policy.version = policy.version.wrapping_add(1);
        length
    }

    /// The moments of Adam as named arrays, to go on later: `first.layers.0.weight`, `second.layers.0.weight`, …,
    /// `log_z` (both moments of log Z) and `steps` (its bits as a float).
    pub fn parameters(&self, policy: &Policy) -> Vec<Parameter> {
        let mut parameters = self.network.parameters("", &policy.network);
        let log_z = vec![self.log_z.first[0], self.log_z.second[0]];
        parameters.push(Parameter { name: "log_z".into(), shape: vec![2], values: log_z });
        parameters
    }

    /// The inverse of [`Self::parameters`].
    ///
    /// # Errors
    /// If an array is missing, of another shape or not finite, or the number of steps is none.
    pub fn from_parameters(policy: &Policy, parameters: &[Parameter]) -> Result<Self, PolicyError> {
        let network = Adam::from_parameters("", &policy.network, parameters).map_err(PolicyError::Parameters)?;
        let log_z = find(parameters, "log_z", &[2]).map_err(PolicyError::Parameters)?;
        if log_z[1] < 0.0 {
            return Err(PolicyError::Parameters("the optimiser's numbers make no sense".into()));
        }
        let step = network.step;
        Ok(Self { network, log_z: Adam { step, first: vec![log_z[0]], second: vec![log_z[1]] } })
    }
}

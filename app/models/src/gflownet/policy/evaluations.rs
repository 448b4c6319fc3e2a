//! What a policy says about states: each distinct state of a step is evaluated once.
//!
//! States of a batch repeat (all trajectories share the root, a small grid has few cells at all), and a learner asks
//! again for states that its own rollout has just visited. Rows are therefore looked up by state and condition, stay
//! valid until the parameters change, and keep what the backward pass needs.

use super::{BackwardPolicy, Conditions, Inputs, Policy, Scratch, Tape, masked_log_softmax};
use crate::gflownet::environment::{Cell, Environment, States};
use std::collections::HashMap;

/// The gradient of a loss with respect to a policy's parameters.
#[derive(Clone, Debug, Default)]
pub struct PolicyGradient {
    /// Of the network, in the layout of its values.
    pub network: Vec<f32>,
    /// Of log Z.
    pub log_z: f64,
}

/// Evaluated states ("rows") of one policy, and the gradients of a loss with respect to what it said about them.
#[derive(Clone, Debug)]
pub struct Evaluations {
    version: Option<u64>,
    conditions: Conditions,
    index: HashMap<u64, u32>,
    states: States,
    which: Vec<u32>,
    inputs: Inputs,
    tape: Tape,
    /// `[rows, actions]`.
    legal: Vec<bool>,
    log_forward: Vec<f64>,
    forward_gradient: Vec<f64>,
    /// `[rows, backward actions]`.
    legal_backward: Vec<bool>,
    log_backward: Vec<f64>,
    backward_gradient: Vec<f64>,
    parents: Vec<u32>,
    flow_gradient: Vec<f64>,
    /// Sums over actions of the gradients with respect to log-probabilities.
    totals: Vec<[f64; 2]>,
    rows_forward: usize,
    rows_backward: usize,
    outputs: Vec<f32>,
    scratch: Scratch,
}

impl Evaluations {
    /// Nothing evaluated yet. A value of this type serves one policy.
    pub fn new() -> Self {
        Self {
            version: None,
            conditions: Conditions::none(),
            index: HashMap::new(),
            states: States::default(),
            which: Vec::new(),
            inputs: Inputs::new(0),
            tape: Tape::default(),
            legal: Vec::new(),
            log_forward: Vec::new(),
            forward_gradient: Vec::new(),
            legal_backward: Vec::new(),
            log_backward: Vec::new(),
            backward_gradient: Vec::new(),
            parents: Vec::new(),
            flow_gradient: Vec::new(),
            totals: Vec::new(),
            rows_forward: 0,
            rows_backward: 0,
            outputs: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// Forgets all rows unless they were computed with the present parameters of `policy` and the same conditions.
    pub fn prepare(&mut self, policy: &Policy, environment: &dyn Environment, conditions: &Conditions) {
        if self.version != Some(policy.version) || self.conditions != *conditions {
            self.conditions.clone_from(conditions);
            self.version = Some(policy.version);
            self.clear(environment);
        }
    }

    /// Forgets all rows, keeps the memory.
    pub fn clear(&mut self, environment: &dyn Environment) {
        self.index.clear();
        if self.states.width() == environment.width() {
            self.states.clear();
        } else {
            self.states = States::new(environment.width());
        }
        self.which.clear();
        if self.inputs.dense_width() == self.conditions.dense_width() {
            self.inputs.clear();
        } else {
            self.inputs = Inputs::new(self.conditions.dense_width());
        }
        self.legal.clear();
        self.log_forward.clear();
        self.forward_gradient.clear();
        self.legal_backward.clear();
        self.log_backward.clear();
        self.backward_gradient.clear();
        self.parents.clear();
        self.flow_gradient.clear();
        self.totals.clear();
        (self.rows_forward, self.rows_backward) = (0, 0);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.which.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.which.is_empty()
    }

    /// The row of `state` under condition number `condition`. What it says is there after [`Self::compute`].
    pub fn row(&mut self, policy: &Policy, environment: &dyn Environment, state: &[Cell], condition: u32) -> usize {
        let key = hash(state, condition);
        let found = self.index.get(&key).map(|&row| row as usize);
        if let Some(row) = found
            && self.which[row] == condition
            && self.states.get(row) == state
        {
            return row;
        }
        let row = self.which.len();
        if found.is_none() {
            // Should two states ever share a key, the second is evaluated each time.
            self.index.insert(key, row as u32);
        }
        self.states.push(state);
        self.which.push(condition);
        let (ones, dense) = self.conditions.get(condition as usize);
        let shift = policy.features as u32;
        let write = |places: &mut Vec<u32>| {
            environment.encode(state, places);
            places.extend(ones.iter().map(|one| one + shift));
        };
        self.inputs.push(write, dense);
        self.legal.resize((row + 1) * policy.actions, false);
        environment.forward_mask(state, &mut self.legal[row * policy.actions..]);
        self.legal_backward.resize((row + 1) * policy.backward_actions, false);
        let legal = &mut self.legal_backward[row * policy.backward_actions..];
        environment.backward_mask(state, legal);
        self.parents.push(legal.iter().filter(|&&legal| legal).count() as u32);
        row
    }

    /// Evaluates all rows that are new.
    pub fn compute(&mut self, policy: &Policy) {
        let (rows, first) = (self.len(), self.rows_forward);
        if first == rows {
            return;
        }
        let outputs = policy.network.forward(&self.inputs, &mut self.tape, first);
        let pitch = policy.network.pitch();
        let actions = policy.actions;
        self.log_forward.resize(rows * actions, 0.0);
        for row in first..rows {
            let places = row * actions..(row + 1) * actions;
            let logits = &outputs[row * pitch..][..actions];
            masked_log_softmax(logits, &self.legal[places.clone()], &mut self.log_forward[places]);
        }
        self.rows_forward = rows;
    }

    /// Evaluates all rows that are new, learned backward policy included, and makes room for gradients.
    pub fn compute_all(&mut self, policy: &Policy) {
        self.compute(policy);
        let (rows, first) = (self.len(), self.rows_backward);
        self.forward_gradient.resize(rows * policy.actions, 0.0);
        self.flow_gradient.resize(rows, 0.0);
        self.totals.resize(rows, [0.0; 2]);
        if policy.backward == BackwardPolicy::Learned {
            let pitch = policy.network.pitch();
            let actions = policy.backward_actions;
            let outputs = self.tape.outputs();
            self.backward_gradient.resize(rows * actions, 0.0);
            self.log_backward.resize(rows * actions, 0.0);
            for row in first..rows {
                let places = row * actions..(row + 1) * actions;
                let logits = &outputs[row * pitch + policy.actions..][..actions];
                masked_log_softmax(logits, &self.legal_backward[places.clone()], &mut self.log_backward[places]);
            }
        }
        self.rows_backward = rows;
    }

    /// Which actions are legal in a row.
    pub fn legal(&self, policy: &Policy, row: usize) -> &[bool] {
        &self.legal[row * policy.actions..][..policy.actions]
    }

    /// Which backward actions are legal in a row.
    pub fn legal_backward(&self, policy: &Policy, row: usize) -> &[bool] {
        &self.legal_backward[row * policy.backward_actions..][..policy.backward_actions]
    }

    /// Number of parents of a row.
    pub fn parents(&self, row: usize) -> usize {
        self.parents[row] as usize
    }

    /// Forward logits of a computed row, legal or not: log-flows of edges for learners that read them so.
    pub fn logits(&self, policy: &Policy, row: usize) -> &[f32] {
        &self.tape.outputs()[row * policy.network.pitch()..][..policy.actions]
    }

    /// `log P_F(·|s)` of a computed row.
    pub fn log_forward(&self, policy: &Policy, row: usize) -> &[f64] {
        &self.log_forward[row * policy.actions..][..policy.actions]
    }

    /// `log P_B(·|s)` of a row after [`Self::compute_all`]; empty unless the backward policy is learned.
    pub fn log_backward(&self, policy: &Policy, row: usize) -> &[f64] {
        match policy.backward {
            BackwardPolicy::Learned => &self.log_backward[row * policy.backward_actions..][..policy.backward_actions],
            BackwardPolicy::Uniform => &[],
        }
    }

    /// `log P_B(action|s)` of a row after [`Self::compute_all`].
    pub fn log_backward_of(&self, policy: &Policy, row: usize, action: usize) -> f64 {
        match policy.backward {
            BackwardPolicy::Learned => self.log_backward[row * policy.backward_actions + action],
            BackwardPolicy::Uniform => -f64::from(self.parents[row]).ln(),
        }
    }

    /// The head's log-flow of a computed row; 0 if there is none.
    pub fn log_flow(&self, policy: &Policy, row: usize) -> f64 {
        if !policy.flow {
            return 0.0;
        }
        let learned = if policy.backward == BackwardPolicy::Learned { policy.backward_actions } else { 0 };
        f64::from(self.tape.outputs()[row * policy.network.pitch() + policy.actions + learned])
    }

    /// Adds to the gradient with respect to `log P_F(action|s)`.
    pub fn add_forward(&mut self, policy: &Policy, row: usize, action: usize, gradient: f64) {
        self.forward_gradient[row * policy.actions + action] += gradient;
        self.totals[row][0] += gradient;
    }

    /// Adds to the gradient with respect to a forward logit itself.
    pub fn add_logit(&mut self, policy: &Policy, row: usize, action: usize, gradient: f64) {
        self.forward_gradient[row * policy.actions + action] += gradient;
    }

    /// Adds to the gradient with respect to `log P_B(action|s)`; nothing happens unless it is learned.
    pub fn add_backward(&mut self, policy: &Policy, row: usize, action: usize, gradient: f64) {
        if policy.backward == BackwardPolicy::Learned {
            self.backward_gradient[row * policy.backward_actions + action] += gradient;
            self.totals[row][1] += gradient;
        }
    }

    /// Adds to the gradient with respect to the head's log-flow.
    pub fn add_flow(&mut self, row: usize, gradient: f64) {
        self.flow_gradient[row] += gradient;
    }

    /// Turns the gradients of all rows into that of the network; call [`Self::compute_all`] before any is added.
    /// They stay until the rows are forgotten.
    pub fn backward(&mut self, policy: &Policy, gradient: &mut PolicyGradient) {
        let (rows, pitch, actions) = (self.len(), policy.network.pitch(), policy.actions);
        self.outputs.clear();
        self.outputs.resize(rows * pitch, 0.0);
        for (row, outputs) in self.outputs.chunks_exact_mut(pitch).enumerate() {
            let (forward, rest) = outputs.split_at_mut(actions);
            let places = row * actions..(row + 1) * actions;
            let [total, total_backward] = self.totals[row];
            logit_gradient(&self.log_forward[places.clone()], &self.forward_gradient[places], total, forward);
            let mut flow = 0;
            if policy.backward == BackwardPolicy::Learned {
                flow = policy.backward_actions;
                let places = row * flow..(row + 1) * flow;
                let gradients = &self.backward_gradient[places.clone()];
                logit_gradient(&self.log_backward[places], gradients, total_backward, &mut rest[..flow]);
            }
            if policy.flow {
                rest[flow] = self.flow_gradient[row] as f32;
            }
        }
        gradient.network.resize(policy.network.len(), 0.0);
        policy.network.backward(&self.inputs, &self.tape, &self.outputs, &mut gradient.network, &mut self.scratch);
    }
}

impl Default for Evaluations {
    fn default() -> Self {
        Self::new()
    }
}

/// The gradient through a log-softmax: `g − p·Σg`, 0 where `p` is.
fn logit_gradient(log_probs: &[f64], gradients: &[f64], total: f64, logits: &mut [f32]) {
    if total == 0.0 {
        for (slot, gradient) in logits.iter_mut().zip(gradients) {
            *slot = *gradient as f32;
        }
    } else {
        for ((slot, log_prob), gradient) in logits.iter_mut().zip(log_probs).zip(gradients) {
            *slot = (gradient - total * log_prob.exp()) as f32;
        }
    }
}

/// A key of a state and its condition.
fn hash(state: &[Cell], condition: u32) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut key = u64::from(condition).wrapping_mul(FACTOR) ^ state.len() as u64;
    for cells in state.chunks(4) {
        let word = cells.iter().fold(0, |word, &cell| word << 16 | u64::from(cell as u16));
        key = (key.rotate_left(23) ^ word).wrapping_mul(FACTOR);
        key ^= key >> 29;
    }
    key
}

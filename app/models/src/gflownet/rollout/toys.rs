//! Two small decision problems for tests, with their exact laws by brute force.

use crate::gflownet::{
    environment::{Cell, Environment, EnvironmentError, Reward},
    policy::{Conditions, Evaluations, Policy},
};
use std::collections::BTreeMap;

/// A grid: add 1 to a coordinate, or stop.
pub(crate) struct Grid {
    pub dimensions: usize,
    pub side: usize,
}

impl Grid {
    pub fn cell_of(&self, state: &[Cell]) -> usize {
        state[..self.dimensions].iter().fold(0, |cell, &c| cell * self.side + c as usize)
    }
}

impl Environment for Grid {
    fn width(&self) -> usize {
        self.dimensions + 1
    }
    fn actions(&self) -> usize {
        self.dimensions + 1
    }
    fn backward_actions(&self) -> usize {
        self.dimensions + 1
    }
    fn longest(&self) -> usize {
        self.dimensions * (self.side - 1) + 1
    }
    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }
    fn is_terminal(&self, state: &[Cell]) -> bool {
        state[self.dimensions] == 1
    }
    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let open = !self.is_terminal(state);
        (0..self.dimensions).for_each(|i| legal[i] = open && (state[i] as usize) < self.side - 1);
        legal[self.dimensions] = open;
    }
    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let open = !self.is_terminal(state);
        (0..self.dimensions).for_each(|i| legal[i] = open && state[i] > 0);
        legal[self.dimensions] = !open;
    }
    fn step(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] += 1;
        action
    }
    fn step_back(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] -= 1;
        action
    }
    fn features(&self) -> usize {
        self.dimensions * self.side + 1
    }
    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        ones.extend((0..self.dimensions).map(|i| (i * self.side + state[i] as usize) as u32));
        if self.is_terminal(state) {
            ones.push((self.dimensions * self.side) as u32);
        }
    }
    fn write(&self, state: &[Cell]) -> String {
        format!("{state:?}")
    }
    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        Err(EnvironmentError::Size(text.into()))
    }
}

/// Sets: add an absent element until `chosen` are in.
pub(crate) struct Sets {
    pub elements: usize,
    pub chosen: usize,
}

impl Environment for Sets {
    fn width(&self) -> usize {
        self.elements
    }
    fn actions(&self) -> usize {
        self.elements
    }
    fn backward_actions(&self) -> usize {
        self.elements
    }
    fn longest(&self) -> usize {
        self.chosen
    }
    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }
    fn is_terminal(&self, state: &[Cell]) -> bool {
        state.iter().map(|&c| c as usize).sum::<usize>() == self.chosen
    }
    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let open = !self.is_terminal(state);
        legal.iter_mut().zip(state).for_each(|(legal, &c)| *legal = open && c == 0);
    }
    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        legal.iter_mut().zip(state).for_each(|(legal, &c)| *legal = c == 1);
    }
    fn step(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] = 1;
        action
    }
    fn step_back(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] = 0;
        action
    }
    fn features(&self) -> usize {
        self.elements
    }
    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        ones.extend((0..self.elements).filter(|&i| state[i] == 1).map(|i| i as u32));
    }
    fn write(&self, state: &[Cell]) -> String {
        format!("{state:?}")
    }
    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        Err(EnvironmentError::Size(text.into()))
    }
}

/// A log-reward for each cell of a [`Grid`].
pub(crate) struct Table<'a>(pub &'a Grid, pub Vec<f64>);

impl Reward for Table<'_> {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        self.1[self.0.cell_of(state)]
    }
}

/// The reward that is largest near the corners, `R₀ = 0.1` (Bengio et al. 2021, Eq. 12), of a grid in two dimensions.
pub(crate) fn corners(grid: &Grid) -> Table<'_> {
    let at = |c: usize| (c as f64 / (grid.side as f64 - 1.0) - 0.5).abs();
    let value = |cell: usize| {
        let (x, y) = (at(cell / grid.side), at(cell % grid.side));
        let ring = f64::from(u8::from(x > 0.25 && y > 0.25));
        let peak = f64::from(u8::from(x > 0.3 && x < 0.4 && y > 0.3 && y < 0.4));
        (0.1 + 0.5 * ring + 2.0 * peak).ln()
    };
    Table(grid, (0..grid.side * grid.side).map(value).collect())
}

/// An energy for each element: `log R = −Σ E`, of unfinished sets too.
pub(crate) struct Energies(pub Vec<f64>);

impl Reward for Energies {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        -state.iter().zip(&self.0).map(|(&c, energy)| f64::from(c) * energy).sum::<f64>()
    }
    fn partial(&self, state: &[Cell]) -> Option<f64> {
        Some(self.log_reward(state))
    }
}

/// The probability of each finished object under `policy`, level by level.
pub(crate) fn law(
    environment: &dyn Environment,
    policy: &Policy,
    conditions: &Conditions,
    condition: u32,
) -> BTreeMap<Vec<Cell>, f64> {
    let mut evaluations = Evaluations::new();
    evaluations.prepare(policy, environment, conditions);
    let mut root = vec![0; environment.width()];
    environment.root(&mut root);
    let (mut level, mut finished) = (BTreeMap::from([(root, 1.0)]), BTreeMap::new());
    while !level.is_empty() {
        let mut next = BTreeMap::new();
        for (state, probability) in level {
            if environment.is_terminal(&state) {
                *finished.entry(state).or_insert(0.0) += probability;
                continue;
            }
            let row = evaluations.row(policy, environment, &state, condition);
            evaluations.compute(policy);
            for (action, log_prob) in evaluations.log_forward(policy, row).iter().enumerate() {
                if *log_prob > f64::NEG_INFINITY {
                    let mut child = state.clone();
                    environment.step(&mut child, action);
                    *next.entry(child).or_insert(0.0) += probability * log_prob.exp();
                }
            }
        }
        level = next;
    }
    finished
}

/// Total variation between `law` and the normalised `reward`.
pub(crate) fn total_variation(law: &BTreeMap<Vec<Cell>, f64>, reward: &dyn Reward) -> f64 {
    let z: f64 = law.keys().map(|state| reward.log_reward(state).exp()).sum();
    0.5 * law.iter().map(|(state, p)| (p - reward.log_reward(state).exp() / z).abs()).sum::<f64>()
}

//! Small problems for tests, and the law of a policy on them.

use crate::gflownet::{
    environment::{Cell, Environment, GridReward, HyperGrid, Reward, SetGeneration, SetReward, TableReward},
    exact::{Graph, target_law},
    law::{Law, log_forward},
    metrics,
    policy::{Conditions, Policy},
};
use std::{collections::BTreeMap, sync::Arc};

/// More states than any problem of these tests has.
const LIMIT: usize = 10_000;

/// A grid: add 1 to a coordinate, or stop.
pub(crate) fn grid(dimensions: usize, side: usize) -> HyperGrid {
    HyperGrid::new(dimensions, side).unwrap()
}

/// Sets: add an absent element until `chosen` are in.
pub(crate) fn sets(elements: usize, chosen: usize) -> SetGeneration {
    SetGeneration::new(elements, chosen).unwrap()
}

/// A log-reward for each cell of a grid.
pub(crate) fn table(grid: &HyperGrid, log_rewards: Vec<f64>) -> TableReward {
    TableReward::from_log(Arc::new(grid.clone()), log_rewards).unwrap()
}

/// The reward that is largest near the corners, `R₀ = 0.1`.
pub(crate) fn corners(grid: &HyperGrid) -> TableReward {
    TableReward::new(Arc::new(grid.clone()), &GridReward::corners(0.1).values(grid)).unwrap()
}

/// The same log-reward for every object, a number or not, and nothing about unfinished ones.
pub(crate) struct Constant(pub f64);

impl Reward for Constant {
    fn log_reward(&self, _state: &[Cell]) -> f64 {
        self.0
    }
}

/// An energy for each element: `log R = −Σ E`, of unfinished sets too.
pub(crate) fn energies(energies: Vec<f64>) -> SetReward {
    SetReward::new(energies).unwrap()
}

/// The probability of each finished object under `policy` with condition number 0 of `conditions`.
pub(crate) fn law(environment: &dyn Environment, policy: &Policy, conditions: &Conditions) -> BTreeMap<Vec<Cell>, f64> {
    let graph = Graph::enumerate(environment, LIMIT).unwrap();
    let law = Law::of(&graph, log_forward(&graph, environment, policy, conditions));
    let objects = graph.terminals().iter().map(|&terminal| graph.states().get(terminal as usize).to_vec());
    objects.zip(law.terminals.iter().map(|log_prob| log_prob.exp())).collect()
}

/// Total variation between the law of an unconditioned `policy` and the normalised `reward`.
pub(crate) fn distance(environment: &dyn Environment, policy: &Policy, reward: &dyn Reward) -> f64 {
    let graph = Graph::enumerate(environment, LIMIT).unwrap();
    let law = Law::of(&graph, log_forward(&graph, environment, policy, &Conditions::none()));
    metrics::total_variation(&law.terminals, &target_law(&graph.log_rewards(reward)).0)
}

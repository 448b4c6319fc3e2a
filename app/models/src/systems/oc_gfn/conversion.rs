//! The conversion without training: `P_F(s'|s) ∝ Σ_y R(y)·F(s|y)·P_F(s'|s,y)` (spec §3, Eq. 5/6), outcome by outcome.

use super::Space;
use crate::gflownet::{
    exact::log_add_exp,
    policy::{Conditions, Evaluations, Policy},
};

/// The sums over the outcomes that were added so far.
pub struct Conversion {
    log_numerators: Vec<f64>,
    next: usize,
    evaluations: Evaluations,
}

impl Conversion {
    /// Before the first outcome.
    pub fn new(space: &Space) -> Self {
        let log_numerators = vec![f64::NEG_INFINITY; space.graph.edges()];
        Self { log_numerators, next: 0, evaluations: Evaluations::new() }
    }

    /// Whether all outcomes are in the sums.
    pub fn is_complete(&self, space: &Space) -> bool {
        self.next == space.graph.terminals().len()
    }

    /// Adds the next `count` outcomes, `log_rewards` being those of all objects in the graph's order; answers with the
    /// number of states that the frozen policy was asked about.
    pub fn add(&mut self, space: &Space, frozen: &Policy, log_rewards: &[f64], count: usize) -> usize {
        let (graph, environment) = (&space.graph, space.environment());
        let until = (self.next + count).min(graph.terminals().len());
        let mut asked = 0;
        let outcomes = graph.terminals().iter().zip(log_rewards).take(until).skip(self.next);
        for (&terminal, &log_reward) in outcomes {
            if log_reward == f64::NEG_INFINITY {
                continue;
            }
            let terminal = terminal as usize;
            let mut conditions = Conditions::new(0);
            conditions.push(&space.rules.encode(&space.rules.spell(graph.states().get(terminal))), &[]);
            self.evaluations.prepare(frozen, environment, &conditions);
            self.evaluations.clear(environment);
            let ancestors: Vec<(usize, usize)> = ancestors(space, terminal)
                .into_iter()
                .map(|state| (state, self.evaluations.row(frozen, environment, graph.states().get(state), 0)))
                .collect();
            self.evaluations.compute(frozen);
            asked += ancestors.len();
            for (state, row) in ancestors {
                let log_flow = log_reward + self.evaluations.log_flow(frozen, row);
                let log_forward = self.evaluations.log_forward(frozen, row);
                for edge in graph.children(state) {
                    let term = log_flow + log_forward[graph.action(edge)];
                    self.log_numerators[edge] = log_add_exp(self.log_numerators[edge], term);
                }
            }
        }
        self.next = until;
        asked
    }

    /// `ln Z` from what was added so far.
    pub fn log_z(&self, space: &Space) -> f64 {
        crate::gflownet::exact::log_sum_exp(self.log_numerators[space.graph.children(0)].iter().copied())
    }

    /// `ln P_F` of every transition from what was added so far; where nothing was, all children are alike.
    pub fn log_forward(&self, space: &Space) -> Vec<f64> {
        let graph = &space.graph;
        let mut log_forward = self.log_numerators.clone();
        for state in 0..graph.len() {
            let children = graph.children(state);
            let sum = crate::gflownet::exact::log_sum_exp(log_forward[children.clone()].iter().copied());
            let uniform = -(children.len() as f64).ln();
            for log in &mut log_forward[children] {
                *log = if sum == f64::NEG_INFINITY { uniform } else { *log - sum };
            }
        }
        log_forward
    }
}

/// The states on some way to `terminal`, itself excluded.
fn ancestors(space: &Space, terminal: usize) -> Vec<usize> {
    let graph = &space.graph;
    let mut known = std::collections::BTreeSet::from([terminal]);
    let mut left = vec![terminal];
    while let Some(state) = left.pop() {
        left.extend(graph.parents(state).map(|edge| graph.source(edge)).filter(|&parent| known.insert(parent)));
    }
    known.remove(&terminal);
    known.into_iter().collect()
}

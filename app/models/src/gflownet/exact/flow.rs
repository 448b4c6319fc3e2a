//! Flows on a [`Graph`].

use super::{Graph, log_add_exp, log_sum_exp};

/// The flows that a reward and a backward policy define (Bengio et al. 2023, §2).
#[derive(Clone, Debug, PartialEq)]
pub struct Flows {
    /// `ln F(s)` of every state.
    pub log_flow: Vec<f64>,
    /// `ln P_F` of every transition; uniform in states through which nothing flows.
    pub log_forward: Vec<f64>,
    /// `ln Z`, the flow of the root.
    pub log_z: f64,
}

/// Collects the flows from the objects backwards: `F(s) = Σ F(s')·P_B(s|s')`, and `F(x) = R(x)` at the end.
///
/// `log_rewards` are in the order of [`Graph::terminals`], `log_backward` in that of the transitions.
///
/// # Panics
/// If there are not as many of them as terminals or transitions.
pub fn flows_backward(graph: &Graph, log_rewards: &[f64], log_backward: &[f64]) -> Flows {
    assert_eq!(log_rewards.len(), graph.terminals().len(), "one reward per terminal state");
    assert_eq!(log_backward.len(), graph.edges(), "one probability per transition");
    let mut log_flow = vec![f64::NEG_INFINITY; graph.len()];
    let mut log_forward = vec![0.0; graph.edges()];
    for (&terminal, &reward) in graph.terminals().iter().zip(log_rewards) {
        log_flow[terminal as usize] = reward;
    }
    for state in (0..graph.len()).rev() {
        let children = graph.children(state);
        if children.is_empty() {
            continue;
        }
        for edge in children.clone() {
            log_forward[edge] = log_flow[graph.target(edge)] + log_backward[edge];
        }
        let top = log_forward[children.clone()].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shift = if top.is_finite() { top } else { 0.0 };
        let uniform = -(children.len() as f64).ln();
        for log in &mut log_forward[children.clone()] {
            *log = if top == f64::NEG_INFINITY { uniform } else { *log - shift };
        }
        // Normalised before the largest is added back, so that it cannot swallow the sum.
        let sum = log_sum_exp(log_forward[children.clone()].iter().copied());
        log_forward[children].iter_mut().for_each(|log| *log -= sum);
        log_flow[state] = if top == f64::NEG_INFINITY { top } else { shift + sum };
    }
    Flows { log_z: log_flow[0], log_flow, log_forward }
}

/// The log-probability that a policy comes through each state.
///
/// # Panics
/// If there is not one `ln P_F` per transition.
pub fn forward_visits(graph: &Graph, log_forward: &[f64]) -> Vec<f64> {
    assert_eq!(log_forward.len(), graph.edges(), "one probability per transition");
    let mut visits = vec![f64::NEG_INFINITY; graph.len()];
    visits[0] = 0.0;
    for state in 1..graph.len() {
        visits[state] = log_sum_exp(graph.parents(state).map(|edge| visits[graph.source(edge)] + log_forward[edge]));
    }
    visits
}

/// The law of the objects that a policy makes: log-probabilities in the order of [`Graph::terminals`].
///
/// # Panics
/// If there is not one `ln P_F` per transition.
pub fn terminating_law(graph: &Graph, log_forward: &[f64]) -> Vec<f64> {
    let visits = forward_visits(graph, log_forward);
    graph.terminals().iter().map(|&t| visits[t as usize]).collect()
}

/// `ln F(s|y)` of every state: the log-probability that a walk backwards from `outcome` comes through s. It is the flow
/// for the reward that is 1 on `outcome` and 0 elsewhere (oc-gfn §7a).
///
/// # Panics
/// If `outcome` is no state, or there is not one `ln P_B` per transition.
pub fn backward_visits(graph: &Graph, outcome: usize, log_backward: &[f64]) -> Vec<f64> {
    assert_eq!(log_backward.len(), graph.edges(), "one probability per transition");
    let mut visits = vec![f64::NEG_INFINITY; graph.len()];
    visits[outcome] = 0.0;
    for state in (1..=outcome).rev() {
        if visits[state] == f64::NEG_INFINITY {
            continue;
        }
        for edge in graph.parents(state) {
            let parent = graph.source(edge);
            visits[parent] = log_add_exp(visits[parent], visits[state] + log_backward[edge]);
        }
    }
    visits
}

//! The identities of flows: oc-gfn §7 (a)–(e), (g) and op-gfn §7 (g).

use std::sync::Arc;

use rand::Rng;

use super::{Graph, backward_visits, flows_backward, forward_visits, log_sum_exp, target_law, terminating_law};
use crate::{
    gflownet::{
        environment::{
            Bag, Environment, EnvironmentError, GridReward, Growth, HyperGrid, Indexed, NatsCell, ParetoGrid, Sequence,
            SetGeneration, TableReward,
        },
        metrics::total_variation,
    },
    seed::stream,
};

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

fn grid(side: usize) -> (Arc<HyperGrid>, Graph) {
    let grid = Arc::new(HyperGrid::new(2, side).unwrap());
    let graph = Graph::enumerate(grid.as_ref(), 1 << 20).unwrap();
    (grid, graph)
}

fn corner_rewards(grid: &Arc<HyperGrid>, graph: &Graph, r0: f64) -> Vec<f64> {
    let reward = TableReward::new(grid.clone(), &GridReward::corners(r0).values(grid)).unwrap();
    graph.log_rewards(&reward)
}

#[test]
fn a_graph_lists_every_state_once_and_parents_first() {
    let words = Sequence::fixed("ACGT", 8, Growth::PrependAppend).unwrap();
    let graph = Graph::enumerate(&words, 100_000).unwrap();
    assert_eq!(graph.len(), 87_381);
    assert_eq!(graph.terminals().len(), 65_536);
    for state in 0..graph.len() {
        assert_eq!(graph.find(graph.states().get(state)), Some(state));
        assert!(graph.children(state).all(|e| graph.source(e) == state && graph.target(e) > state));
        assert!(graph.parents(state).all(|e| graph.target(e) == state));
    }
    assert_eq!((0..graph.len()).map(|s| graph.parents(s).len()).sum::<usize>(), graph.edges());
    assert_eq!(graph.find(&[9; 8]), None);
    let error = Graph::enumerate(&words, 87_380).unwrap_err();
    assert_eq!(error, EnvironmentError::TooManyStates { states: 87_381.0, limit: 87_380 });
    assert!(Graph::enumerate(&SetGeneration::new(100, 80).unwrap(), 1000).is_err());
    for (environment, states, terminals) in [
        (&NatsCell as &dyn Environment, 46_656, 15_625),
        (&ParetoGrid::published(), 961 + 1023, 1023),
        (&HyperGrid::new(2, 8).unwrap(), 128, 64),
        (&Bag::published(), 77_520, 27_132),
    ] {
        let graph = Graph::enumerate(environment, 100_000).unwrap();
        assert_eq!((graph.len(), graph.terminals().len()), (states, terminals));
    }
}

#[test]
fn values_of_a_policy_are_picked_by_transition() {
    let (grid, graph) = grid(4);
    let actions = grid.actions();
    let rows: Vec<f64> = (0..graph.len() * actions).map(|i| i as f64).collect();
    let (forward, backward) = (graph.per_edge(&rows, actions), graph.per_edge_backward(&rows, actions));
    let mut parent = vec![0; grid.width()];
    for edge in 0..graph.edges() {
        assert_eq!(forward[edge], (graph.source(edge) * actions + graph.action(edge)) as f64);
        assert_eq!(backward[edge], (graph.target(edge) * actions + graph.backward_action(edge)) as f64);
        parent.copy_from_slice(graph.states().get(graph.target(edge)));
        assert_eq!(grid.step_back(&mut parent, graph.backward_action(edge)), graph.action(edge));
        assert_eq!(parent, graph.states().get(graph.source(edge)));
    }
}

#[test]
fn the_policy_of_exact_flows_samples_the_target() {
    let (grid, graph) = grid(8);
    let log_rewards = corner_rewards(&grid, &graph, 1e-3);
    let flows = flows_backward(&graph, &log_rewards, &graph.uniform_backward());
    close(flows.log_z.exp(), 16.064, 1e-9);
    let (target, log_z) = target_law(&log_rewards);
    close(flows.log_z, log_z, 1e-12);
    let law = terminating_law(&graph, &flows.log_forward);
    assert!(total_variation(&law, &target) < 1e-14);
    // Flow in equals flow out: what comes through a state is its share of Z.
    for (visits, flow) in forward_visits(&graph, &flows.log_forward).iter().zip(&flows.log_flow) {
        close(visits + log_z, *flow, 1e-12);
    }
    // An untrained policy is something else, and is a law, too.
    let uniform = terminating_law(&graph, &graph.uniform_forward());
    close(log_sum_exp(uniform.iter().copied()), 0.0, 1e-12);
    assert!(total_variation(&uniform, &target) > 0.5);
}

#[test]
fn any_backward_policy_gives_flows_with_the_same_target() {
    let (grid, graph) = grid(6);
    let log_rewards = corner_rewards(&grid, &graph, 1e-2);
    let mut rng = stream(3, 0);
    let mut backward: Vec<f64> = (0..graph.edges()).map(|_| rng.random_range(-3.0..3.0)).collect();
    for state in 1..graph.len() {
        let norm = log_sum_exp(graph.parents(state).map(|e| backward[e]));
        graph.parents(state).for_each(|e| backward[e] -= norm);
    }
    let flows = flows_backward(&graph, &log_rewards, &backward);
    let (target, log_z) = target_law(&log_rewards);
    close(flows.log_z, log_z, 1e-12);
    assert!(total_variation(&terminating_law(&graph, &flows.log_forward), &target) < 1e-14);
}

#[test]
fn conditional_flows_are_backward_visits() {
    let (_, graph) = grid(5);
    let backward = graph.uniform_backward();
    for (at, &outcome) in graph.terminals().iter().enumerate() {
        let visits = backward_visits(&graph, outcome as usize, &backward);
        // oc-gfn §7a: every walk back ends in the root, …
        close(visits[0], 0.0, 1e-12);
        // … and the visits are the flows for the reward 1{x = y}.
        let mut one_hot = vec![f64::NEG_INFINITY; graph.terminals().len()];
        one_hot[at] = 0.0;
        let flows = flows_backward(&graph, &one_hot, &backward);
        for (visit, flow) in visits.iter().zip(&flows.log_flow) {
            close(visit.exp(), flow.exp(), 1e-12);
        }
        // oc-gfn §7c: F(s'|y)·P_B/F(s|y) is a policy, and it always reaches y.
        for state in (0..graph.len()).filter(|&s| visits[s].is_finite() && !graph.children(s).is_empty()) {
            let sum: f64 =
                graph.children(state).map(|e| (visits[graph.target(e)] + backward[e] - visits[state]).exp()).sum();
            close(sum, 1.0, 1e-12);
        }
        close(terminating_law(&graph, &flows.log_forward)[at], 0.0, 1e-12);
    }
}

/// `Σ_y R(y)·F(s|y)·P_F(s'|s, y)` of every transition (oc-gfn, Eq. 5), summed outcome by outcome.
fn numerators(graph: &Graph, rewards: &[f64]) -> Vec<f64> {
    let backward = graph.uniform_backward();
    let mut sums = vec![0.0; graph.edges()];
    for (&outcome, reward) in graph.terminals().iter().zip(rewards) {
        let visits = backward_visits(graph, outcome as usize, &backward);
        for (edge, sum) in sums.iter_mut().enumerate() {
            *sum += reward * (visits[graph.target(edge)] + backward[edge]).exp();
        }
    }
    sums
}

fn policy_of(graph: &Graph, numerators: &[f64]) -> Vec<f64> {
    let total = |edge: usize| graph.children(graph.source(edge)).map(|e| numerators[e]).sum::<f64>();
    (0..graph.edges()).map(|edge| (numerators[edge] / total(edge)).ln()).collect()
}

#[test]
fn summing_conditional_flows_converts_to_any_reward() {
    let (grid, graph) = grid(8);
    let log_rewards = corner_rewards(&grid, &graph, 1e-3);
    let rewards: Vec<f64> = log_rewards.iter().map(|r| r.exp()).collect();
    let backward = graph.uniform_backward();
    let flows = flows_backward(&graph, &log_rewards, &backward);
    // oc-gfn §7b: the sum over outcomes is the flow of dynamic programming, …
    let converted = numerators(&graph, &rewards);
    for (edge, sum) in converted.iter().enumerate() {
        close(*sum, (flows.log_flow[graph.target(edge)] + backward[edge]).exp(), 1e-12);
    }
    close(graph.children(0).map(|e| converted[e]).sum(), 16.064, 1e-9);
    // … and samples R/Z.
    let law = terminating_law(&graph, &policy_of(&graph, &converted));
    assert!(total_variation(&law, &target_law(&log_rewards).0) < 1e-14);
    // oc-gfn §7d: linear in the reward; its scale does not change the policy.
    let other: Vec<f64> = (0..rewards.len()).map(|i| (i % 7) as f64).collect();
    let mixed: Vec<f64> = rewards.iter().zip(&other).map(|(a, b)| 2.0 * a + 0.5 * b).collect();
    let by_parts = converted.iter().zip(numerators(&graph, &other)).map(|(a, b)| 2.0 * a + 0.5 * b);
    for (whole, parts) in numerators(&graph, &mixed).into_iter().zip(by_parts) {
        close(whole, parts, 1e-11);
    }
    let scaled: Vec<f64> = log_rewards.iter().map(|r| r + 5.0).collect();
    for (a, b) in flows_backward(&graph, &scaled, &backward).log_forward.iter().zip(&flows.log_forward) {
        close(*a, *b, 1e-12);
    }
}

#[test]
fn equal_rewards_give_the_log_number_of_objects() {
    // oc-gfn §7e.
    let words = Sequence::fixed("ACGT", 6, Growth::PrependAppend).unwrap();
    for environment in [&words as &dyn Environment, &HyperGrid::new(2, 8).unwrap(), &NatsCell] {
        let graph = Graph::enumerate(environment, 100_000).unwrap();
        let objects = graph.terminals().len();
        let flows = flows_backward(&graph, &vec![0.0; objects], &graph.uniform_backward());
        close(flows.log_z, (objects as f64).ln(), 1e-12);
        let law = terminating_law(&graph, &flows.log_forward);
        assert!(law.iter().all(|p| (p + (objects as f64).ln()).abs() < 1e-10));
    }
}

#[test]
fn in_a_tree_a_flow_is_the_sum_of_what_it_leads_to() {
    // oc-gfn §7g: N(s'|s) = Σ R(y) over the y that extend s'.
    let words = Arc::new(Sequence::variable("ab", 2, 6).unwrap());
    let rewards: Vec<f64> = (0..words.objects()).map(|i| 1.0 + (i * i % 11) as f64).collect();
    let reward = TableReward::new(words.clone(), &rewards).unwrap();
    let graph = Graph::enumerate(words.as_ref(), 1000).unwrap();
    let log_rewards = graph.log_rewards(&reward);
    let flows = flows_backward(&graph, &log_rewards, &graph.uniform_backward());
    let text = |state: usize| words.write(graph.states().get(state));
    for state in (0..graph.len()).filter(|s| !graph.children(*s).is_empty()) {
        let extending =
            graph.terminals().iter().zip(&log_rewards).filter(|(t, _)| text(**t as usize).starts_with(&text(state)));
        close(flows.log_flow[state].exp(), extending.map(|(_, r)| r.exp()).sum(), 1e-9);
    }
}

#[test]
fn the_law_on_the_pareto_grid_sums_to_one() {
    // op-gfn §7g.
    let graph = Graph::enumerate(&ParetoGrid::published(), 10_000).unwrap();
    let mut rng = stream(4, 0);
    let mut forward: Vec<f64> = (0..graph.edges()).map(|_| rng.random_range(-4.0..4.0)).collect();
    for state in 0..graph.len() {
        let norm = log_sum_exp(graph.children(state).map(|e| forward[e]));
        graph.children(state).for_each(|e| forward[e] -= norm);
    }
    let law = terminating_law(&graph, &forward);
    assert_eq!(law.len(), 1023);
    close(law.iter().map(|p| p.exp()).sum(), 1.0, 1e-12);
}

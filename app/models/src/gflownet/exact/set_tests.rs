//! fl-gfn §7 (a)–(d), (f), the published ceilings, and rewards at the ends of the number range.

use proptest::prelude::*;

use super::{Graph, expectation, flows_backward, sets, target_law, terminating_law};
use crate::gflownet::{
    environment::{
        Reward, SetGeneration, SetReward, SetSize,
        set_generation::{LARGE, MEDIUM, SMALL},
    },
    metrics::total_variation,
};

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

fn weights(size: &SetSize) -> Vec<f64> {
    size.energies().iter().map(|e| -e).collect()
}

#[test]
fn symmetric_polynomials_give_the_published_ceilings() {
    // fl-gfn §4 and §7a: ln Z, best R, best-100 mean, E[R] under target and uniform law, E[ln R].
    for (size, log_z, best, top, under_target, under_uniform, log_reward) in [
        (SMALL, 11.892389, 0.29996, 0.26328, 0.0205, 0.0049, -4.5371),
        (MEDIUM, 45.378950, 1.00757e6, 9.9930e5, 1363.1, 14.43, 5.1905),
        (LARGE, 48.391947, 9.0880e5, 9.0030e5, 304.9, 1.937, 3.4560),
    ] {
        let (weights, k) = (weights(&size), size.chosen);
        let relative = |ours: f64, known: f64, tolerance: f64| close(ours / known, 1.0, tolerance);
        close(sets::log_partition(&weights, k), log_z, 1e-6);
        relative(sets::best_log_rewards(&weights, k, 1)[0].exp(), best, 2e-5);
        relative(sets::log_best_mean(&weights, k, 100).exp(), top, 2e-5);
        relative(sets::expected_reward(&weights, k), under_target, 3e-3);
        relative(sets::uniform_reward(&weights, k), under_uniform, 1e-2);
        close(sets::expected_log_reward(&weights, k), log_reward, 1e-4);
    }
}

#[test]
fn inclusion_probabilities_add_up_and_equal_energies_share_them() {
    for size in [SMALL, MEDIUM, LARGE] {
        let inclusion = sets::inclusion_probabilities(&weights(&size), size.chosen);
        // fl-gfn §7b.
        close(inclusion.iter().sum(), size.chosen as f64, 1e-9);
        // fl-gfn §7f: the copies of a level are exchangeable, and lower energies are likelier.
        let levels: Vec<f64> = inclusion.chunks(size.elements / 10).map(|copies| copies[0]).collect();
        assert!(levels.is_sorted_by(|a, b| a > b));
        for (level, copies) in levels.iter().zip(inclusion.chunks(size.elements / 10)) {
            copies.iter().for_each(|p| close(*p, *level, 1e-12));
        }
    }
}

/// Six elements of which two are alike, sets of four; small enough to list.
fn tiny() -> (Vec<f64>, SetGeneration, SetReward, Graph) {
    let weights = vec![0.4, -1.3, 0.9, 0.4, 2.0, -0.2];
    let environment = SetGeneration::new(6, 4).unwrap();
    let reward = SetReward::new(weights.iter().map(|w| -w).collect()).unwrap();
    let graph = Graph::enumerate(&environment, 100).unwrap();
    (weights, environment, reward, graph)
}

#[test]
fn symmetric_polynomials_agree_with_enumeration() {
    let (weights, _, reward, graph) = tiny();
    let log_rewards = graph.log_rewards(&reward);
    let (law, log_z) = target_law(&log_rewards);
    close(sets::log_partition(&weights, 4), log_z, 1e-12);
    for (element, p) in sets::inclusion_probabilities(&weights, 4).into_iter().enumerate() {
        let contains = graph.terminals().iter().map(|&t| f64::from(graph.states().get(t as usize)[element]));
        close(p, expectation(&law, &contains.collect::<Vec<_>>()), 1e-12);
    }
    close(sets::expected_log_reward(&weights, 4), expectation(&law, &log_rewards), 1e-12);
    close(sets::expected_reward(&weights, 4), law.iter().zip(&log_rewards).map(|(p, r)| (p + r).exp()).sum(), 1e-12);
    close(sets::uniform_reward(&weights, 4), log_z.exp() / 15.0, 1e-12);
    let mut sorted = log_rewards.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let best = sets::best_log_rewards(&weights, 4, 100);
    assert_eq!(best.len(), 15);
    best.iter().zip(&sorted).for_each(|(a, b)| close(*a, *b, 1e-12));
}

#[test]
fn future_flows_leave_no_residual_on_any_transition() {
    // fl-gfn §7c: ln F̃(s) + ln P_F − ln F̃(s') − ln P_B + E(s → s') = 0.
    let (weights, environment, reward, graph) = tiny();
    let backward = graph.uniform_backward();
    let flows = flows_backward(&graph, &graph.log_rewards(&reward), &backward);
    let future = |state: usize| {
        let present: Vec<bool> = graph.states().get(state).iter().map(|&c| c != 0).collect();
        sets::log_future_flow(&weights, &present, environment.chosen())
    };
    let energy = |state: usize| -reward.partial(graph.states().get(state)).expect("sets have energies");
    for state in 0..graph.len() {
        close(future(state) - energy(state), flows.log_flow[state], 1e-12);
    }
    for (edge, (forward, backward)) in flows.log_forward.iter().zip(&backward).enumerate() {
        let (s, t) = (graph.source(edge), graph.target(edge));
        let residual = future(s) + forward - future(t) - backward + energy(t) - energy(s);
        close(residual, 0.0, 1e-12);
    }
    assert!(graph.terminals().iter().all(|&t| future(t as usize).abs() < 1e-12));
}

#[test]
fn shifting_all_energies_shifts_only_log_z() {
    // fl-gfn §7d.
    let c = 0.37;
    let weights = weights(&SMALL);
    let shifted: Vec<f64> = weights.iter().map(|w| w - c).collect();
    close(sets::log_partition(&shifted, 20), sets::log_partition(&weights, 20) - 20.0 * c, 1e-10);
    let (before, after) = (sets::inclusion_probabilities(&weights, 20), sets::inclusion_probabilities(&shifted, 20));
    before.iter().zip(after).for_each(|(a, b)| close(*a, b, 1e-11));
    let (_, _, reward, graph) = tiny();
    let shifted = SetReward::new(reward.energies().iter().map(|e| e + c).collect()).unwrap();
    let (one, two) = (target_law(&graph.log_rewards(&reward)), target_law(&graph.log_rewards(&shifted)));
    assert!(total_variation(&one.0, &two.0) < 1e-14);
    close(two.1, one.1 - 4.0 * c, 1e-12);
}

#[test]
fn polynomials_of_too_few_weights_are_zero() {
    assert_eq!(sets::log_elementary(&[0.0, 0.0], 4), [0.0, 2f64.ln(), 0.0, f64::NEG_INFINITY, f64::NEG_INFINITY]);
    assert_eq!(sets::inclusion_probabilities(&[0.0, 1.0], 3), [0.0, 0.0]);
    assert_eq!(sets::best_log_rewards(&[0.0, 1.0], 3, 5), Vec::<f64>::new());
    assert_eq!(sets::log_future_flow(&[0.0; 3], &[true, true, true], 2), f64::NEG_INFINITY);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn extreme_rewards_make_no_nan(
        mut rewards in proptest::collection::vec(
            prop_oneof![Just(f64::NEG_INFINITY), Just(-300.0), Just(300.0), Just(0.0), -300.0..300.0f64, Just(-1e300), Just(1e300)],
            15,
        ),
        scale in prop_oneof![Just(1.0), Just(0.0), 0.0..1e3f64],
    ) {
        let (_, _, _, graph) = tiny();
        rewards.iter_mut().for_each(|r| *r = if *r == f64::NEG_INFINITY { *r } else { *r * scale.max(1e-3) });
        let backward = graph.uniform_backward();
        let flows = flows_backward(&graph, &rewards, &backward);
        prop_assert!(flows.log_flow.iter().chain(&flows.log_forward).all(|f| !f.is_nan()));
        let law = terminating_law(&graph, &flows.log_forward);
        let (target, log_z) = target_law(&rewards);
        prop_assert!(law.iter().chain(&target).all(|p| !p.is_nan()) && !log_z.is_nan());
        prop_assert!(!expectation(&law, &rewards).is_nan());
        if log_z > f64::NEG_INFINITY && log_z.abs() < 1e6 {
            prop_assert!(total_variation(&law, &target) < 1e-9, "{:?}", rewards);
        }
        close(law.iter().map(|p| p.exp()).sum(), 1.0, 1e-9);
        // Of weights around e^±1e300 not a digit of a quotient is left; up to there, probabilities are probabilities.
        rewards.iter_mut().for_each(|r| *r = if *r == f64::NEG_INFINITY { *r } else { r.clamp(-3e5, 3e5) });
        let inclusion = sets::inclusion_probabilities(&rewards, 6);
        prop_assert!(inclusion.iter().all(|p| (0.0..=1.0).contains(p)), "{:?}", inclusion);
        prop_assert!(!sets::log_best_mean(&rewards, 6, 20).is_nan());
        prop_assert!(!sets::expected_log_reward(&rewards, 6).is_nan());
    }
}

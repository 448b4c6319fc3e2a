//! Gradients against differences, and the identities of the specs' §7.

use super::{
    Carrier, Claim, Comparison, EdgeFlows, Failure, Gradients, Link, Objective, Terminal, Terms, amortised,
    backward_divergence, batch_labels, detailed_balance, flow_matching, forward_looking, order_by_batch,
    order_by_pairs, outcome_conditioned, preference, softplus, trajectory_balance,
};
use crate::seed::stream;
use rand::Rng;

/// Four trajectories of 1, 3, 2 and 4 transitions with random numbers, all objectives' terms filled.
fn terms(seed: u64, spread: f64) -> Terms {
    let mut rng = stream(seed, 0);
    let mut draw =
        |count: usize, low: f64, high: f64| (0..count).map(|_| rng.random_range(low..high)).collect::<Vec<_>>();
    let mut terms = Terms {
        offsets: vec![0, 1, 4, 6, 10],
        log_pf: draw(10, -3.0, 0.0),
        log_pb: draw(10, -2.0, 0.0),
        log_flow: draw(14, -spread, spread),
        partial: draw(14, -spread, spread),
        log_intrinsic: draw(14, -3.0, 1.0),
        log_reward: draw(4, -spread, spread),
        complete: vec![true; 4],
        log_z: 0.7,
        utilities: draw(4, 0.0, 1.0),
        objectives: 1,
        partners: vec![2, 0, 3, 1],
    };
    for index in 0..4 {
        let states = terms.states(index);
        terms.partial[states.start] = 0.0;
        terms.partial[states.end - 1] = terms.log_reward[index];
    }
    terms
}

fn objectives() -> Vec<Objective> {
    let mut all = vec![
        Objective::DetailedBalance,
        Objective::TrajectoryBalance,
        Objective::ConditionalTrajectoryBalance,
        Objective::SubTrajectoryBalance(0.9),
        Objective::LogPartitionVariance,
        Objective::AugmentedTrajectoryBalance,
    ];
    for terminal in [Terminal::Pinned, Terminal::AsReleased] {
        all.extend([None, Some(0.8)].map(|lambda| Objective::ForwardLooking { terminal, lambda }));
    }
    for failure in [Failure::EveryTransition, Failure::TerminalEdge] {
        all.push(Objective::OutcomeConditioned { failure, log_floor: -5.0 });
    }
    for carrier in [Carrier::Trajectory, Carrier::Detailed, Carrier::SubTrajectory(0.9)] {
        for comparison in [Comparison::Pairs, Comparison::Batch] {
            all.push(Objective::OrderPreserving { carrier, comparison, weight: 0.3 });
        }
    }
    all
}

#[test]
fn gradients_of_all_objectives_are_those_of_differences() {
    let step = 1e-5;
    for objective in objectives() {
        for (complete, link) in
            [(true, Link::Square), (false, Link::Square), (true, Link::Huber(1.5)), (true, Link::Clamp(4.0))]
        {
            let mut terms = terms(3, 2.0);
            let needs = objective.needs();
            if !complete {
                if needs.complete {
                    continue;
                }
                terms.complete[1] = false;
            }
            if objective == Objective::LogPartitionVariance && link != Link::Square {
                continue;
            }
            let found = objective.evaluate(&terms, link);
            let loss = |terms: &Terms| objective.evaluate(terms, link).loss;
            let mut check = |name: &str, array: fn(&mut Terms) -> &mut Vec<f64>, gradient: &[f64]| {
                for (place, gradient) in gradient.iter().enumerate() {
                    array(&mut terms)[place] += step;
                    let above = loss(&terms);
                    array(&mut terms)[place] -= 2.0 * step;
                    let slope = (above - loss(&terms)) / (2.0 * step);
                    array(&mut terms)[place] += step;
                    assert!(
                        (slope - gradient).abs() < 1e-6,
                        "{objective:?} {link:?} {name}[{place}]: {gradient} {slope}"
                    );
                }
            };
            check("log P_F", |terms| &mut terms.log_pf, &found.log_pf);
            check("log P_B", |terms| &mut terms.log_pb, &found.log_pb);
            check("log F", |terms| &mut terms.log_flow, &found.log_flow);
            terms.log_z += step;
            let above = loss(&terms);
            terms.log_z -= 2.0 * step;
            assert!(((above - loss(&terms)) / (2.0 * step) - found.log_z).abs() < 1e-6, "{objective:?} log Z");
            let size: f64 = found.log_pf.iter().map(|gradient| gradient.abs()).sum();
            assert!(found.loss > 0.0 && size > 1e-3, "{objective:?} says something");
        }
    }
}

#[test]
fn gradients_of_flow_matching_and_of_the_predictor_are_those_of_differences() {
    let flows = EdgeFlows {
        into: vec![0, 2, 3],
        inflows: vec![0.3, -1.0, 2.0],
        out_of: vec![0, 3, 4],
        outflows: vec![0.1, 0.2, -4.0, 1.0],
    };
    let step = 1e-5;
    let found = flow_matching(&flows, Link::Square);
    for place in 0..4 {
        let moved = |by: f64| {
            let mut moved = flows.clone();
            moved.outflows[place] += by;
            flow_matching(&moved, Link::Square).loss
        };
        assert!(((moved(step) - moved(-step)) / (2.0 * step) - found.outflows[place]).abs() < 1e-8);
    }
    for place in 0..3 {
        let moved = |by: f64| {
            let mut moved = flows.clone();
            moved.inflows[place] += by;
            flow_matching(&moved, Link::Square).loss
        };
        assert!(((moved(step) - moved(-step)) / (2.0 * step) - found.inflows[place]).abs() < 1e-8);
    }
    let balanced = EdgeFlows { outflows: vec![0.3, -1.0, f64::NEG_INFINITY, 2.0], ..flows };
    assert!(flow_matching(&balanced, Link::Square).loss < 1e-28);

    let claim = Claim { log_numerator: 0.3, log_posterior: -1.0, log_reward: 0.5, log_flow: -2.0, log_forward: -0.7 };
    let (loss, gradient) = amortised(&[claim, Claim { log_numerator: -1.2, ..claim }], Link::Square);
    assert!((loss - 0.5 * (1.5_f64.powi(2))).abs() < 1e-12, "the second claim holds");
    assert!((gradient[0] - 1.5).abs() < 1e-12 && gradient[1].abs() < 1e-12);
}

/// fl-gfn §7(e): with `log F = log F̃ − E` forward-looking balance is detailed balance, wherever the trajectory ends.
#[test]
fn forward_looking_balance_is_detailed_balance_of_the_whole_flow() {
    for seed in 0..20 {
        let mut terms = terms(seed, 5.0);
        let looking = forward_looking(&terms, Terminal::Pinned, Link::Square);
        terms.log_flow = terms.log_flow.iter().zip(&terms.partial).map(|(flow, partial)| flow + partial).collect();
        let plain = detailed_balance(&terms, Link::Square);
        assert!((looking.loss - plain.loss).abs() < 1e-9);
        assert_eq!(looking.log_flow.len(), plain.log_flow.len());
        for (a, b) in looking.log_flow.iter().zip(&plain.log_flow).chain(looking.log_pf.iter().zip(&plain.log_pf)) {
            assert!((a - b).abs() < 1e-9);
        }
    }
}

/// fl-gfn §7(g): the residuals of a trajectory sum to that of trajectory balance with `log Z = log F̃(s₀)`.
#[test]
fn forward_looking_residuals_of_a_trajectory_sum_to_trajectory_balance() {
    let mut terms = terms(8, 4.0);
    let transitions = terms.log_pf.len() as f64;
    // The slope of the square of a residual is twice the residual.
    let residuals: Vec<f64> = forward_looking(&terms, Terminal::Pinned, Link::Square)
        .log_pf
        .iter()
        .map(|slope| slope * transitions / 2.0)
        .collect();
    for index in 0..terms.len() {
        terms.log_z = terms.log_flow[terms.states(index).start];
        let balance = trajectory_balance(&terms, Link::Square);
        let whole = balance.log_pf[terms.transitions(index).start] * terms.len() as f64 / 2.0;
        let sum: f64 = residuals[terms.transitions(index)].iter().sum();
        assert!((sum - whole).abs() < 1e-9, "{sum} {whole}");
    }
}

#[test]
fn a_pinned_terminal_factor_has_no_gradient_and_a_released_one_has() {
    let terms = terms(4, 2.0);
    let last = terms.states(2).end - 1;
    assert_eq!(forward_looking(&terms, Terminal::Pinned, Link::Square).log_flow[last], 0.0);
    assert_ne!(forward_looking(&terms, Terminal::AsReleased, Link::Square).log_flow[last], 0.0);
}

/// oc-gfn §7(f): teleportation is detailed balance on successes, and differs by `−ln ε` an edge on failures.
#[test]
fn teleportation_is_detailed_balance_on_successes_and_shifts_every_edge_of_failures() {
    let mut terms = terms(5, 2.0);
    let residuals = |gradients: Gradients| gradients.log_pf.iter().map(|slope| slope * 5.0).collect::<Vec<_>>();
    terms.log_reward = vec![0.0; 4];
    let plain = residuals(detailed_balance(&terms, Link::Square));
    for failure in [Failure::EveryTransition, Failure::TerminalEdge] {
        assert_eq!(residuals(outcome_conditioned(&terms, failure, Link::Square)), plain);
    }
    let log_floor = 1e-4_f64.ln();
    terms.log_reward[3] = log_floor;
    let teleported = residuals(outcome_conditioned(&terms, Failure::EveryTransition, Link::Square));
    let at_the_end = residuals(outcome_conditioned(&terms, Failure::TerminalEdge, Link::Square));
    for transition in 0..10 {
        let missed = terms.transitions(3).contains(&transition);
        let shift = if missed { -log_floor } else { 0.0 };
        assert!((teleported[transition] - plain[transition] - shift).abs() < 1e-9);
        let shift = if transition == 9 { -log_floor } else { 0.0 };
        assert!((at_the_end[transition] - plain[transition] - shift).abs() < 1e-9);
    }
}

/// op-gfn §7(a): a constant added to all learned log-rewards changes nothing.
#[test]
fn order_losses_do_not_see_a_constant() {
    let (log_rewards, utilities) = ([0.3, -2.0, 1.7, 0.0], [0.1, 0.9, 0.5, 0.5]);
    let moved = log_rewards.map(|log_reward| log_reward + 123.0);
    let partners = [1, 2, 3, 0];
    let (pairs, _) = order_by_pairs(&log_rewards, &utilities, 1, &partners);
    assert!((pairs - order_by_pairs(&moved, &utilities, 1, &partners).0).abs() < 1e-12);
    let labels = batch_labels(&utilities, 1);
    let (batch, gradient) = order_by_batch(&log_rewards, &labels);
    assert!((batch - order_by_batch(&moved, &labels).0).abs() < 1e-12);
    assert!(gradient.iter().sum::<f64>().abs() < 1e-12, "and so log Z has no gradient");
}

/// op-gfn §7(b): only the order of utilities counts.
#[test]
fn order_losses_do_not_see_an_increasing_transform_of_the_utilities() {
    let (log_rewards, utilities) = ([0.3, -2.0, 1.7, 0.0], [0.1, 0.9, 0.5, 0.7]);
    let transformed = utilities.map(|utility: f64| (5.0 * utility).exp() - 3.0);
    let partners = [1, 2, 3, 0];
    let compare = |utilities: &[f64]| {
        (
            order_by_pairs(&log_rewards, utilities, 1, &partners),
            order_by_batch(&log_rewards, &batch_labels(utilities, 1)),
        )
    };
    assert_eq!(compare(&utilities), compare(&transformed));
}

/// op-gfn §7(c): two distinct ones in both orders cost softplus of their difference; equal ones are drawn together.
#[test]
fn a_pair_costs_the_softplus_of_its_difference() {
    for difference in [-800.0, -3.0, 0.0, 0.4, 900.0] {
        let (loss, gradient) = order_by_pairs(&[difference, 0.0], &[1.0, 0.0], 1, &[1, 0]);
        assert!((loss - softplus(-difference)).abs() < 1e-9 * (1.0 + loss), "{loss}");
        assert!(gradient.iter().all(|slope| slope.is_finite()));
    }
    assert!((softplus(0.3) - (1.0 + 0.3_f64.exp()).ln()).abs() < 1e-15);
    assert_eq!([preference(&[1.0], &[0.0]), preference(&[0.5], &[0.5]), preference(&[0.0], &[1.0])], [1.0, 0.5, 0.0]);
    assert_eq!([preference(&[1.0, 0.0], &[0.0, 1.0]), preference(&[1.0, 1.0], &[0.0, 1.0])], [0.5, 1.0]);
    let (alone, gradient) = order_by_pairs(&[4.0], &[1.0], 1, &[0]);
    assert!((alone - 2.0_f64.ln()).abs() < 1e-12 && gradient == [0.0]);
}

/// op-gfn §7(d): equal logits cost log n whatever the labels; saturated ones the log of the number of optima.
#[test]
fn a_batch_costs_log_n_at_first_and_the_log_of_its_optima_at_last() {
    for utilities in [[0.1, 0.9, 0.5, 0.7], [0.9, 0.9, 0.5, 0.9], [0.0; 4]] {
        let labels = batch_labels(&utilities, 1);
        assert!((labels.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((order_by_batch(&[2.5; 4], &labels).0 - 4.0_f64.ln()).abs() < 1e-12);
        let optima = labels.iter().filter(|label| **label > 0.0).count() as f64;
        let saturated: Vec<f64> = labels.iter().map(|label| if *label > 0.0 { 1e4 } else { -1e4 }).collect();
        let (loss, gradient) = order_by_batch(&saturated, &labels);
        assert!((loss - optima.ln()).abs() < 1e-12);
        assert!(gradient.iter().all(|slope| slope.abs() < 1e-12));
    }
    assert_eq!(batch_labels(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.5, 1.0, 0.0], 2), [1.0 / 3.0, 1.0 / 3.0, 0.0, 1.0 / 3.0]);
}

#[test]
fn rewards_of_300_orders_of_magnitude_give_no_nan() {
    for objective in objectives() {
        for seed in 0..10 {
            let mut terms = terms(seed, 300.0);
            terms.log_pf[3] = -1e4;
            terms.log_pb[2] = -1e4;
            let Gradients { loss, log_pf, log_pb, log_flow, log_z } = objective.evaluate(&terms, Link::Square);
            let all = log_pf.iter().chain(&log_pb).chain(&log_flow).chain([&loss, &log_z]);
            assert!(all.into_iter().all(|value| value.is_finite()), "{objective:?}");
        }
    }
}

#[test]
fn the_divergence_of_a_uniform_backward_policy_is_zero_and_of_any_other_positive() {
    assert!(backward_divergence([0.25_f64.ln(); 4].into_iter()).abs() < 1e-12);
    let uneven = backward_divergence([0.9_f64.ln(), 0.1_f64.ln()].into_iter());
    assert!((uneven - (0.5 * (0.5_f64 / 0.9).ln() + 0.5 * (0.5_f64 / 0.1).ln())).abs() < 1e-12);
}

/// What nobody asked for has no gradient: incomplete trajectories do not balance as wholes.
#[test]
fn trajectory_balance_leaves_incomplete_trajectories_out() {
    let mut terms = terms(6, 2.0);
    let whole = trajectory_balance(&terms, Link::Square);
    terms.complete[3] = false;
    let without = trajectory_balance(&terms, Link::Square);
    assert!(without.log_pf[6..].iter().all(|slope| *slope == 0.0) && whole.log_pf[6] != 0.0);
    assert!((without.log_pf[0] - whole.log_pf[0] * 4.0 / 3.0).abs() < 1e-12);
}

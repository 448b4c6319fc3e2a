//! Trajectories on a small grid and small sets.

use super::{
    Actor, Cut, Exploration, Replay, Rollout, RolloutError, Trajectories, log_probs, sample_backward, sample_forward,
    toys::{grid, sets},
};
use crate::gflownet::{
    environment::{Environment, HyperGrid, SetGeneration, States},
    policy::{BackwardPolicy, Conditions, Evaluations, Policy, PolicyConfig},
};
use crate::seed::stream;
use std::sync::LazyLock;

static GRID: LazyLock<HyperGrid> = LazyLock::new(|| grid(2, 4));
static SETS: LazyLock<SetGeneration> = LazyLock::new(|| sets(6, 3));

fn policy(environment: &dyn Environment, backward: BackwardPolicy) -> Policy {
    let config = PolicyConfig { hidden: vec![16], backward, ..PolicyConfig::default() };
    Policy::new(environment, &config, &mut stream(5, 0)).expect("small")
}

fn forward(environment: &dyn Environment, policy: &Policy, rollout: &Rollout, seed: u64) -> Trajectories {
    let (mut evaluations, conditions) = (Evaluations::new(), Conditions::none());
    let mut actor = Actor { policy, evaluations: &mut evaluations, conditions: &conditions };
    sample_forward(environment, &mut actor, rollout, &mut stream(seed, 0)).expect("it fits")
}

/// Walks each trajectory again.
fn check(environment: &dyn Environment, trajectories: &Trajectories) {
    let mut state = vec![0; environment.width()];
    for index in 0..trajectories.len() {
        environment.root(&mut state);
        let (states, transitions) = (trajectories.states_of(index), trajectories.transitions_of(index));
        assert_eq!(states.len(), transitions.len() + 1);
        assert_eq!(trajectories.states().get(states.start), state);
        for (transition, next) in transitions.zip(states.start + 1..) {
            let mut legal = vec![false; environment.actions()];
            environment.forward_mask(&state, &mut legal);
            assert!(legal[trajectories.forward()[transition] as usize]);
            let back = environment.step(&mut state, trajectories.forward()[transition] as usize);
            assert_eq!(back, trajectories.backward()[transition] as usize);
            assert_eq!(trajectories.states().get(next), state);
        }
        assert_eq!(environment.is_terminal(&state), trajectories.complete(index));
        assert_eq!(trajectories.last(index), state);
    }
}

#[test]
fn trajectories_obey_the_rules_forwards_and_backwards() {
    for environment in [&*GRID as &dyn Environment, &*SETS] {
        for backward in [BackwardPolicy::Uniform, BackwardPolicy::Learned] {
            let policy = policy(environment, backward);
            for exploration in [
                Exploration::NONE,
                Exploration::uniform(0.3),
                Exploration::uniform(1.0),
                Exploration { epsilon: 0.1, temperature: 2.0 },
            ] {
                let there = forward(environment, &policy, &Rollout { exploration, ..Rollout::of(50) }, 1);
                check(environment, &there);
                assert!((0..50).all(|index| there.complete(index)));
                let (mut evaluations, conditions) = (Evaluations::new(), Conditions::none());
                let mut actor = Actor { policy: &policy, evaluations: &mut evaluations, conditions: &conditions };
                let lasts = there.lasts();
                let mut rng = stream(2, 0);
                let back = sample_backward(environment, Some(&mut actor), &lasts, &[], &mut rng).expect("it fits");
                check(environment, &back);
                assert_eq!(back.lasts(), lasts);
            }
        }
    }
}

#[test]
fn the_first_action_is_drawn_with_the_probability_of_the_behaviour() {
    let policy = policy(&*SETS, BackwardPolicy::Uniform);
    let (mut evaluations, conditions) = (Evaluations::new(), Conditions::none());
    let mut root = vec![0; 6];
    SETS.root(&mut root);
    evaluations.prepare(&policy, &*SETS, &conditions);
    let row = evaluations.row(&policy, &*SETS, &root, 0);
    evaluations.compute(&policy);
    let log_probs = evaluations.log_forward(&policy, row).to_vec();
    let count = 20_000;
    for exploration in [Exploration::NONE, Exploration { epsilon: 0.4, temperature: 0.25 }, Exploration::uniform(1.0)] {
        let Exploration { epsilon, temperature } = exploration;
        let drawn = forward(&*SETS, &policy, &Rollout { exploration, ..Rollout::of(count) }, 3);
        let total: f64 = log_probs.iter().map(|log_prob| (log_prob / temperature).exp()).sum();
        for (action, log_prob) in log_probs.iter().enumerate() {
            let expected = (1.0 - epsilon) * (log_prob / temperature).exp() / total + epsilon / 6.0;
            let first = |index: &usize| drawn.forward()[drawn.transitions_of(*index).start] as usize == action;
            let share = (0..count).filter(first).count() as f64 / count as f64;
            // Five standard deviations.
            assert!((share - expected).abs() < 5.0 * (expected / count as f64).sqrt(), "{share} {expected}");
        }
    }
}

#[test]
fn log_probs_are_those_of_the_policy_however_the_trajectory_was_drawn() {
    let policy = policy(&*SETS, BackwardPolicy::Uniform);
    let exploration = Exploration::uniform(1.0);
    let drawn = forward(&*SETS, &policy, &Rollout { exploration, ..Rollout::of(4) }, 4);
    let (mut evaluations, conditions) = (Evaluations::new(), Conditions::none());
    let mut actor = Actor { policy: &policy, evaluations: &mut evaluations, conditions: &conditions };
    let found = log_probs(&*SETS, &mut actor, &drawn).expect("it fits");
    for index in 0..4 {
        for (step, transition) in drawn.transitions_of(index).enumerate() {
            // A set of s + 1 elements has as many parents.
            assert!((found.backward[transition] + ((step + 1) as f64).ln()).abs() < 1e-12);
            let row = evaluations.row(&policy, &*SETS, drawn.states().get(drawn.states_of(index).start + step), 0);
            let action = drawn.forward()[transition] as usize;
            assert_eq!(found.forward[transition], evaluations.log_forward(&policy, row)[action]);
            assert!((found.forward[transition] + ((6 - step) as f64).ln()).abs() > 1e-6, "not the uniform behaviour");
        }
    }
}

#[test]
fn cut_trajectories_have_the_lengths_asked_for() {
    let policy = policy(&*SETS, BackwardPolicy::Learned);
    let cut = Some(Cut { share: 1.0, shortest: 1, longest: 2 });
    let drawn = forward(&*SETS, &policy, &Rollout { cut, ..Rollout::of(64) }, 6);
    check(&*SETS, &drawn);
    for length in [1, 2] {
        assert!((0..64).any(|index| drawn.transitions_of(index).len() == length));
    }
    assert!((0..64).all(|index| !drawn.complete(index) && drawn.transitions_of(index).len() <= 2));
}

#[test]
fn the_same_seed_draws_the_same_trajectories() {
    let policy = policy(&*GRID, BackwardPolicy::Learned);
    let rollout = Rollout { exploration: Exploration::uniform(0.2), ..Rollout::of(20) };
    assert_eq!(forward(&*GRID, &policy, &rollout, 9), forward(&*GRID, &policy, &rollout, 9));
    assert_ne!(forward(&*GRID, &policy, &rollout, 9), forward(&*GRID, &policy, &rollout, 10));
}

#[test]
fn what_does_not_fit_is_refused() {
    let (small, other) = (policy(&*GRID, BackwardPolicy::Learned), policy(&*SETS, BackwardPolicy::Learned));
    let conditions = Conditions::none();
    let try_it = |policy: &Policy, rollout: Rollout| {
        let mut evaluations = Evaluations::new();
        let mut actor = Actor { policy, evaluations: &mut evaluations, conditions: &conditions };
        sample_forward(&*GRID, &mut actor, &rollout, &mut stream(0, 0)).err()
    };
    assert!(matches!(try_it(&small, Rollout::of(usize::MAX)), Some(RolloutError::TooLarge { .. })));
    assert!(matches!(try_it(&other, Rollout::of(1)), Some(RolloutError::Parameters(_))));
    for rollout in [
        Rollout { which: &[1], ..Rollout::of(1) },
        Rollout { which: &[0, 0], ..Rollout::of(1) },
        Rollout { exploration: Exploration::uniform(f64::NAN), ..Rollout::of(1) },
        Rollout { exploration: Exploration { epsilon: 0.0, temperature: 0.0 }, ..Rollout::of(1) },
        Rollout { cut: Some(Cut { share: 0.5, shortest: 3, longest: 2 }), ..Rollout::of(1) },
    ] {
        assert!(matches!(try_it(&small, rollout), Some(RolloutError::Parameters(_))), "{rollout:?}");
    }
    let mut unfinished = States::new(3);
    unfinished.push(&[0, 0, 0]);
    assert!(sample_backward(&*GRID, None, &unfinished, &[], &mut stream(0, 0)).is_err());
}

#[test]
fn replay_keeps_the_best_distinct_objects_and_draws_half_from_the_top() {
    let mut replay = Replay::new(1, 100);
    for value in 0..200 {
        assert!(replay.add(&[value], f64::from(value)));
        assert!(!replay.add(&[value], 1e9), "known already");
    }
    assert!(!replay.add(&[300], f64::NAN));
    let drawn = replay.draw(1000, 0.1, &mut stream(0, 0));
    assert_eq!(replay.len(), 100);
    let top = drawn.iter().filter(|state| state[0] >= 190).count();
    assert_eq!((drawn.len(), top), (1000, 500));
    assert!(drawn.iter().all(|state| state[0] >= 100), "the worse half was forgotten");
    assert_eq!(replay.best(2).map(|(worth, _)| worth).collect::<Vec<_>>(), [199.0, 198.0]);
    assert!(Replay::new(1, 4).draw(3, 0.1, &mut stream(0, 0)).is_empty());
}

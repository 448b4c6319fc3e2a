//! Learners on problems whose laws are known.

use super::{
    Carrier, Comparison, Failure, Grades, Learner, LearnerError, Link, Objective, ObjectiveError, Settings, Terminal,
};
use crate::gflownet::{
    environment::{Environment, Reward, SetGeneration, SetReward},
    policy::{BackwardPolicy, Conditions, Parameter, Policy, PolicyConfig},
    rollout::{
        Cut, Exploration,
        toys::{self, Constant, corners, grid, law, sets, table},
    },
};
use crate::seed::stream;
use std::sync::LazyLock;

static SETS: LazyLock<SetGeneration> = LazyLock::new(|| sets(6, 3));

fn energies() -> SetReward {
    toys::energies(vec![-1.0, 0.5, 0.0, 1.0, -0.5, 0.3])
}

fn small(backward: BackwardPolicy) -> PolicyConfig {
    PolicyConfig { hidden: vec![32, 32], backward, ..PolicyConfig::default() }
}

fn learner(
    environment: &dyn Environment,
    reward: Option<&dyn Reward>,
    config: &PolicyConfig,
    objective: Objective,
    settings: Settings,
) -> Result<Learner, ObjectiveError> {
    let policy = Policy::new(environment, config, &mut stream(11, 0)).expect("small");
    Learner::new(environment, reward, policy, objective, settings)
}

fn fast() -> Settings {
    let mut settings = Settings { exploration: Exploration::uniform(0.1), ..Settings::default() };
    settings.rates.network = 5e-3;
    settings
}

/// The total variation from the target after that many steps.
fn distance(
    environment: &dyn Environment,
    reward: &dyn Reward,
    config: &PolicyConfig,
    objective: Objective,
    settings: Settings,
    steps: usize,
) -> f64 {
    let mut learner = learner(environment, Some(reward), config, objective, settings).expect("possible");
    let mut rng = stream(1, 0);
    for _ in 0..steps {
        learner.train_step(environment, reward, &mut rng).expect("it learns");
    }
    toys::distance(environment, learner.policy(), reward)
}

#[test]
fn trajectory_balance_learns_the_law_of_a_grid_and_its_log_z() {
    let grid = grid(2, 8);
    let reward = corners(&grid);
    let config = PolicyConfig { flow: false, hidden: vec![64, 64], ..PolicyConfig::default() };
    let settings = Settings { batch: 32, ..fast() };
    let mut learner = learner(&grid, Some(&reward), &config, Objective::TrajectoryBalance, settings).expect("possible");
    let mut rng = stream(1, 0);
    for _ in 0..1500 {
        learner.train_step(&grid, &reward, &mut rng).expect("it learns");
    }
    let distance = toys::distance(&grid, learner.policy(), &reward);
    assert!(distance < 0.05, "total variation {distance}");
    let log_z = learner.policy().log_z().expect("it is learned");
    // Anchor of the survey, §6: 2-D, H = 8, R₀ = 0.1.
    assert!((log_z - 3.1091).abs() < 0.05, "log Z {log_z}");
}

#[test]
fn every_objective_with_a_fixed_point_learns_the_law_of_a_small_grid() {
    let grid = grid(2, 4);
    let reward = table(&grid, (0..16).map(|cell| f64::from(cell * 7 % 5)).collect());
    for (objective, backward) in [
        (Objective::FlowMatching, BackwardPolicy::Uniform),
        (Objective::DetailedBalance, BackwardPolicy::Uniform),
        (Objective::DetailedBalance, BackwardPolicy::Learned),
        (Objective::SubTrajectoryBalance(0.9), BackwardPolicy::Learned),
        (Objective::LogPartitionVariance, BackwardPolicy::Uniform),
        (Objective::TrajectoryBalance, BackwardPolicy::Uniform),
        (Objective::ConditionalTrajectoryBalance, BackwardPolicy::Uniform),
    ] {
        let distance = distance(&grid, &reward, &small(backward), objective, fast(), 800);
        assert!(distance < 0.06, "{objective:?} {backward:?}: total variation {distance}");
    }
}

#[test]
fn forward_looking_learners_learn_from_trajectories_that_mostly_stay_unfinished() {
    let cut = Some(Cut { share: 0.8, shortest: 1, longest: 2 });
    for lambda in [None, Some(0.9)] {
        let objective = Objective::ForwardLooking { terminal: Terminal::Pinned, lambda };
        let settings = Settings { cut, exploration: Exploration::uniform(1.0), ..fast() };
        let distance = distance(&*SETS, &energies(), &small(BackwardPolicy::Learned), objective, settings, 1000);
        assert!(distance < 0.05, "{lambda:?}: total variation {distance}");
    }
}

/// fl-gfn §6: whatever the head says about finished objects is a fixed point of the released loss.
#[test]
fn the_released_terminal_factor_leaves_the_law_open() {
    let far = |terminal| {
        let objective = Objective::ForwardLooking { terminal, lambda: None };
        let settings = Settings { exploration: Exploration::uniform(1.0), ..fast() };
        distance(&*SETS, &energies(), &small(BackwardPolicy::Learned), objective, settings, 800)
    };
    let (pinned, released) = (far(Terminal::Pinned), far(Terminal::AsReleased));
    assert!(pinned < 0.05 && released > 0.1, "{pinned} {released}");
}

#[test]
fn order_preserving_learners_gather_at_the_best_objects() {
    let best = energies().energies().iter().map(|energy| -energy).fold(0.0, |sum: f64, gain| sum + gain.max(0.0));
    for (carrier, comparison) in [
        (Carrier::Trajectory, Comparison::Pairs),
        (Carrier::Trajectory, Comparison::Batch),
        (Carrier::Detailed, Comparison::Pairs),
        (Carrier::SubTrajectory(0.9), Comparison::Batch),
        (Carrier::Edge, Comparison::Pairs),
        (Carrier::Edge, Comparison::Batch),
    ] {
        let objective = Objective::OrderPreserving { carrier, comparison, weight: 1.0 };
        let config = small(BackwardPolicy::Uniform);
        let mut learner = learner(&*SETS, Some(&energies()), &config, objective, fast()).expect("possible");
        let mut rng = stream(2, 0);
        for _ in 0..400 {
            learner.train_step(&*SETS, &energies(), &mut rng).expect("it learns");
        }
        let law = law(&*SETS, learner.policy(), &Conditions::none());
        let mass: f64 =
            law.iter().filter(|(state, _)| energies().log_reward(state) > best - 0.01).map(|(_, p)| p).sum();
        // The target itself gives the best set a fifth.
        assert!(mass > 0.5, "{carrier:?} {comparison:?}: {mass}");
        assert_eq!(learner.policy().log_z(), Some(0.0), "log Z has no part in it");
    }
}

/// Two rewards, one the other times e³: only a log Z that knows which is asked for fits both.
#[test]
fn a_conditional_log_z_is_that_of_each_condition() {
    let grid = grid(2, 4);
    let config = PolicyConfig { condition_values: 1, log_z: None, ..small(BackwardPolicy::Uniform) };
    let objective = Objective::ConditionalTrajectoryBalance;
    let mut learner = learner(&grid, Some(&Constant(0.0)), &config, objective, fast()).expect("possible");
    let mut conditions = Conditions::new(1);
    for asked in [0.0, 1.0] {
        conditions.push(&[], &[asked]);
    }
    let which: Vec<u32> = (0..16).map(|index| index % 2).collect();
    let mut rng = stream(9, 0);
    for _ in 0..800 {
        let walks = learner.explore(&grid, &conditions, &which, &mut rng).expect("they fit");
        let log_reward = which.iter().map(|&asked| 3.0 * f64::from(asked)).collect();
        let grades = Grades { log_reward, ..Grades::default() };
        learner.fit(&grid, &conditions, &walks, &grades, &mut rng).expect("it learns");
    }
    for (asked, expected) in [(0.0, 16.0_f64.ln()), (1.0, 16.0_f64.ln() + 3.0)] {
        let mut one = Conditions::new(1);
        one.push(&[], &[asked]);
        let log_z = crate::gflownet::law::log_flow_of_root(&grid, learner.policy(), &one);
        assert!((log_z - expected).abs() < 0.1, "{log_z} for {expected}");
    }
}

#[test]
fn an_outcome_conditioned_learner_reaches_the_outcome_asked_for() {
    let grid = grid(2, 4);
    let config = PolicyConfig { condition_features: 8, log_z: None, ..small(BackwardPolicy::Uniform) };
    let objective = Objective::OutcomeConditioned { failure: Failure::EveryTransition, log_floor: 1e-3_f64.ln() };
    let mut learner = learner(&grid, None, &config, objective, fast()).expect("possible");
    let mut conditions = Conditions::new(0);
    for cell in 0..16 {
        conditions.push(&[cell / 4, 4 + cell % 4], &[]);
    }
    let which: Vec<u32> = (0..16).collect();
    let mut rng = stream(3, 0);
    for _ in 0..1500 {
        let mut reached = learner.explore(&grid, &conditions, &which, &mut rng).expect("they fit");
        let outcome = |index: usize, cell: usize| if cell == index { 0.0 } else { f64::NEG_INFINITY };
        let cells: Vec<usize> = (0..16).map(|index| grid.cell_of(reached.last(index))).collect();
        let log_reward = (0..16).map(|index| outcome(index, cells[index])).collect();
        let grades = Grades { log_reward, ..Grades::default() };
        learner.fit(&grid, &conditions, &reached, &grades, &mut rng).expect("it learns");
        (0..16).for_each(|index| reached.set_condition(index, cells[index] as u32));
        let grades = Grades { log_reward: vec![0.0; 16], ..Grades::default() };
        learner.fit(&grid, &conditions, &reached, &grades, &mut rng).expect("it learns");
    }
    let success = |cell: usize| {
        let mut asked = Conditions::new(0);
        asked.push(conditions.get(cell).0, &[]);
        let law = law(&grid, learner.policy(), &asked);
        law.iter().find(|(state, _)| grid.cell_of(state) == cell).map_or(0.0, |(_, p)| *p)
    };
    let mean = (0..16).map(success).sum::<f64>() / 16.0;
    assert!(mean > 0.95, "{mean}");
}

#[test]
fn the_divergence_keeps_the_backward_policy_near_uniform() {
    let farthest = |backward_kl: f64| {
        let config = small(BackwardPolicy::Learned);
        let objective =
            Objective::OrderPreserving { carrier: Carrier::Trajectory, comparison: Comparison::Pairs, weight: 1.0 };
        let mut learner = learner(&*SETS, Some(&energies()), &config, objective, Settings { backward_kl, ..fast() })
            .expect("possible");
        let mut rng = stream(4, 0);
        for _ in 0..200 {
            learner.train_step(&*SETS, &energies(), &mut rng).expect("it learns");
        }
        let trajectories = learner.explore(&*SETS, &Conditions::none(), &[], &mut rng).expect("they fit");
        let mut evaluations = crate::gflownet::policy::Evaluations::new();
        let conditions = Conditions::none();
        let mut actor = crate::gflownet::rollout::Actor {
            policy: learner.policy(),
            evaluations: &mut evaluations,
            conditions: &conditions,
        };
        let found = crate::gflownet::rollout::log_probs(&*SETS, &mut actor, &trajectories).expect("they fit");
        let uniform = (0..16).flat_map(|_| [0.0, -2.0_f64.ln(), -3.0_f64.ln()]);
        found.backward.iter().zip(uniform).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let (free, held) = (farthest(0.0), farthest(10.0));
    assert!(held < 0.3 && free > 2.0 * held, "{free} {held}");
}

#[test]
fn the_same_seed_gives_the_same_weights() {
    let weights = |seed: u64| -> Vec<Parameter> {
        let config = small(BackwardPolicy::Learned);
        let mut learner =
            learner(&*SETS, Some(&energies()), &config, Objective::TrajectoryBalance, fast()).expect("possible");
        let mut rng = stream(seed, 0);
        for _ in 0..30 {
            learner.train_step(&*SETS, &energies(), &mut rng).expect("it learns");
        }
        learner.policy().parameters()
    };
    assert_eq!(weights(7), weights(7));
    assert_ne!(weights(7), weights(8));
}

#[test]
fn an_impossible_combination_is_an_error_that_says_what_is_missing() {
    let grid = grid(2, 4);
    let table = Constant(0.0);
    let (full, bare) =
        (small(BackwardPolicy::Learned), PolicyConfig { flow: false, log_z: None, ..small(BackwardPolicy::Uniform) });
    let looking = Objective::ForwardLooking { terminal: Terminal::Pinned, lambda: None };
    let outcome = Objective::OutcomeConditioned { failure: Failure::EveryTransition, log_floor: -7.0 };
    let order = Objective::OrderPreserving { carrier: Carrier::Detailed, comparison: Comparison::Pairs, weight: 0.1 };
    let edges = Objective::OrderPreserving { carrier: Carrier::Edge, comparison: Comparison::Pairs, weight: 0.1 };
    let cut = Some(Cut { share: 1.0, shortest: 1, longest: 3 });
    let normal = Settings::default;
    let try_it = |config: &PolicyConfig, reward: Option<&dyn Reward>, objective, settings| {
        learner(&grid, reward, config, objective, settings).err().map(|error| error.to_string())
    };
    let reward: Option<&dyn Reward> = Some(&table);
    for (found, part) in [
        (try_it(&bare, reward, Objective::TrajectoryBalance, normal()), "a learned log Z"),
        (try_it(&bare, reward, Objective::DetailedBalance, normal()), "a head for log-flows"),
        (try_it(&bare, reward, Objective::SubTrajectoryBalance(0.9), normal()), "a head for log-flows"),
        (try_it(&bare, reward, Objective::ConditionalTrajectoryBalance, normal()), "a head for log-flows"),
        (try_it(&bare, reward, order, normal()), "a head for log-flows"),
        (try_it(&full, reward, looking, normal()), "the reward of unfinished objects"),
        (try_it(&full, None, Objective::DetailedBalance, normal()), "a reward at all"),
        (try_it(&full, None, outcome, normal()), "an outcome"),
        (try_it(&PolicyConfig { condition_features: 4, ..full.clone() }, None, outcome, normal()), "does not see"),
        (try_it(&full, reward, Objective::TrajectoryBalance, Settings { cut, ..normal() }), "complete trajectories"),
        (try_it(&full, reward, Objective::DetailedBalance, Settings { cut, ..normal() }), "complete trajectories"),
        (try_it(&full, reward, order, Settings { batch: 1, ..normal() }), "two trajectories"),
        (try_it(&full, reward, Objective::FlowMatching, normal()), "backward policy"),
        (try_it(&full, None, edges, normal()), "backward policy"),
        (
            try_it(&bare, reward, Objective::LogPartitionVariance, Settings { backward_kl: 0.1, ..normal() }),
            "learned one",
        ),
        (try_it(&full, reward, Objective::SubTrajectoryBalance(0.0), normal()), "λ = 0"),
        (try_it(&full, reward, Objective::TrajectoryBalance, Settings { batch: 0, ..normal() }), "between 1"),
        (try_it(&full, reward, Objective::TrajectoryBalance, Settings { batch: usize::MAX, ..normal() }), "between 1"),
        (try_it(&full, reward, Objective::TrajectoryBalance, Settings { link: Link::Huber(-1.0), ..normal() }), "link"),
    ] {
        let found = found.unwrap_or_default();
        assert!(found.contains(part), "`{found}` says nothing of `{part}`");
    }
    let fits = learner(&*SETS, None, &full, order, normal()).expect("an order needs no reward");
    let policy = fits.policy().clone();
    assert!(Learner::new(&grid, reward, policy, Objective::DetailedBalance, normal()).is_err(), "other inputs");
}

#[test]
fn extreme_and_zero_rewards_are_learned_from_without_nan() {
    let grid = grid(2, 4);
    for value in [300.0, -300.0, f64::NEG_INFINITY] {
        let reward = table(&grid, (0..16).map(|cell| if cell % 3 == 0 { value } else { -f64::from(cell) }).collect());
        for objective in
            [Objective::TrajectoryBalance, Objective::DetailedBalance, Objective::SubTrajectoryBalance(0.9)]
        {
            let config = small(BackwardPolicy::Learned);
            let mut learner = learner(&grid, Some(&reward), &config, objective, fast()).expect("possible");
            let mut rng = stream(5, 0);
            for _ in 0..50 {
                let fit = learner.train_step(&grid, &reward, &mut rng).expect("it learns");
                assert!(fit.values().iter().all(|(_, value)| value.is_finite()), "{objective:?}: {fit:?}");
            }
            assert!(learner.policy().parameters().iter().all(|p| p.values.iter().all(|value| value.is_finite())));
        }
    }
}

#[test]
fn rewards_that_are_no_numbers_and_losses_that_are_none_change_nothing() {
    let grid = grid(2, 4);
    let mut rng = stream(6, 0);
    let config = small(BackwardPolicy::Learned);
    let good = Constant(0.0);
    let mut learner = learner(&grid, Some(&good), &config, Objective::TrajectoryBalance, fast()).expect("possible");
    let before = learner.policy().parameters();
    for value in [f64::NAN, f64::INFINITY] {
        let bad = Constant(value);
        assert!(matches!(learner.train_step(&grid, &bad, &mut rng), Err(LearnerError::Grades(_))));
    }
    let huge = Constant(1e200);
    assert!(matches!(learner.train_step(&grid, &huge, &mut rng), Err(LearnerError::Diverged { .. })));
    let none = Conditions::none();
    let trajectories = learner.explore(&grid, &none, &[], &mut rng).expect("they fit");
    let short = Grades { log_reward: vec![0.0; 3], ..Grades::default() };
    assert!(matches!(learner.fit(&grid, &none, &trajectories, &short, &mut rng), Err(LearnerError::Grades(_))));
    assert_eq!(learner.policy().parameters(), before);
}

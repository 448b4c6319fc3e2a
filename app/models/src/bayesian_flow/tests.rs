//! The identities of spec §7 (1–4, 6) and experiment A in a quick form.

use std::f64::consts::{PI, TAU};

use proptest::prelude::*;
use serde::Deserialize;

use super::{
    AccuracySchedule, Belief, DiscreteFlow, GaussianFlow, PeriodicFlow, circle,
    periodic::{certainty, information},
    schedule::ScheduleKind,
    table::VonMisesTable,
    von_mises::{density, divergence, entropy, i0e, i1e, inverse_entropy, mean_length},
    wrap_angle,
};
use crate::seed;

/// One row of the table, computed with SciPy.
#[derive(Deserialize)]
struct Reference {
    k: f64,
    i0e: f64,
    i1e: f64,
    #[serde(rename = "A")]
    mean_length: f64,
    #[serde(rename = "H")]
    entropy: f64,
}

#[test]
fn von_mises_functions_agree_with_scipy() {
    let rows: Vec<Reference> =
        serde_json::from_str(include_str!("fixtures/von_mises_reference.json")).expect("the table decodes");
    assert_eq!(rows.len(), 13);
    for row in rows {
        for (name, ours, theirs) in [
            ("i0e", i0e(row.k), row.i0e),
            ("i1e", i1e(row.k), row.i1e),
            ("A", mean_length(row.k), row.mean_length),
            ("H", entropy(row.k), row.entropy),
        ] {
            // SciPy's own H loses the last digits at the largest κ, where terms of 10⁴ cancel.
            let tolerance = 1e-12 * theirs.abs().max(1.0);
            assert!((ours - theirs).abs() < tolerance, "{name}({}) = {ours}, SciPy has {theirs}", row.k);
        }
    }
}

#[test]
fn mean_length_has_its_limits() {
    assert!((mean_length(1e-6) / 0.5e-6 - 1.0).abs() < 1e-11);
    assert!((mean_length(1e5) - (1.0 - 0.5e-5)).abs() < 1e-10);
    // Both series meet where one takes over from the other.
    assert!((i0e(30.0 - 1e-9) / i0e(30.0) - 1.0).abs() < 1e-10);
    assert!((entropy(30.0 - 1e-9) - entropy(30.0)).abs() < 1e-10);
}

#[test]
fn entropy_is_inverted() {
    for kappa in [0.0, 1e-3, 0.1, 1.0, 7.0, 29.9, 30.1, 400.0, 1000.0] {
        let found = inverse_entropy(entropy(kappa));
        // H is flat at 0: H(κ) ≈ ln 2π − κ²/4.
        assert!((found - kappa).abs() < 1e-9 * (1.0 + kappa) + 1e-7, "{kappa} came back as {found}");
    }
}

#[derive(Deserialize)]
struct Schedules {
    steps: std::collections::BTreeMap<usize, Schedule>,
}

#[derive(Deserialize)]
struct Schedule {
    alpha: Vec<f64>,
    beta: Vec<f64>,
}

#[test]
fn schedules_agree_with_the_table() {
    let table: Schedules =
        serde_json::from_str(include_str!("fixtures/linear_entropy_schedules.json")).expect("the table decodes");
    assert_eq!(table.steps.keys().copied().collect::<Vec<_>>(), [5, 10, 20, 50, 100, 200]);
    for (steps, theirs) in table.steps {
        let ours = AccuracySchedule::linear_entropy(steps);
        for (ours, theirs) in ours.alphas().iter().zip(&theirs.alpha).chain(ours.betas().iter().zip(&theirs.beta)) {
            // The table has eight digits.
            assert!((ours - theirs).abs() < 1e-6 * theirs.max(1.0), "n = {steps}: {ours}, the table has {theirs}");
        }
    }
    // Spec §6: the sum exceeds β₁, and the accuracies dip at the start.
    let thousand = AccuracySchedule::linear_entropy(1000);
    assert!((thousand.alphas().iter().sum::<f64>() - 1375.0).abs() < 1.0);
    let twenty = AccuracySchedule::linear_entropy(20);
    assert!(twenty.alphas().windows(2).any(|pair| pair[1] < pair[0]));
}

#[test]
fn realised_concentration_lags_the_target_early() {
    // Spec §6, n = 50: E c = 3.29 where 3.86 was aimed at.
    let flow = PeriodicFlow::new(AccuracySchedule::linear_entropy(50));
    let mut rng = seed::stream(1, 0);
    let draws = 20_000;
    let mean = (0..draws).map(|_| flow.centred_belief(13, &mut rng).concentration()).sum::<f64>() / f64::from(draws);
    assert!((flow.schedule().betas()[12] - 3.86).abs() < 0.01);
    assert!((mean - 3.29).abs() < 0.04, "E c = {mean}");
}

#[test]
fn tables_draw_what_they_should() {
    let mut rng = seed::stream(2, 0);
    for kappa in [0.0, 0.3, 1.5, 30.0, 540.0] {
        let table = VonMisesTable::new(kappa);
        let draws = 40_000;
        let (mut cos, mut sin) = (0.0, 0.0);
        for _ in 0..draws {
            let angle = table.sample(&mut rng);
            cos += angle.cos() / f64::from(draws);
            sin += angle.sin() / f64::from(draws);
        }
        let spread = ((1.0 - mean_length(kappa)) / f64::from(draws)).sqrt();
        assert!((cos - mean_length(kappa)).abs() < 5.0 * spread, "κ = {kappa}: E cos = {cos}");
        assert!(sin.abs() < 5.0 * spread, "κ = {kappa}: E sin = {sin}");
        // Quartiles against the distribution function, by integration of the density.
        for u in [0.25, 0.5, 0.9] {
            let quantile = table.quantile(u);
            let n = 20_000;
            let width = (quantile + PI) / f64::from(n);
            let mass: f64 = (0..n).map(|i| width * density(-PI + (f64::from(i) + 0.5) * width, kappa)).sum();
            assert!((mass - u).abs() < 1e-4, "κ = {kappa}: {mass} of the mass lies below the quantile {u}");
        }
    }
}

#[test]
fn equal_concentrations_diverge_by_one_minus_cosine() {
    for (angle, kappa) in [(0.3, 2.0), (2.5, 0.7), (1.0, 40.0)] {
        let n = 20_000;
        let integral: f64 = (0..n)
            .map(|i| {
                let x = -PI + (f64::from(i) + 0.5) * TAU / f64::from(n);
                let (p, q) = (density(x, kappa), density(x - angle, kappa));
                if p > 0.0 { p * (p.ln() - q.max(f64::MIN_POSITIVE).ln()) * TAU / f64::from(n) } else { 0.0 }
            })
            .sum();
        assert!((divergence(angle, kappa) - integral).abs() < 1e-6 * (1.0 + integral), "{angle}, {kappa}");
    }
    // d²/2 against 1 − cos d: equal to fourth order.
    for d in [0.1, 0.01] {
        let squared = 5.0 * mean_length(5.0) * 0.5 * d * d;
        assert!((squared - divergence(d, 5.0)).abs() < 5.0 * d.powi(4) / 24.0 * 1.01);
    }
}

proptest! {
    #[test]
    fn observation_multiplies_densities(
        m in -3.0..3.0f64, c in 0.01..20.0f64, y in -3.0..3.0f64, alpha in 0.01..20.0f64, x in -3.0..3.0f64,
    ) {
        let after = Belief::new(m, c).observe(y, alpha);
        // The ratio of product and posterior is the same at every point.
        let ratio = |x: f64| {
            (density(x - m, c).ln() + density(x - y, alpha).ln()) - density(x - after.mean(), after.concentration()).ln()
        };
        prop_assert!((ratio(x) - ratio(0.0)).abs() < 1e-9);
    }

    #[test]
    fn order_of_observations_does_not_matter(angles in proptest::collection::vec((-3.0..3.0f64, 0.1..9.0f64), 1..8)) {
        let observe = |belief: Belief, &(y, alpha): &(f64, f64)| belief.observe(y, alpha);
        let forth = angles.iter().fold(Belief::default(), observe);
        let back = angles.iter().rev().fold(Belief::default(), observe);
        prop_assert!((forth.x - back.x).abs() < 1e-12 && (forth.y - back.y).abs() < 1e-12);
    }

    #[test]
    fn belief_turns_with_the_coordinate(x in -3.0..3.0f64, stream in 0u64..100) {
        // Observations of x are those of 0, turned by x.
        let flow = PeriodicFlow::new(AccuracySchedule::linear_entropy(6));
        let centred = flow.centred_belief(4, &mut seed::stream(3, stream));
        let mut rng = seed::stream(3, stream);
        let direct = (1..=4).fold(Belief::default(), |belief, step| {
            belief.observe(x + flow.error(step, &mut rng), flow.schedule().alphas()[step - 1])
        });
        prop_assert!(wrap_angle(direct.mean() - centred.mean() - x).abs() < 1e-9);
        prop_assert!((direct.concentration() - centred.concentration()).abs() < 1e-9);
    }
}

#[test]
fn cumulative_and_sequential_beliefs_are_the_same_bits() {
    let flow = PeriodicFlow::new(AccuracySchedule::linear_entropy(20));
    let cumulative = flow.centred_belief(13, &mut seed::stream(4, 0));
    let mut rng = seed::stream(4, 0);
    let mut sequential = Belief::default();
    for step in 1..=13 {
        sequential = sequential.observe(flow.error(step, &mut rng), flow.schedule().alphas()[step - 1]);
    }
    assert_eq!(cumulative, sequential);
}

#[test]
fn sharp_beliefs_add_precisions() {
    let after = Belief::new(0.2, 1e6).observe(0.2 + 1e-4, 5e5);
    assert!((after.concentration() / 1.5e6 - 1.0).abs() < 1e-8);
    assert!((after.mean() - (0.2 + 1e-4 / 3.0)).abs() < 1e-10);
}

#[test]
fn gaussian_flow_adds_up() {
    let flow = GaussianFlow::LATTICE;
    assert!((flow.gamma(1.0) - 0.999).abs() < 1e-12);
    // Precisions 1 + Σα = σ₁⁻².
    let total = 1.0 + (1..=20).map(|step| flow.accuracy(step, 20)).sum::<f64>();
    assert!((total - 1000.0).abs() < 1e-8);
    // The n-step loss tends to the continuous one, −ln σ₁ σ₁^−2t.
    let n = 100_000;
    let weight = flow.loss_weight(n / 2, n);
    assert!((weight / (-flow.sigma.ln() * flow.sigma.powf(-1.0)) - 1.0).abs() < 1e-3);
    let mut rng = seed::stream(5, 0);
    let draws: Vec<f64> = (0..20_000).map(|_| flow.belief(2.0, 0.3, &mut rng)).collect();
    let mean = draws.iter().sum::<f64>() / draws.len() as f64;
    assert!((mean - 2.0 * flow.gamma(0.3)).abs() < 0.02);
}

#[test]
fn discrete_flow_starts_blank_and_ends_sure() {
    let flow = DiscreteFlow { classes: 4, accuracy: 5.0 };
    let truth = [0.0, 0.0, 1.0, 0.0];
    let mut theta = [0.0; 4];
    let mut rng = seed::stream(6, 0);
    flow.belief(&truth, 0.0, &mut theta, &mut rng);
    assert_eq!(theta, [0.25; 4]);
    flow.belief(&truth, 1.0, &mut theta, &mut rng);
    assert!(theta[2] > 0.9 && (theta.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    let total: f64 = (1..=10).map(|step| flow.step_accuracy(step, 10)).sum();
    assert!((total - flow.accuracy).abs() < 1e-12);
    assert_eq!(DiscreteFlow { classes: 1, accuracy: 5.0 }.loss_weight(0.5), 0.0);
}

#[test]
fn what_is_known_grows_by_the_same_share_a_step() {
    let schedule = AccuracySchedule::linear_entropy(20);
    let last = schedule.betas()[19];
    for (i, &beta) in schedule.betas().iter().enumerate() {
        let known = information(certainty(beta, last), last);
        assert!((known - (i + 1) as f64 / 20.0).abs() < 1e-9, "step {}: {known}", i + 1);
    }
    assert_eq!(information(0.0, last), 0.0);
    assert_eq!(information(1.1, last), 1.0, "no more than all");
}

#[test]
fn exponential_schedule_is_another() {
    let schedule = AccuracySchedule::new(ScheduleKind::Exponential, 10, 1000.0);
    assert!((schedule.betas()[4] - 0.5 * 1000f64.sqrt()).abs() < 1e-9);
    assert_eq!(schedule.betas()[9], 1000.0);
}

#[test]
fn circle_data_have_their_density() {
    let angles = circle::data(20_000, &mut seed::stream(7, 0));
    let floor = circle::total_variation(&angles);
    assert!(floor < 0.03, "20 000 draws of the mixture itself differ by {floor}");
    let uniform: Vec<f64> = (0..20_000).map(|i| -PI + TAU * f64::from(i) / 20_000.0).collect();
    assert!(circle::total_variation(&uniform) > 0.5);
}

/// The page's figure of experiment A.
#[derive(Deserialize)]
struct Figure {
    n: Vec<usize>,
    rows: Vec<FigureRow>,
}

/// Total variation distances of one method, for each number of steps.
#[derive(Deserialize)]
struct FigureRow {
    name: String,
    sampler: String,
    tv_mean: Vec<f64>,
    tv_sd: Vec<f64>,
}

/// Trains with a seed that the figure has not seen, samples, and compares with it; half as many draws as for the figure
/// differ by some hundredths themselves.
fn agrees_with_the_figure(name: &str, steps: usize, distances: &[(&str, f64)]) {
    let figure = include_str!("../../../../assets/weights/crysbfn/circle.json");
    let figure: Figure = serde_json::from_str(figure).expect("the figure decodes");
    let column = figure.n.iter().position(|&n| n == steps).expect("a column");
    for (sampler, distance) in distances {
        let row = figure.rows.iter().find(|row| row.name == name && row.sampler == *sampler).expect("a row");
        let (mean, deviation) = (row.tv_mean[column], row.tv_sd[column]);
        let apart = (distance - mean).abs();
        let what = format!("{name}, {sampler}, {steps} steps: {distance:.3} beside {mean:.3} ± {deviation:.3}");
        assert!(apart < 4.0 * deviation + 0.03, "{what}");
    }
}

/// Experiment A (spec §5) at one number of steps, with one seed: the full one is `examples/circle.rs`.
fn experiment_a(steps: usize) {
    for (name, entropy) in [("entropy and time", true), ("time only", false)] {
        let device = burn::tensor::Device::flex();
        let flow = circle::TrainedFlow::train(steps, entropy, circle::Effort::FULL, 77, &device);
        let distance = |end_back| circle::total_variation(&flow.sample(end_back, 8000, &mut seed::stream(77, 1000)));
        let (vanilla, end_back) = (distance(false), distance(true));
        agrees_with_the_figure(name, steps, &[("vanilla", vanilla), ("end back", end_back)]);
        // What the figure is there to show: more steps bring one sampler to the data, and not the other.
        if steps >= 20 {
            assert!(vanilla < 0.12 && end_back > 0.13, "{name}, {steps} steps: {vanilla} and {end_back}");
        }
    }
}

#[test]
fn samplers_on_the_circle_in_5_steps() {
    experiment_a(5);
}

#[test]
fn samplers_on_the_circle_in_10_steps() {
    experiment_a(10);
}

#[test]
fn samplers_on_the_circle_in_20_steps() {
    experiment_a(20);
}

#[test]
fn samplers_on_the_circle_in_50_steps() {
    experiment_a(50);
}

#[test]
fn wrapped_normal_diffusion_on_the_circle() {
    let diffusion = circle::TrainedDiffusion::train(circle::Effort::FULL, 77, &burn::tensor::Device::flex());
    for steps in [5, 10, 20, 50] {
        let distance = circle::total_variation(&diffusion.sample(steps, 8000, &mut seed::stream(77, 1000)));
        agrees_with_the_figure("wrapped normal diffusion", steps, &[("ancestral", distance)]);
    }
}

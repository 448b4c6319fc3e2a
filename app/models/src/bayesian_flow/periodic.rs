//! Beliefs on a circle: a von Mises distribution, sharpened by noisy observations through vector addition.
//!
//! Observing `y ~ vM(x, α)` takes the belief vM(m, c) to vM(m', c') with `c' e^{im'} = c e^{im} + α e^{iy}`. Unlike a
//! Gaussian's precision, c' is random: two observations may cancel. So the network must be told c, and because sums
//! commute the belief after any number of observations is one sum (spec §2).

use rand::Rng;

use super::{
    schedule::AccuracySchedule,
    table::{VonMisesTable, uniform_angle},
    von_mises::entropy,
};

/// Added to a concentration before its logarithm is taken, as in the authors' code.
const SMALLEST: f64 = 1e-7;

/// A von Mises belief, as the vector `c e^{im}`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Belief {
    /// `c cos m`.
    pub x: f64,
    /// `c sin m`.
    pub y: f64,
}

impl Belief {
    /// vM(`mean`, `concentration`).
    pub fn new(mean: f64, concentration: f64) -> Self {
        let (sin, cos) = mean.sin_cos();
        Self { x: concentration * cos, y: concentration * sin }
    }

    /// The belief after an observation at `angle` of accuracy `accuracy`.
    #[must_use]
    pub fn observe(self, angle: f64, accuracy: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        Self { x: self.x + accuracy * cos, y: self.y + accuracy * sin }
    }

    /// m ∈ [−π, π]; 0 where nothing is known.
    pub fn mean(self) -> f64 {
        self.y.atan2(self.x)
    }

    /// c ≥ 0.
    pub fn concentration(self) -> f64 {
        self.x.hypot(self.y)
    }
}

/// The periodic flow: a schedule and what is needed to draw from it.
#[derive(Clone, Debug)]
pub struct PeriodicFlow {
    schedule: AccuracySchedule,
    tables: Vec<VonMisesTable>,
}

impl PeriodicFlow {
    /// The flow of `schedule`.
    pub fn new(schedule: AccuracySchedule) -> Self {
        let tables = schedule.alphas().iter().map(|&alpha| VonMisesTable::new(alpha)).collect();
        Self { schedule, tables }
    }

    /// Its schedule.
    pub fn schedule(&self) -> &AccuracySchedule {
        &self.schedule
    }

    /// Number of observations n.
    pub fn steps(&self) -> usize {
        self.schedule.steps()
    }

    /// The error of observation `step` ∈ 1…n: a draw from vM(0, α).
    pub fn error(&self, step: usize, rng: &mut impl Rng) -> f64 {
        self.tables[step - 1].sample(rng)
    }

    /// The belief about a coordinate that lies at 0, after the first `observations` of the n. What is believed about a
    /// coordinate at x is the same, turned by x: so it can be drawn before x is known.
    pub fn centred_belief(&self, observations: usize, rng: &mut impl Rng) -> Belief {
        let accuracies = self.schedule.alphas().iter().zip(&self.tables);
        accuracies
            .take(observations)
            .fold(Belief::default(), |belief, (&accuracy, table)| belief.observe(table.sample(rng), accuracy))
    }

    /// What the network sees before step `step` ∈ 1…n of a coordinate at 0: mean, and concentration. Before the first
    /// step the mean is uniform and the concentration 0.
    pub fn centred_view(&self, step: usize, rng: &mut impl Rng) -> (f64, f64) {
        if step <= 1 {
            return (uniform_angle(rng), 0.0);
        }
        let belief = self.centred_belief(step - 1, rng);
        (belief.mean(), belief.concentration())
    }

    /// The logarithm of a concentration as the network sees it: 0 for none, 1 for the schedule's last.
    pub fn certainty(&self, concentration: f64) -> f64 {
        certainty(concentration, self.schedule.betas().last().copied().unwrap_or(1.0))
    }
}

/// `(ln(c + 10⁻⁷) − ln 10⁻⁷) / (ln β − ln 10⁻⁷)` (spec §3).
pub fn certainty(concentration: f64, last: f64) -> f64 {
    ((concentration + SMALLEST).ln() - SMALLEST.ln()) / (last.ln() - SMALLEST.ln())
}

/// The share of what is known about a coordinate in the end, at concentration `last`, that is known where the network
/// sees `certainty`: `(H(0) − H(c)) / (H(0) − H(β))`, 0 … 1. Under the paper's schedule it grows by 1/n a step, while
/// [`certainty`] is above ⅔ after the first.
pub fn information(certainty: f64, last: f64) -> f64 {
    let concentration = (certainty * (last.ln() - SMALLEST.ln()) + SMALLEST.ln()).exp() - SMALLEST;
    let known = |concentration: f64| entropy(0.0) - entropy(concentration.clamp(0.0, last));
    known(concentration) / known(last)
}

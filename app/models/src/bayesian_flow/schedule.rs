//! Accuracies α₁…αₙ of the observations: chosen so that the entropy of the belief falls along a line.

use std::{f64::consts::PI, sync::LazyLock};

use super::von_mises::{entropy, inverse_entropy};

/// Concentration that the belief is to reach: β₁ of the paper.
pub const FINAL_CONCENTRATION: f64 = 1000.0;
/// Nodes of the quadrature on [0, π].
const NODES: usize = 256;

/// How fast the belief sharpens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleKind {
    /// The paper's: entropy linear in time.
    LinearEntropy,
    /// Its ablation: β(t) = t·β₁ᵗ, as a Gaussian flow would have it.
    Exponential,
}

/// Accuracies of `n` observations and the concentrations they aim at.
#[derive(Clone, Debug, PartialEq)]
pub struct AccuracySchedule {
    alphas: Vec<f64>,
    betas: Vec<f64>,
}

impl AccuracySchedule {
    /// The schedule of `steps` observations that ends at concentration `last`.
    ///
    /// For linear entropy, `H(βᵢ) = H(0) + (H(β₁) − H(0)) i/n`, and αᵢ solves
    /// `E_{y ~ vM(0, αᵢ)} |βᵢ₋₁ + αᵢ e^{iy}| = βᵢ` (spec §3). This takes the mean to lie at the truth; in a simulation
    /// it drifts, and the realised concentration lags a little.
    ///
    /// # Panics
    /// If `steps` is 0 or `last` is not positive.
    pub fn new(kind: ScheduleKind, steps: usize, last: f64) -> Self {
        assert!(steps > 0 && last > 0.0, "a schedule has steps and an end");
        let time = |i: usize| i as f64 / steps as f64;
        let betas: Vec<f64> = match kind {
            ScheduleKind::LinearEntropy => {
                let (start, end) = (entropy(0.0), entropy(last));
                (1..=steps)
                    .map(|i| if i == steps { last } else { inverse_entropy(start + (end - start) * time(i)) })
                    .collect()
            }
            ScheduleKind::Exponential => (1..=steps).map(|i| time(i) * last.powf(time(i))).collect(),
        };
        let mut alphas = Vec::with_capacity(steps);
        let mut before = 0.0;
        for &beta in &betas {
            alphas.push(if before == 0.0 { beta } else { QUADRATURE.accuracy(before, beta) });
            before = beta;
        }
        Self { alphas, betas }
    }

    /// The paper's schedule, ending at [`FINAL_CONCENTRATION`].
    pub fn linear_entropy(steps: usize) -> Self {
        Self::new(ScheduleKind::LinearEntropy, steps, FINAL_CONCENTRATION)
    }

    /// Number of observations.
    pub fn steps(&self) -> usize {
        self.alphas.len()
    }

    /// α₁…αₙ, concentrations of the observations.
    pub fn alphas(&self) -> &[f64] {
        &self.alphas
    }

    /// β₁…βₙ, the concentrations aimed at after each observation.
    pub fn betas(&self) -> &[f64] {
        &self.betas
    }
}

/// Gauss–Legendre nodes on [0, π]: the integrands are even and smooth inside, and the nodes crowd at both ends, where
/// a sharp density has its peak and the length |β + α e^{iy}| its kink.
struct Quadrature {
    /// `1 − cos y` and weight of each node.
    nodes: Vec<(f64, f64)>,
}

static QUADRATURE: LazyLock<Quadrature> = LazyLock::new(Quadrature::new);

impl Quadrature {
    fn new() -> Self {
        let nodes = legendre(NODES)
            .into_iter()
            .map(|(x, weight)| {
                let half = (0.25 * PI * (x + 1.0)).sin();
                (2.0 * half * half, 0.5 * PI * weight)
            })
            .collect();
        Self { nodes }
    }

    /// `E_{y ~ vM(0, alpha)} |beta + alpha e^{iy}|`.
    fn expected_length(&self, beta: f64, alpha: f64) -> f64 {
        let (mut mass, mut length) = (0.0, 0.0);
        let sum = beta + alpha;
        for &(versine, weight) in &self.nodes {
            let density = weight * (-alpha * versine).exp();
            mass += density;
            length += density * (sum * sum - 2.0 * alpha * beta * versine).max(0.0).sqrt();
        }
        length / mass
    }

    /// The accuracy that takes the expected concentration from `before` to `after`.
    fn accuracy(&self, before: f64, after: f64) -> f64 {
        let (mut low, mut high) = (after - before, after);
        // The expected length is at least `before`, grows with the accuracy and lies within [before, before + alpha].
        while self.expected_length(before, high) < after {
            high *= 2.0;
        }
        let excess = |alpha| self.expected_length(before, alpha) - after;
        let (mut f_low, mut f_high) = (excess(low), excess(high));
        // Regula falsi (Illinois): superlinear, and never outside the bracket.
        for _ in 0..200 {
            if (high - low).abs() <= 1e-14 * high.abs() || f_high == f_low {
                break;
            }
            let middle = (low * f_high - high * f_low) / (f_high - f_low);
            let f = excess(middle);
            // `high` is always the newest end, whichever side it is on.
            if f * f_high < 0.0 {
                (low, f_low) = (high, f_high);
            } else {
                f_low *= 0.5;
            }
            (high, f_high) = (middle, f);
            if f == 0.0 {
                break;
            }
        }
        high
    }
}

/// Nodes and weights of Gauss–Legendre quadrature on [−1, 1].
fn legendre(count: usize) -> Vec<(f64, f64)> {
    let n = count as f64;
    (0..count)
        .map(|i| {
            let mut x = (PI * (i as f64 + 0.75) / (n + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..100 {
                let (mut p, mut before) = (1.0, 0.0);
                for k in 0..count {
                    let k = k as f64;
                    (p, before) = (((2.0 * k + 1.0) * x * p - k * before) / (k + 1.0), p);
                }
                slope = n * (x * p - before) / (x * x - 1.0);
                let step = p / slope;
                x -= step;
                if step.abs() < 1e-15 {
                    break;
                }
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

//! Beliefs about real numbers: a normal distribution whose precision grows by that of every observation.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// The Gaussian flow of Graves et al., chapter 4: prior N(0, 1), precision ρ(t) = σ₁^−2t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianFlow {
    /// Standard deviation of the belief at t = 1.
    pub sigma: f64,
}

impl GaussianFlow {
    /// The paper's, σ₁ = √0.001.
    pub const LATTICE: Self = Self { sigma: 0.031_622_776_601_683_79 };

    /// γ(t) = 1 − σ₁^2t: the share of the truth in the belief's mean.
    pub fn gamma(&self, t: f64) -> f64 {
        1.0 - self.sigma.powf(2.0 * t)
    }

    /// The mean of the belief about `x` at time `t`: a draw from N(γx, γ(1 − γ)).
    pub fn belief(&self, x: f64, t: f64, rng: &mut impl Rng) -> f64 {
        let gamma = self.gamma(t);
        let noise: f64 = StandardNormal.sample(rng);
        gamma * x + (gamma * (1.0 - gamma)).sqrt() * noise
    }

    /// Precision ρ of the belief before step `step` ∈ 1…`steps`.
    pub fn precision(&self, step: usize, steps: usize) -> f64 {
        self.sigma.powf(-2.0 * (step - 1) as f64 / steps as f64)
    }

    /// Accuracy α of observation `step` ∈ 1…`steps`: what it adds to the precision.
    pub fn accuracy(&self, step: usize, steps: usize) -> f64 {
        self.precision(step + 1, steps) - self.precision(step, steps)
    }

    /// Weight of the squared error in the n-step loss, `n(1 − σ₁^{2/n}) / (2σ₁^{2i/n})`.
    pub fn loss_weight(&self, step: usize, steps: usize) -> f64 {
        0.5 * steps as f64 * self.accuracy(step, steps)
    }
}

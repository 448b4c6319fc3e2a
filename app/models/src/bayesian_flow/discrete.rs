//! Beliefs about classes: probabilities, sharpened by noisy scores.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// The discrete flow of Graves et al., chapter 6: θ = softmax(y), y ~ N(β(K e − 1), βK), β(t) = β₁ t².
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiscreteFlow {
    /// Number of classes K.
    pub classes: usize,
    /// β₁, the accuracy of all observations together.
    pub accuracy: f64,
}

impl DiscreteFlow {
    /// β(t).
    pub fn beta(&self, t: f64) -> f64 {
        self.accuracy * t * t
    }

    /// The belief θ at time `t`, written into `theta`, about a class of which `truth` gives the probabilities: a one in
    /// training, the network's own prediction when sampling.
    ///
    /// # Panics
    /// If the slices do not hold one value per class.
    pub fn belief(&self, truth: &[f32], t: f64, theta: &mut [f32], rng: &mut impl Rng) {
        assert!(truth.len() == self.classes && theta.len() == self.classes, "one value per class");
        let (beta, classes) = (self.beta(t), self.classes as f64);
        let spread = (beta * classes).sqrt();
        for (score, &e) in theta.iter_mut().zip(truth) {
            let noise: f64 = StandardNormal.sample(rng);
            *score = (beta * (classes * f64::from(e) - 1.0) + spread * noise) as f32;
        }
        softmax(theta);
    }

    /// Accuracy of observation `step` ∈ 1…`steps`: β₁(2i − 1)/n².
    pub fn step_accuracy(&self, step: usize, steps: usize) -> f64 {
        self.accuracy * (2 * step - 1) as f64 / (steps * steps) as f64
    }

    /// Weight of ‖e − p‖² in the continuous-time loss, `K β₁ t`; 0 for a single class, which there is nothing to learn
    /// about.
    pub fn loss_weight(&self, t: f64) -> f64 {
        if self.classes <= 1 { 0.0 } else { self.classes as f64 * self.accuracy * t }
    }
}

/// In place.
pub fn softmax(scores: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - largest).exp();
        sum += *score;
    }
    scores.iter_mut().for_each(|score| *score /= sum);
}

//! Bayesian flow networks: what a model believes about data, sharpened by noisy observations of its own predictions.
//!
//! Sources: A. Graves et al., *Bayesian Flow Networks*, arXiv:2308.07037 (2023), for the Gaussian and the discrete
//! flow; H. Wu et al., *A Periodic Bayesian Flow for Material Generation*, ICLR 2025, arXiv:2502.02016, for the
//! periodic flow.
//!
//! - [`von_mises`]: Bessel ratios, entropy and its inverse, in `f64`.
//! - [`schedule`]: accuracies of which the expected entropy falls along a line.
//! - [`table`]: draws from a von Mises distribution of fixed concentration.
//! - [`periodic`]: beliefs on a circle, joined by adding vectors.
//! - [`continuous`], [`discrete`]: beliefs about real numbers and about classes.
//! - [`circle`]: a toy problem with a known answer.
//!
//! All of it works on the host: randomness is drawn there, so every device sees the same numbers.

// It reads what its network answers at once, which a browser's GPU cannot.
#[cfg(not(target_family = "wasm"))]
pub mod circle;
pub mod continuous;
pub mod discrete;
pub mod periodic;
pub mod schedule;
pub mod table;
#[cfg(test)]
mod tests;
pub mod von_mises;

pub use continuous::GaussianFlow;
pub use discrete::DiscreteFlow;
pub use periodic::{Belief, PeriodicFlow};
pub use schedule::AccuracySchedule;

/// Into [−π, π).
pub fn wrap_angle(angle: f64) -> f64 {
    use std::f64::consts::{PI, TAU};
    let wrapped = angle - TAU * (angle / TAU).round();
    if wrapped >= PI { wrapped - TAU } else { wrapped }
}

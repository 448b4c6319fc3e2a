//! Bounds on `ln Z` and estimates of log-probabilities from trajectories, where nothing can be enumerated.

use crate::gflownet::exact::log_sum_exp;

/// The mean over trajectories of the policy of `ln R(x) − (ln P_F(τ) − ln P_B(τ|x))`: at most `ln Z` in expectation,
/// and equal to it exactly for a perfect sampler (ELBO). `None` without trajectories.
pub fn evidence_lower_bound(trajectories: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let (sum, count) = trajectories
        .into_iter()
        .fold((0.0, 0.0), |(sum, count), (log_ratio, log_reward)| (sum + log_reward - log_ratio, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// The same mean over trajectories drawn backwards from objects of the target: at least `ln Z` in expectation, and far
/// above it if the policy misses a part of the target (EUBO).
pub fn evidence_upper_bound(trajectories: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    evidence_lower_bound(trajectories)
}

/// The log-probability with which a policy makes an object, from backward trajectories of it: `ln` of the mean of
/// `P_F(τ)/P_B(τ|x)`. `None` without trajectories.
pub fn log_probability(log_ratios: &[f64]) -> Option<f64> {
    (!log_ratios.is_empty()).then(|| log_sum_exp(log_ratios.iter().copied()) - (log_ratios.len() as f64).ln())
}

/// `|estimate − exact|` of `ln Z`.
pub fn log_z_error(estimate: f64, exact: f64) -> f64 {
    (estimate - exact).abs()
}

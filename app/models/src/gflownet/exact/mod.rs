//! The truth about small problems: flows, policies and laws by dynamic programming, all in log-space.
//!
//! * [`Graph`]: every state and transition of an environment;
//! * [`flow`]: the flows and the policy that a reward and a backward policy define, and the law of any policy;
//! * [`sets`]: the same for sets of a fixed size, whose states are too many to list, by symmetric polynomials.

pub mod flow;
pub mod graph;
#[cfg(test)]
mod landscape_tests;
#[cfg(test)]
mod set_tests;
pub mod sets;
#[cfg(test)]
mod tests;

pub use flow::{Flows, backward_visits, flows_backward, forward_visits, terminating_law};
pub use graph::Graph;

/// `ln Σ exp` of some values: `−∞` of none, and never NaN unless one is.
pub fn log_sum_exp(values: impl IntoIterator<Item = f64, IntoIter: Clone>) -> f64 {
    let values = values.into_iter();
    let top = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if top.is_infinite() { top } else { top + values.map(|v| (v - top).exp()).sum::<f64>().ln() }
}

/// `ln(exp a + exp b)`.
pub fn log_add_exp(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if high.is_infinite() { high } else { high + (low - high).exp().ln_1p() }
}

/// The law `P(x) = R(x)/Z` as log-probabilities, and `ln Z`. If every reward is 0, so is every probability.
pub fn target_law(log_rewards: &[f64]) -> (Vec<f64>, f64) {
    let log_z = log_sum_exp(log_rewards.iter().copied());
    let shift = if log_z == f64::NEG_INFINITY { 0.0 } else { log_z };
    (log_rewards.iter().map(|r| r - shift).collect(), log_z)
}

/// The mean of the `count` largest values (of all, if there are fewer); `None` without any.
pub fn best_mean(values: impl IntoIterator<Item = f64>, count: usize) -> Option<f64> {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted.truncate(count);
    (!sorted.is_empty()).then(|| sorted.iter().sum::<f64>() / sorted.len() as f64)
}

/// `Σ P(x)·value(x)`; where the probability is 0, the value does not count, even if it is infinite.
pub fn expectation(log_law: &[f64], values: &[f64]) -> f64 {
    let term = |(&p, &v): (&f64, &f64)| if p == f64::NEG_INFINITY { 0.0 } else { p.exp() * v };
    log_law.iter().zip(values).map(term).sum()
}

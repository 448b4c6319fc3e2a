//! Order-preserving objectives (OP-GFN, spec §3): the learned reward agrees with an order, whatever its scale.

use super::Terms;

/// Utilities that differ by less are equal (OP-GFN's released code, spec §3).
const TIE: f64 = 1e-6;

/// A loss and its gradient with respect to each learned log-reward.
pub type OrderLoss = (f64, Vec<f64>);

/// `log R̂ = Σ log P_F − Σ log P_B` of each of `finished`. log Z is left out: it cancels in every softmax, and Adam
/// would turn its rounding noise into a walk (spec §6).
pub fn trajectory_log_rewards(terms: &Terms, finished: &[usize]) -> Vec<f64> {
    finished.iter().map(|&index| terms.log_ratio(index)).collect()
}

/// `log R̂ = log F(s) + log P_F − log P_B` at the last transition of each of `finished`.
pub fn final_log_rewards(terms: &Terms, finished: &[usize]) -> Vec<f64> {
    let last = |index: usize| {
        let transitions = terms.transitions(index);
        if transitions.is_empty() {
            return 0.0;
        }
        let (transition, state) = (transitions.end - 1, terms.states(index).end - 2);
        terms.log_flow[state] + terms.log_pf[transition] - terms.log_pb[transition]
    };
    finished.iter().map(|&index| last(index)).collect()
}

/// Whether utilities `a` dominate `b`: nowhere less, somewhere more.
pub fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a >= b) && a.iter().zip(b).any(|(a, b)| a > b)
}

/// The label of each row of `utilities`, `[n, objectives]`: equal shares, summing to 1, for those that none dominates,
/// duplicates among them, and 0 for the others.
pub fn batch_labels(utilities: &[f64], objectives: usize) -> Vec<f64> {
    let rows = || utilities.chunks_exact(objectives.max(1));
    let mut labels: Vec<f64> =
        rows().map(|row| f64::from(u8::from(!rows().any(|other| dominates(other, row))))).collect();
    let best = labels.iter().sum::<f64>().max(1.0);
    labels.iter_mut().for_each(|label| *label /= best);
    labels
}

/// The probability with which `a` should be preferred to `b`: 1 if it is more, 0 if less, ½ if neither.
pub fn preference(a: &[f64], b: &[f64]) -> f64 {
    if let ([a], [b]) = (a, b) {
        return 0.5 * f64::from(u8::from(a > b)) + 0.5 * f64::from(u8::from(*a > b - TIE));
    }
    0.5 + 0.5 * f64::from(u8::from(dominates(a, b))) - 0.5 * f64::from(u8::from(dominates(b, a)))
}

/// Cross-entropy between labels and the softmax of the learned log-rewards: `−Σ y·log softmax(log R̂)`.
pub fn order_by_batch(log_rewards: &[f64], labels: &[f64]) -> OrderLoss {
    let log_sum = crate::gflownet::policy::log_sum_exp(log_rewards.iter().copied());
    let total: f64 = labels.iter().sum();
    let mut loss = 0.0;
    let gradient = log_rewards.iter().zip(labels).map(|(log_reward, label)| {
        let log_share = log_reward - log_sum;
        if *label > 0.0 {
            loss -= label * log_share;
        }
        total * log_share.exp() - label
    });
    let gradient = gradient.collect();
    (loss, gradient)
}

/// Cross-entropy of the preference between each and its partner, averaged: `softplus` of the difference. `utilities`
/// is `[n, objectives]`.
pub fn order_by_pairs(log_rewards: &[f64], utilities: &[f64], objectives: usize, partners: &[usize]) -> OrderLoss {
    let share = 1.0 / log_rewards.len().max(1) as f64;
    let row = |index: usize| &utilities[index * objectives..][..objectives];
    let mut gradient = vec![0.0; log_rewards.len()];
    let mut loss = 0.0;
    for (index, &partner) in partners.iter().enumerate() {
        let target = preference(row(index), row(partner));
        let difference = log_rewards[index] - log_rewards[partner];
        loss += share * (softplus(-difference) + (1.0 - target) * difference);
        let slope = share * (1.0 / (1.0 + (-difference).exp()) - target);
        gradient[index] += slope;
        gradient[partner] -= slope;
    }
    (loss, gradient)
}

/// `ln(1 + eˣ)`.
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

//! Objectives of whole trajectories.

use super::{Gradients, Link, Terms};

/// Trajectory balance (Malkin et al. 2022): `log Z + Σ log P_F − log R − Σ log P_B`, averaged over trajectories.
/// Incomplete ones have no residual and do not count.
pub fn trajectory_balance(terms: &Terms, link: Link) -> Gradients {
    let mut gradients = Gradients::zeros(terms);
    let finished = terms.finished();
    let share = 1.0 / finished.len().max(1) as f64;
    for index in finished {
        let (loss, slope) = link.apply(terms.log_z + terms.log_ratio(index) - terms.log_reward[index]);
        gradients.loss += share * loss;
        gradients.log_z += share * slope;
        gradients.add_log_ratio(terms, index, share * slope);
    }
    gradients
}

/// Trajectory balance whose log Z is the flow head's word on the root, `log F(s₀|c)`: it may depend on what the policy
/// is conditioned on (torchgfn's conditional TB; OP-GFN's preference-conditioned baseline, spec §3).
pub fn conditional_trajectory_balance(terms: &Terms, link: Link) -> Gradients {
    let mut gradients = Gradients::zeros(terms);
    let finished = terms.finished();
    let share = 1.0 / finished.len().max(1) as f64;
    for index in finished {
        let root = terms.states(index).start;
        let (loss, slope) = link.apply(terms.log_flow[root] + terms.log_ratio(index) - terms.log_reward[index]);
        gradients.loss += share * loss;
        gradients.log_flow[root] += share * slope;
        gradients.add_log_ratio(terms, index, share * slope);
    }
    gradients
}

/// The variance of `log R + Σ log P_B − Σ log P_F` over the complete trajectories of the batch: trajectory balance
/// with the best log Z for each batch (VarGrad; Richter et al. 2020, Zhang et al. 2023).
pub fn log_partition_variance(terms: &Terms) -> Gradients {
    let mut gradients = Gradients::zeros(terms);
    let finished = terms.finished();
    let share = 1.0 / finished.len().max(1) as f64;
    let residual = |index: usize| terms.log_ratio(index) - terms.log_reward[index];
    let mean = share * finished.iter().map(|&index| residual(index)).sum::<f64>();
    for index in finished {
        // The mean moves with each residual, but the sum of deviations is 0: its share of the gradient vanishes.
        let deviation = residual(index) - mean;
        gradients.loss += share * deviation * deviation;
        gradients.add_log_ratio(terms, index, 2.0 * share * deviation);
    }
    gradients
}

/// Trajectory balance with intrinsic rewards `r` (GAFlowNets, Pan et al. 2023; OC-GFN, spec §3 "Exploration"):
/// `log Z + Σ log P_F − log(R + r(x)) − Σ log(P_B + r(s')/F(s'))`, the last edge without `r`.
pub fn augmented_trajectory_balance(terms: &Terms, link: Link) -> Gradients {
    let mut gradients = Gradients::zeros(terms);
    let finished = terms.finished();
    let share = 1.0 / finished.len().max(1) as f64;
    for index in finished {
        let (transitions, states) = (terms.transitions(index), terms.states(index));
        let last = terms.log_intrinsic[states.end - 1];
        let mut residual = terms.log_z - log_add(terms.log_reward[index], last);
        for (transition, next) in transitions.clone().zip(states.start + 1..) {
            residual += terms.log_pf[transition] - augmented(terms, transition, next, states.end).0;
        }
        let (loss, slope) = link.apply(residual);
        gradients.loss += share * loss;
        gradients.log_z += share * slope;
        for (transition, next) in transitions.zip(states.start + 1..) {
            let (_, own) = augmented(terms, transition, next, states.end);
            gradients.log_pf[transition] += share * slope;
            gradients.log_pb[transition] -= share * slope * own;
            gradients.log_flow[next] += share * slope * (1.0 - own);
        }
    }
    gradients
}

/// `log(P_B + r/F)` of the transition into state `next`, and the share of `P_B` in it.
fn augmented(terms: &Terms, transition: usize, next: usize, end: usize) -> (f64, f64) {
    let log_pb = terms.log_pb[transition];
    if next + 1 == end {
        return (log_pb, 1.0);
    }
    let sum = log_add(log_pb, terms.log_intrinsic[next] - terms.log_flow[next]);
    (sum, (log_pb - sum).exp())
}

/// `ln(eᵃ + eᵇ)`.
fn log_add(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large.is_infinite() { large } else { large + (small - large).exp().ln_1p() }
}

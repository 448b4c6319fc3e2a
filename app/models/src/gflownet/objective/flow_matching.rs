//! Flow matching: what flows into a state flows out of it.

use super::Link;
use crate::gflownet::policy::log_sum_exp;

/// Log-flows of the edges around states, edges lying state after state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EdgeFlows {
    /// Where the edges into each state begin, and the end of the last: one more than states.
    pub into: Vec<usize>,
    /// `log F` of the edges into the states.
    pub inflows: Vec<f64>,
    /// Where the edges out of each state begin, and the end of the last.
    pub out_of: Vec<usize>,
    /// `log F` of the edges out of the states; the one entry of a terminal state is `log R`.
    pub outflows: Vec<f64>,
}

/// A loss and its gradient with respect to the edges' log-flows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EdgeGradients {
    /// The loss.
    pub loss: f64,
    /// With respect to each of the inflows.
    pub inflows: Vec<f64>,
    /// With respect to each of the outflows, which is not to be passed on where that is a reward.
    pub outflows: Vec<f64>,
}

/// The average over states of the cost of `log Σ inflow − log Σ outflow` (Bengio et al. 2021, Eq. 12, without its ε:
/// logarithms need none).
pub fn flow_matching(flows: &EdgeFlows, link: Link) -> EdgeGradients {
    let states = flows.into.len().saturating_sub(1);
    let share = 1.0 / states.max(1) as f64;
    let mut gradients =
        EdgeGradients { loss: 0.0, inflows: vec![0.0; flows.inflows.len()], outflows: vec![0.0; flows.outflows.len()] };
    for state in 0..states {
        let (into, out_of) = (flows.into[state]..flows.into[state + 1], flows.out_of[state]..flows.out_of[state + 1]);
        let inflow = log_sum_exp(flows.inflows[into.clone()].iter().copied());
        let outflow = log_sum_exp(flows.outflows[out_of.clone()].iter().copied());
        let (loss, slope) = link.apply(inflow - outflow);
        gradients.loss += share * loss;
        for edge in into {
            gradients.inflows[edge] = share * slope * (flows.inflows[edge] - inflow).exp();
        }
        for edge in out_of {
            gradients.outflows[edge] = -share * slope * (flows.outflows[edge] - outflow).exp();
        }
    }
    gradients
}

//! The amortised predictor of an adapted policy (OC-GFN, spec §3, Alg. 2).

use super::Link;

/// One transition `s → s'` with an outcome `y`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim {
    /// `log N(s'|s)`, learned: the unnormalised probability of the transition.
    pub log_numerator: f64,
    /// `log Q(y|s', s)`, learned and normalised.
    pub log_posterior: f64,
    /// `log R(y)`, finite: floor it where the reward is 0.
    pub log_reward: f64,
    /// `log F(s|y)` of the frozen outcome-conditioned policy.
    pub log_flow: f64,
    /// `log P_F(s'|s, y)` of the frozen outcome-conditioned policy.
    pub log_forward: f64,
}

/// `log N + log Q − log R − log F − log P_F`, averaged over the claims: the loss, and for each claim its gradient,
/// which is the same with respect to `log N` and to `log Q`.
pub fn amortised(claims: &[Claim], link: Link) -> (f64, Vec<f64>) {
    let share = 1.0 / claims.len().max(1) as f64;
    let mut loss = 0.0;
    let slope = |claim: &Claim| {
        let residual =
            claim.log_numerator + claim.log_posterior - claim.log_reward - claim.log_flow - claim.log_forward;
        let (cost, slope) = link.apply(residual);
        loss += share * cost;
        share * slope
    };
    let gradient = claims.iter().map(slope).collect();
    (loss, gradient)
}

//! Backward policies that stay near uniform.

/// `KL(uniform over parents ‖ P_B)` of a state with the given `log P_B` of its legal backward actions (OP-GFN, spec
/// §3). Its gradient with respect to each of them is `−1/n`.
pub fn backward_divergence(log_backward: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0_f64);
    for log_prob in log_backward {
        sum += log_prob;
        count += 1.0;
    }
    if count == 0.0 { 0.0 } else { -count.ln() - sum / count }
}

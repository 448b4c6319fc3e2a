//! Distances between two laws over the same objects, given as log-probabilities.

/// `½·Σ|P − Q|`, between 0 and 1.
///
/// # Panics
/// If the laws have different lengths.
pub fn total_variation(log_p: &[f64], log_q: &[f64]) -> f64 {
    0.5 * l1(log_p, log_q)
}

/// `Σ|P − Q|`, between 0 and 2.
///
/// # Panics
/// If the laws have different lengths.
pub fn l1(log_p: &[f64], log_q: &[f64]) -> f64 {
    assert_eq!(log_p.len(), log_q.len(), "laws over the same objects");
    log_p.iter().zip(log_q).map(|(p, q)| (p.exp() - q.exp()).abs()).sum()
}

/// The Jensen–Shannon divergence in nats, between 0 and ln 2.
///
/// # Panics
/// If the laws have different lengths.
pub fn jensen_shannon(log_p: &[f64], log_q: &[f64]) -> f64 {
    assert_eq!(log_p.len(), log_q.len(), "laws over the same objects");
    let half = |log: f64, other: f64| match log.exp() {
        // The mixture is at least half as large, so its logarithm is finite wherever it is needed.
        p if p > 0.0 => 0.5 * p * (log - (0.5 * (p + other.exp())).ln()),
        _ => 0.0,
    };
    log_p.iter().zip(log_q).map(|(&p, &q)| half(p, q) + half(q, p)).sum()
}

/// The law of samples, from how often each object was drawn; `−∞` for what never was.
pub fn empirical_law(counts: &[u64]) -> Vec<f64> {
    let total: f64 = counts.iter().map(|&c| c as f64).sum();
    counts.iter().map(|&c| (c as f64).ln() - if total > 0.0 { total.ln() } else { 0.0 }).collect()
}

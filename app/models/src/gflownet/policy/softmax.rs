//! Probabilities of legal actions.

/// Writes `ln softmax` of `logits` over the legal actions, summed in f64. Illegal actions get `−∞`; a single legal
/// one gets exactly 0.
pub fn masked_log_softmax(logits: &[f32], legal: &[bool], log_probs: &mut [f64]) {
    let mut largest = f32::NEG_INFINITY;
    for (&logit, &legal) in logits.iter().zip(legal) {
        if legal {
            largest = largest.max(logit);
        }
    }
    if largest == f32::NEG_INFINITY {
        return log_probs.fill(f64::NEG_INFINITY);
    }
    let largest = f64::from(largest);
    let mut sum = 0.0;
    for ((slot, &logit), &legal) in log_probs.iter_mut().zip(logits).zip(legal) {
        if legal {
            *slot = f64::from(logit) - largest;
            sum += slot.exp();
        } else {
            *slot = f64::NEG_INFINITY;
        }
    }
    let log_sum = sum.ln();
    for slot in log_probs {
        *slot -= log_sum;
    }
}

/// `ln Σ exp(values)`; `−∞` of nothing, and of nothing but `−∞`.
pub fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if largest.is_infinite() {
        return largest;
    }
    largest + values.map(|value| (value - largest).exp()).sum::<f64>().ln()
}

//! Sets of a fixed size with a weight per element: `R(x) = Π r_i`. Sums over all sets are elementary symmetric
//! polynomials `e_k(r)`, by a recurrence of n·k steps (fl-gfn §7).

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashSet},
};

use super::{log_add_exp, log_sum_exp};

/// `ln e_0(r) … ln e_k(r)` of weights given as `ln r`; `−∞` where a polynomial has no term.
pub fn log_elementary(log_weights: &[f64], k: usize) -> Vec<f64> {
    let mut e = vec![f64::NEG_INFINITY; k + 1];
    e[0] = 0.0;
    for (seen, &weight) in log_weights.iter().enumerate() {
        for j in (1..=k.min(seen + 1)).rev() {
            e[j] = log_add_exp(e[j], e[j - 1] + weight);
        }
    }
    e
}

/// `ln Z` of sets of `k`: `ln e_k(r)`.
pub fn log_partition(log_weights: &[f64], k: usize) -> f64 {
    log_elementary(log_weights, k)[k]
}

/// The probability that each element is in a set of `k` drawn in proportion to its reward:
/// `p_i = r_i·e_{k−1}(r∖i)/e_k(r)`. They add up to `k`.
pub fn inclusion_probabilities(log_weights: &[f64], k: usize) -> Vec<f64> {
    let log_z = log_partition(log_weights, k);
    if k == 0 || log_z == f64::NEG_INFINITY {
        return vec![0.0; log_weights.len()];
    }
    let probability = |i: usize| {
        let rest = log_weights.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, w)| *w).collect::<Vec<_>>();
        (log_weights[i] + log_partition(&rest, k - 1) - log_z).min(0.0).exp()
    };
    (0..log_weights.len()).map(probability).collect()
}

/// `ln F̃(s)`, the flow of an unfinished set without the weights of what it holds, for uniform P_B:
/// `e_{k−|s|}(r∖s)·(k−|s|)!·|s|!/k!`. Together with `ln R(s)` it is the exact log-flow.
pub fn log_future_flow(log_weights: &[f64], present: &[bool], k: usize) -> f64 {
    let held = present.iter().filter(|p| **p).count();
    let Some(missing) = k.checked_sub(held) else { return f64::NEG_INFINITY };
    let rest: Vec<f64> = log_weights.iter().zip(present).filter(|(_, p)| !**p).map(|(w, _)| *w).collect();
    log_partition(&rest, missing) + log_factorial(missing) + log_factorial(held) - log_factorial(k)
}

/// `E[R]` under the target: `e_k(r²)/e_k(r)`.
pub fn expected_reward(log_weights: &[f64], k: usize) -> f64 {
    let squares: Vec<f64> = log_weights.iter().map(|w| 2.0 * w).collect();
    (log_partition(&squares, k) - log_partition(log_weights, k)).exp()
}

/// `E[R]` if all sets are equally likely.
pub fn uniform_reward(log_weights: &[f64], k: usize) -> f64 {
    (log_partition(log_weights, k) - log_partition(&vec![0.0; log_weights.len()], k)).exp()
}

/// `E[ln R]` under the target.
pub fn expected_log_reward(log_weights: &[f64], k: usize) -> f64 {
    let inclusion = inclusion_probabilities(log_weights, k);
    // A weight of 0 is never drawn.
    inclusion.iter().zip(log_weights).filter(|(p, _)| **p > 0.0).map(|(p, w)| p * w).sum()
}

/// `ln` of the mean reward of the `count` best sets of `k` (or of all, if there are fewer).
pub fn log_best_mean(log_weights: &[f64], k: usize, count: usize) -> f64 {
    let best = best_log_rewards(log_weights, k, count);
    log_sum_exp(best.iter().copied()) - (best.len() as f64).ln()
}

/// `ln R` of the `count` best sets of `k`, descending. Best first: from a set, any element may be exchanged for the
/// next lighter one that is not in; all sets are reached so, and never before a better one.
pub fn best_log_rewards(log_weights: &[f64], k: usize, count: usize) -> Vec<f64> {
    let mut weights = log_weights.to_vec();
    weights.sort_by(|a, b| b.total_cmp(a));
    if k == 0 || k > weights.len() {
        return Vec::new();
    }
    let candidate = |places: Vec<usize>| Candidate { log_reward: places.iter().map(|&i| weights[i]).sum(), places };
    let first: Vec<usize> = (0..k).collect();
    let mut seen = HashSet::from([first.clone()]);
    let mut heap = BinaryHeap::from([candidate(first)]);
    let mut best = Vec::new();
    while best.len() < count {
        let Some(Candidate { log_reward, places }) = heap.pop() else { break };
        best.push(log_reward);
        for i in 0..k {
            let next = places[i] + 1;
            if next >= weights.len() || places.get(i + 1) == Some(&next) {
                continue;
            }
            let mut moved = places.clone();
            moved[i] = next;
            if seen.insert(moved.clone()) {
                heap.push(candidate(moved));
            }
        }
    }
    best
}

struct Candidate {
    log_reward: f64,
    places: Vec<usize>,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.log_reward.total_cmp(&other.log_reward)
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

fn log_factorial(n: usize) -> f64 {
    (1..=n).map(|i| (i as f64).ln()).sum()
}

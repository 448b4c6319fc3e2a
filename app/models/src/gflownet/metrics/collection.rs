//! What a pile of samples holds.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use crate::gflownet::exact::best_mean;

/// The mean value of the `count` best distinct objects (of all, if there are fewer); `None` without any.
pub fn top_mean<T: Hash + Eq>(samples: impl IntoIterator<Item = (T, f64)>, count: usize) -> Option<f64> {
    let distinct: HashMap<T, f64> = samples.into_iter().collect();
    best_mean(distinct.into_values(), count)
}

/// How many different `modes` are among the samples.
pub fn count_modes<T: Hash + Eq>(samples: impl IntoIterator<Item = T>, modes: &HashSet<T>) -> usize {
    samples.into_iter().filter(|s| modes.contains(s)).collect::<HashSet<T>>().len()
}

/// The words of `length` letters whose value is at least `threshold` and above that of every word that differs in one
/// letter. `values` are in the order of the words as numbers to the base `letters`, first letter highest.
///
/// # Panics
/// If there are not `letters^length` values.
pub fn local_maxima(values: &[f64], letters: usize, length: u32, threshold: f64) -> Vec<usize> {
    assert_eq!(Some(values.len()), letters.checked_pow(length), "a value for every word");
    let highest = |&word: &usize| {
        let mut place = 1;
        for _ in 0..length {
            let digit = word / place % letters;
            if (0..letters).any(|l| l != digit && values[word - digit * place + l * place] >= values[word]) {
                return false;
            }
            place *= letters;
        }
        values[word] >= threshold
    };
    (0..values.len()).filter(highest).collect()
}

/// The mean distance of two different samples; `None` of fewer than two.
pub fn mean_pairwise_distance<T>(samples: &[T], distance: impl Fn(&T, &T) -> f64) -> Option<f64> {
    diversity(samples, distance).map(|half| 2.0 * half)
}

/// `Σ_{i<j} d(i, j)/(n(n − 1))`: half the mean distance, as op-gfn reports it; `None` of fewer than two samples.
pub fn diversity<T>(samples: &[T], distance: impl Fn(&T, &T) -> f64) -> Option<f64> {
    let n = samples.len();
    let pairs = (0..n).flat_map(|j| (0..j).map(move |i| (i, j)));
    (n > 1).then(|| pairs.map(|(i, j)| distance(&samples[i], &samples[j])).sum::<f64>() / (n as f64 * (n - 1) as f64))
}

/// How many places differ; the places that only the longer row has all do.
pub fn hamming<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count() + a.len().abs_diff(b.len())
}

/// The fewest insertions, deletions and replacements that turn one row into the other (Levenshtein 1966).
pub fn levenshtein<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

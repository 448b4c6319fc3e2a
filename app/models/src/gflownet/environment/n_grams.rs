//! Words that are to hold many copies of short patterns, one objective a pattern (op-gfn §3, n-grams).

use super::{Cell, EnvironmentError, Reward, Sequence, indexed::no_object, pareto_grid::SMALLEST};

/// Counts patterns in words, and weighs them: `R(x) = (w·counts/scale)^exponent`.
#[derive(Clone, Debug, PartialEq)]
pub struct NGramReward {
    words: Sequence,
    /// Letters counted from 0, and the weight.
    patterns: Vec<(Vec<usize>, f64)>,
    scale: f64,
    exponent: f64,
}

impl NGramReward {
    /// The reward for patterns with their weights. `scale` is the count that is worth 1 (18 in the published task).
    ///
    /// # Errors
    /// If a pattern is empty or holds other letters than `words` do, a weight or the exponent is not a number ≥ 0, all
    /// weights are 0, or `scale` is not positive.
    pub fn new(words: Sequence, patterns: &[(&str, f64)], scale: f64, exponent: f64) -> Result<Self, EnvironmentError> {
        let numbers = patterns.iter().map(|(_, w)| *w).chain([exponent, scale]);
        if let Some(bad) = numbers.into_iter().find(|w| !(*w >= 0.0 && w.is_finite())) {
            return Err(EnvironmentError::Reward(format!("{bad} is not a number ≥ 0")));
        }
        if scale == 0.0 || patterns.iter().all(|(_, w)| *w == 0.0) {
            return Err(EnvironmentError::Reward("the scale and one weight at least must be positive".into()));
        }
        let letters = |pattern: &str| -> Result<Vec<usize>, EnvironmentError> {
            let place = |c| words.alphabet().iter().position(|&a| a == c);
            let found: Option<Vec<usize>> = pattern.chars().take(words.longest_word() + 1).map(place).collect();
            found
                .filter(|p| !p.is_empty() && p.len() <= words.longest_word())
                .ok_or_else(|| no_object(pattern, "pattern of the word's letters"))
        };
        let patterns = patterns.iter().map(|(p, w)| Ok((letters(p)?, *w))).collect::<Result<_, EnvironmentError>>()?;
        Ok(Self { words, patterns, scale, exponent })
    }

    /// How often each pattern is in a word, over the scale; copies may overlap.
    pub fn objectives(&self, state: &[Cell]) -> Vec<f64> {
        let word: Vec<usize> = self.words.letters(state).collect();
        let count = |pattern: &[usize]| word.windows(pattern.len()).filter(|w| *w == pattern).count();
        self.patterns.iter().map(|(pattern, _)| count(pattern) as f64 / self.scale).collect()
    }
}

impl Reward for NGramReward {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        let objectives = self.objectives(state);
        let sum: f64 = objectives.iter().zip(&self.patterns).map(|(count, (_, weight))| count * weight).sum();
        self.exponent * sum.max(SMALLEST).ln()
    }

    /// The same of the word so far: copies are never lost when it grows. The empty word counts as 1.
    fn partial(&self, state: &[Cell]) -> Option<f64> {
        Some(if self.words.letters(state).next().is_none() { 0.0 } else { self.log_reward(state) })
    }
}

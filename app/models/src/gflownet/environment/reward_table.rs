//! Rewards that are looked up, and the text form in which people bring their own.

use std::sync::Arc;

use super::{
    Cell, EnvironmentError, Reward,
    indexed::{Indexed, MAX_OBJECTS, quoted},
};

/// Most bytes of a line of a table.
pub const MAX_LINE: usize = 1024;

/// `ln R` of every object of an environment.
#[derive(Clone)]
pub struct TableReward {
    environment: Arc<dyn Indexed>,
    log_rewards: Vec<f64>,
    everywhere_positive: bool,
    root: Vec<Cell>,
}

impl TableReward {
    /// From `R ≥ 0` of every object, in the environment's order.
    ///
    /// # Errors
    /// If there are not as many values as objects, one is negative or not finite, or all are 0.
    pub fn new(environment: Arc<dyn Indexed>, rewards: &[f64]) -> Result<Self, EnvironmentError> {
        check_rewards(rewards)?;
        Self::from_log(environment, rewards.iter().map(|r| r.ln()).collect())
    }

    /// From `ln R` of every object; `−∞` is a reward of 0.
    ///
    /// # Errors
    /// If there are not as many values as objects, one is NaN or `+∞`, or all are `−∞`.
    pub fn from_log(environment: Arc<dyn Indexed>, log_rewards: Vec<f64>) -> Result<Self, EnvironmentError> {
        let objects = environment.objects();
        if objects > MAX_OBJECTS {
            return Err(EnvironmentError::TooManyStates { states: objects as f64, limit: MAX_OBJECTS });
        }
        if log_rewards.len() != objects {
            let text = format!("{} rewards for {objects} objects", log_rewards.len());
            return Err(EnvironmentError::Reward(text));
        }
        if let Some(at) = log_rewards.iter().position(|l| l.is_nan() || *l == f64::INFINITY) {
            let text = format!("log-reward number {} is {}", at + 1, log_rewards[at]);
            return Err(EnvironmentError::Reward(text));
        }
        if log_rewards.iter().all(|&l| l == f64::NEG_INFINITY) {
            return Err(EnvironmentError::Reward("every reward is 0: there is nothing to sample".into()));
        }
        let everywhere_positive = log_rewards.iter().all(|l| l.is_finite());
        let mut root = vec![0; environment.width()];
        environment.root(&mut root);
        Ok(Self { environment, log_rewards, everywhere_positive, root })
    }

    /// `ln R` of every object, in the environment's order.
    pub fn log_rewards(&self) -> &[f64] {
        &self.log_rewards
    }
}

impl Reward for TableReward {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        self.log_rewards[self.environment.index_of(state)]
    }

    /// Where any state may be finished at once, its own reward; it must be positive everywhere, as a flow through a
    /// state of reward 0 has no logarithm to look forward with.
    fn partial(&self, state: &[Cell]) -> Option<f64> {
        let index = self.environment.partial_index(state).filter(|_| self.everywhere_positive)?;
        Some(if state == self.root { 0.0 } else { self.log_rewards[index] })
    }
}

/// How raw scores become rewards: `R = maximum·(max(score, floor)/best)^exponent` (op-gfn §3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shaping {
    /// Scores below it count as it.
    pub floor: f64,
    /// β.
    pub exponent: f64,
    /// R of the best object.
    pub maximum: f64,
}

impl Shaping {
    /// `ln R` of every score; never formed as a power, so that any β is safe.
    ///
    /// # Errors
    /// If a score or a constant is not finite, the floor is negative, `maximum` is not positive, or no score is
    /// positive after the floor.
    pub fn log_rewards(&self, scores: &[f64]) -> Result<Vec<f64>, EnvironmentError> {
        let reward = |text: String| Err(EnvironmentError::Reward(text));
        if !(self.floor >= 0.0 && self.floor.is_finite()) {
            return reward(format!("a floor of {} is not a number ≥ 0", self.floor));
        }
        if !self.exponent.is_finite() || self.exponent < 0.0 {
            return reward(format!("an exponent of {} is not a number ≥ 0", self.exponent));
        }
        if !(self.maximum > 0.0 && self.maximum.is_finite()) {
            return reward(format!("a largest reward of {} is not a positive number", self.maximum));
        }
        if let Some(at) = scores.iter().position(|s| !s.is_finite()) {
            return reward(format!("score number {} is {}", at + 1, scores[at]));
        }
        let best = scores.iter().copied().fold(self.floor, f64::max);
        if best <= 0.0 {
            return reward("no score is above 0".into());
        }
        let log = |&s: &f64| match s.max(self.floor) {
            0.0 if self.exponent == 0.0 => self.maximum.ln(),
            s => self.exponent * (s.ln() - best.ln()) + self.maximum.ln(),
        };
        Ok(scores.iter().map(log).collect())
    }
}

/// Scores moved and stretched to lie between 0 and 1; all 0 if they are all the same.
pub fn min_max(scores: &[f64]) -> Vec<f64> {
    let low = scores.iter().copied().fold(f64::INFINITY, f64::min);
    let high = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = if high > low { high - low } else { 1.0 };
    scores.iter().map(|s| (s - low) / range).collect()
}

/// Reads a table of rewards: a header `object<TAB>score`, then one object of `environment` a line with its `R ≥ 0`.
/// Answers with R of every object, in the environment's order.
///
/// # Errors
/// With the number of the line for anything that is not so, and with the first object that is missing.
pub fn read_rewards(table: &[u8], environment: &dyn Indexed) -> Result<Vec<f64>, EnvironmentError> {
    let objects = environment.objects();
    if objects > MAX_OBJECTS {
        return Err(EnvironmentError::TooManyStates { states: objects as f64, limit: MAX_OBJECTS });
    }
    let table = table.strip_prefix(b"\xef\xbb\xbf").unwrap_or(table);
    let mut lines = table.split(|&b| b == b'\n').enumerate().map(|(at, line)| (at + 1, line));
    match lines.next() {
        Some((number, line)) if text_of(number, line)? == "object\tscore" => {}
        _ => return Err(at_line(1, "the header is not `object<TAB>score`".into())),
    }
    let mut rewards = vec![f64::NAN; objects];
    let mut rows = 0;
    for (number, line) in lines {
        let line = text_of(number, line)?;
        if line.is_empty() {
            continue;
        }
        rows += 1;
        if rows > objects {
            return Err(at_line(number, format!("more rows than the {objects} objects there are")));
        }
        let (object, score) =
            line.split_once('\t').ok_or_else(|| at_line(number, "no tab between object and score".into()))?;
        let index = environment.index_of(&environment.read(object).map_err(|e| at_line(number, e.to_string()))?);
        let value = score.trim().parse::<f64>().ok().filter(|v| v.is_finite() && *v >= 0.0);
        let value = value.ok_or_else(|| at_line(number, format!("`{}` is not a number ≥ 0", quoted(score))))?;
        if !rewards[index].is_nan() {
            return Err(at_line(number, format!("`{}` for a second time", quoted(object))));
        }
        rewards[index] = value;
    }
    if let Some(missing) = rewards.iter().position(|r| r.is_nan()) {
        let mut state = vec![0; environment.width()];
        environment.object(missing, &mut state);
        let object = environment.write(&state);
        return Err(EnvironmentError::Reward(format!(
            "{} of {objects} objects have no score: `{object}` is the first",
            objects - rows
        )));
    }
    check_rewards(&rewards)?;
    Ok(rewards)
}

fn check_rewards(rewards: &[f64]) -> Result<(), EnvironmentError> {
    if let Some(at) = rewards.iter().position(|r| !r.is_finite() || *r < 0.0) {
        let text = format!("reward number {} is {}, not a number ≥ 0", at + 1, rewards[at]);
        return Err(EnvironmentError::Reward(text));
    }
    if rewards.iter().all(|&r| r == 0.0) {
        return Err(EnvironmentError::Reward("every reward is 0: there is nothing to sample".into()));
    }
    Ok(())
}

/// A line as text, without the carriage return of other systems.
fn text_of(number: usize, line: &[u8]) -> Result<&str, EnvironmentError> {
    if line.len() > MAX_LINE {
        return Err(at_line(number, format!("longer than {MAX_LINE} bytes")));
    }
    let text = std::str::from_utf8(line).map_err(|_| at_line(number, "not UTF-8".into()))?;
    Ok(text.strip_suffix('\r').unwrap_or(text))
}

/// An error of a line of a table.
pub(super) fn at_line(number: usize, what: String) -> EnvironmentError {
    EnvironmentError::Reward(format!("line {number}: {what}"))
}

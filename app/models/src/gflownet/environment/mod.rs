//! Decision problems: states, what may be done in each, and what undoes it.

pub mod bag;
pub mod bit_words;
pub mod cell;
pub mod fragments;
pub mod grid_rewards;
pub mod hyper_grid;
pub mod indexed;
pub mod landscapes;
pub mod n_grams;
pub mod pareto_grid;
pub mod reward_table;
#[cfg(test)]
mod reward_tests;
pub mod sequence;
pub mod set_generation;
#[cfg(test)]
mod tests;

pub use bag::{Bag, BagReward};
pub use bit_words::{BitDistance, BitReward, BitWords, SlotOrder};
pub use cell::NatsCell;
pub use fragments::Fragments;
pub use grid_rewards::GridReward;
pub use hyper_grid::HyperGrid;
pub use indexed::Indexed;
pub use n_grams::NGramReward;
pub use pareto_grid::{Objective, ParetoGrid, PreferenceReward};
pub use reward_table::{Shaping, TableReward, read_rewards};
pub use sequence::{Growth, Sequence};
pub use set_generation::{SetGeneration, SetReward, SetSize};

use thiserror::Error;

/// Most cells of a state: enough for every environment here, small enough for a stack buffer.
pub const MAX_WIDTH: usize = 256;

/// A state is a row of small whole numbers; their meaning is the environment's.
pub type Cell = i16;

/// A batch of states of one width, row after row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct States {
    width: usize,
    cells: Vec<Cell>,
}

impl States {
    /// No states yet, of `width` cells each.
    pub fn new(width: usize) -> Self {
        Self { width, cells: Vec::new() }
    }

    /// Adds a state.
    ///
    /// # Panics
    /// If it has another width.
    pub fn push(&mut self, state: &[Cell]) {
        assert_eq!(state.len(), self.width, "a state of {} cells among states of {}", state.len(), self.width);
        self.cells.extend_from_slice(state);
    }

    /// Cells of each state.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of states.
    pub fn len(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// State number `index`.
    pub fn get(&self, index: usize) -> &[Cell] {
        &self.cells[index * self.width..][..self.width]
    }

    /// State number `index`, to be changed.
    pub fn get_mut(&mut self, index: usize) -> &mut [Cell] {
        &mut self.cells[index * self.width..][..self.width]
    }

    /// The states in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[Cell]> {
        self.cells.chunks_exact(self.width.max(1))
    }

    /// Removes all states, keeps the memory.
    pub fn clear(&mut self) {
        self.cells.clear();
    }
}

/// Why an environment or a reward cannot be made.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EnvironmentError {
    /// More states than can be enumerated.
    #[error("{states:.3e} states are more than the {limit} that can be enumerated")]
    TooManyStates {
        /// How many there are.
        states: f64,
        /// How many may be.
        limit: usize,
    },
    /// A size that makes no sense.
    #[error("{0}")]
    Size(String),
    /// A text that is no object of this environment.
    #[error("`{text}` is no {what}")]
    Object {
        /// The text, shortened.
        text: String,
        /// What was expected, such as "8 letters of ACGT".
        what: String,
    },
    /// A table of rewards that cannot be used.
    #[error("{0}")]
    Reward(String),
}

/// The rules of a decision problem. Nothing here changes: a state is handed in and changed in place.
///
/// Two actions never lead from one state to the same child (where rules allow it, all but one are masked), so a
/// transition and its action are the same thing. The undoing of an action has a number of its own: each state has as
/// many legal backward actions as it has parents.
pub trait Environment: Send + Sync {
    /// Cells of a state, at most [`MAX_WIDTH`].
    fn width(&self) -> usize;

    /// Number of forward actions, legal or not; a stop action, if there is one, is the last.
    fn actions(&self) -> usize;

    /// Number of backward actions, legal or not.
    fn backward_actions(&self) -> usize;

    /// Most actions from the root to a terminal state.
    fn longest(&self) -> usize;

    /// Writes the state from which everything is built.
    fn root(&self, state: &mut [Cell]);

    /// Whether `state` is a finished object. It has no legal forward action.
    fn is_terminal(&self, state: &[Cell]) -> bool;

    /// Writes which forward actions are legal. `legal` has [`Self::actions`] values.
    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]);

    /// Writes which backward actions are legal. `legal` has [`Self::backward_actions`] values; the root has none.
    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]);

    /// Does a legal action and answers with the backward action that undoes it.
    fn step(&self, state: &mut [Cell], action: usize) -> usize;

    /// Undoes with a legal backward action and answers with the forward action that would do it again.
    fn step_back(&self, state: &mut [Cell], action: usize) -> usize;

    /// Length of the one-hot input of a policy.
    fn features(&self) -> usize;

    /// Appends the places of the ones in that input, each below [`Self::features`], in ascending order.
    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>);

    /// A finished object (or a partial one) as people write it.
    fn write(&self, state: &[Cell]) -> String;

    /// The terminal state that is written so.
    ///
    /// # Errors
    /// If the text is no object.
    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError>;
}

/// What finished objects are worth.
pub trait Reward: Send + Sync {
    /// `ln R(x)` of a terminal state; `−∞` where the reward is 0.
    fn log_reward(&self, state: &[Cell]) -> f64;

    /// `ln R` of a state on the way, for learners that look forward: 0 at the root, [`Self::log_reward`] at terminal
    /// states. `None` if this reward says nothing about unfinished objects.
    fn partial(&self, _state: &[Cell]) -> Option<f64> {
        None
    }
}

//! What is built, and outcomes spelled as words: what the network is conditioned on and what the posterior writes.

use std::sync::Arc;

use crate::{
    ModelError,
    gflownet::{
        environment::{Cell, Environment, Growth, HyperGrid, Indexed, Sequence},
        exact::Graph,
    },
};

/// Most states of a space here.
const MAX_STATES: usize = 200_000;

/// The objects of a preset with all states on the way to them.
#[derive(Clone)]
pub struct Space {
    /// The rules.
    pub rules: Rules,
    /// Every state and transition.
    pub graph: Arc<Graph>,
}

/// The two kinds of rules.
#[derive(Clone, Debug)]
pub enum Rules {
    /// Walks on a plane.
    Grid(HyperGrid),
    /// Words that grow at both ends.
    Words(Sequence),
}

impl Space {
    /// The space of a preset.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn of_preset(preset: &str) -> Result<Self, ModelError> {
        let wrong = |error: crate::gflownet::environment::EnvironmentError| ModelError::Parameters(error.to_string());
        let rules = match (catalog::systems::oc_gfn::side(preset), preset) {
            (Some(side), _) => Rules::Grid(HyperGrid::new(2, side).map_err(wrong)?),
            (None, catalog::systems::oc_gfn::TFBIND8) => {
                Rules::Words(Sequence::fixed("ACGT", 8, Growth::PrependAppend).map_err(wrong)?)
            }
            _ => return Err(ModelError::UnknownPreset { system: "oc-gfn".to_owned(), preset: preset.to_owned() }),
        };
        let graph = Graph::enumerate(rules.environment(), MAX_STATES).map_err(wrong)?;
        Ok(Self { rules, graph: Arc::new(graph) })
    }

    /// The rules as an environment.
    pub fn environment(&self) -> &dyn Environment {
        self.rules.environment()
    }

    /// The rules with numbered objects.
    pub fn indexed(&self) -> Arc<dyn Indexed> {
        match &self.rules {
            Rules::Grid(grid) => Arc::new(grid.clone()),
            Rules::Words(words) => Arc::new(words.clone()),
        }
    }
}

impl Rules {
    fn environment(&self) -> &dyn Environment {
        match self {
            Self::Grid(grid) => grid,
            Self::Words(words) => words,
        }
    }

    /// Letters of an outcome's word.
    pub fn length(&self) -> usize {
        match self {
            Self::Grid(grid) => grid.dimensions(),
            Self::Words(words) => words.longest_word(),
        }
    }

    /// Letters that there are.
    pub fn symbols(&self) -> usize {
        match self {
            Self::Grid(grid) => grid.side(),
            Self::Words(words) => words.alphabet().len(),
        }
    }

    /// The word of a finished object: coordinates of a cell, letters of a sequence.
    pub fn spell(&self, object: &[Cell]) -> Vec<usize> {
        match self {
            Self::Grid(grid) => object[..grid.dimensions()].iter().map(|&c| c as usize).collect(),
            Self::Words(words) => words.letters(object).collect(),
        }
    }

    /// The finished object that `word` spells.
    pub fn object(&self, word: &[usize]) -> Vec<Cell> {
        match self {
            Self::Grid(_) => word.iter().map(|&c| c as Cell).chain([1]).collect(),
            Self::Words(_) => word.iter().map(|&letter| letter as Cell + 1).collect(),
        }
    }

    /// Places of the ones of a word, or of its beginning, in a one-hot input of [`Self::features`].
    pub fn encode(&self, word: &[usize]) -> Vec<u32> {
        word.iter().enumerate().map(|(place, symbol)| (place * self.symbols() + symbol) as u32).collect()
    }

    /// Length of the one-hot input of a word.
    pub fn features(&self) -> usize {
        self.length() * self.symbols()
    }

    /// Which letter may follow `prefix` in the word of an object that can still be built from `state`: exactly the
    /// objects whose conditional flow through `state` is not 0.
    pub fn may_follow(&self, state: &[Cell], prefix: &[usize]) -> Vec<bool> {
        match self {
            Self::Grid(grid) => {
                let at = state[prefix.len()] as usize;
                let stopped = grid.is_terminal(state);
                (0..grid.side()).map(|coordinate| coordinate == at || !stopped && coordinate > at).collect()
            }
            Self::Words(words) => {
                let core: Vec<usize> = words.letters(state).collect();
                let left = words.longest_word() - prefix.len() - 1;
                let found = |word: &[usize]| core.is_empty() || word.windows(core.len()).any(|w| w == core);
                let done = found(prefix);
                let mut word = prefix.to_vec();
                word.push(0);
                let fits = |letter: usize| {
                    if let Some(last) = word.last_mut() {
                        *last = letter;
                    }
                    // The longest end of the word that begins the core: the rest of it must find room.
                    let begun = (0..=core.len().min(word.len())).rev().find(|&n| word.ends_with(&core[..n]));
                    done || found(&word) || core.len() - begun.unwrap_or(0) <= left
                };
                (0..self.symbols()).map(fits).collect()
            }
        }
    }
}

//! Trajectories, flattened.

use crate::gflownet::environment::{Cell, States};

/// Ways from the root: one array of states, one of actions, and where each trajectory begins in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trajectories {
    /// Where the states of each trajectory begin, and the end of the last.
    offsets: Vec<usize>,
    states: States,
    forward: Vec<u32>,
    backward: Vec<u32>,
    complete: Vec<bool>,
    conditions: Vec<u32>,
}

impl Trajectories {
    /// No trajectories yet, over states of `width` cells.
    pub fn new(width: usize) -> Self {
        Self {
            offsets: vec![0],
            states: States::new(width),
            forward: Vec::new(),
            backward: Vec::new(),
            complete: Vec::new(),
            conditions: Vec::new(),
        }
    }

    /// Adds a trajectory: its states, the first and the last included; the actions between them and what undoes each;
    /// whether the last state is terminal; the number of its condition.
    ///
    /// # Panics
    /// If there is not exactly one state more than actions, or a state has another width.
    pub fn push<'a>(
        &mut self,
        states: impl Iterator<Item = &'a [Cell]>,
        actions: impl Iterator<Item = (u32, u32)>,
        complete: bool,
        condition: u32,
    ) {
        let first = self.states.len();
        states.for_each(|state| self.states.push(state));
        for (forward, backward) in actions {
            self.forward.push(forward);
            self.backward.push(backward);
        }
        self.offsets.push(self.states.len());
        self.complete.push(complete);
        self.conditions.push(condition);
        assert!(
            self.states.len() > first && self.forward.len() + self.len() == self.states.len(),
            "a trajectory has one state more than actions"
        );
    }

    /// Adds all of `other`.
    ///
    /// # Panics
    /// If its states have another width.
    pub fn extend(&mut self, other: &Self) {
        let first = self.states.len();
        other.states.iter().for_each(|state| self.states.push(state));
        self.offsets.extend(other.offsets[1..].iter().map(|offset| first + offset));
        self.forward.extend_from_slice(&other.forward);
        self.backward.extend_from_slice(&other.backward);
        self.complete.extend_from_slice(&other.complete);
        self.conditions.extend_from_slice(&other.conditions);
    }

    /// Number of trajectories.
    pub fn len(&self) -> usize {
        self.complete.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.complete.is_empty()
    }

    /// Number of transitions of all trajectories.
    pub fn transitions(&self) -> usize {
        self.forward.len()
    }

    /// All states, trajectory after trajectory.
    pub fn states(&self) -> &States {
        &self.states
    }

    /// Places of the states of trajectory `index` among all states.
    pub fn states_of(&self, index: usize) -> std::ops::Range<usize> {
        self.offsets[index]..self.offsets[index + 1]
    }

    /// Places of the transitions of trajectory `index` among all transitions.
    pub fn transitions_of(&self, index: usize) -> std::ops::Range<usize> {
        self.offsets[index] - index..self.offsets[index + 1] - index - 1
    }

    /// The action of each transition.
    pub fn forward(&self) -> &[u32] {
        &self.forward
    }

    /// What undoes each transition.
    pub fn backward(&self) -> &[u32] {
        &self.backward
    }

    /// Whether trajectory `index` ends in a terminal state.
    pub fn complete(&self, index: usize) -> bool {
        self.complete[index]
    }

    /// The number of the condition of trajectory `index`.
    pub fn condition(&self, index: usize) -> u32 {
        self.conditions[index]
    }

    /// Sets the number of the condition of trajectory `index`, say to the outcome that it has reached.
    pub fn set_condition(&mut self, index: usize, condition: u32) {
        self.conditions[index] = condition;
    }

    /// The last state of trajectory `index`.
    pub fn last(&self, index: usize) -> &[Cell] {
        self.states.get(self.offsets[index + 1] - 1)
    }

    /// The last states of all trajectories.
    pub fn lasts(&self) -> States {
        let mut lasts = States::new(self.states.width());
        (0..self.len()).for_each(|index| lasts.push(self.last(index)));
        lasts
    }
}

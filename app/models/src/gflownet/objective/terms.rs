//! What objectives see of trajectories, and what they answer.

use std::ops::Range;

/// What a batch of trajectories looks like to an objective. `T` transitions of `n` trajectories pass `T + n` states;
/// both lie trajectory after trajectory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// Where the transitions of each trajectory begin, and the end of the last: `n + 1`.
    pub offsets: Vec<usize>,
    /// `log P_F` of each transition.
    pub log_pf: Vec<f64>,
    /// `log P_B` of each transition.
    pub log_pb: Vec<f64>,
    /// The flow head's word on each state, `log F` or `log F̃`; empty if no flow is asked for.
    pub log_flow: Vec<f64>,
    /// `−E` of each state: 0 at the root, `log R` at terminal states; empty if not asked for.
    pub partial: Vec<f64>,
    /// `log r` of an intrinsic reward of each state; empty if not asked for.
    pub log_intrinsic: Vec<f64>,
    /// `log R` of the last state of each trajectory, finite; not read of incomplete ones.
    pub log_reward: Vec<f64>,
    /// Whether each trajectory ends in a terminal state.
    pub complete: Vec<bool>,
    /// `log Z`.
    pub log_z: f64,
    /// What orders the last states, `[n, objectives]`, more being better; empty if not asked for.
    pub utilities: Vec<f64>,
    /// Number of objectives.
    pub objectives: usize,
    /// With which trajectory each is compared; empty if not asked for.
    pub partners: Vec<usize>,
}

impl Terms {
    /// Number of trajectories.
    pub fn len(&self) -> usize {
        self.complete.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.complete.is_empty()
    }

    /// Places of the transitions of trajectory `index`.
    pub fn transitions(&self, index: usize) -> Range<usize> {
        self.offsets[index]..self.offsets[index + 1]
    }

    /// Places of the states of trajectory `index`.
    pub fn states(&self, index: usize) -> Range<usize> {
        self.offsets[index] + index..self.offsets[index + 1] + index + 1
    }

    /// `Σ log P_F − Σ log P_B` of trajectory `index`.
    pub fn log_ratio(&self, index: usize) -> f64 {
        let sum = |values: &[f64]| values[self.transitions(index)].iter().sum::<f64>();
        sum(&self.log_pf) - sum(&self.log_pb)
    }

    /// Numbers of the complete trajectories.
    pub(super) fn finished(&self) -> Vec<usize> {
        (0..self.len()).filter(|&index| self.complete[index]).collect()
    }
}

/// A loss and its gradient with respect to what a policy said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradients {
    /// The loss.
    pub loss: f64,
    /// With respect to `log P_F` of each transition.
    pub log_pf: Vec<f64>,
    /// With respect to `log P_B` of each transition.
    pub log_pb: Vec<f64>,
    /// With respect to the flow head's word on each state.
    pub log_flow: Vec<f64>,
    /// With respect to `log Z`.
    pub log_z: f64,
}

impl Gradients {
    /// Zeros for `terms`.
    pub(super) fn zeros(terms: &Terms) -> Self {
        let transitions = terms.log_pf.len();
        Self {
            loss: 0.0,
            log_pf: vec![0.0; transitions],
            log_pb: vec![0.0; transitions],
            log_flow: vec![0.0; transitions + terms.len()],
            log_z: 0.0,
        }
    }

    /// Adds `gradient` to that with respect to `Σ log P_F − Σ log P_B` of trajectory `index`.
    pub(super) fn add_log_ratio(&mut self, terms: &Terms, index: usize, gradient: f64) {
        for transition in terms.transitions(index) {
            self.log_pf[transition] += gradient;
            self.log_pb[transition] -= gradient;
        }
    }
}

//! What the present policy says about trajectories, whoever drew them.

use super::{Actor, RolloutError, Trajectories};
use crate::gflownet::{environment::Environment, policy::BackwardPolicy};

/// Where the policy's word on each state of some trajectories is found.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    rows: Vec<Option<usize>>,
    /// `log P_B` of the transition into each state without a row.
    backward: Vec<f64>,
}

impl Rows {
    /// The row of state number `state`. Terminal states have one only if something about them is learned.
    pub fn get(&self, state: usize) -> Option<usize> {
        self.rows[state]
    }
}

/// Log-probabilities of transitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogProbs {
    /// `log P_F(s'|s)` of each transition.
    pub forward: Vec<f64>,
    /// `log P_B(s|s')` of each transition.
    pub backward: Vec<f64>,
}

/// Evaluates all states of `trajectories`, those that are new to the cache in one pass; terminal states only where
/// there is something to learn about them: their parent, or, with `terminal_flow`, their flow.
///
/// # Errors
/// If the policy does not fit.
pub fn locate(
    environment: &dyn Environment,
    actor: &mut Actor,
    trajectories: &Trajectories,
    terminal_flow: bool,
) -> Result<Rows, RolloutError> {
    let which: Vec<u32> = (0..trajectories.len()).map(|index| trajectories.condition(index)).collect();
    actor.prepare(environment, &which, which.len())?;
    if trajectories.states().width() != environment.width() {
        return Err(RolloutError::Parameters("the trajectories are of another environment".into()));
    }
    let Actor { policy, evaluations, .. } = actor;
    let uniform = policy.backward_policy() == BackwardPolicy::Uniform;
    let states = trajectories.states();
    let mut found = Rows { rows: Vec::with_capacity(states.len()), backward: vec![0.0; states.len()] };
    let mut legal = vec![false; environment.backward_actions()];
    for (index, &condition) in which.iter().enumerate() {
        let range = trajectories.states_of(index);
        for at in range.clone() {
            let state = states.get(at);
            let mut asks = true;
            if at + 1 == range.end && trajectories.complete(index) && !terminal_flow {
                environment.backward_mask(state, &mut legal);
                let parents = legal.iter().filter(|&&legal| legal).count();
                asks = !(uniform || parents == 1);
                if parents > 1 && !asks {
                    found.backward[at] = -(parents as f64).ln();
                }
            }
            found.rows.push(asks.then(|| evaluations.row(policy, environment, state, condition)));
        }
    }
    evaluations.compute_all(policy);
    Ok(found)
}

/// Log-probabilities of the transitions of `trajectories`, whose states `rows` has located.
pub fn read(actor: &Actor, trajectories: &Trajectories, rows: &Rows) -> LogProbs {
    let Actor { policy, evaluations, .. } = actor;
    let mut result = LogProbs::default();
    for index in 0..trajectories.len() {
        let first = trajectories.states_of(index).start;
        for (state, transition) in (first..).zip(trajectories.transitions_of(index)) {
            let action = trajectories.forward()[transition] as usize;
            let forward = rows.get(state).map_or(0.0, |row| evaluations.log_forward(policy, row)[action]);
            let action = trajectories.backward()[transition] as usize;
            let backward = match rows.get(state + 1) {
                Some(row) => evaluations.log_backward_of(policy, row, action),
                None => rows.backward[state + 1],
            };
            result.forward.push(forward);
            result.backward.push(backward);
        }
    }
    result
}

/// `log P_F` and `log P_B` of each transition under the present policy.
///
/// # Errors
/// If the policy does not fit.
pub fn log_probs(
    environment: &dyn Environment,
    actor: &mut Actor,
    trajectories: &Trajectories,
) -> Result<LogProbs, RolloutError> {
    let rows = locate(environment, actor, trajectories, false)?;
    Ok(read(actor, trajectories, &rows))
}

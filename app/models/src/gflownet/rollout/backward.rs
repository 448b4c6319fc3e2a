//! How an object may have been built.

use super::{Actor, Growing, RolloutError, Trajectories, check_conditions, draw, draw_legal};
use crate::gflownet::{
    environment::{Environment, States},
    policy::BackwardPolicy,
};
use rand::Rng;

/// Draws a trajectory to each of `terminals`, undoing one action after another: by the learned backward policy of
/// `actor`, or, without one, with all parents equally likely. `which` holds the number of the condition of each, or
/// nothing if all have number 0.
///
/// # Errors
/// If there are too many, the policy or the states do not fit, or a condition does not exist.
pub fn sample_backward(
    environment: &dyn Environment,
    actor: Option<&mut Actor>,
    terminals: &States,
    which: &[u32],
    rng: &mut impl Rng,
) -> Result<Trajectories, RolloutError> {
    let count = terminals.len();
    if terminals.width() != environment.width() || terminals.iter().any(|state| !environment.is_terminal(state)) {
        return Err(RolloutError::Parameters("only finished objects of this environment can be taken apart".into()));
    }
    let mut growing = Growing::new(environment, count)?;
    let condition = |index: usize| which.get(index).copied().unwrap_or(0);
    let mut learned = actor.filter(|actor| actor.policy.backward_policy() == BackwardPolicy::Learned);
    match &mut learned {
        Some(actor) => actor.prepare(environment, which, count)?,
        None => check_conditions(which, count, usize::MAX)?,
    }
    for (index, terminal) in terminals.iter().enumerate() {
        growing.state_mut(index, 0).copy_from_slice(terminal);
    }
    let mut live: Vec<usize> = (0..count).collect();
    let mut rows = vec![0; count];
    let mut legal = vec![false; environment.backward_actions()];
    for _ in 0..environment.longest() {
        if let Some(Actor { policy, evaluations, .. }) = &mut learned {
            for &index in &live {
                rows[index] = evaluations.row(policy, environment, growing.current(index), condition(index));
            }
            evaluations.compute_all(policy);
        }
        live.retain(|&index| {
            let action = match &learned {
                Some(Actor { policy, evaluations, .. }) => {
                    let log_probs = evaluations.log_backward(policy, rows[index]);
                    draw(log_probs.iter().map(|log_prob| log_prob.exp()), 1.0, rng)
                }
                None => {
                    environment.backward_mask(growing.current(index), &mut legal);
                    draw_legal(&legal, rng)
                }
            };
            // The root has no parent.
            let Some(action) = action else { return false };
            growing.grow(index, |state| (environment.step_back(state, action) as u32, action as u32));
            true
        });
        if live.is_empty() {
            break;
        }
    }
    let mut trajectories = Trajectories::new(environment.width());
    for index in 0..count {
        let states = (0..=growing.steps[index]).rev().map(|step| growing.state(index, step));
        trajectories.push(states, growing.actions(index).iter().rev().copied(), true, condition(index));
    }
    Ok(trajectories)
}

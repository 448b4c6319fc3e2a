//! Objectives of transitions and of parts of trajectories.

use super::{Failure, Gradients, Link, Terminal, Terms};

/// The log-flow of each state as balance sees it, and whether the head has a say in it.
struct Flows {
    values: Vec<f64>,
    learned: Vec<bool>,
}

impl Flows {
    /// The head's word, and `last(index)` at the terminal state of each complete trajectory.
    fn with_last(terms: &Terms, last: impl Fn(usize) -> f64) -> Self {
        let (mut values, mut learned) = (terms.log_flow.clone(), vec![true; terms.log_flow.len()]);
        for index in terms.finished() {
            let terminal = terms.states(index).end - 1;
            (values[terminal], learned[terminal]) = (last(index), false);
        }
        Self { values, learned }
    }

    /// `log F = log F̃ − E` (FL-GFN, spec §3).
    fn forward_looking(terms: &Terms, terminal: Terminal) -> Self {
        let mut flows = match terminal {
            Terminal::Pinned => Self::with_last(terms, |_| 0.0),
            Terminal::AsReleased => Self { values: terms.log_flow.clone(), learned: vec![true; terms.log_flow.len()] },
        };
        flows.values.iter_mut().zip(&terms.partial).for_each(|(flow, partial)| *flow += partial);
        flows
    }

    fn rewarded(terms: &Terms) -> Self {
        Self::with_last(terms, |index| terms.log_reward[index])
    }

    /// Passes gradients on to the head where it has a say.
    fn pass(&self, gradients: &mut Gradients) {
        for (gradient, learned) in gradients.log_flow.iter_mut().zip(&self.learned) {
            *gradient *= f64::from(u8::from(*learned));
        }
    }
}

/// Detailed balance (Bengio et al. 2023): `log F(s) + log P_F − log F(s') − log P_B`, averaged over transitions;
/// terminal states have the flow `R`.
pub fn detailed_balance(terms: &Terms, link: Link) -> Gradients {
    transitions(terms, &Flows::rewarded(terms), link, |_, _| Some(0.0))
}

/// Detailed balance without the transitions into terminal states: what order-preserving learners add their own word
/// about the end to. The average is over all transitions.
pub fn interior_detailed_balance(terms: &Terms, link: Link) -> Gradients {
    transitions(terms, &Flows::with_last(terms, |_| 0.0), link, |_, last| (!last).then_some(0.0))
}

/// Forward-looking detailed balance (FL-GFN, spec §3): `log F̃(s) + log P_F − log F̃(s') − log P_B + E(s→s')`.
pub fn forward_looking(terms: &Terms, terminal: Terminal, link: Link) -> Gradients {
    transitions(terms, &Flows::forward_looking(terms, terminal), link, |_, _| Some(0.0))
}

/// Detailed balance towards an outcome with teleportation (OC-GFN, spec §3, Eq. 4):
/// `log F(s|y) + log P_F − log F(s'|y) − log P_B − log R(x|y)`, terminal flows pinned to 1. `log R` is 0 where the
/// outcome was reached, `ln ε` where it was not, in every transition or in the last only.
pub fn outcome_conditioned(terms: &Terms, failure: Failure, link: Link) -> Gradients {
    let flows = Flows::with_last(terms, |_| 0.0);
    transitions(terms, &flows, link, |index, last| match (terms.complete[index], failure) {
        (false, _) => Some(0.0),
        (true, Failure::TerminalEdge) if !last => Some(0.0),
        (true, _) => Some(terms.log_reward[index]),
    })
}

/// Sub-trajectory balance (Madan et al. 2023) with terminal flow `R`.
pub fn sub_trajectory_balance(terms: &Terms, lambda: f64, link: Link) -> Gradients {
    spans(terms, &Flows::rewarded(terms), lambda, link, false)
}

/// Sub-trajectory balance among states that are not terminal.
pub fn interior_sub_trajectory_balance(terms: &Terms, lambda: f64, link: Link) -> Gradients {
    spans(terms, &Flows::with_last(terms, |_| 0.0), lambda, link, true)
}

/// Forward-looking sub-trajectory balance (FL-GFN, spec §3).
pub fn forward_looking_spans(terms: &Terms, terminal: Terminal, lambda: f64, link: Link) -> Gradients {
    spans(terms, &Flows::forward_looking(terms, terminal), lambda, link, false)
}

/// The average over transitions of the cost of `log F(s) + log P_F − log F(s') − log P_B − shift`, where
/// `shift(trajectory, ends there)` answers `None` for transitions that cost nothing.
fn transitions(terms: &Terms, flows: &Flows, link: Link, shift: impl Fn(usize, bool) -> Option<f64>) -> Gradients {
    let mut gradients = Gradients::zeros(terms);
    let share = 1.0 / terms.log_pf.len().max(1) as f64;
    for index in 0..terms.len() {
        let end = terms.transitions(index).end;
        for (transition, state) in terms.transitions(index).zip(terms.states(index)) {
            let last = terms.complete[index] && transition + 1 == end;
            let Some(shift) = shift(index, last) else { continue };
            let residual = flows.values[state] + terms.log_pf[transition]
                - flows.values[state + 1]
                - terms.log_pb[transition]
                - shift;
            let (loss, slope) = link.apply(residual);
            gradients.loss += share * loss;
            gradients.log_pf[transition] += share * slope;
            gradients.log_pb[transition] -= share * slope;
            gradients.log_flow[state] += share * slope;
            gradients.log_flow[state + 1] -= share * slope;
        }
    }
    flows.pass(&mut gradients);
    gradients
}

/// All parts `i < j` of each trajectory with weights `λ^(j − i)` that sum to 1, averaged over trajectories. With
/// `A_t = log F_t − Σ_{u<t} (log P_F − log P_B)` the residual of a part is `A_i − A_j`.
fn spans(terms: &Terms, flows: &Flows, lambda: f64, link: Link, interior: bool) -> Gradients {
    let mut gradients = Gradients::zeros(terms);
    let share = 1.0 / terms.len().max(1) as f64;
    let (mut levels, mut slopes) = (Vec::new(), Vec::new());
    for index in 0..terms.len() {
        let mut states = terms.states(index);
        if interior && terms.complete[index] {
            states.end -= 1;
        }
        let first = terms.transitions(index).start;
        levels.clear();
        let mut sum = 0.0;
        for (step, state) in states.clone().enumerate() {
            levels.push(flows.values[state] - sum);
            if step + 1 < states.len() {
                sum += terms.log_pf[first + step] - terms.log_pb[first + step];
            }
        }
        let count = levels.len();
        let total: f64 = (1..count).map(|length| (count - length) as f64 * lambda.powi(length as i32)).sum();
        slopes.clear();
        slopes.resize(count, 0.0);
        for length in 1..count {
            let weight = share * lambda.powi(length as i32) / total;
            for i in 0..count - length {
                let (loss, slope) = link.apply(levels[i] - levels[i + length]);
                gradients.loss += weight * loss;
                slopes[i] += weight * slope;
                slopes[i + length] -= weight * slope;
            }
        }
        // A step's log-ratio is part of every later level.
        let mut later = 0.0;
        for step in (0..count).rev() {
            gradients.log_flow[states.start + step] += slopes[step];
            if step + 1 < count {
                gradients.log_pf[first + step] -= later;
                gradients.log_pb[first + step] += later;
            }
            later += slopes[step];
        }
    }
    flows.pass(&mut gradients);
    gradients
}

//! What makes a policy fit: residuals of trajectories, their cost, and its gradient in closed form.
//!
//! An objective sees [`Terms`], numbers and nothing else, and answers with [`Gradients`]; a [`Learner`] fetches the
//! numbers from a policy and passes the gradients back. Log-probabilities are always those of the present policy,
//! however the trajectories were drawn: those of the behaviour would spoil log Z.

mod amortised;
mod backward_kl;
mod balance;
mod flow_matching;
mod learner;
#[cfg(test)]
mod learner_tests;
mod link;
mod needs;
mod order;
mod settings;
mod terms;
#[cfg(test)]
mod tests;
mod trajectory;

pub use amortised::{Claim, amortised};
pub use backward_kl::backward_divergence;
pub use balance::{
    detailed_balance, forward_looking, forward_looking_spans, interior_detailed_balance,
    interior_sub_trajectory_balance, outcome_conditioned, sub_trajectory_balance,
};
pub use flow_matching::{EdgeFlows, EdgeGradients, flow_matching};
pub use learner::Learner;
pub use link::Link;
pub use needs::{Needs, ObjectiveError};
pub use order::{
    OrderLoss, batch_labels, dominates, final_log_rewards, order_by_batch, order_by_pairs, preference, softplus,
    trajectory_log_rewards,
};
pub use settings::{Fit, Grades, LearnerError, Settings};
pub use terms::{Gradients, Terms};
pub use trajectory::{
    augmented_trajectory_balance, conditional_trajectory_balance, log_partition_variance, trajectory_balance,
};

/// The factor `F̃` of terminal states in forward-looking objectives (FL-GFN, spec §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// `log F̃ = 0`, as in the paper: the fixed point is the target.
    Pinned,
    /// Whatever the head says, as in the released code: the fixed point is not unique, and the sampler is greedier.
    AsReleased,
}

/// Where a missed outcome is felt (OC-GFN, spec §3: the paper leaves `log 0` open).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// In every transition: teleportation.
    EveryTransition,
    /// In the transition into the terminal state: detailed balance without teleportation.
    TerminalEdge,
}

/// How a batch is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Each trajectory with one other.
    Pairs,
    /// All with all.
    Batch,
}

/// What carries the learned reward of an order-preserving objective.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Carrier {
    /// Whole trajectories.
    Trajectory,
    /// The flow before the last transition; detailed balance before.
    Detailed,
    /// The same; sub-trajectory balance with this λ before.
    SubTrajectory(f64),
    /// The flow of the last edge; flow matching before.
    Edge,
}

/// What is minimised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Objective {
    /// Flow matching; forward logits are log-flows of edges.
    FlowMatching,
    /// Detailed balance.
    DetailedBalance,
    /// Trajectory balance.
    TrajectoryBalance,
    /// Trajectory balance with the flow of the root for Z, which knows what the policy is conditioned on.
    ConditionalTrajectoryBalance,
    /// Sub-trajectory balance with this λ.
    SubTrajectoryBalance(f64),
    /// Trajectory balance with the batch's own log Z.
    LogPartitionVariance,
    /// Trajectory balance with intrinsic rewards.
    AugmentedTrajectoryBalance,
    /// Forward-looking balance: detailed, or sub-trajectory with a λ.
    ForwardLooking {
        /// The flow of terminal states.
        terminal: Terminal,
        /// `None` for detailed balance.
        lambda: Option<f64>,
    },
    /// Detailed balance towards an outcome.
    OutcomeConditioned {
        /// Where a missed outcome is felt.
        failure: Failure,
        /// `ln ε`, the log-reward of a missed outcome, negative.
        log_floor: f64,
    },
    /// Order-preserving.
    OrderPreserving {
        /// What carries the learned reward.
        carrier: Carrier,
        /// How a batch is compared.
        comparison: Comparison,
        /// Weight of the comparison against the balance; whole trajectories have no balance and ignore it.
        weight: f64,
    },
}

impl Objective {
    /// The loss of `terms` and its gradient. Those that match flows see edges instead: [`flow_matching`].
    pub fn evaluate(&self, terms: &Terms, link: Link) -> Gradients {
        match *self {
            Self::FlowMatching => Gradients::zeros(terms),
            Self::DetailedBalance => detailed_balance(terms, link),
            Self::TrajectoryBalance => trajectory_balance(terms, link),
            Self::ConditionalTrajectoryBalance => conditional_trajectory_balance(terms, link),
            Self::SubTrajectoryBalance(lambda) => sub_trajectory_balance(terms, lambda, link),
            Self::LogPartitionVariance => log_partition_variance(terms),
            Self::AugmentedTrajectoryBalance => augmented_trajectory_balance(terms, link),
            Self::ForwardLooking { terminal, lambda: None } => forward_looking(terms, terminal, link),
            Self::ForwardLooking { terminal, lambda: Some(lambda) } => {
                forward_looking_spans(terms, terminal, lambda, link)
            }
            Self::OutcomeConditioned { failure, .. } => outcome_conditioned(terms, failure, link),
            Self::OrderPreserving { carrier, comparison, weight } => {
                order_preserving(terms, carrier, comparison, weight, link)
            }
        }
    }
}

/// What the comparison of the complete trajectories of a batch costs, given their learned log-rewards.
fn rank(terms: &Terms, log_rewards: &[f64], comparison: Comparison) -> OrderLoss {
    let (finished, objectives) = (terms.finished(), terms.objectives);
    let utilities: Vec<f64> =
        finished.iter().flat_map(|&index| &terms.utilities[index * objectives..][..objectives]).copied().collect();
    match comparison {
        Comparison::Batch => order_by_batch(log_rewards, &batch_labels(&utilities, objectives)),
        Comparison::Pairs => order_by_pairs(log_rewards, &utilities, objectives, &terms.partners),
    }
}

/// The comparison of the complete trajectories of a batch, and the balance that goes with it.
fn order_preserving(terms: &Terms, carrier: Carrier, comparison: Comparison, weight: f64, link: Link) -> Gradients {
    let finished = terms.finished();
    let (mut gradients, weight) = match carrier {
        Carrier::Trajectory => (Gradients::zeros(terms), 1.0),
        Carrier::Edge => return Gradients::zeros(terms),
        Carrier::Detailed => (interior_detailed_balance(terms, link), weight),
        Carrier::SubTrajectory(lambda) => (interior_sub_trajectory_balance(terms, lambda, link), weight),
    };
    let log_rewards = match carrier {
        Carrier::Trajectory => trajectory_log_rewards(terms, &finished),
        _ => final_log_rewards(terms, &finished),
    };
    let (loss, slopes) = rank(terms, &log_rewards, comparison);
    gradients.loss += weight * loss;
    for (&index, slope) in finished.iter().zip(slopes) {
        let slope = weight * slope;
        if carrier == Carrier::Trajectory {
            gradients.add_log_ratio(terms, index, slope);
        } else if let Some(transition) = terms.transitions(index).last() {
            gradients.log_pf[transition] += slope;
            gradients.log_pb[transition] -= slope;
            gradients.log_flow[terms.states(index).end - 2] += slope;
        }
    }
    gradients
}

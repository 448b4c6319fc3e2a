//! What objectives ask of policy, reward and rollouts.

use super::{Carrier, Comparison, Link, Objective, Settings};
use crate::gflownet::{
    environment::{Environment, Reward},
    policy::{BackwardPolicy, Policy},
    rollout::RolloutError,
};
use thiserror::Error;

/// Most values of activations of a training step.
const VALUE_LIMIT: usize = 1 << 28;

/// What an objective asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// A learned log Z.
    pub log_z: bool,
    /// A head for log-flows.
    pub flow: bool,
    /// That head's word on terminal states.
    pub terminal_flow: bool,
    /// Trajectories that all end in terminal states.
    pub complete: bool,
    /// A reward, known at terminal states.
    pub reward: bool,
    /// A reward of unfinished objects.
    pub partial: bool,
    /// An intrinsic reward.
    pub intrinsic: bool,
    /// A policy that is conditioned on an outcome.
    pub condition: bool,
    /// Several trajectories in a batch.
    pub several: bool,
}

impl Objective {
    /// What this objective asks for.
    pub fn needs(&self) -> Needs {
        let none = Needs::default();
        match *self {
            Self::FlowMatching => Needs { complete: true, reward: true, ..none },
            Self::DetailedBalance => Needs { flow: true, reward: true, complete: true, ..none },
            Self::SubTrajectoryBalance(_) => Needs { flow: true, reward: true, complete: true, ..none },
            Self::ConditionalTrajectoryBalance => Needs { flow: true, complete: true, reward: true, ..none },
            Self::TrajectoryBalance => Needs { log_z: true, complete: true, reward: true, ..none },
            Self::LogPartitionVariance => Needs { complete: true, reward: true, several: true, ..none },
            Self::AugmentedTrajectoryBalance => {
                Needs { log_z: true, flow: true, complete: true, reward: true, intrinsic: true, ..none }
            }
            Self::ForwardLooking { terminal, .. } => Needs {
                flow: true,
                partial: true,
                reward: true,
                terminal_flow: terminal == super::Terminal::AsReleased,
                ..none
            },
            Self::OutcomeConditioned { .. } => Needs { flow: true, complete: true, condition: true, ..none },
            Self::OrderPreserving { carrier, .. } => {
                let flow = matches!(carrier, Carrier::Detailed | Carrier::SubTrajectory(_));
                Needs { flow, complete: true, several: true, ..none }
            }
        }
    }
}

/// Why an objective cannot be followed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ObjectiveError {
    /// The policy has no such part.
    #[error("{objective} needs {part}, which this policy does not have")]
    Policy {
        /// The objective's name.
        objective: &'static str,
        /// What is missing.
        part: &'static str,
    },
    /// The reward does not say enough.
    #[error("{objective} needs {part}, which this reward does not give")]
    Reward {
        /// The objective's name.
        objective: &'static str,
        /// What is missing.
        part: &'static str,
    },
    /// The rollouts are not of use.
    #[error("{objective} needs {part}")]
    Rollouts {
        /// The objective's name.
        objective: &'static str,
        /// What is missing.
        part: &'static str,
    },
    /// A number that makes no sense.
    #[error("{0}")]
    Settings(String),
}

impl Objective {
    /// The name of the objective.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FlowMatching => "flow matching",
            Self::DetailedBalance => "detailed balance",
            Self::TrajectoryBalance => "trajectory balance",
            Self::ConditionalTrajectoryBalance => "conditional trajectory balance",
            Self::SubTrajectoryBalance(_) => "sub-trajectory balance",
            Self::LogPartitionVariance => "log-partition variance",
            Self::AugmentedTrajectoryBalance => "augmented trajectory balance",
            Self::ForwardLooking { lambda: None, .. } => "forward-looking detailed balance",
            Self::ForwardLooking { .. } => "forward-looking sub-trajectory balance",
            Self::OutcomeConditioned { .. } => "outcome-conditioned detailed balance",
            Self::OrderPreserving { carrier: Carrier::Trajectory, .. } => "order-preserving trajectory balance",
            Self::OrderPreserving { carrier: Carrier::Detailed, .. } => "order-preserving detailed balance",
            Self::OrderPreserving { carrier: Carrier::Edge, .. } => "order-preserving flow matching",
            Self::OrderPreserving { .. } => "order-preserving sub-trajectory balance",
        }
    }

    /// Whether this objective can be followed with that policy, reward and those rollouts.
    ///
    /// # Errors
    /// The first thing that is missing.
    pub fn check(
        &self,
        environment: &dyn Environment,
        reward: Option<&dyn Reward>,
        policy: &Policy,
        settings: &Settings,
    ) -> Result<(), ObjectiveError> {
        let (needs, objective) = (self.needs(), self.name());
        if !policy.fits(environment) {
            return Err(ObjectiveError::Policy { objective, part: "inputs and actions of this environment" });
        }
        for (missing, part) in [
            (needs.log_z && policy.log_z().is_none(), "a learned log Z"),
            (needs.flow && !policy.has_flow(), "a head for log-flows"),
            (needs.condition && policy.condition() == (0, 0), "an outcome that the policy is conditioned on"),
            (
                // The flows of outcomes add up only if all go back the same way (OC-GFN, spec §6).
                needs.condition && policy.backward_policy() == BackwardPolicy::Learned,
                "a backward policy that does not see the outcome, such as the uniform one",
            ),
            (
                settings.backward_kl > 0.0 && policy.backward_policy() == BackwardPolicy::Uniform,
                "for the divergence of the backward policy a learned one",
            ),
            (
                self.matches_flows() && policy.backward_policy() == BackwardPolicy::Learned,
                "no learned backward policy: nothing would train it, flows imply their own; the uniform one",
            ),
        ] {
            if missing {
                return Err(ObjectiveError::Policy { objective, part });
            }
        }
        if needs.reward && reward.is_none() {
            return Err(ObjectiveError::Reward { objective, part: "a reward at all" });
        }
        let mut root = vec![0; environment.width()];
        environment.root(&mut root);
        if needs.partial && reward.is_none_or(|reward| reward.partial(&root).is_none()) {
            return Err(ObjectiveError::Reward { objective, part: "the reward of unfinished objects" });
        }
        if needs.complete && settings.cut.is_some_and(|cut| cut.share > 0.0) {
            let part = "complete trajectories: it hears of the reward at their end only";
            return Err(ObjectiveError::Rollouts { objective, part });
        }
        if needs.several && settings.batch < 2 {
            return Err(ObjectiveError::Rollouts { objective, part: "two trajectories a step at least" });
        }
        self.check_numbers(environment, policy, settings)
    }

    fn check_numbers(
        &self,
        environment: &dyn Environment,
        policy: &Policy,
        settings: &Settings,
    ) -> Result<(), ObjectiveError> {
        let refuse = |text: String| Err(ObjectiveError::Settings(text));
        let lambda = match *self {
            Self::SubTrajectoryBalance(lambda)
            | Self::ForwardLooking { lambda: Some(lambda), .. }
            | Self::OrderPreserving { carrier: Carrier::SubTrajectory(lambda), .. } => lambda,
            _ => 1.0,
        };
        if !(lambda > 0.0 && lambda <= 2.0) {
            return refuse(format!("λ = {lambda} is not above 0 and at most 2"));
        }
        match *self {
            Self::OutcomeConditioned { log_floor, .. } if !(log_floor < 0.0 && log_floor.is_finite()) => {
                return refuse(format!("ln ε = {log_floor} of a missed outcome is not negative"));
            }
            Self::OrderPreserving { weight, .. } if !(weight > 0.0 && weight.is_finite()) => {
                return refuse(format!("a weight of {weight} of the order is not positive"));
            }
            Self::LogPartitionVariance if settings.link != Link::Square => {
                return refuse("a variance is a mean of squares: no other link fits".into());
            }
            _ => {}
        }
        let Settings { rates, backward_kl, reward_floor, .. } = settings;
        let positive = |rate: f64| rate >= 0.0 && rate.is_finite();
        if ![rates.network, rates.log_z, rates.weight_decay, *backward_kl].into_iter().all(positive)
            || rates.clip_norm.is_some_and(|norm| norm.is_nan() || norm <= 0.0)
        {
            return refuse("rates, decay and weights are not negative, a norm to clip to is positive".into());
        }
        if !settings.link.is_valid() || !reward_floor.is_finite() {
            return refuse("the link's constant is positive, the floor of the log-reward finite".into());
        }
        let rollouts = |error: RolloutError| ObjectiveError::Settings(error.to_string());
        settings.exploration.check().map_err(rollouts)?;
        settings.cut.iter().try_for_each(|cut| cut.check()).map_err(rollouts)?;
        let values = settings.batch.saturating_mul(environment.longest() + 1).saturating_mul(policy.row_values());
        if settings.batch == 0 || values > VALUE_LIMIT {
            return refuse(format!(
                "{} trajectories of up to {} steps a step: between 1 and {VALUE_LIMIT} values, not {values}",
                settings.batch,
                environment.longest()
            ));
        }
        Ok(())
    }

    /// Whether flows of edges are matched, with a reward at the end or with an order.
    pub(super) fn matches_flows(&self) -> bool {
        matches!(self, Self::FlowMatching | Self::OrderPreserving { carrier: Carrier::Edge, .. })
    }

    /// How partners are needed.
    pub(super) fn compares_pairs(&self) -> bool {
        matches!(self, Self::OrderPreserving { comparison: Comparison::Pairs, .. })
    }
}

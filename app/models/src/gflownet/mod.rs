//! Generative flow networks on discrete, acyclic decision problems: samplers that build objects step by step so that
//! each object `x` comes out with probability `R(x)/Z` (Bengio et al. 2021; Malkin et al. 2022).
//!
//! * [`environment`]: what is built, as stateless rules; what it is worth is a [`environment::Reward`], swappable at
//!   run time;
//! * [`policy`]: the network that chooses, with its own backward pass;
//! * [`rollout`]: trajectories, forwards and backwards, complete or not;
//! * [`objective`]: what makes a policy fit: residuals of trajectories and their gradients in closed form;
//! * [`exact`]: flows and laws by dynamic programming, the yardstick of everything above;
//! * [`metrics`]: how far a sampler is from its target.
//!
//! The networks are small and sampling alternates with decisions, so all of it runs on the CPU, natively and in a
//! browser alike. Everything is in log-space.

pub mod environment;
pub mod exact;
pub mod law;
pub mod metrics;
pub mod objective;
pub mod policy;
pub mod race;
pub mod repeated;
pub mod rollout;

//! How well a molecule binds to soluble epoxide hydrolase (sEH), as the network of Bengio et al. 2021 predicts it, and
//! the reward made of that (forward-looking GFlowNets, spec §3 "Molecules").

mod features;
mod network;
mod reward;
#[cfg(test)]
pub(super) mod tests;
mod weights;

pub use features::{AtomGraph, BOND_KINDS, FEATURES};
pub use network::SehProxy;
pub use reward::{SehReward, Shape};

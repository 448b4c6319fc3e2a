//! Appearance flow: a network that says, for every pixel of a person, where in a flat garment it looks.
//!
//! The warp module of DCI-VTON (Gou et al., *Taming the Power of Diffusion Models for High-Quality Virtual Try-On with
//! Appearance Flow*, ACM MM 2023, arXiv 2308.06101) is the one of PF-AFN (Ge et al., *Parser-Free Virtual Try-on via
//! Distilling Appearance Flows*, CVPR 2021): two pyramids of features, and from the coarsest level to the finest two
//! increments of the flow each, one from a cost volume, one from both features.
//!
//! - [`operators`]: sampling through a flow, and the cost volume;
//! - [`flow`]: what flows are made of, and how smooth they are;
//! - [`config`]: how large it is; [`alignment`]: what the numbers of a network's grids mean;
//! - [`layers`], [`pyramid`], [`network`]: the network;
//! - [`objective`]: its loss;
//! - [`trainer`]: steps of training;
//! - [`import`]: the published checkpoints.
//!
//! Flows are grids `[batch, 2, h, w]`, x before y, absolute, with the arithmetic of `align_corners = true`, as
//! [`samples::wardrobe::Flow`] has them. Pictures are `[batch, 3, h, w]` in −1 … 1.

pub mod alignment;
pub mod config;
pub mod flow;
#[cfg(feature = "native")]
pub mod import;
pub mod layers;
pub mod network;
pub mod objective;
pub mod operators;
pub mod pyramid;
#[cfg(test)]
mod tests;
// Its steps read their losses at once, which a browser's GPU cannot.
#[cfg(not(target_family = "wasm"))]
pub mod trainer;

pub use alignment::Alignment;
pub use config::WarpConfig;
pub use layers::Pass;
pub use network::{Level, WarpNetwork};
pub use objective::{Losses, Objective, WarpBatch};
pub use operators::{Padding, cost_volume, sample};
#[cfg(not(target_family = "wasm"))]
pub use trainer::{WarpMetrics, WarpTrainer};

//! Layers and operators that more than one system uses.

pub mod average;
pub mod fast;
pub mod init;
mod layer_norm;
pub mod pairs;
pub mod running;

pub use layer_norm::LayerNorm;

//! HCFlow for rescaling: at each level a normalizing flow without conditions parts low from high frequencies, and a
//! conditional flow turns the high ones into a latent, given the low ones.
//!
//! ```text
//! large ─ Haar ─ alternating steps ┬─ low ─ the next level … ─ small
//!                                  └─ high ─ conditional steps, given features of low ─ standardised ─ latent
//! ```
//!
//! With k latent channels that join the high half after the first Haar transform it is DLV-HCFlow (our reading of the
//! paper); with none it is HCFlow.
//!
//! Sources: J. Liang et al., *Hierarchical Conditional Flow*, ICCV 2021; M. Zhang et al., *Enhancing Image Rescaling
//! using Dual Latent Variables in Invertible Neural Network*, ACM MM 2022 (DLV).

mod act_norm;
mod affine;
mod alternating;
mod conditional;
mod config;
mod convolution;
mod features;
mod high_frequencies;
pub mod import;
mod level;
mod log_det;
mod loss;
mod mixing;
mod network;
#[cfg(test)]
mod tests;

pub use config::HcFlowConfig;
pub use loss::{LossWeights, Losses, Pass};
pub use network::{Downscaled, HcFlow};

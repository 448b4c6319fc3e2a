//! `dci-vton`: somebody tries on a garment. A flow lays the garment over the person, and a diffusion model makes a picture
//! of the composite.
//!
//! Paper: J. Gou, S. Sun, J. Zhang, J. Si, C. Qian, L. Zhang, *Taming the Power of Diffusion Models for High-Quality
//! Virtual Try-On with Appearance Flow*, ACM Multimedia 2023, arXiv:2308.06101.
//!
//! - [`refiner`]: the diffusion model, small;
//! - [`paper`]: the diffusion model at the size of the paper.

pub mod paper;
pub mod refiner;

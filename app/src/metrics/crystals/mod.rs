//! Crystals: what is said of one, how it lies over another, its powder pattern, and figures.

pub mod align;
pub mod arrows;
pub mod baselines;
pub mod circle;
pub mod depiction;
pub mod plots;
pub mod quality;

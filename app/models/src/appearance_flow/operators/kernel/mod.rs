//! The arithmetic, on plain slices in burn's order; samples are shared out among threads.

pub mod sample;
pub mod window;

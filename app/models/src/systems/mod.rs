//! One folder per paper. A system's folder never imports its neighbour.

pub mod crysbfn;
pub mod porous_gan;

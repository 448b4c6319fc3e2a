//! The family against what is known of it, and against the authors' networks.

mod filled;
mod steppers;
mod unet;

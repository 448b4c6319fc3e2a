//! Layers and operators that more than one system uses.

pub mod average;
pub mod fast;
pub mod init;
pub mod pairs;
pub mod running;

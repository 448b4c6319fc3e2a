//! Vitrine's server and command line: everything that owns time, disk and network.
//!
//! - [`cli`]: the commands of the binary `vitrine`;
//! - [`http`]: the router;
//! - [`runs`]: work from its request to its artifacts;
//! - [`store`]: database, artifacts, shipped files;
//! - [`training`]: data sets, loops and checkpoints.

pub mod cli;
pub mod config;
pub mod device;
pub mod http;
pub mod runs;
pub mod store;
pub mod training;

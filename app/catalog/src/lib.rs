//! The contract: systems and their presets, parameters and their checks, requests, runs, and the messages
//! between page and worker. Plain serde types that the page, the worker, the server and the command line share.
//!
//! A system's parameters are one Rust struct. Its JSON schema ([`schema`]) drives the web form, the HTTP API,
//! the command line and the validation.

pub mod input;
pub mod messages;
pub mod request;
pub mod run;
pub mod schema;
pub mod system;
pub mod systems;

pub use input::Input;
pub use request::{Device, SampleRequest, TrainRequest};
pub use schema::{Field, FieldError, FieldKind};
pub use system::{Companion, ModelFile, Preset, System};

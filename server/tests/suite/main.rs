//! The server's tests in one binary: linking the model code once is slow enough.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

mod api;
mod artifacts;
mod bad_input;
mod cli;
mod cli_pictures;
mod crystals;
mod events;
mod export;
mod leases;
mod openapi;
mod pictures;
mod processes;
mod queue;
mod rates;
mod support;
mod tryon;
mod upload_refusals;
mod uploads;
mod web;

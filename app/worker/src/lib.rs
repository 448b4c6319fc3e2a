//! The models behind a message loop in a Web Worker.
//!
//! Thin by design: decode a request, load weights (cache first), drive the model, post progress, previews and
//! samples as transferable bytes. [`catalog::messages`] is the protocol. The logic is plain Rust over a small
//! description of its surroundings (`host`), so it is tested natively; `browser` is the only part that knows
//! JavaScript. `bootstrap.js` beside this folder starts it, and starts it anew on the CPU if a GPU brings it down.

// Natively only the tests use the logic.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

mod backend;
#[cfg(target_arch = "wasm32")]
mod browser;
mod check;
mod host;
mod inputs;
mod job;
mod measure;
#[cfg(test)]
mod tests;
mod weights;

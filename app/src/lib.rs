//! The pages of Vitrine. A page draws state and sends messages: models run in the worker, volumes are drawn by
//! `shaders`, numbers and files come from `samples`, and what exists is read from `catalog`.
//!
//! The first half of the modules is plain logic that compiles everywhere and is tested natively; the second
//! half touches the browser and exists on wasm only.

pub mod data;
pub mod metrics;
pub mod state;
pub mod text;

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod components;
#[cfg(target_arch = "wasm32")]
mod pages;
#[cfg(target_arch = "wasm32")]
mod session;
#[cfg(target_arch = "wasm32")]
mod worker_client;

/// Mounts the pages in place of the static shell of `index.html`.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    pages::mount();
}

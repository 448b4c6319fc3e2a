//! The browser's services, behind functions that speak Rust.

pub mod camera;
pub mod canvas;
pub mod clipboard;
pub mod depiction;
pub mod download;
pub mod fetch;
pub mod files;
pub mod offline;
pub mod picture;
pub mod preferences;

use std::time::Duration;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// One sentence out of whatever JavaScript threw.
pub fn sentence(thrown: &JsValue) -> String {
    let message = js_sys::Reflect::get(thrown, &"message".into()).ok().and_then(|m| m.as_string());
    message.or_else(|| thrown.as_string()).unwrap_or_else(|| "unknown error".to_owned())
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    leptos::prelude::window().performance().map_or(0.0, |p| p.now())
}

/// Ends after a while; meanwhile the page paints and listens.
pub async fn pause(time: Duration) {
    let promise = Promise::new(&mut |resolve: Function, _| {
        leptos::prelude::set_timeout(move || drop(resolve.call0(&JsValue::NULL)), time);
    });
    drop(JsFuture::from(promise).await);
}

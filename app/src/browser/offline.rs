//! The service worker that keeps the site's files for visits without a connection.

use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

/// Registers `sw.js`. Without one (private windows, plain http) the page works as well, only not offline.
pub fn register() {
    let navigator = window().navigator();
    let supported = js_sys::Reflect::get(&navigator, &"serviceWorker".into()).is_ok_and(|s| s.is_object());
    if supported {
        let registration = navigator.service_worker().register("/sw.js");
        spawn_local(async move { drop(JsFuture::from(registration).await) });
    }
}

//! Text to the clipboard.

use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;

/// Copies `text`; answers whether the browser allowed it.
pub async fn copy(text: &str) -> bool {
    // Outside secure contexts `navigator.clipboard` is undefined, whatever the bindings' type says.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if !clipboard.is_ok_and(|c| c.is_object()) {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

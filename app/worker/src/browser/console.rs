//! Words to whoever has the developer tools open. (web-sys has these behind a feature that nothing else needs.)

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// Says that something does not work that the visitor can do without.
    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    pub(super) fn warn(text: &str, detail: &JsValue);

    /// Says that something is wrong that only a programmer can mend.
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub(super) fn error(text: &str, detail: &JsValue);
}

//! The menu of files: what every kind of sample's menu is made of.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::browser::{download, sentence};

/// The panel around the buttons.
#[component]
pub fn ExportPanel(children: Children) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="export-title">
            <h2 id="export-title">"Take it with you"</h2>
            {children()}
        </section>
    }
}

/// A button that saves a file. One that has nothing to save yet is disabled.
#[component]
pub fn ExportButton(
    /// Name in the document: `export-<name>`.
    #[prop(into)]
    name: String,
    #[prop(into)] title: String,
    #[prop(into)] explanation: String,
    #[prop(into)] available: Signal<bool>,
    on_press: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <li>
            <button
                type="button"
                data-testid=format!("export-{name}")
                disabled=move || !available.get()
                on:click=move |_| on_press()
            >
                {title}
            </button>
            <span class="help">{explanation}</span>
        </li>
    }
}

/// Saves a file; a failure is one sentence.
pub fn save(name: &str, media_type: &str, bytes: &[u8]) -> Result<(), String> {
    download::save(name, media_type, bytes).map_err(|e: JsValue| sentence(&e))
}

//! Addresses and their pages.

mod gallery;
mod on_show;
mod system;

use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};
use wasm_bindgen::JsCast;

use crate::{
    browser::{offline, preferences},
    components::frame::Frame,
};

/// Puts the pages where the static shell was.
pub fn mount() {
    let theme = preferences::theme();
    preferences::show_theme(theme, false);
    let shell = document().get_element_by_id("app").expect("index.html has an element with the id app");
    shell.set_inner_html("");
    mount_to(shell.unchecked_into(), move || {
        provide_context(RwSignal::new(theme));
        view! { <App /> }
    })
    .forget();
    offline::register();
}

#[component]
fn App() -> impl IntoView {
    view! {
        <Router>
            <Frame>
                <Routes fallback=NotFound>
                    <Route path=path!("/") view=gallery::Gallery />
                    <Route path=path!("/systems/:slug") view=system::SystemPage />
                </Routes>
            </Frame>
        </Router>
    }
}

/// Names the page in the tab and in the history.
fn set_title(title: &str) {
    document().set_title(&format!("{title} · Vitrine"));
}

#[component]
fn NotFound() -> impl IntoView {
    set_title("Not found");
    view! {
        <section class="not-found">
            <h1>"Nothing is shown at this address"</h1>
            <p>
                <a href="/">"Back to the gallery"</a>
            </p>
        </section>
    }
}

//! A button that copies a text and says so.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use crate::browser::clipboard;

/// Copies `text`. `label` is what the button says at rest.
#[component]
pub fn CopyButton(
    #[prop(into)] text: Signal<String>,
    label: &'static str,
    #[prop(optional)] testid: Option<&'static str>,
) -> impl IntoView {
    let said = RwSignal::new(None::<&'static str>);
    let copy = move |_| {
        spawn_local(async move {
            let copied = clipboard::copy(&text.get_untracked()).await;
            said.set(Some(if copied { "Copied" } else { "Copying is not allowed here" }));
            set_timeout(move || said.set(None), Duration::from_secs(2));
        });
    };
    view! {
        <button type="button" class="quiet-button" data-testid=testid on:click=copy>
            <span aria-live="polite">{move || said.get().unwrap_or(label)}</span>
        </button>
    }
}

//! "Use via API": the present settings as curl, command line and Python.

use catalog::Input;
use leptos::prelude::*;

use super::copy_button::CopyButton;
use crate::{
    session::Session,
    text::snippets::{Language, snippet},
};

/// The drawer.
#[component]
pub fn ApiDrawer(session: Session) -> impl IntoView {
    let language = RwSignal::new(Language::Curl);
    let origin = window().location().origin().unwrap_or_default();
    // Those that must be given, and those that are.
    let inputs = move || {
        session.job.track();
        let given = session.kind.case().map(|case| case.inputs()).unwrap_or_default();
        let is_sent = |input: &&Input| input.required || given.iter().any(|(name, _)| name == input.name);
        session.system.inputs.iter().filter(is_sent).cloned().collect::<Vec<_>>()
    };
    let text = Signal::derive(move || match session.settings.with(|s| s.request(session.system)) {
        Ok(request) => snippet(language.get(), &request, &inputs(), &origin),
        Err(_) => "Correct the marked fields first.".to_owned(),
    });
    let choice = move |(choice, title): (Language, &'static str)| {
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name="language"
                    prop:checked=move || language.get() == choice
                    on:change=move |_| language.set(choice)
                />
                <span>{title}</span>
            </label>
        }
    };
    view! {
        <details class="panel drawer" data-testid="api-drawer">
            <summary>
                <h2>"Use via API"</h2>
            </summary>
            <p class="help">"The same request, with the settings above, sent to this site's server or run there."</p>
            <div class="drawer-bar">
                <fieldset class="segments">
                    <legend class="visually-hidden">"Language"</legend>
                    {Language::ALL.map(choice).collect_view()}
                </fieldset>
                <CopyButton text label="Copy" />
            </div>
            <pre class="code" tabindex="0" role="region" aria-label="The call"><code data-testid="api-snippet">{text}</code></pre>
        </details>
    }
}

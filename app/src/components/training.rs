//! What training takes: its parameters and the command, to read.

use catalog::{Field, FieldKind};
use leptos::prelude::*;
use serde_json::{Map, Value};

use super::copy_button::CopyButton;
use crate::{session::Session, text::snippets::train_command};

/// The drawer.
#[component]
pub fn TrainingDrawer(session: Session) -> impl IntoView {
    let preset = Memo::new(move |_| session.settings.with(|s| s.preset.clone()));
    let fields = Memo::new(move |_| session.system.preset(&preset.get()).map(|p| session.system.training_of(p)));
    let command = Signal::derive(move || {
        let defaults: Map<String, Value> =
            fields.get().into_iter().flatten().map(|field| (field.name, field.default)).collect();
        train_command(session.system.slug, &preset.get(), &Value::Object(defaults))
    });
    view! {
        <details class="panel drawer" data-testid="training-drawer">
            <summary>
                <h2>"Train it yourself"</h2>
            </summary>
            <p class="help">"Training runs on a server or a workstation, from the same contract as this page:"</p>
            <div class="drawer-bar">
                <CopyButton text=command label="Copy" />
            </div>
            <pre class="code" tabindex="0" role="region" aria-label="The command"><code>{command}</code></pre>
            <dl class="facts">{move || fields.get().into_iter().flatten().map(parameter).collect_view()}</dl>
        </details>
    }
}

fn parameter(field: Field) -> impl IntoView {
    let bounds = match &field.kind {
        FieldKind::Integer { minimum, maximum, .. } => format!(", {minimum} to {maximum}"),
        FieldKind::Number { minimum, maximum } => format!(", {minimum} to {maximum}"),
        _ => String::new(),
    };
    view! {
        <div>
            <dt>
                <code>{field.name}</code>
            </dt>
            <dd>
                {format!("{}. ", field.title)} {field.description}
                <span class="bounds">{format!(" Default {}{bounds}.", field.default)}</span>
            </dd>
        </div>
    }
}

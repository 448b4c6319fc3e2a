//! A text that usually is a file: typed, pasted, or read from the visitor's device. It belongs to a choice, and is there
//! only while that is chosen.

use catalog::{Field, FieldKind, System};
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::field::FieldErrorText;
use crate::{browser::sentence, session::Session, text::format};

/// The choice that a text belongs to, if it belongs to one: see [`Field::file`].
pub fn owner(system: &'static System, field: &Field) -> Option<&'static Field> {
    system.parameters.iter().find(|owner| owner.file.as_deref() == Some(field.name.as_str()))
}

/// The control; nothing while something else is chosen.
#[component]
pub fn FileField(session: Session, owner: &'static Field, field: Field) -> impl IntoView {
    let name = field.name.clone();
    let is_chosen = Memo::new(move |_| session.settings.with(|s| s.text(&owner.name) == name));
    let field = StoredValue::new(field);
    view! {
        <Show when=move || is_chosen.get()>
            <FileText session field=field.get_value() />
        </Show>
    }
}

#[component]
fn FileText(session: Session, field: Field) -> impl IntoView {
    let name = StoredValue::new(field.name.clone());
    let text = Memo::new(move |_| session.settings.with(|s| name.with_value(|name| s.text(name).to_owned())));
    let error = Signal::derive(move || name.with_value(|name| session.error_of(name)));
    let set = move |text: &str| session.change(|s| name.with_value(|name| s.set(name, text)));
    let most = if let FieldKind::Text { maximum } = field.kind { maximum } else { 0 };
    let file = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        let Some(input) = file.get_untracked() else { return };
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // Choosing the same file again must be a change.
        input.set_value("");
        if file.size() > most as f64 {
            let bytes = format::bytes(most as u64);
            session.problem.set(Some(format!("{} is larger than the {bytes} that fit here.", file.name())));
            return;
        }
        spawn_local(async move {
            match JsFuture::from(file.unchecked_ref::<web_sys::Blob>().text()).await {
                Ok(text) => set(&text.as_string().unwrap_or_default()),
                Err(error) => {
                    session.problem.set(Some(format!("{} could not be read: {}.", file.name(), sentence(&error))))
                }
            }
        });
    };
    let id = format!("field-{}", field.name);
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{field.title.clone()}</label>
            <textarea
                id=id.clone()
                data-testid=id.clone()
                rows="5"
                spellcheck="false"
                autocomplete="off"
                aria-describedby=format!("{id}-help {id}-error")
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=text
                on:input=move |event| set(&event_target_value(&event))
            ></textarea>
            <p>
                <label class="file-open">
                    <input
                        type="file"
                        accept=".tsv,.txt,.csv"
                        data-testid=format!("{id}-file")
                        node_ref=file
                        on:change=chosen
                    />
                    <span>"Open a file"</span>
                </label>
            </p>
            <p class="help" id=format!("{id}-help")>{field.description.clone()} " It stays on your device; long ones are no part of the link."</p>
            <FieldErrorText name=field.name.clone() id=format!("{id}-error") error />
        </div>
    }
}

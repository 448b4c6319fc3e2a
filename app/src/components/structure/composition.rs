//! The composition: a formula as text, read while it is typed, a periodic table to press, and surprises.

use catalog::{Field, systems::crysbfn::Model};
use leptos::{prelude::*, task::spawn_local};
use samples::structure::{Composition, Element};

use super::periodic_table::PeriodicTable;
use crate::{
    components::field::FieldErrorText,
    session::{CrystalCase, Session},
    text::structure::with_subscripts,
};

/// Whether a field is a composition: crystals have one, and the catalogue calls it so.
pub fn is_composition(field: &Field) -> bool {
    field.name == "composition"
}

/// The control.
#[component]
pub fn CompositionField(session: Session, case: CrystalCase, field: Field) -> impl IntoView {
    let name = StoredValue::new(field.name.clone());
    let text = Memo::new(move |_| session.settings.with(|s| name.with_value(|name| s.text(name).to_owned())));
    let set = move |text: String| session.change(|s| name.with_value(|name| s.set(name, &text)));
    let error = Signal::derive(move || name.with_value(|name| session.error_of(name)));
    let id = format!("field-{}", field.name);
    let described = format!("{id}-help {id}-read {id}-error");
    let accepts = move |formula: &str| {
        name.with_value(|name| {
            let mut settings = session.settings.get_untracked();
            settings.set(name, formula);
            settings.request(session.system).err().is_none_or(|errors| errors.iter().all(|e| e.field != *name))
        })
    };
    let surprise = move |_| {
        spawn_local(async move {
            // A formula of the training data; models that choose their elements themselves want none.
            let drawn = case.draw_formula(session).await;
            // The visitor may have left the page.
            if session.settings.is_disposed() {
                return;
            }
            match drawn {
                Ok(formula) if accepts(&formula) => set(formula),
                _ if accepts("") => set(String::new()),
                Ok(_) => return,
                Err(reason) => return session.problem.set(Some(reason)),
            }
            session.new_seed();
        });
    };
    let learnt = Memo::new(move |_| {
        session.settings.with(|s| Model::of(&s.preset)).map_or_else(Vec::new, |model| model.data.elements())
    });
    let add = move |element: Element| set(added(&text.get_untracked(), element));
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{field.title.clone()}</label>
            <div class="with-button">
                <input
                    id=id.clone()
                    data-testid=id.clone()
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby=described
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=text
                    on:input=move |event| set(event_target_value(&event))
                />
                <button type="button" class="quiet-button" data-testid="surprise" on:click=surprise>"Surprise me"</button>
            </div>
            <p class="composition-read" id=format!("{id}-read") data-testid="composition-read" aria-live="polite">
                {move || match text.with(|text| read(text)) {
                    None if text.with(|text| text.trim().is_empty()) && error.with(Option::is_none) => {
                        Some("Left to the model.".to_owned())
                    }
                    read => read,
                }}
            </p>
            <p class="help" id=format!("{id}-help")>{field.description.clone()}</p>
            <FieldErrorText name=field.name.clone() id=format!("{id}-error") error />
            <PeriodicTable text learnt add clear=move || set(String::new()) />
        </div>
    }
}

/// What a formula says; nothing where it cannot be read, for then there is an error.
fn read(text: &str) -> Option<String> {
    let composition: Composition = text.trim().parse().ok()?;
    let counts: Vec<String> = composition.counts().iter().map(|(element, n)| format!("{element} {n}")).collect();
    let atoms = composition.atoms();
    Some(format!(
        "{}: {atoms} {} ({})",
        with_subscripts(&composition.electronegativity_formula()),
        if atoms == 1 { "atom" } else { "atoms" },
        counts.join(", ")
    ))
}

/// The formula with one atom more. A text that is no formula is left alone but for the new symbol at its end.
fn added(text: &str, element: Element) -> String {
    match text.trim().parse::<Composition>() {
        Ok(composition) => {
            let mut elements = composition.elements();
            elements.push(element);
            Composition::of(&elements).to_string()
        }
        Err(_) => format!("{}{element}", text.trim()),
    }
}

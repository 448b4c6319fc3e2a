//! One parameter as a form control, by its [`FieldKind`]: label, help, bounds, and its error beside it.

use catalog::{Field, FieldKind, schema::ChoiceOption};
use leptos::prelude::*;

/// A control for `field`. `maximum` lowers the upper bound of an integer.
#[component]
pub fn FieldControl(
    field: Field,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] error: Signal<Option<String>>,
    #[prop(into)] maximum: Signal<Option<i64>>,
    set: impl Fn(String) + Copy + 'static,
) -> impl IntoView {
    let id = format!("field-{}", field.name);
    let bounds = {
        let kind = field.kind.clone();
        Signal::derive(move || bounds_text(&kind, maximum.get()))
    };
    let chosen = {
        let kind = field.kind.clone();
        Signal::derive(move || text.with(|text| chosen_description(&kind, text)))
    };
    let described = Described { id: id.clone(), error };
    let control = match field.kind.clone() {
        FieldKind::Boolean => {
            view! { <Check described=described.clone() text set title=field.title.clone() /> }.into_any()
        }
        FieldKind::Choice { options } => view! { <Choice described=described.clone() text set options /> }.into_any(),
        kind => view! { <Input described=described.clone() text set kind maximum /> }.into_any(),
    };
    let label = (field.kind != FieldKind::Boolean)
        .then(|| view! { <label for=id.clone() class="field-label">{field.title.clone()}</label> });
    view! {
        <div class="field">
            {label} {control}
            <p class="help" id=format!("{id}-help")>
                {field.description.clone()} {chosen}
                <span class="bounds">{bounds}</span>
            </p>
            <FieldErrorText name=field.name.clone() id=format!("{id}-error") error />
        </div>
    }
}

/// The error of a control; the element stays, so that assistive technology follows its text.
#[component]
pub fn FieldErrorText(name: String, id: String, #[prop(into)] error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <p class="field-error" id=id data-testid=format!("field-error-{name}")>
            {move || error.get().map(|message| format!("⚠ This {message}."))}
        </p>
    }
}

#[derive(Clone)]
struct Described {
    id: String,
    error: Signal<Option<String>>,
}

impl Described {
    /// The elements that explain the control.
    fn by(&self) -> String {
        format!("{0}-help {0}-error", self.id)
    }

    fn invalid(&self) -> impl Fn() -> Option<&'static str> + Copy + use<> {
        let error = self.error;
        move || error.with(Option::is_some).then_some("true")
    }
}

#[component]
fn Input(
    described: Described,
    text: Signal<String>,
    set: impl Fn(String) + Copy + 'static,
    kind: FieldKind,
    maximum: Signal<Option<i64>>,
) -> impl IntoView {
    let (mode, min, step) = match &kind {
        FieldKind::Integer { minimum, multiple_of, .. } => ("numeric", minimum.to_string(), multiple_of.to_string()),
        FieldKind::Number { minimum, .. } => ("decimal", minimum.to_string(), "any".to_owned()),
        _ => ("text", String::new(), String::new()),
    };
    let is_number = mode != "text";
    let max = move || match &kind {
        FieldKind::Integer { maximum: own, .. } => maximum.get().map_or(*own, |m| m.min(*own)).to_string(),
        FieldKind::Number { maximum, .. } => maximum.to_string(),
        _ => String::new(),
    };
    view! {
        <input
            id=described.id.clone()
            data-testid=described.id.clone()
            type=if is_number { "number" } else { "text" }
            inputmode=mode
            min=is_number.then_some(min)
            max=move || is_number.then(&max)
            step=is_number.then_some(step)
            aria-describedby=described.by()
            aria-invalid=described.invalid()
            prop:value=text
            on:input=move |event| set(event_target_value(&event))
        />
    }
}

#[component]
fn Choice(
    described: Described,
    text: Signal<String>,
    set: impl Fn(String) + Copy + 'static,
    options: Vec<ChoiceOption>,
) -> impl IntoView {
    let option = move |option: ChoiceOption| {
        let value = option.value.clone();
        let label = in_words(&option.value);
        view! { <option value=option.value selected=move || text.with(|t| *t == value)>{label}</option> }
    };
    view! {
        <select
            id=described.id.clone()
            data-testid=described.id.clone()
            aria-describedby=described.by()
            aria-invalid=described.invalid()
            on:change=move |event| set(event_target_value(&event))
        >
            {options.into_iter().map(option).collect_view()}
        </select>
    }
}

#[component]
fn Check(
    described: Described,
    text: Signal<String>,
    set: impl Fn(String) + Copy + 'static,
    title: String,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                id=described.id.clone()
                data-testid=described.id.clone()
                aria-describedby=described.by()
                aria-invalid=described.invalid()
                prop:checked=move || text.with(|t| t == "true")
                on:change=move |event| set(event_target_checked(&event).to_string())
            />
            <span>{title}</span>
        </label>
    }
}

/// What the chosen option of a choice means.
fn chosen_description(kind: &FieldKind, text: &str) -> Option<String> {
    let FieldKind::Choice { options } = kind else { return None };
    let option = options.iter().find(|o| o.value == text).filter(|o| !o.description.is_empty())?;
    Some(format!(" {}.", option.description.trim_end_matches('.')))
}

/// `running-average` → `Running average`.
fn in_words(name: &str) -> String {
    let mut words = name.replace(['-', '_'], " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

fn bounds_text(kind: &FieldKind, maximum: Option<i64>) -> Option<String> {
    match kind {
        FieldKind::Integer { minimum, maximum: own, multiple_of } => {
            let most = maximum.map_or(*own, |m| m.min(*own));
            let step = if *multiple_of > 1 { format!(", multiples of {multiple_of}") } else { String::new() };
            Some(format!(" {minimum} to {most}{step}."))
        }
        FieldKind::Number { minimum, maximum } => Some(format!(" {minimum} to {maximum}.")),
        _ => None,
    }
}

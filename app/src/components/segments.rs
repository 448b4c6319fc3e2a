//! A choice between a few things, side by side.

use leptos::prelude::*;

/// Radio buttons that look like one control. `test`: the document's name of the whole; each choice is
/// `<test>-<its name>`.
#[component]
pub fn Segments<T: Copy + PartialEq + Send + Sync + 'static>(
    /// What is chosen, for those who do not see it.
    legend: &'static str,
    test: &'static str,
    /// Value, name in the document, text.
    choices: &'static [(T, &'static str, &'static str)],
    value: Signal<T>,
    set: impl Fn(T) + Copy + 'static,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let choice = move |&(this, name, title): &(T, &'static str, &'static str)| {
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name=test
                    value=name
                    data-testid=format!("{test}-{name}")
                    prop:checked=move || value.get() == this
                    on:change=move |_| set(this)
                />
                <span>{title}</span>
            </label>
        }
    };
    view! {
        <fieldset class="segments" data-testid=test disabled=disabled>
            <legend class="visually-hidden">{legend}</legend>
            {choices.iter().map(choice).collect_view()}
        </fieldset>
    }
}

/// A button that stays pressed.
#[component]
pub fn Toggle(
    title: &'static str,
    #[prop(optional)] testid: Option<&'static str>,
    #[prop(into)] pressed: Signal<bool>,
    on_press: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="toggle"
            data-testid=testid
            aria-pressed=move || pressed.get().to_string()
            on:click=move |_| on_press()
        >
            {title}
        </button>
    }
}

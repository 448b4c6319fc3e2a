//! Which pictures are compared, from how near, and the loupe.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::Compare;
use crate::{components::segments::Segments, state::pictures::sight::Sight};

/// Magnifications of the loupe.
const LOUPE: [(u32, &str, &str); 3] = [(0, "off", "No loupe"), (4, "4", "4×"), (8, "8", "8×")];

/// The controls under the stage; absent while there is nothing to compare.
#[component]
pub fn CompareControls(compare: Compare) -> impl IntoView {
    let case = compare.case;
    let choices = Memo::new(move |_| {
        case.shown.with(|shown| {
            let made = shown.as_ref().map(|shown| &shown.content);
            let named = |picture: &crate::state::pictures::Picture| (picture.role.clone(), short(&picture.role));
            made.map(|made| made.comparable().into_iter().map(named).collect::<Vec<_>>()).unwrap_or_default()
        })
    });
    let hold = move |held: bool| compare.swapped.set(held);
    let held_by_key = move |event: KeyboardEvent, held: bool| {
        if matches!(event.key().as_str(), " " | "Enter") {
            hold(held);
        }
    };
    view! {
        <div class="controls">
            <Show when=move || choices.with(|choices| choices.len() > 1)>
                <Side compare side=0 choices />
                <Side compare side=1 choices />
                <button
                    type="button"
                    class="small-button"
                    data-testid="swap"
                    on:pointerdown=move |_| hold(true)
                    on:pointerup=move |_| hold(false)
                    on:pointerleave=move |_| hold(false)
                    on:pointercancel=move |_| hold(false)
                    on:blur=move |_| hold(false)
                    on:keydown=move |event| held_by_key(event, true)
                    on:keyup=move |event| held_by_key(event, false)
                >
                    "Hold to swap (B)"
                </button>
            </Show>
            <div class="control-line" role="group" aria-label="Zoom">
                {zoom("Fit", "fit", move || case.sight.update(Sight::fit))}
                {zoom("1:1", "one-to-one", move || {
                    let to = compare.one_to_one() / case.sight.with_untracked(|sight| sight.zoom);
                    compare.zoom(to, [0.5; 2]);
                })}
                {zoom("−", "smaller", move || compare.zoom(1.0 / 1.5, [0.5; 2]))}
                {zoom("+", "larger", move || compare.zoom(1.5, [0.5; 2]))}
                <Segments
                    legend="Loupe"
                    test="loupe-by"
                    choices=&LOUPE
                    value=compare.magnification.into()
                    set=move |by| compare.magnification.set(by)
                />
            </div>
        </div>
    }
    .into_any()
}

fn zoom(title: &'static str, name: &'static str, press: impl Fn() + 'static) -> impl IntoView {
    let label = match title {
        "−" => Some("Zoom out"),
        "+" => Some("Zoom in"),
        _ => None,
    };
    view! {
        <button
            type="button"
            class="small-button"
            data-testid=format!("zoom-{name}")
            aria-label=label
            on:click=move |_| press()
        >
            {title}
        </button>
    }
}

#[component]
fn Side(compare: Compare, side: usize, choices: Memo<Vec<(String, String)>>) -> impl IntoView {
    let pair = compare.case.pair;
    let (title, test) = [("Left", "left"), ("Right", "right")][side];
    let choice = move |(role, name): (String, String)| {
        let (this, own) = (role.clone(), role.clone());
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name=test
                    data-testid=format!("{test}-{role}")
                    prop:checked=move || pair.with(|pair| pair[side] == this)
                    on:change=move |_| pair.update(|pair| pair[side].clone_from(&own))
                />
                <span>{name}</span>
            </label>
        }
    };
    view! {
        <div class="control-line">
            <span class="control-name" aria-hidden="true">{title}</span>
            <fieldset class="segments" data-testid=test>
                <legend class="visually-hidden">{title}</legend>
                {move || choices.get().into_iter().map(choice).collect_view()}
            </fieldset>
        </div>
    }
    .into_any()
}

/// `difference-bicubic` → `Difference bicubic`.
fn short(role: &str) -> String {
    let mut words = role.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

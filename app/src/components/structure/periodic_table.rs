//! The periodic table as buttons: one stop of the Tab key, arrow keys inside.

use leptos::prelude::*;
use samples::structure::{Composition, Element};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// Row and column of an element in the long table with the f block below, from 1.
fn place(element: Element) -> (u8, u8) {
    match element.atomic_number() {
        number @ 57..=71 => (8, number - 54),
        number @ 89..=103 => (9, number - 86),
        _ => (element.period(), element.group()),
    }
}

/// A drawer with the table; a press adds an atom. Elements that are not `learnt` (atomic numbers) are pale and add nothing.
#[component]
pub fn PeriodicTable(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] learnt: Signal<Vec<u8>>,
    add: impl Fn(Element) + Copy + Send + Sync + 'static,
    clear: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let counts = Memo::new(move |_| text.with(|text| text.trim().parse::<Composition>().unwrap_or_default()));
    // The button that the Tab key reaches.
    let current = RwSignal::new(22_u8);
    let open = RwSignal::new(false);
    let cell = move |element: Element| {
        let number = element.atomic_number();
        let (row, column) = place(element);
        let count =
            Memo::new(move |_| counts.with(|c| c.counts().iter().find(|(e, _)| *e == element).map_or(0, |(_, n)| *n)));
        let is_learnt = Memo::new(move |_| learnt.with(|learnt| learnt.contains(&number)));
        let label = move || match count.get() {
            _ if !is_learnt.get() => format!("{element}, element {number}, which this model has not learnt"),
            0 => format!("Add {element}, element {number}"),
            n => format!("Add {element}, element {number}; {n} in the formula"),
        };
        view! {
            <button
                type="button"
                class=format!("element row-{row} column-{column}")
                class:used=move || { count.get() > 0 }
                data-element=number.to_string()
                data-testid=format!("pick-{element}")
                tabindex=move || if current.get() == number { "0" } else { "-1" }
                aria-label=label
                aria-disabled=move || (!is_learnt.get()).then_some("true")
                on:focus=move |_| current.set(number)
                on:keydown=move |event| step(&event, element)
                on:click=move |_| {
                    if is_learnt.get_untracked() {
                        add(element);
                    }
                }
            >
                {element.symbol()}
            </button>
        }
    };
    let cells = move || open.get().then(|| Element::all().map(cell).collect_view());
    view! {
        <details
            class="periodic-table"
            data-testid="periodic-table"
            on:toggle=move |event| open.set(event_target::<web_sys::Element>(&event).has_attribute("open"))
        >
            <summary>"Pick elements"</summary>
            <div class="elements" role="group" aria-label="Periodic table; arrow keys move, Enter adds an atom">{cells}</div>
            <button type="button" class="quiet-button" on:click=move |_| clear()>"Clear the formula"</button>
        </details>
    }
}

/// Moves the focus to the next element in the direction of an arrow key.
fn step(event: &KeyboardEvent, from: Element) {
    let (row, column) = place(from);
    let (dr, dc) = match event.key().as_str() {
        "ArrowLeft" => (0, -1),
        "ArrowRight" => (0, 1),
        "ArrowUp" => (-1, 0),
        "ArrowDown" => (1, 0),
        _ => return,
    };
    event.prevent_default();
    let distance = |element: &Element| {
        let (r, c) = place(*element);
        let (r, c) = (i32::from(r) - i32::from(row), i32::from(c) - i32::from(column));
        // Ahead in the direction of the key, in the same line first.
        let (ahead, aside) = if dr == 0 { (c * dc, r.abs()) } else { (r * dr, c.abs()) };
        (ahead > 0 && (dr != 0 || aside == 0)).then_some(ahead * 3 + aside * 10)
    };
    let next = Element::all().filter_map(|element| Some((distance(&element)?, element))).min_by_key(|(d, _)| *d);
    if let Some((_, element)) = next {
        let selector = format!("[data-element=\"{}\"]", element.atomic_number());
        if let Ok(Some(button)) = document().query_selector(&selector) {
            drop(button.unchecked_into::<HtmlElement>().focus());
        }
    }
}

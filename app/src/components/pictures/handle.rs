//! The border between the two pictures, moved by mouse, finger and keys.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};

use super::Compare;

/// Share of the view that an arrow key moves it by.
const STEP: f64 = 0.01;

/// The handle; absent while there is only one picture.
#[component]
pub fn Handle(compare: Compare) -> impl IntoView {
    let case = compare.case;
    let held = RwSignal::new(false);
    let is_two = Memo::new(move |_| {
        case.pair.with(|[left, right]| left != right) && compare.side(0).is_some() && compare.side(1).is_some()
    });
    let percent = move || (case.sight.with(|sight| sight.split) * 100.0).round();
    let title = move |side| compare.side(side).map(|picture| picture.title).unwrap_or_default();
    let text = move || {
        let left = percent();
        format!("{left} % {}, {} % {}", title(0), 100.0 - left, title(1))
    };
    let down = move |event: PointerEvent| {
        event.stop_propagation();
        if let Some(handle) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
            drop(handle.set_pointer_capture(event.pointer_id()));
        }
        held.set(true);
    };
    let moved = move |event: PointerEvent| {
        if held.get_untracked() {
            event.stop_propagation();
            let [x, _] = compare.place(event.client_x(), event.client_y());
            case.sight.update(|sight| sight.set_split(x));
        }
    };
    let key = move |event: KeyboardEvent| {
        let step = if event.shift_key() { 10.0 * STEP } else { STEP };
        let split = case.sight.with_untracked(|sight| sight.split);
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => split - step,
            "ArrowRight" | "ArrowUp" => split + step,
            "PageDown" => split - 10.0 * STEP,
            "PageUp" => split + 10.0 * STEP,
            "Home" => 0.0,
            "End" => 1.0,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        case.sight.update(|sight| sight.set_split(to));
    };
    let name = move |side: usize, class: &'static str| {
        view! { <span class=class aria-hidden="true">{move || title(side)}</span> }
    };
    view! {
        <Show when=move || is_two.get()>
            {name(0, "side left")}
            {name(1, "side right")}
            <div
                class="split"
                data-testid="split"
                role="slider"
                tabindex="0"
                aria-label="Border between the pictures"
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent().to_string()
                aria-valuetext=text
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=move |event| {
                    event.stop_propagation();
                    held.set(false);
                }
                on:pointercancel=move |_| held.set(false)
                on:keydown=key
            ></div>
        </Show>
    }
    .into_any()
}

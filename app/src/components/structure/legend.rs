//! The elements in the picture with their colours and counts; each can be hidden.

use leptos::prelude::*;
use samples::structure::{Composition, Element};

use crate::session::CrystalCase;

/// The legend.
#[component]
pub fn Legend(case: CrystalCase) -> impl IntoView {
    let counts = Memo::new(move |_| {
        case.moment.with(|m| {
            m.as_ref().map(|m| Composition::of(m.structure().elements()).counts().to_vec()).unwrap_or_default()
        })
    });
    let entry = move |(element, count): (Element, u32)| {
        let colour = move || {
            let [r, g, b] = case.look.with(|look| look.palette.colour(element));
            format!("#{r:02X}{g:02X}{b:02X}")
        };
        view! {
            <button
                type="button"
                class="element-key"
                data-testid=format!("element-{element}")
                aria-pressed=move || case.look.with(|look| !look.hidden.contains(&element)).to_string()
                on:click=move |_| case.look.update(|look| look.toggle(element))
            >
                <svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
                    <circle cx="8" cy="8" r="7" fill=colour></circle>
                </svg>
                {element.symbol()}
                <span class="count">{count}</span>
                <span class="visually-hidden">" atoms shown"</span>
            </button>
        }
    };
    view! {
        <div class="element-keys" role="group" aria-label="Elements: press to hide or show" data-testid="legend">
            {move || counts.get().into_iter().map(entry).collect_view()}
        </div>
    }
}

//! The specimens of a job or a file side by side, as small drawings.

use leptos::prelude::*;

use crate::{
    metrics::crystals::depiction,
    session::CrystalCase,
    state::specimen::{Moment, Specimen},
    text::structure::caption,
};

const SIZE: [u32; 2] = [120, 96];

/// The tray; absent where there is one specimen.
#[component]
pub fn Batch(case: CrystalCase) -> impl IntoView {
    // A drawing for every specimen, made anew only where its newest moment or the colours changed.
    let newest = Memo::new(move |_| {
        case.shown.with(|shown| {
            let specimens = shown.as_ref().map(|shown| shown.content.0.as_slice()).unwrap_or_default();
            specimens.iter().map(|s: &Specimen| (s.last().cloned(), s.finished)).collect::<Vec<_>>()
        })
    });
    let count = Memo::new(move |_| newest.with(Vec::len));
    let item = move |index: usize| {
        let own = Memo::new(move |_| newest.with(|all| all.get(index).cloned().unwrap_or((None::<Moment>, false))));
        let drawing = move || {
            let palette = case.look.with(|look| look.palette);
            own.with(|(moment, _)| moment.as_ref().map(|m| depiction::svg(m.structure(), palette, "thumbnail", SIZE)))
        };
        let words = move || {
            own.with(|(moment, finished)| {
                let what = moment.as_ref().map_or_else(|| "not begun".to_owned(), |m| caption(m.structure()));
                let state = if *finished { "" } else { ", growing" };
                format!("{}: {what}{state}", index + 1)
            })
        };
        view! {
            <li>
                <button
                    type="button"
                    class="specimen"
                    data-testid=format!("specimen-{index}")
                    aria-pressed=move || (case.chosen.get() == index).to_string()
                    aria-label=words
                    on:click=move |_| case.choose(index)
                >
                    <span class="specimen-drawing" inner_html=drawing></span>
                    <span class="specimen-number" aria-hidden="true">{index + 1}</span>
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || { count.get() > 1 }>
            <ul class="batch" aria-label="Samples" data-testid="batch">
                <For each=move || 0..count.get() key=|index| *index let:index>
                    {item(index)}
                </For>
            </ul>
        </Show>
    }
}

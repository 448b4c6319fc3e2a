//! The picture in the making, step by step.

use leptos::{html, prelude::*};

use super::paint;
use crate::session::{FittingsCase, Frame};

/// A strip of all frames that have come; absent before the first.
#[component]
pub fn Film(case: FittingsCase) -> impl IntoView {
    let count = Memo::new(move |_| case.film.with(Vec::len));
    let frame = move |number: usize| {
        let frame = case.film.with_untracked(|film| film.get(number).cloned());
        view! { <One number frame /> }
    };
    view! {
        <Show when=move || count.with(|count| *count > 1)>
            <section class="film" aria-labelledby="film-title">
                <h3 id="film-title">"Step by step"</h3>
                <ol class="frames" tabindex="0" aria-label="Frames" data-testid="film">
                    <For each=move || 0..count.get() key=|number| *number children=frame />
                </ol>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn One(number: usize, frame: Option<Frame>) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let (Some(node), Some(frame)) = (node.get(), &frame) {
            paint(&node, frame.size, &frame.rgba);
        }
    });
    let says = if number == 0 { "Bent and pasted".to_owned() } else { format!("Step {number}") };
    view! {
        <li>
            <figure>
                <canvas class="drawn" aria-hidden="true" node_ref=node></canvas>
                <figcaption>{says}</figcaption>
            </figure>
        </li>
    }
}

//! The same spot of every picture, pixel by pixel.

use leptos::prelude::*;

use super::Compare;
use crate::state::pictures::Picture;

/// A lens for each picture; absent without a second picture or when switched off.
#[component]
pub fn Loupe(compare: Compare) -> impl IntoView {
    let pictures = Memo::new(move |_| {
        compare.case.shown.with(|shown| {
            let made = shown.as_ref().map(|shown| &shown.content);
            made.map(|made| made.comparable().into_iter().cloned().collect::<Vec<_>>()).unwrap_or_default()
        })
    });
    let is_on = move || compare.magnification.get() > 0 && pictures.with(|pictures| pictures.len() > 1);
    let lens = move |picture: Picture| {
        let Picture { role, title, url, .. } = picture;
        let label = title.clone();
        view! {
            <figure class="lens" data-testid=format!("lens-{role}")>
                <div
                    role="img"
                    aria-label=move || format!("{label}, {} times as large", compare.magnification.get())
                    style:background-image=format!("url({url})")
                ></div>
                <figcaption>{title}</figcaption>
            </figure>
        }
    };
    view! {
        <Show when=is_on>
            <div class="lenses" data-testid="loupe">
                {move || pictures.get().into_iter().map(lens).collect_view()}
            </div>
        </Show>
    }
    .into_any()
}

//! A plot with its title and its keys.

use leptos::prelude::*;

/// A plot with its title, and a key for every curve: how it is drawn, and what it is.
#[component]
pub fn Figure(
    svg: Signal<Option<String>>,
    #[prop(into)] title: String,
    #[prop(into)] explanation: String,
    #[prop(into)] keys: Signal<Vec<(&'static str, String)>>,
    /// What stands there while there is nothing to draw.
    #[prop(into, optional)]
    empty: Option<Signal<String>>,
) -> impl IntoView {
    let body = move || match svg.get() {
        Some(svg) => view! { <div class="plot-frame" inner_html=svg></div> }.into_any(),
        None => {
            let text = empty.map_or_else(|| "Nothing measured yet.".to_owned(), |empty| empty.get());
            view! { <p class="plot-frame empty">{text}</p> }.into_any()
        }
    };
    view! {
        <figure>
            <figcaption>
                <strong>{title}</strong>
                <span class="help">{explanation}</span>
            </figcaption>
            {body}
            <p class="legend">
                {move || {
                    keys.get()
                        .into_iter()
                        .map(|(class, text)| view! { <span class=format!("key {class}")>{text}</span> })
                        .collect_view()
                }}
            </p>
        </figure>
    }
}

//! How close the restored picture comes, what the small one weighs, and what else fits into as many bytes.

use leptos::prelude::*;

use crate::{
    browser::download,
    components::figure::Figure,
    metrics::pictures::{Row, chart, keys, rows},
    session::PicturesCase,
    state::pictures::{Picture, SMALL},
    text::format,
};

/// The panel; absent while there is nothing to measure, as where a picture was only enlarged.
#[component]
pub fn Numbers(case: PicturesCase) -> impl IntoView {
    let made = Memo::new(move |_| case.shown.with(|shown| shown.as_ref().map(|shown| shown.content.clone())));
    let lines = move || made.with(|made| made.as_ref().map(|made| rows(&made.measures)).unwrap_or_default());
    let small = Memo::new(move |_| made.with(|made| made.as_ref()?.find(SMALL).cloned()));
    let has_numbers = move || small.with(Option::is_some) || !lines().is_empty();
    let svg = Memo::new(move |_| made.with(|made| chart(made.as_ref()?, &case.rivals.read())));
    let legend =
        move || made.with(|made| made.as_ref().map(|made| keys(made, &case.rivals.read())).unwrap_or_default());
    let row = |Row { name, restored, bicubic }: Row| {
        let cell = |value: Option<String>| view! { <td class="number">{value.unwrap_or_else(|| "–".to_owned())}</td> };
        view! {
            <tr>
                <th scope="row">{name}</th>
                {cell(restored)}
                {cell(bicubic)}
            </tr>
        }
    };
    view! {
        <Show when=has_numbers>
            <section class="panel" aria-labelledby="numbers-title" data-testid="numbers">
                <h2 id="numbers-title">"In numbers"</h2>
                <Show when=move || !lines().is_empty()>
                    <div class="table-scroll" tabindex="0" role="region" aria-label="Measures">
                        <table>
                            <thead>
                                <tr>
                                    <th scope="col">"Quantity"</th>
                                    <th scope="col" class="number">"Restored"</th>
                                    <th scope="col" class="number">"Bicubic"</th>
                                </tr>
                            </thead>
                            <tbody>{move || lines().into_iter().map(row).collect_view()}</tbody>
                        </table>
                    </div>
                    <p class="help">
                        "On the luma channel of 8-bit pictures, without a border as wide as the scale. Bicubic is what ordinary \
                         shrinking and enlarging keeps."
                    </p>
                </Show>
                {move || small.get().map(|small| view! { <Small case small /> })}
                <Show when=move || svg.with(Option::is_some)>
                    <div class="plots" data-testid="equal-bytes">
                        <Figure
                            svg=svg.into()
                            title="At equal bytes"
                            explanation="The original by this browser's own encoders, at several qualities and at the best that \
                                         is no longer than the small picture's file."
                            keys=Signal::derive(legend)
                        />
                    </div>
                </Show>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn Small(case: PicturesCase, small: Picture) -> impl IntoView {
    let Picture { size: [width, height], bytes, url, .. } = small;
    let address = StoredValue::new(url.clone());
    let save = move |_| {
        let stem = case.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.file_stem.clone()));
        // A click on a link of our own has no way to fail that the visitor would not see.
        drop(
            address.with_value(|url| download::save_address(&format!("{}-{SMALL}.png", stem.unwrap_or_default()), url)),
        );
    };
    view! {
        <div class="small-picture">
            <img src=url alt="The small picture, at its real size" width=width height=height data-testid="small-picture" />
            <div>
                <p>
                    {format!("An ordinary thumbnail: {width} × {height}, {} as PNG. Drop it here again later: it grows back.", format::bytes(bytes))}
                </p>
                <p>
                    <button type="button" data-testid="save-small" on:click=save>"Download the small picture (PNG)"</button>
                </p>
            </div>
        </div>
    }
    .into_any()
}

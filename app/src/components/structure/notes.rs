//! What a file said that the picture does not show.

use leptos::prelude::*;

use crate::session::CrystalCase;

/// The notes, a line each; absent where there are none.
#[component]
pub fn Notes(case: CrystalCase) -> impl IntoView {
    let any = Memo::new(move |_| case.notes.with(|notes| !notes.is_empty()));
    view! {
        <Show when=move || any.get()>
            <ul class="notes" aria-label="Notes on the file" data-testid="file-notes">
                {move || case.notes.get().into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}
            </ul>
        </Show>
    }
}

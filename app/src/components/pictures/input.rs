//! Where the picture comes from: a file, the clipboard, the camera, or an example.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::{open_file::OpenFile, photo_sources::PhotoSources},
    data::examples::{self, ExamplePicture},
    session::{PicturesCase, Session},
    text::format,
};

/// The panel.
#[component]
pub fn PictureInput(session: Session, case: PicturesCase) -> impl IntoView {
    let chosen = move || {
        case.input.with(|input| {
            let input = input.as_ref()?;
            let [width, height] = input.picture.size;
            Some(format!("{}: {width} × {height}, {}", input.name, format::bytes(input.picture.bytes)))
        })
    };
    let is_link_without_picture =
        move || case.from_link.get() && case.input.with(|input| input.as_ref().is_none_or(|input| input.is_example));
    let is_converted = move || case.input.with(|input| input.as_ref().is_some_and(|input| input.is_converted));
    view! {
        <section class="picture-input" aria-label="Your picture" data-testid="picture-input">
            <p class="stays">"Your picture stays on this device."</p>
            <p class="open-line">
                <OpenFile session />
            </p>
            <PhotoSources session facing="environment" />
            <Show when=is_link_without_picture>
                <p class="help" data-testid="link-note">
                    "A link holds the settings, never the picture: choose the one that they are for."
                </p>
            </Show>
            <p class="selection" role="status" data-testid="picture-name">
                {chosen}
            </p>
            <ul class="notes" data-testid="picture-notes">
                <Show when=is_converted>
                    <li>"The model code does not read this format: your browser converted the picture to PNG, on your device."</li>
                </Show>
                {move || case.notes.get().into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}
            </ul>
            <Examples session case />
        </section>
    }
    .into_any()
}

#[component]
fn Examples(session: Session, case: PicturesCase) -> impl IntoView {
    let example = move |example: ExamplePicture| {
        let thumbnail = session
            .manifest
            .with_untracked(|manifest| examples::address(manifest.as_ref()?, &example.thumbnail).map(str::to_owned));
        let (title, this) = (example.title.clone(), example.title.clone());
        let is_chosen =
            move || case.input.with(|input| input.as_ref().is_some_and(|input| input.is_example && input.name == this));
        let name = example.file.split('.').next().unwrap_or_default().to_owned();
        let credit = example.credit.clone();
        let choose = move |_| {
            let example = example.clone();
            if let Some(manifest) = session.manifest.get_untracked() {
                spawn_local(async move { case.choose_example(session, &manifest, &example).await });
            }
        };
        view! {
            <li>
                <button
                    type="button"
                    class="specimen"
                    data-testid=format!("example-{name}")
                    aria-pressed=move || is_chosen().to_string()
                    title=credit
                    on:click=choose
                >
                    <img class="specimen-drawing" src=thumbnail alt=title width="120" height="96" />
                </button>
            </li>
        }
    };
    let credit = move || {
        let input = case.input.get().filter(|input| input.is_example)?;
        case.examples.with(|all| all.iter().find(|e| e.title == input.name).map(|e| e.credit.clone()))
    };
    view! {
        <Show when=move || case.examples.with(|examples| !examples.is_empty())>
            <p class="control-name" id="examples-title">"Or one of these:"</p>
            <ul class="batch" aria-labelledby="examples-title">
                {move || case.examples.get().into_iter().map(example).collect_view()}
            </ul>
            <p class="help">{credit}</p>
        </Show>
    }
    .into_any()
}

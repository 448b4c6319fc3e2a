//! Where a photo comes from, besides a file: the clipboard, by key and by button, and the camera.

use js_sys::Reflect;
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, Event, File};

use super::{camera::Camera, open_file::open};
use crate::{
    browser::{clipboard, preferences::has_coarse_pointer, sentence},
    session::Session,
};

/// The buttons. `facing` is the camera that a phone is asked for: `environment` or `user`.
#[component]
pub fn PhotoSources(session: Session, facing: &'static str) -> impl IntoView {
    let pasted = window_event_listener_untyped("paste", move |event| {
        if let Some(file) = pasted_file(&event) {
            event.prevent_default();
            open(session, file);
        }
    });
    on_cleanup(move || pasted.remove());
    let photo = if has_coarse_pointer() {
        view! { <TakePhoto session facing /> }.into_any()
    } else {
        view! { <Camera session /> }.into_any()
    };
    view! {
        <p class="control-line">
            {photo}
            <Show when=clipboard::is_readable>
                <Paste session />
            </Show>
        </p>
    }
    .into_any()
}

/// For who has no keyboard: elsewhere the keys of pasting do it, too.
#[component]
fn Paste(session: Session) -> impl IntoView {
    let paste = move |_| {
        spawn_local(async move {
            let problem = match clipboard::picture().await {
                Ok(Some(file)) => return open(session, file),
                Ok(None) => "There is no picture on the clipboard: copy one first.".to_owned(),
                Err(error) => format!("The clipboard could not be read: {}.", sentence(&error)),
            };
            session.problem.try_set(Some(problem));
        });
    };
    view! {
        <button type="button" data-testid="paste" on:click=paste>
            "Paste"
        </button>
    }
}

/// The phone's own camera.
#[component]
fn TakePhoto(session: Session, facing: &'static str) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let taken = move |_| {
        if let Some(input) = input.get_untracked() {
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                open(session, file);
            }
            input.set_value("");
        }
    };
    view! {
        <label class="file-open">
            <input
                type="file"
                accept="image/*"
                capture=facing
                data-testid="take-photo"
                node_ref=input
                on:change=taken
            />
            <span>"Take a photo"</span>
        </label>
    }
}

/// The picture of a paste, if it holds one.
fn pasted_file(event: &Event) -> Option<File> {
    // Bound here and not through web-sys: another feature there would rebuild wgpu and burn for everyone.
    let data: DataTransfer = Reflect::get(event, &"clipboardData".into()).ok()?.dyn_into().ok()?;
    let files = data.files()?;
    (0..files.length()).filter_map(|i| files.get(i)).find(|file| file.type_().starts_with("image/"))
}

//! A photo by the camera of a desktop: a small dialogue with what it sees.

use leptos::{html, prelude::*, task::spawn_local};
use web_sys::HtmlElement;

use crate::{
    browser::{
        camera::{self, Stream},
        files, sentence,
    },
    session::Session,
};

/// Name of a photo that was taken here.
const NAME: &str = "Photo";

/// The button, and the dialogue behind it; absent where pages have no camera.
#[component]
pub fn Camera(session: Session) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let video = NodeRef::<html::Video>::new();
    let stream = StoredValue::new_local(None::<Stream>);
    let stop = move || {
        if let Some(Some(stream)) = stream.try_update_value(Option::take) {
            camera::close(&stream);
        }
    };
    on_cleanup(stop);
    // The dialogue tells of its end later; the camera goes off at once.
    let close = move || {
        stop();
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let open = move |_| {
        session.problem.set(None);
        spawn_local(async move {
            let opened = async {
                let opened = camera::open().await?;
                let (Some(dialog), Some(video)) = (dialog.get_untracked(), video.get_untracked()) else {
                    camera::close(&opened);
                    return Ok(());
                };
                camera::show(&opened, &video)?;
                stream.set_value(Some(opened));
                dialog.show_modal()
            };
            if let Err(error) = opened.await {
                stop();
                session.problem.set(Some(format!("The camera cannot be used: {}.", sentence(&error))));
            }
        });
    };
    let take = move |_| {
        let Some(video) = video.get_untracked() else { return };
        spawn_local(async move {
            let video: &HtmlElement = &video;
            match camera::still(video).await.and_then(|photo| files::named(&photo, NAME, "image/png")) {
                Ok(photo) => session.open_file(photo),
                Err(error) => {
                    session.problem.try_set(Some(format!("The photo could not be taken: {}.", sentence(&error))));
                }
            }
            close();
        });
    };
    camera::exists().then(|| {
        view! {
            <button type="button" data-testid="camera-open" on:click=open>"Take a photo"</button>
            <dialog class="camera" aria-label="Camera" data-testid="camera" node_ref=dialog on:close=move |_| stop()>
                <video autoplay playsinline prop:muted=true node_ref=video></video>
                <p class="control-line">
                    <button type="button" class="primary" data-testid="camera-take" on:click=take>"Take it"</button>
                    <button type="button" data-testid="camera-cancel" on:click=move |_| close()>"Cancel"</button>
                </p>
            </dialog>
        }
    })
}

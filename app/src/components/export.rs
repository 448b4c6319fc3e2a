//! Files of what stands in the view.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};
use samples::{
    Volume,
    volume::{nrrd, raw, tiff_stack},
};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;

use super::volume::ControllerHandle;
use crate::{
    browser::{download, picture, sentence},
    metrics::files::{self, Origin},
    session::Session,
    state::shown::{Shown, Source},
};

/// The formats, with their name in the document, on the button, and what they are.
const FORMATS: [(Format, &str, &str, &str); 6] = [
    (Format::Nrrd, "nrrd", "NRRD", "volume for 3D Slicer, Fiji, ParaView"),
    (Format::Raw, "raw", "Raw + JSON", "bytes and a header that explains them"),
    (Format::Tiff, "tiff", "TIFF stack", "one page per slice"),
    (Format::Png, "png", "PNG", "the picture as you see it"),
    (Format::Csv, "csv", "Measures, CSV", "with the real rock's"),
    (Format::Json, "json", "Measures, JSON", "with the settings"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Nrrd,
    Raw,
    Tiff,
    Png,
    Csv,
    Json,
}

/// Buttons that save what is shown. A format that has nothing to save yet is disabled.
#[component]
pub fn ExportMenu(session: Session, handle: ControllerHandle) -> impl IntoView {
    let button = move |(format, name, title, explanation): (Format, &'static str, &'static str, &'static str)| {
        let available = move || match format {
            Format::Png => session.shown.with(Option::is_some),
            Format::Csv | Format::Json => session.measures.with(Option::is_some),
            _ => session
                .shown
                .with(|s| s.as_ref().is_some_and(|s| s.source != Source::Preview && s.voxels.segmented().is_some())),
        };
        view! {
            <li>
                <button
                    type="button"
                    data-testid=format!("export-{name}")
                    disabled=move || !available()
                    on:click=move |_| save(format, session, handle)
                >
                    {title}
                </button>
                <span class="help">{explanation}</span>
            </li>
        }
    };
    view! {
        <section class="panel" aria-labelledby="export-title">
            <h2 id="export-title">"Take it with you"</h2>
            <ul class="export">{FORMATS.map(button).collect_view()}</ul>
        </section>
    }
}

fn save(format: Format, session: Session, handle: ControllerHandle) {
    let Some(shown) = session.shown.get_untracked() else { return };
    session.problem.set(None);
    if format == Format::Png {
        save_picture(session, handle, shown.file_stem);
        return;
    }
    let saved = match shown.voxels.segmented() {
        Some(volume) => save_volume(format, session, &shown, volume),
        None => Ok(()),
    };
    if let Err(reason) = saved {
        session.problem.set(Some(format!("The file could not be saved: {reason}.")));
    }
}

fn save_volume(format: Format, session: Session, shown: &Shown, volume: &Volume) -> Result<(), String> {
    let stem = &shown.file_stem;
    let thrown = |e: JsValue| sentence(&e);
    // The voxel size is the training data's: unknown for a file of the visitor.
    let voxel_um =
        session.reference.with_untracked(|r| r.as_ref().map(|r| r.voxel_um)).filter(|_| shown.source != Source::File);
    match format {
        Format::Nrrd => {
            let mut notes = vec![("title".to_owned(), shown.title.clone())];
            if !shown.request.is_null() {
                notes.push(("request".to_owned(), shown.request.to_string()));
            }
            let options = nrrd::WriteOptions { voxel_um, notes, ..Default::default() };
            download::save(&format!("{stem}.nrrd"), "application/octet-stream", &nrrd::write(volume, &options))
                .map_err(thrown)
        }
        Format::Raw => {
            let (bytes, header) = raw::write(volume, voxel_um);
            download::save(&format!("{stem}.raw"), "application/octet-stream", &bytes).map_err(thrown)?;
            download::save(&format!("{stem}.json"), "application/json", header.as_bytes()).map_err(thrown)
        }
        Format::Tiff => {
            let bytes = tiff_stack::write(volume).map_err(|e| e.to_string())?;
            download::save(&format!("{stem}.tif"), "image/tiff", &bytes).map_err(thrown)
        }
        Format::Csv | Format::Json => save_measures(format, session, shown).map_err(thrown),
        Format::Png => Ok(()),
    }
}

fn save_measures(format: Format, session: Session, shown: &Shown) -> Result<(), JsValue> {
    let Some(measures) = session.measures.get_untracked() else { return Ok(()) };
    let reference = session.reference.get_untracked();
    let stem = &shown.file_stem;
    if format == Format::Csv {
        let text = files::csv(&measures, reference.as_deref());
        return download::save(&format!("{stem}-measures.csv"), "text/csv", text.as_bytes());
    }
    let backend = session.job.with_untracked(|job| {
        let own = job.backend.as_ref().filter(|_| shown.source == Source::Sample);
        own.map_or(Value::Null, |b| json!({ "device": b.device, "adapter": b.adapter, "note": b.note }))
    });
    let origin = Origin { title: shown.title.clone(), request: shown.request.clone(), backend };
    let text = files::json(&origin, &measures, reference.as_deref());
    download::save(&format!("{stem}-measures.json"), "application/json", text.as_bytes())
}

fn save_picture(session: Session, handle: ControllerHandle, stem: String) {
    let Some(controller) = handle.with_value(|slot| slot.as_ref().map(Rc::clone)) else {
        session.problem.set(Some("There is no picture to save: nothing can be drawn here.".to_owned()));
        return;
    };
    spawn_local(async move {
        let saved = async {
            let (pixels, width, height) = controller.picture().await.map_err(|e| e.to_string())?;
            let blob = picture::png(&pixels, width, height).await.map_err(|e| sentence(&e))?;
            download::save_blob(&format!("{stem}.png"), &blob).map_err(|e| sentence(&e))
        };
        if let Err(reason) = saved.await {
            session.problem.set(Some(format!("The picture could not be saved: {reason}")));
        }
    });
}

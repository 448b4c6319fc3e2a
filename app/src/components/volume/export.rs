//! Files of the volume in the view.

use leptos::prelude::*;
use samples::{
    Volume,
    volume::{nrrd, raw, tiff_stack},
};
use serde_json::{Value, json};

use super::picture::VolumePicture;
use crate::{
    components::{
        export::{ExportButton, ExportPanel, save as save_file},
        stage::{
            ControllerHandle,
            save::{PictureSize, save_picture},
        },
    },
    metrics::files::{self, Origin},
    session::{Session, VolumeCase},
    state::{
        shown::{Shown, Source},
        volume::Voxels,
    },
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
/// Pixels of a saved picture along the longer side.
const PICTURE: f64 = 1600.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Nrrd,
    Raw,
    Tiff,
    Png,
    Csv,
    Json,
}

/// Buttons that save what is shown.
#[component]
pub fn VolumeExport(session: Session, case: VolumeCase, handle: ControllerHandle<VolumePicture>) -> impl IntoView {
    let button = move |(format, name, title, explanation): (Format, &'static str, &'static str, &'static str)| {
        let available = move || match format {
            Format::Png => case.shown.with(Option::is_some),
            Format::Csv | Format::Json => case.measures.with(Option::is_some),
            _ => case
                .shown
                .with(|s| s.as_ref().is_some_and(|s| s.source != Source::Preview && s.content.segmented().is_some())),
        };
        view! {
            <ExportButton
                name
                title
                explanation
                available=Signal::derive(available)
                on_press=move || save(format, session, case, handle)
            />
        }
    };
    view! {
        <ExportPanel>
            <ul class="export">{FORMATS.map(button).collect_view()}</ul>
        </ExportPanel>
    }
}

fn save(format: Format, session: Session, case: VolumeCase, handle: ControllerHandle<VolumePicture>) {
    let Some(shown) = case.shown.get_untracked() else { return };
    session.problem.set(None);
    if format == Format::Png {
        save_picture(handle, session.problem, shown.file_stem, PictureSize::Longer(PICTURE), false);
        return;
    }
    let saved = match shown.content.segmented() {
        Some(volume) => save_volume(format, session, case, &shown, volume),
        None => Ok(()),
    };
    if let Err(reason) = saved {
        session.problem.set(Some(format!("The file could not be saved: {reason}.")));
    }
}

fn save_volume(
    format: Format,
    session: Session,
    case: VolumeCase,
    shown: &Shown<Voxels>,
    volume: &Volume,
) -> Result<(), String> {
    let stem = &shown.file_stem;
    // The voxel size is the training data's: unknown for a file of the visitor.
    let voxel_um =
        case.reference.with_untracked(|r| r.as_ref().map(|r| r.voxel_um)).filter(|_| shown.source != Source::File);
    match format {
        Format::Nrrd => {
            let mut notes = vec![("title".to_owned(), shown.title.clone())];
            if !shown.request.is_null() {
                notes.push(("request".to_owned(), shown.request.to_string()));
            }
            let options = nrrd::WriteOptions { voxel_um, notes, ..Default::default() };
            save_file(&format!("{stem}.nrrd"), "application/octet-stream", &nrrd::write(volume, &options))
        }
        Format::Raw => {
            let (bytes, header) = raw::write(volume, voxel_um);
            save_file(&format!("{stem}.raw"), "application/octet-stream", &bytes)?;
            save_file(&format!("{stem}.json"), "application/json", header.as_bytes())
        }
        Format::Tiff => {
            let bytes = tiff_stack::write(volume).map_err(|e| e.to_string())?;
            save_file(&format!("{stem}.tif"), "image/tiff", &bytes)
        }
        Format::Csv | Format::Json => save_measures(format, session, case, shown),
        Format::Png => Ok(()),
    }
}

fn save_measures(format: Format, session: Session, case: VolumeCase, shown: &Shown<Voxels>) -> Result<(), String> {
    let Some(measures) = case.measures.get_untracked() else { return Ok(()) };
    let reference = case.reference.get_untracked();
    let stem = &shown.file_stem;
    if format == Format::Csv {
        let text = files::csv(&measures, reference.as_deref());
        return save_file(&format!("{stem}-measures.csv"), "text/csv", text.as_bytes());
    }
    let backend = session.job.with_untracked(|job| {
        let own = job.backend.as_ref().filter(|_| shown.source == Source::Sample);
        own.map_or(Value::Null, |b| json!({ "device": b.device, "adapter": b.adapter, "note": b.note }))
    });
    let origin = Origin { title: shown.title.clone(), request: shown.request.clone(), backend };
    let text = files::json(&origin, &measures, reference.as_deref());
    save_file(&format!("{stem}-measures.json"), "application/json", text.as_bytes())
}

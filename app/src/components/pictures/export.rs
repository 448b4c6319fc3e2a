//! Files of the pictures, as they came from the model code, and of the numbers.

use leptos::prelude::*;
use serde_json::{Value, json};

use crate::{
    browser::{download, sentence},
    components::export::{ExportButton, ExportPanel, save},
    metrics::pictures as metrics,
    session::{PicturesCase, Session},
    state::{
        pictures::{BICUBIC, Made, RESTORED, SMALL},
        shown::Shown,
    },
};

/// A picture that can be saved: role, title, explanation.
pub type Saved = (&'static str, &'static str, &'static str);

/// What is saved of a picture that was shrunk and restored.
pub const RESCALED: [Saved; 4] = [
    (SMALL, "Small picture, PNG", "grows back when it is opened here"),
    (RESTORED, "Restored picture, PNG", "without further loss"),
    (BICUBIC, "Bicubic picture, PNG", "for comparison"),
    ("difference", "Difference, PNG", "where the restored picture is not the original"),
];

/// The menu, with a button for each of `pictures`.
#[component]
pub fn PicturesExport(session: Session, case: PicturesCase, pictures: &'static [Saved]) -> impl IntoView {
    let report = move |saved: Result<(), String>| {
        session.problem.set(saved.err().map(|reason| format!("The file could not be saved: {reason}.")));
    };
    let has = move |role: &'static str| {
        Signal::derive(move || case.shown.with(|s| s.as_ref().is_some_and(|s| s.content.find(role).is_some())))
    };
    let with = move |write: &dyn Fn(&Shown<Made>) -> Result<(), String>| {
        report(case.shown.with_untracked(|shown| shown.as_ref().map_or(Ok(()), write)));
    };
    let picture = move |&(role, title, explanation): &Saved| {
        let on_press = move || {
            with(&|shown| {
                let Some(picture) = shown.content.find(role) else { return Ok(()) };
                let saved = download::save_address(&format!("{}-{role}.png", shown.file_stem), &picture.url);
                saved.map_err(|error| sentence(&error))
            });
        };
        view! { <ExportButton name=role title explanation available=has(role) on_press /> }.into_any()
    };
    let measured =
        Signal::derive(move || case.shown.with(|s| s.as_ref().is_some_and(|s| !s.content.measures.is_empty())));
    let json = move || {
        with(&|shown| {
            let backend = session.job.with_untracked(|job| {
                let backend = job.backend.as_ref();
                backend.map_or(Value::Null, |b| json!({ "device": b.device, "adapter": b.adapter, "note": b.note }))
            });
            let rivals = case.rivals.read_untracked();
            let text = metrics::json(&shown.title, &shown.request, &backend, &shown.content, &rivals);
            save(&format!("{}-measures.json", shown.file_stem), "application/json", text.as_bytes())
        });
    };
    let csv = move || {
        with(&|shown| {
            let text = metrics::csv(&shown.content, &case.rivals.read_untracked());
            save(&format!("{}-measures.csv", shown.file_stem), "text/csv", text.as_bytes())
        });
    };
    view! {
        <ExportPanel>
            <ul class="export">
                {pictures.iter().map(picture).collect_view()}
                <ExportButton
                    name="json"
                    title="Measures, JSON"
                    explanation="with the settings that repeat them"
                    available=measured
                    on_press=json
                />
                <ExportButton
                    name="csv"
                    title="Measures, CSV"
                    explanation="for a spreadsheet"
                    available=measured
                    on_press=csv
                />
            </ul>
        </ExportPanel>
    }
    .into_any()
}

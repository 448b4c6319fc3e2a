//! Files of a fitting, as they came from the model code.

use leptos::prelude::*;
use serde_json::json;

use crate::{
    browser::{download, sentence},
    components::export::{ExportButton, ExportPanel, save},
    session::{FittingsCase, Session},
    state::{pictures::Made, shown::Shown},
};

/// Pictures that can be saved: role, title, explanation.
const PICTURES: [(&str, &str, &str); 5] = [
    ("result", "Result, PNG", "marked as generated; it holds no place and no camera"),
    ("composite", "Bent garment, PNG", "pasted, before anything is painted"),
    ("grid", "Flow grid, PNG", "how the garment was bent"),
    ("pose", "Joints, PNG", "and what is repainted"),
    ("mask", "Mask, PNG", "white stays, black is repainted; the API takes it as mask"),
];

/// The menu.
#[component]
pub fn FittingsExport(session: Session, case: FittingsCase) -> impl IntoView {
    let shown = case.pictures.shown;
    let report = move |saved: Result<(), String>| {
        session.problem.set(saved.err().map(|reason| format!("The file could not be saved: {reason}.")));
    };
    let with = move |write: &dyn Fn(&Shown<Made>) -> Result<(), String>| {
        report(shown.with_untracked(|shown| shown.as_ref().map_or(Ok(()), write)));
    };
    let has = move |role: &'static str| {
        Signal::derive(move || shown.with(|s| s.as_ref().is_some_and(|s| s.content.find(role).is_some())))
    };
    let picture = move |(role, title, explanation): (&'static str, &'static str, &'static str)| {
        let on_press = move || {
            with(&|shown| {
                let Some(picture) = shown.content.find(role) else { return Ok(()) };
                let saved = download::save_address(&format!("{}-{role}.png", shown.file_stem), &picture.url);
                saved.map_err(|error| sentence(&error))
            });
        };
        view! { <ExportButton name=role title explanation available=has(role) on_press /> }.into_any()
    };
    let measured = Signal::derive(move || shown.with(|s| s.as_ref().is_some_and(|s| !s.content.measures.is_empty())));
    let measures = move || {
        with(&|shown| {
            let text = json!({ "title": shown.title, "request": shown.request, "measures": shown.content.measures });
            let text = serde_json::to_vec_pretty(&text).map_err(|error| error.to_string())?;
            save(&format!("{}-measures.json", shown.file_stem), "application/json", &text)
        });
    };
    view! {
        <ExportPanel>
            <ul class="export">
                {PICTURES.map(picture).collect_view()}
                <ExportButton
                    name="json"
                    title="Measures, JSON"
                    explanation="with the settings that repeat them"
                    available=measured
                    on_press=measures
                />
            </ul>
        </ExportPanel>
    }
    .into_any()
}

//! Files of the draws, of the race and of the pictures.

use leptos::{prelude::*, task::spawn_local};
use samples::objects::{Draw, write_lines, write_smiles};

use crate::{
    browser::{depiction::Depiction, download, picture, sentence},
    components::export::{ExportButton, ExportPanel, save},
    metrics::objects::{figure, files, molfiles, race},
    session::{ObjectsCase, Session},
};

/// Pixels of a saved picture along its longer side.
const LONGER: f64 = 2400.0;

/// The menu.
#[component]
pub fn ObjectsExport(session: Session, case: ObjectsCase) -> impl IntoView {
    let drawn = Signal::derive(move || case.shown.with(|s| s.as_ref().is_some_and(|s| !s.content.draws.is_empty())));
    let molecules = Signal::derive(move || case.shown.with(|s| s.as_ref().is_some_and(|s| s.content.are_molecules())));
    let learnt = Signal::derive(move || case.contest.with(|contest| contest.latest.is_some()));
    let raced =
        Signal::derive(move || case.contest.with(|contest| !contest.history.is_empty() && contest.latest.is_some()));
    let report = move |saved: Result<(), String>| {
        session.problem.set(saved.err().map(|reason| format!("The file could not be saved: {reason}.")));
    };
    let draws =
        move |write: fn(&[samples::objects::Draw]) -> String, ending: &'static str, media_type: &'static str| {
            report(case.shown.with_untracked(|shown| {
                let Some(shown) = shown else { return Ok(()) };
                save(&format!("{}.{ending}", shown.file_stem), media_type, write(&shown.content.draws).as_bytes())
            }));
        };
    view! {
        <ExportPanel>
            <ul class="export">
                <ExportButton
                    name="jsonl"
                    title="Draws, JSON lines"
                    explanation="one object a line, with its log-probability and the way to it"
                    available=drawn
                    on_press=move || draws(write_lines, "jsonl", "application/jsonl")
                />
                <ExportButton
                    name="csv"
                    title="Draws, CSV"
                    explanation="for a spreadsheet"
                    available=drawn
                    on_press=move || draws(files::draws, "csv", "text/csv")
                />
                <Show when=move || molecules.get()>
                    <ExportButton
                        name="smiles"
                        title="Molecules, SMILES"
                        explanation="a molecule a line"
                        available=drawn
                        on_press=move || draws(write_smiles, "smi", "chemical/x-daylight-smiles")
                    />
                    <ExportButton
                        name="sdf"
                        title="Molecules, SD file"
                        explanation="plane coordinates by OpenChemLib: the model makes none"
                        available=drawn
                        on_press=move || save_sd_file(session, case)
                    />
                </Show>
                <ExportButton
                    name="race"
                    title="The race, CSV"
                    explanation="every measure of every learner at every step"
                    available=raced
                    on_press=move || {
                        let text = case.contest.with_untracked(files::race);
                        report(save(&format!("{}-race.csv", stem(case)), "text/csv", text.as_bytes()));
                    }
                />
                <ExportButton
                    name="svg"
                    title="Pictures, SVG"
                    explanation="side by side, in the colours of paper"
                    available=learnt
                    on_press=move || {
                        if let Some((svg, _)) = pictures(case) {
                            report(save(&format!("{}.svg", stem(case)), "image/svg+xml", svg.as_bytes()));
                        }
                    }
                />
                <ExportButton
                    name="png"
                    title="Pictures, PNG"
                    explanation="the same in pixels"
                    available=learnt
                    on_press=move || save_png(session, case)
                />
                <ExportButton
                    name="race-svg"
                    title="The race, SVG"
                    explanation="the chart of the chosen measure"
                    available=raced
                    on_press=move || {
                        let svg = case.contest.with_untracked(|contest| race::race(contest, case.measure.get_untracked()));
                        if let Some((svg, _)) = svg.as_deref().map(figure::chart) {
                            report(save(&format!("{}-race.svg", stem(case)), "image/svg+xml", svg.as_bytes()));
                        }
                    }
                />
            </ul>
        </ExportPanel>
    }
}

fn stem(case: ObjectsCase) -> String {
    case.shown.with_untracked(|shown| shown.as_ref().map_or_else(|| "objects".to_owned(), |s| s.file_stem.clone()))
}

fn pictures(case: ObjectsCase) -> Option<(String, [f64; 2])> {
    let view = case.view.get_untracked();
    case.contest.with_untracked(|contest| figure::figure(contest.latest.as_ref()?, view))
}

/// Molecules that are drawn at once.
const AT_ONCE: usize = 100;

fn save_sd_file(session: Session, case: ObjectsCase) {
    let shown = case.shown.with_untracked(|s| s.as_ref().map(|s| (s.file_stem.clone(), s.content.clone())));
    let Some((stem, objects)) = shown else { return };
    session.problem.set(None);
    spawn_local(async move {
        let saved = async {
            let mut text = String::new();
            for draws in objects.draws.chunks(AT_ONCE) {
                let drawn = case.depictions.draw(draws.iter().map(|draw| draw.object.clone()).collect()).await?;
                let records = draws.iter().zip(&drawn).map(record).collect::<Result<Vec<_>, _>>()?;
                text.push_str(&molfiles::sd_file(records));
            }
            save(&format!("{stem}.sdf"), "chemical/x-mdl-sdfile", text.as_bytes())
        };
        let saved: Result<(), String> = saved.await;
        if let Err(reason) = saved {
            session.problem.set(Some(format!("The SD file could not be saved: {reason}.")));
        }
    });
}

fn record<'a>((draw, depiction): (&'a Draw, &'a Depiction)) -> Result<(&'a Draw, &'a str), String> {
    match depiction {
        Depiction::Drawn { molfile, .. } => Ok((draw, molfile)),
        Depiction::Refused { error } => Err(format!("{}: {error}", draw.object)),
    }
}

fn save_png(session: Session, case: ObjectsCase) {
    let Some((svg, [width, height])) = pictures(case) else { return };
    session.problem.set(None);
    let name = format!("{}.png", stem(case));
    let scale = LONGER / width.max(height);
    let pixels = move |length: f64| (length * scale).round().max(1.0) as u32;
    spawn_local(async move {
        let saved = async {
            let blob = picture::png_of_svg(&svg, pixels(width), pixels(height)).await?;
            download::save_blob(&name, &blob)
        };
        if let Err(error) = saved.await {
            session.problem.set(Some(format!("The picture could not be saved: {}.", sentence(&error))));
        }
    });
}

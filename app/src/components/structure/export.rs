//! Files of the structure in the view.

use leptos::prelude::*;
use samples::structure::{Frame, Structure, Trajectory, formats::StructureFormat};
use serde_json::json;

use super::picture::StructurePicture;
use crate::{
    components::{
        export::{ExportButton, ExportPanel, save as save_file},
        stage::{
            ControllerHandle,
            save::{PictureSize, save_picture},
        },
    },
    session::{CrystalCase, Session},
};

/// Structure formats with what they are for.
const FORMATS: [(StructureFormat, &str, &str); 7] = [
    (StructureFormat::Cif, "cif", "crystals, for VESTA, pymatgen, databases"),
    (StructureFormat::Poscar, "poscar", "crystals, for VASP"),
    (StructureFormat::ExtendedXyz, "extxyz", "with the cell, for ASE, OVITO"),
    (StructureFormat::Xyz, "xyz", "molecules, positions only"),
    (StructureFormat::Sdf, "sdf", "molecules with bonds"),
    (StructureFormat::Pdb, "pdb", "for molecular viewers"),
    (StructureFormat::Gltf, "gltf", "balls and sticks, for Blender, slides"),
];

/// Buttons that save what is shown.
#[component]
pub fn StructureExport(
    session: Session,
    case: CrystalCase,
    handle: ControllerHandle<StructurePicture>,
) -> impl IntoView {
    let there = Signal::derive(move || case.moment.with(Option::is_some));
    let report = move |saved: Result<(), String>| {
        session.problem.set(saved.err().map(|reason| format!("The file could not be saved: {reason}.")));
    };
    let format_button = move |(format, name, explanation): (StructureFormat, &'static str, &'static str)| {
        let available = move || case.moment.with(|m| m.as_ref().is_some_and(|m| format.suits(m.structure())));
        view! {
            <ExportButton
                name
                title=format.name()
                explanation
                available=Signal::derive(available)
                on_press=move || report(save_structure(case, format))
            />
        }
    };
    let steps = Memo::new(move |_| case.specimen.with(|s| s.as_ref().map_or(0, |s| s.moments.len())));
    let mixed = Memo::new(move |_| {
        case.moment.with(|m| m.as_ref().and_then(|m| m.crystal()).is_some_and(|c| !c.mixed_sites().is_empty()))
    });
    let results = Memo::new(move |_| case.shown.with(|s| s.as_ref().map_or(0, |s| s.content.results().count())));
    view! {
        <ExportPanel>
            <ul class="export">
                {FORMATS.map(format_button).collect_view()}
                <ExportButton
                    name="trajectory"
                    title="Steps, extended XYZ"
                    explanation="every step of the sampling"
                    available=Signal::derive(move || steps.get() > 1)
                    on_press=move || report(save_steps(case))
                />
                <ExportButton
                    name="batch"
                    title="All samples, extended XYZ"
                    explanation="the results of the batch"
                    available=Signal::derive(move || results.get() > 1)
                    on_press=move || report(save_results(case))
                />
                <ExportButton
                    name="json"
                    title="JSON"
                    explanation="steps, certainty, measures, settings"
                    available=there
                    on_press=move || report(save_json(session, case))
                />
            </ul>
            <Show when=move || mixed.get()>
                <p class="help">"Only CIF and JSON carry the shares of mixed sites; other files have the most frequent element."</p>
            </Show>
            <Pictures session case handle there />
        </ExportPanel>
    }
}

/// Pictures at once or several times the size of the canvas, with or without the ground.
#[component]
fn Pictures(
    session: Session,
    case: CrystalCase,
    handle: ControllerHandle<StructurePicture>,
    there: Signal<bool>,
) -> impl IntoView {
    let scale = RwSignal::new(2.0_f64);
    let transparent = RwSignal::new(true);
    let option = move |times: u32| {
        let value = f64::from(times);
        view! {
            <option value=times.to_string() selected=move || scale.get() == value>
                {format!("{times} × the canvas")}
            </option>
        }
    };
    view! {
        <div class="control-line" role="group" aria-label="Picture">
            <button
                type="button"
                data-testid="export-png"
                disabled=move || !there.get()
                on:click=move |_| {
                    session.problem.set(None);
                    let size = PictureSize::Times(scale.get_untracked());
                    save_picture(handle, session.problem, case.file_stem(), size, transparent.get_untracked());
                }
            >
                "Picture, PNG"
            </button>
            <select
                class="small-select"
                aria-label="Size of the picture"
                data-testid="png-scale"
                on:change=move |event| {
                    if let Ok(times) = event_target_value(&event).parse() {
                        scale.set(times);
                    }
                }
            >
                {[1, 2, 3, 4].map(option).collect_view()}
            </select>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="png-transparent"
                    prop:checked=transparent
                    on:change=move |event| transparent.set(event_target_checked(&event))
                />
                <span>"Without the ground"</span>
            </label>
        </div>
    }
}

fn save_structure(case: CrystalCase, format: StructureFormat) -> Result<(), String> {
    let Some(moment) = case.moment.get_untracked() else { return Ok(()) };
    // Which step it was is no name of the structure.
    let frame = Frame { label: String::new(), ..moment.frame().clone() };
    let bytes = format.write_trajectory(&Trajectory { frames: vec![frame] }).map_err(|error| error.to_string())?;
    save_file(&format!("{}.{}", case.file_stem(), format.extension()), format.mime(), &bytes)
}

fn save_steps(case: CrystalCase) -> Result<(), String> {
    let Some(specimen) = case.specimen.get_untracked() else { return Ok(()) };
    save_trajectory(&specimen.trajectory(), &format!("{}-steps", case.file_stem()))
}

fn save_results(case: CrystalCase) -> Result<(), String> {
    let Some(shown) = case.shown.get_untracked() else { return Ok(()) };
    let frames = shown.content.results().map(|moment| moment.frame().clone()).collect();
    save_trajectory(&Trajectory { frames }, &format!("{}-all", shown.file_stem))
}

fn save_trajectory(trajectory: &Trajectory<Structure>, stem: &str) -> Result<(), String> {
    let format = StructureFormat::ExtendedXyz;
    let bytes = format.write_trajectory(trajectory).map_err(|error| error.to_string())?;
    save_file(&format!("{stem}.{}", format.extension()), format.mime(), &bytes)
}

fn save_json(session: Session, case: CrystalCase) -> Result<(), String> {
    let (Some(shown), Some(specimen)) = (case.shown.get_untracked(), case.specimen.get_untracked()) else {
        return Ok(());
    };
    let frames: Vec<_> = specimen
        .moments
        .iter()
        .map(|moment| {
            let structure = match moment.structure() {
                Structure::Crystal(crystal) => json!(crystal),
                Structure::Molecule(molecule) => json!(molecule),
            };
            let Frame { label, certainty, vectors, .. } = moment.frame();
            json!({ "structure": structure, "label": label, "certainty": certainty, "vectors": vectors })
        })
        .collect();
    let backend = session
        .job
        .with_untracked(|job| job.backend.as_ref().map(|b| json!({ "device": b.device, "adapter": b.adapter })));
    let nearest = case.nearest.with_untracked(|nearest| {
        nearest
            .found()
            .map(|found| json!({ "name": found.name, "comparison": found.nearest, "crystal": found.crystal }))
    });
    let document = json!({
        "title": shown.title,
        "request": shown.request,
        "backend": if shown.request.is_null() { None } else { backend },
        "frames": frames,
        "measures": specimen.measures.as_deref(),
        "nearest": nearest,
    });
    save_file(&format!("{}.json", case.file_stem()), "application/json", format!("{document:#}\n").as_bytes())
}

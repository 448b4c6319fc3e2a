//! The page of one system, composed from shared parts. What is special to a kind of sample is chosen by
//! [`Kind`]; a new system of a known kind needs nothing here.

use catalog::System;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{NotFound, set_title};
use crate::{
    components::{
        api_drawer::ApiDrawer,
        form::SettingsForm,
        objects::{DrawsTable, ObjectsControls, ObjectsExport, ObjectsStage, Race},
        open_file::{DropTarget, OpenFile},
        pictures::{Compare, CompareControls, Numbers, PictureInput, PicturesExport, PicturesStage, Variants},
        provenance::Provenance,
        run_button::RunPanel,
        stage::ControllerHandle,
        structure::{
            AtomTable, Batch, CircleFigure, Legend, Notes, Quality, Scores, StructureControls, StructureExport,
            StructureStage, TrajectoryBar, picture::StructurePicture,
        },
        training::TrainingDrawer,
        volume::{
            VolumeStage, controls::VolumeControls, export::VolumeExport, metrics::PoreMetrics, picture::VolumePicture,
        },
    },
    session::{CrystalCase, Kind, ObjectsCase, PicturesCase, Session, VolumeCase},
};

/// The page at `/systems/:slug`.
#[component]
pub fn SystemPage() -> impl IntoView {
    let parameters = use_params_map();
    let slug = Memo::new(move |_| parameters.with(|p| p.get("slug").unwrap_or_default()));
    move || match catalog::systems::find(&slug.get()) {
        Some(system) => view! { <Showcase system /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn Showcase(system: &'static System) -> impl IntoView {
    set_title(system.title);
    let query: Vec<(String, String)> =
        use_query_map().get_untracked().into_iter().map(|(key, value)| (key.into_owned(), value)).collect();
    let session = Session::open(system, query.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let placeholder = Signal::derive(move || {
        let text = if session.no_example.get() {
            "No example of this model is on show. Press Sample to draw the first."
        } else {
            "Bringing out the specimen…"
        };
        text.to_owned()
    });
    let Parts { stage, below } = match session.kind {
        Kind::Volume(case) => volume_parts(session, case, placeholder),
        Kind::Crystal(case) => crystal_parts(session, case, placeholder),
        Kind::Objects(case) => objects_parts(session, case, placeholder),
        Kind::Pictures(case) => pictures_parts(session, case),
    };
    view! {
        <header class="page-head">
            <p class="eyebrow">
                <a href="/">"Gallery"</a>
            </p>
            <h1>{system.title}</h1>
            <p class="lead">{system.summary}</p>
        </header>
        <div class="case">
            <section class="case-view" aria-label="View">
                {stage}
            </section>
            <section class="case-settings" aria-label="Settings">
                <RunPanel session />
                <SettingsForm session />
            </section>
        </div>
        {below}
        <Provenance session />
        <ApiDrawer session />
        {session.system.is_trained().then(|| view! { <TrainingDrawer session /> })}
    }
}

/// What a kind of sample brings to the page.
struct Parts {
    /// The view with its controls.
    stage: AnyView,
    /// Panels about what is shown.
    below: AnyView,
}

fn volume_parts(session: Session, case: VolumeCase, placeholder: Signal<String>) -> Parts {
    let handle: ControllerHandle<VolumePicture> = StoredValue::new_local(None);
    Parts {
        stage: view! {
            <DropTarget session>
                <VolumeStage shown=case.shown.into() beside=case.beside.into() options=case.options handle placeholder />
            </DropTarget>
            <VolumeControls options=case.options beside=case.beside.into() />
            <p class="open-line">
                <OpenFile session />
            </p>
        }
        .into_any(),
        below: view! {
            <PoreMetrics session case />
            <VolumeExport session case handle />
        }
        .into_any(),
    }
}

fn crystal_parts(session: Session, case: CrystalCase, placeholder: Signal<String>) -> Parts {
    let handle: ControllerHandle<StructurePicture> = StoredValue::new_local(None);
    Parts {
        stage: view! {
            <DropTarget session>
                <StructureStage session case handle placeholder />
            </DropTarget>
            <Batch case />
            <TrajectoryBar case />
            <Legend case />
            <StructureControls case handle />
            <AtomTable case />
            <Notes case />
            <p class="open-line">
                <OpenFile session />
            </p>
        }
        .into_any(),
        below: view! {
            <Quality session case />
            <Scores session />
            <CircleFigure case />
            <StructureExport session case handle />
        }
        .into_any(),
    }
}

fn objects_parts(session: Session, case: ObjectsCase, placeholder: Signal<String>) -> Parts {
    Parts {
        stage: view! {
            <DropTarget session>
                <ObjectsStage case placeholder />
            </DropTarget>
            <ObjectsControls case />
            <p class="open-line">
                <OpenFile session />
            </p>
        }
        .into_any(),
        below: view! {
            <Race case />
            <DrawsTable case />
            <ObjectsExport session case />
        }
        .into_any(),
    }
}

fn pictures_parts(session: Session, case: PicturesCase) -> Parts {
    let compare = Compare::new(case);
    Parts {
        stage: view! {
            <DropTarget session>
                <PicturesStage session compare placeholder="Drop a picture here, or choose one below." />
            </DropTarget>
            <CompareControls compare />
            <PictureInput session case />
        }
        .into_any(),
        below: view! {
            <Variants session case />
            <Numbers case />
            <PicturesExport session case />
        }
        .into_any(),
    }
}

//! The page of one system, composed from shared parts. What is special to a kind of sample is chosen by
//! [`SampleKind`]; a new system of a known kind needs nothing here.

use catalog::System;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use samples::SampleKind;

use super::{NotFound, set_title};
use crate::{
    components::{
        api_drawer::ApiDrawer,
        export::ExportMenu,
        form::SettingsForm,
        metrics::PoreMetrics,
        open_file::{DropTarget, OpenFile},
        provenance::Provenance,
        run_button::RunPanel,
        training::TrainingDrawer,
        volume::{ControllerHandle, VolumeStage, controls::VolumeControls},
    },
    session::Session,
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
    let handle: ControllerHandle = StoredValue::new_local(None);
    let placeholder = Signal::derive(move || {
        let text = if session.no_example.get() {
            "No example of this model is on show. Press Sample to draw the first."
        } else {
            "Bringing out the specimen…"
        };
        text.to_owned()
    });
    let (stage, metrics) = match system.makes {
        SampleKind::Volume => (
            view! {
                <DropTarget session>
                    <VolumeStage shown=session.shown.into() beside=session.beside.into() options=session.options handle placeholder />
                </DropTarget>
                <VolumeControls options=session.options beside=session.beside.into() />
                <p class="open-line">
                    <OpenFile session />
                </p>
            },
            view! { <PoreMetrics session /> },
        ),
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
        {metrics}
        <ExportMenu session handle />
        <Provenance session />
        <ApiDrawer session />
        <TrainingDrawer session />
    }
}

//! The page of one system, composed from shared parts. What is special to a kind of sample is its
//! [`Case`](crate::session::Case), loaded when the page opens; a new system of a known kind needs nothing here.

use catalog::System;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{NotFound, set_title};
use crate::{
    components::{
        api_drawer::ApiDrawer, form::SettingsForm, provenance::Provenance, run_button::RunPanel, stage::EmptyStage,
        training::TrainingDrawer,
    },
    session::{self, NewCase, Parts, Session},
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
    let code = RwSignal::new(None);
    spawn_local(async move {
        let loaded = session::load(system.makes).await;
        // The visitor may have left the page meanwhile.
        code.try_set(Some(loaded.ok()));
    });
    view! {
        <header class="page-head">
            <p class="eyebrow">
                <a href="/">"Gallery"</a>
            </p>
            <h1>{system.title}</h1>
            <p class="lead">{system.summary}</p>
        </header>
        {move || match code.get() {
            None => {
                view! {
                    <div class="case">
                        <section class="case-view" aria-label="View">
                            <EmptyStage />
                        </section>
                    </div>
                }
                .into_any()
            }
            Some(None) => view! { <NotLoaded /> }.into_any(),
            Some(Some(new_case)) => view! { <Open system new_case /> }.into_any(),
        }}
    }
}

#[component]
fn NotLoaded() -> impl IntoView {
    view! {
        <p role="alert">"What this page needs could not be loaded. There may be no connection, or a newer version of the site."</p>
        <button
            type="button"
            class="primary"
            data-testid="load-again"
            on:click=move |_| drop(window().location().reload())
        >
            "Load the page again"
        </button>
    }
}

#[component]
fn Open(system: &'static System, new_case: NewCase) -> impl IntoView {
    let query: Vec<(String, String)> =
        use_query_map().get_untracked().into_iter().map(|(key, value)| (key.into_owned(), value)).collect();
    let case = new_case();
    let session = Session::open(system, case.clone(), query.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let placeholder = Signal::derive(move || {
        let text = if session.no_example.get() {
            "No example of this model is on show. Press Sample to draw the first."
        } else {
            "Bringing out the specimen…"
        };
        text.to_owned()
    });
    let Parts { stage, below } = case.parts(session, placeholder);
    let trains = Memo::new(move |_| {
        session.system.is_trained()
            && session.settings.with(|s| session.system.preset(&s.preset).is_some_and(|preset| preset.trains))
    });
    view! {
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
        <Show when=move || trains.get()>
            <TrainingDrawer session />
        </Show>
    }
}

//! The gallery: every system of the catalogue, and one specimen turning on its stage.

use std::sync::Arc;

use catalog::System;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use samples::SampleKind;

use super::{
    on_show::{self, OnShow},
    set_title,
};
use crate::{
    browser::fetch,
    components::stage::{EmptyStage, may_rotate},
    data::manifest::Manifest,
    state::volume::ViewOptions,
};

/// The page.
#[component]
pub fn Gallery() -> impl IntoView {
    set_title("Gallery");
    let manifest = RwSignal::new(None::<Arc<Manifest>>);
    let on_show = OnShow {
        specimen: RwSignal::new(None),
        options: RwSignal::new(ViewOptions { rotating: may_rotate(), ..ViewOptions::default() }),
    };
    let code = RwSignal::new(None::<on_show::Code>);
    let system = catalog::systems::all().iter().find(|s| s.makes == SampleKind::Volume);
    // Without a specimen the collection stands alone: an empty stage would promise something.
    let nothing_to_show = RwSignal::new(system.is_none());
    spawn_local(async move {
        match fetch::json::<Manifest>("/manifest.json").await {
            Ok(loaded) => manifest.set(Some(Arc::new(loaded))),
            Err(_) => nothing_to_show.set(true),
        }
    });
    spawn_local(async move {
        match on_show::code().await {
            Ok(loaded) => code.set(Some(loaded)),
            Err(_) => nothing_to_show.set(true),
        }
    });
    Effect::new(move |_| {
        let (Some(code), Some(manifest), Some(system)) = (code.get(), manifest.get(), system) else { return };
        spawn_local(async move {
            let example = (code.first_example)(manifest, system).await;
            nothing_to_show.set(example.is_none());
            on_show.specimen.set(example);
        });
    });
    let hero = move || {
        let system = system.filter(|_| !nothing_to_show.get())?;
        Some(view! { <Hero system on_show code=code.into() /> })
    };
    view! {
        <section class="intro">
            <h1>"Generative models at work"</h1>
            <p class="lead">
                "Each case holds a published method, trained here, from real data wherever there are any that may be used. \
                 Draw a new specimen in your browser, turn it, measure it against the real thing, and take it with you."
            </p>
        </section>
        {hero}
        <section aria-labelledby="systems-title">
            <h2 id="systems-title">"The collection"</h2>
            <ul class="cards">
                {catalog::systems::all().iter().map(|system| view! { <Card system manifest /> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Hero(system: &'static System, on_show: OnShow, code: Signal<Option<on_show::Code>>) -> impl IntoView {
    let options = on_show.options;
    view! {
        <section class="hero" aria-label=format!("On show: {}", system.title)>
            {move || match code.get() {
                Some(code) => (code.stage)(on_show),
                None => view! { <EmptyStage /> }.into_any(),
            }}
            <div class="hero-text">
                <p class="eyebrow">"On show"</p>
                <h2>{system.title}</h2>
                <p>{system.summary}</p>
                <p class="hero-actions">
                    <A href=format!("/systems/{}", system.slug) attr:class="button primary">"Open the case"</A>
                    <button
                        type="button"
                        class="toggle"
                        aria-pressed=move || options.with(|o| o.rotating).to_string()
                        on:click=move |_| options.update(|o| o.rotating = !o.rotating)
                    >
                        "Turning"
                    </button>
                </p>
            </div>
        </section>
    }
}

#[component]
fn Card(system: &'static System, manifest: RwSignal<Option<Arc<Manifest>>>) -> impl IntoView {
    let still = move || {
        manifest.with(|manifest| {
            let files = ["png", "svg"].map(|kind| format!("icons/{}.{kind}", system.slug));
            files.iter().find_map(|file| Some(manifest.as_ref()?.find(file)?.path.clone()))
        })
    };
    let models = system.presets.iter().filter(|p| p.shipped).count();
    view! {
        <li class="card" data-testid=format!("system-card-{}", system.slug)>
            <div class="card-still">
                {move || still().map(|path| view! { <img src=path alt="" width="640" height="400" /> })}
            </div>
            <div class="card-text">
                <h3>
                    <A href=format!("/systems/{}", system.slug)>{system.title}</A>
                </h3>
                <p>{system.summary}</p>
                <p class="card-meta">
                    {format!("{} ({})", system.paper.authors, system.paper.year)}
                    <br />
                    {format!("{models} {} for the browser", if models == 1 { "model" } else { "models" })}
                </p>
            </div>
        </li>
    }
}

//! The gallery: every system of the catalogue, and one specimen turning on its stage.

use std::sync::Arc;

use catalog::{ModelFile, System};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use samples::SampleKind;

use super::set_title;
use crate::{
    browser::fetch,
    components::{
        stage::{ControllerHandle, may_rotate},
        volume::{VolumeStage, picture::VolumePicture},
    },
    data::manifest::Manifest,
    session::load_volume,
    state::{
        shown::{Shown, Source},
        volume::{ViewOptions, Voxels},
    },
    text::format,
};

/// The page.
#[component]
pub fn Gallery() -> impl IntoView {
    set_title("Gallery");
    let manifest = RwSignal::new(None::<Arc<Manifest>>);
    let specimen = RwSignal::new(None::<Shown<Voxels>>);
    let system = catalog::systems::all().iter().find(|s| s.makes == SampleKind::Volume);
    // Without a specimen the collection stands alone: an empty stage would promise something.
    let nothing_to_show = RwSignal::new(system.is_none());
    spawn_local(async move {
        let loaded = fetch::json::<Manifest>("/manifest.json").await.map(Arc::new).ok();
        let example = match (&loaded, system) {
            (Some(loaded), Some(system)) => first_example(loaded, system).await,
            _ => None,
        };
        manifest.set(loaded);
        nothing_to_show.set(example.is_none());
        specimen.set(example);
    });
    let hero = move || {
        let system = system.filter(|_| !nothing_to_show.get())?;
        Some(view! { <Hero system specimen=specimen.into() /> })
    };
    view! {
        <section class="intro">
            <h1>"Generative models at work"</h1>
            <p class="lead">
                "Each case holds a published method, trained here from real data. Draw a new specimen in your browser, \
                 turn it, measure it against the real thing, and take it with you."
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

/// The specimen of the first preset that ships one.
async fn first_example(manifest: &Manifest, system: &System) -> Option<Shown<Voxels>> {
    for preset in &system.presets {
        let logical = preset.path(system.slug, ModelFile::Example);
        // The gallery stands without its specimen; the system's own page says what is wrong.
        if let Ok(Some(volume)) = load_volume(manifest, &logical).await {
            return Some(Shown {
                source: Source::Example,
                title: format!("{}, {}, made by the model", preset.title, format::shape(volume.shape())),
                file_stem: format!("{}-{}-example", system.slug, preset.name),
                content: Arc::new(Voxels::Segmented(volume)),
                request: serde_json::Value::Null,
            });
        }
    }
    None
}

#[component]
fn Hero(system: &'static System, specimen: Signal<Option<Shown<Voxels>>>) -> impl IntoView {
    let options = RwSignal::new(ViewOptions { rotating: may_rotate(), ..ViewOptions::default() });
    let handle: ControllerHandle<VolumePicture> = StoredValue::new_local(None);
    view! {
        <section class="hero" aria-label=format!("On show: {}", system.title)>
            <VolumeStage shown=specimen beside=Signal::derive(|| None) options handle placeholder="Bringing out the specimen…" />
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

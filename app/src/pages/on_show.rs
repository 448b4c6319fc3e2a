//! The specimen on show in the gallery. Its code comes after the page: what a visitor sees first does not wait for it.

use std::{pin::Pin, sync::Arc};

use catalog::{ModelFile, System};
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    components::{
        stage::ControllerHandle,
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

/// Signals of the specimen.
#[derive(Clone, Copy)]
pub struct OnShow {
    /// What stands in the view.
    pub specimen: RwSignal<Option<Shown<Voxels>>>,
    /// How it is shown.
    pub options: RwSignal<ViewOptions>,
}

/// A specimen on its way; `None` where none is shipped.
type Coming = Pin<Box<dyn Future<Output = Option<Shown<Voxels>>>>>;

/// What the code can do.
#[derive(Clone, Copy)]
pub struct Code {
    /// The specimen of the first preset that ships one.
    pub first_example: fn(Arc<Manifest>, &'static System) -> Coming,
    /// The view.
    pub stage: fn(OnShow) -> AnyView,
}

/// Loads the code.
#[wasm_split(volume, fallible)]
pub fn code() -> Result<Code, SplitLoaderError> {
    Ok(Code { first_example: |manifest, system| Box::pin(first_example(manifest, system)), stage })
}

async fn first_example(manifest: Arc<Manifest>, system: &'static System) -> Option<Shown<Voxels>> {
    for preset in &system.presets {
        let logical = preset.path(system.slug, ModelFile::Example);
        // The gallery stands without its specimen; the system's own page says what is wrong.
        if let Ok(Some(volume)) = load_volume(&manifest, &logical).await {
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

fn stage(OnShow { specimen, options }: OnShow) -> AnyView {
    let handle: ControllerHandle<VolumePicture> = StoredValue::new_local(None);
    view! {
        <VolumeStage
            shown=specimen.into()
            beside=Signal::derive(|| None)
            options
            handle
            placeholder="Bringing out the specimen…"
        />
    }
    .into_any()
}

//! Pages of pictures that are made of pictures.

use std::rc::Rc;

use catalog::{SampleRequest, messages::FromWorker};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use samples::image::Limits;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use web_sys::{Blob, File};

use super::{Accepts, Case, Loading, NewCase, Opening, Parts};
use crate::{
    components::{
        open_file::DropTarget,
        pictures::{
            Compare, CompareControls, Numbers, PictureInput, PicturesExport, PicturesStage, RESCALED, Variants,
        },
    },
    session::{PicturesCase, Session, files::PresetFiles},
};

#[wasm_split(pictures, fallible)]
pub(super) fn code() -> Result<NewCase, SplitLoaderError> {
    Ok(|| Rc::new(PicturesCase::new()))
}

impl Case for PicturesCase {
    fn open(&self, session: Session) {
        PicturesCase::open(*self, session);
    }

    /// The visitor's picture stays, and what another model made of it: that is what comparing is about.
    fn forget_preset(&self) {}

    fn load_example(&self, session: Session, files: PresetFiles) -> Loading {
        let case = *self;
        Box::pin(async move { case.load_example(session, &files).await })
    }

    fn begin(&self) {
        PicturesCase::begin(*self);
    }

    fn inputs(&self) -> Vec<(String, Blob)> {
        PicturesCase::inputs(*self)
    }

    fn take_in(&self, request: &SampleRequest, message: FromWorker, bytes: Option<ArrayBuffer>) -> Result<(), String> {
        PicturesCase::take_in(*self, request, message, bytes)
    }

    fn accepts(&self) -> Accepts {
        Accepts { most_bytes: Limits::PHOTO.bytes as f64, endings: "image/*", button: "Choose a picture" }
    }

    fn open_file(&self, session: Session, file: File) -> Opening {
        let case = *self;
        Box::pin(async move { case.choose(session, &file, &file.name()).await })
    }

    fn parts(&self, session: Session, _placeholder: Signal<String>) -> Parts {
        let case = *self;
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
                <PicturesExport session case pictures=&RESCALED />
            }
            .into_any(),
        }
    }
}

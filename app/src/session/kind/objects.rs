//! Pages of objects that are built by decisions.

use std::rc::Rc;

use catalog::{Field, SampleRequest, messages::FromWorker};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use samples::objects::MAX_BYTES;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use web_sys::File;

use super::{Accepts, Case, Loading, NewCase, Opening, Parts, with_bytes};
use crate::{
    components::{
        objects::{
            DrawsTable, ObjectsControls, ObjectsExport, ObjectsStage, Race,
            painter::{PainterField, is_painting},
        },
        open_file::{DropTarget, OpenFile},
    },
    session::{ObjectsCase, Session, files::PresetFiles},
};

#[wasm_split(objects, fallible)]
pub(super) fn code() -> Result<NewCase, SplitLoaderError> {
    Ok(|| Rc::new(ObjectsCase::new()))
}

impl Case for ObjectsCase {
    fn open(&self, session: Session) {
        ObjectsCase::open(*self, session);
    }

    fn forget_preset(&self) {
        ObjectsCase::forget_preset(*self);
    }

    fn load_example(&self, session: Session, files: PresetFiles) -> Loading {
        let case = *self;
        Box::pin(async move { case.load_example(session, &files).await })
    }

    fn begin(&self) {
        ObjectsCase::begin(*self);
    }

    fn take_in(&self, request: &SampleRequest, message: FromWorker, _bytes: Option<ArrayBuffer>) -> Result<(), String> {
        ObjectsCase::take_in(*self, request, message);
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts { most_bytes: MAX_BYTES as f64, endings: ".jsonl,.ndjson,.json", button: "Open draws as JSON lines" }
    }

    fn open_file(&self, session: Session, file: File) -> Opening {
        let case = *self;
        with_bytes(file, move |name, bytes| ObjectsCase::open_file(case, session, name, bytes))
    }

    fn control(&self, session: Session, field: &Field) -> Option<AnyView> {
        let case = *self;
        is_painting(field).then(|| view! { <PainterField session case field=field.clone() /> }.into_any())
    }

    fn parts(&self, session: Session, placeholder: Signal<String>) -> Parts {
        let case = *self;
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
}

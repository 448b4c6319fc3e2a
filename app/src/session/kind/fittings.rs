//! Pages on which somebody tries on a garment.

use std::rc::Rc;

use catalog::{Field, SampleRequest, messages::FromWorker};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use samples::image::Limits;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use web_sys::{Blob, File};

use super::{Accepts, Case, Loading, NewCase, Opening, Parts};
use crate::{
    components::{
        fittings::{CUT_OUT, FITTED, Film, FittingNumbers, GarmentField, MaskEditor, PersonField, REPAINTED},
        open_file::DropTarget,
        pictures::{Compare, CompareControls, PicturesExport, PicturesStage},
    },
    session::{DRAWN_GARMENT, DRAWN_PERSON, FittingsCase, Session, files::PresetFiles},
    state::pictures::ORIGINAL,
};

#[wasm_split(fittings, fallible)]
pub(super) fn code() -> Result<NewCase, SplitLoaderError> {
    Ok(|| Rc::new(FittingsCase::new()))
}

impl Case for FittingsCase {
    fn open(&self, session: Session) {
        FittingsCase::open(*self, session);
    }

    /// Who tries on what has nothing to do with the model.
    fn forget_preset(&self) {}

    /// The drawn people are drawn here: nothing is loaded.
    fn load_example(&self, _session: Session, _files: PresetFiles) -> Loading {
        Box::pin(async {})
    }

    fn begin(&self) {
        FittingsCase::begin(*self);
    }

    fn inputs(&self) -> Vec<(String, Blob)> {
        FittingsCase::inputs(*self)
    }

    fn take_in(&self, request: &SampleRequest, message: FromWorker, bytes: Option<ArrayBuffer>) -> Result<(), String> {
        FittingsCase::take_in(*self, request, message, bytes)
    }

    fn accepts(&self) -> Accepts {
        Accepts { most_bytes: Limits::PHOTO.bytes as f64, endings: "image/*", button: "Choose a photo of a person" }
    }

    fn open_file(&self, session: Session, file: File) -> Opening {
        let case = *self;
        Box::pin(async move { case.choose_person(session, &file, &file.name()).await })
    }

    fn control(&self, session: Session, field: &Field) -> Option<AnyView> {
        let case = *self;
        match field.name.as_str() {
            DRAWN_PERSON => Some(view! { <PersonField session case field=field.clone() /> }.into_any()),
            DRAWN_GARMENT => Some(view! { <GarmentField session case field=field.clone() /> }.into_any()),
            _ => None,
        }
    }

    fn parts(&self, session: Session, placeholder: Signal<String>) -> Parts {
        let case = *self;
        let compare = Compare::new(case.pictures);
        let before = Memo::new(move |_| {
            case.pictures.shown.with(|shown| Some(shown.as_ref()?.content.find(ORIGINAL)?.url.clone()))
        });
        let flat = Memo::new(move |_| case.garment.with(|own| Some(own.as_ref()?.picture.url.clone())));
        Parts {
            stage: view! {
                <DropTarget session>
                    <PicturesStage session compare placeholder />
                </DropTarget>
                <CompareControls compare />
                <Film case />
                <MaskEditor chosen=case.kept ground=before words=&REPAINTED />
                <MaskEditor chosen=case.cut ground=flat words=&CUT_OUT />
            }
            .into_any(),
            below: view! {
                <FittingNumbers case />
                <PicturesExport session case=case.pictures pictures=&FITTED />
            }
            .into_any(),
        }
    }
}

//! Pages of porous volumes.

use std::rc::Rc;

use catalog::{SampleRequest, messages::FromWorker};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use samples::volume::MAX_VOXELS;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use web_sys::File;

use super::{Accepts, Case, Loading, NewCase, Opening, Parts, with_bytes};
use crate::{
    components::{
        open_file::{DropTarget, OpenFile},
        stage::ControllerHandle,
        volume::{
            VolumeStage, controls::VolumeControls, export::VolumeExport, metrics::PoreMetrics, picture::VolumePicture,
        },
    },
    session::{Session, VolumeCase, files::PresetFiles},
};

#[wasm_split(volume, fallible)]
pub(super) fn code() -> Result<NewCase, SplitLoaderError> {
    Ok(|| Rc::new(VolumeCase::new()))
}

impl Case for VolumeCase {
    fn forget_preset(&self) {
        VolumeCase::forget_preset(*self);
    }

    fn load_example(&self, session: Session, files: PresetFiles) -> Loading {
        let case = *self;
        Box::pin(async move { case.load_example(session, &files).await })
    }

    fn load_comparison(&self, files: PresetFiles) -> Option<Loading> {
        let case = *self;
        Some(Box::pin(async move { case.load_comparison(&files).await }))
    }

    fn take_in(&self, request: &SampleRequest, message: FromWorker, bytes: Option<ArrayBuffer>) -> Result<(), String> {
        VolumeCase::take_in(*self, request, message, bytes.map(|bytes| Uint8Array::new(&bytes).to_vec()))
    }

    fn accepts(&self) -> Accepts {
        Accepts {
            // The largest volume in its widest number format, and a header.
            most_bytes: (MAX_VOXELS * 8 + 65_536) as f64,
            endings: ".nrrd",
            button: "Open a NRRD volume",
        }
    }

    fn open_file(&self, _session: Session, file: File) -> Opening {
        let case = *self;
        with_bytes(file, move |name, bytes| VolumeCase::open_file(case, name, bytes))
    }

    fn parts(&self, session: Session, placeholder: Signal<String>) -> Parts {
        let case = *self;
        let handle: ControllerHandle<VolumePicture> = StoredValue::new_local(None);
        Parts {
            stage: view! {
                <DropTarget session>
                    <VolumeStage
                        shown=case.shown.into()
                        beside=case.beside.into()
                        options=case.options
                        handle
                        placeholder
                    />
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
}

//! Pages of crystals.

use std::rc::Rc;

use catalog::{Field, SampleRequest, messages::FromWorker};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use samples::structure::formats;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use web_sys::File;

use super::{Accepts, Case, Loading, NewCase, Opening, Parts, with_bytes};
use crate::{
    components::{
        open_file::{DropTarget, OpenFile},
        stage::ControllerHandle,
        structure::{
            Ablation, AtomTable, Batch, CircleFigure, Legend, Notes, Quality, Scores, StructureControls,
            StructureExport, StructureStage, TrajectoryBar,
            composition::{CompositionField, is_composition},
            picture::StructurePicture,
        },
    },
    session::{CrystalCase, Session, files::PresetFiles},
};

#[wasm_split(crystal, fallible)]
pub(super) fn code() -> Result<NewCase, SplitLoaderError> {
    Ok(|| Rc::new(CrystalCase::new()))
}

impl Case for CrystalCase {
    fn open(&self, session: Session) {
        CrystalCase::open(*self, session);
    }

    /// The training set is kept under its own address: presets share it.
    fn forget_preset(&self) {}

    fn load_example(&self, session: Session, files: PresetFiles) -> Loading {
        let case = *self;
        Box::pin(async move { case.load_example(session, &files).await })
    }

    fn begin(&self) {
        CrystalCase::begin(*self);
    }

    fn take_in(&self, request: &SampleRequest, message: FromWorker, _bytes: Option<ArrayBuffer>) -> Result<(), String> {
        CrystalCase::take_in(*self, request, message)
    }

    fn accepts(&self) -> Accepts {
        Accepts {
            most_bytes: formats::MAX_BYTES as f64,
            endings: ".cif,.mcif,.vasp,.poscar,.contcar,.xyz,.extxyz,.exyz,.sdf,.mol,.mdl,.pdb,.ent,.mol2",
            button: "Open a CIF, POSCAR, XYZ, SDF or PDB file",
        }
    }

    fn open_file(&self, session: Session, file: File) -> Opening {
        let case = *self;
        with_bytes(file, move |name, bytes| CrystalCase::open_file(case, session, name, bytes))
    }

    fn control(&self, session: Session, field: &Field) -> Option<AnyView> {
        let case = *self;
        is_composition(field).then(|| view! { <CompositionField session case field=field.clone() /> }.into_any())
    }

    fn parts(&self, session: Session, placeholder: Signal<String>) -> Parts {
        let case = *self;
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
                <Ablation session />
                <Scores session />
                <CircleFigure case />
                <StructureExport session case handle />
            }
            .into_any(),
        }
    }
}

//! What differs between kinds of samples. The code of a kind is loaded when a page of that kind is opened: pages know
//! it by [`Case`] only, and each module below is all that brings it in.

mod crystal;
mod fittings;
mod objects;
mod pictures;
mod volume;

use std::{pin::Pin, rc::Rc};

use catalog::{Field, SampleRequest, messages::FromWorker};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use samples::SampleKind;
use wasm_split_helpers::SplitLoaderError;
use web_sys::{Blob, File};

use super::{Session, files::PresetFiles};
use crate::browser::{files, sentence};

/// What loads files for a case.
pub type Loading = Pin<Box<dyn Future<Output = ()>>>;

/// What opens a file of the visitor; an error is one sentence.
pub type Opening = Pin<Box<dyn Future<Output = Result<(), String>>>>;

/// The state of a page that depends on the kind of sample, and what can be done with it.
pub trait Case {
    /// Begins what goes on by itself.
    fn open(&self, _session: Session) {}

    /// Another preset was chosen: what belonged to the last one goes.
    fn forget_preset(&self);

    /// Shows the preset's example.
    fn load_example(&self, session: Session, files: PresetFiles) -> Loading;

    /// Loads what samples are compared with, where it does not wait for being asked for.
    fn load_comparison(&self, _files: PresetFiles) -> Option<Loading> {
        None
    }

    /// A job was sent.
    fn begin(&self) {}

    /// The files to work on, by the names of the system's inputs.
    fn inputs(&self) -> Vec<(String, Blob)> {
        vec![]
    }

    /// Takes in what the worker said of the job `request`.
    ///
    /// # Errors
    /// One sentence: it cannot be shown.
    fn take_in(&self, request: &SampleRequest, message: FromWorker, bytes: Option<ArrayBuffer>) -> Result<(), String>;

    /// What it opens.
    fn accepts(&self) -> Accepts;

    /// Shows a file of the visitor.
    ///
    /// # Errors
    /// One sentence: what is wrong with it. What was shown before stays.
    fn open_file(&self, session: Session, file: File) -> Opening;

    /// A control of its own for a parameter.
    fn control(&self, _session: Session, _field: &Field) -> Option<AnyView> {
        None
    }

    /// What it brings to the page. `placeholder` stands on the stage until there is something to see.
    fn parts(&self, session: Session, placeholder: Signal<String>) -> Parts;
}

/// What a kind of sample brings to the page.
pub struct Parts {
    /// The view with its controls.
    pub stage: AnyView,
    /// Panels about what is shown.
    pub below: AnyView,
}

/// Files that a page opens.
#[derive(Clone, Copy)]
pub struct Accepts {
    /// The largest file that is read at all, bytes.
    pub most_bytes: f64,
    /// Endings of files, for the browser's dialogue.
    pub endings: &'static str,
    /// The button's text.
    pub button: &'static str,
}

/// Opens a file of which nothing but its name and its bytes is wanted.
fn with_bytes(file: File, show: impl FnOnce(&str, &[u8]) -> Result<(), String> + 'static) -> Opening {
    Box::pin(async move {
        let name = file.name();
        let bytes = files::bytes(&file).await;
        show(&name, &bytes.map_err(|error| format!("{name} could not be read: {}.", sentence(&error)))?)
    })
}

/// Makes the case of a page; inside a reactive owner.
pub type NewCase = fn() -> Rc<dyn Case>;

/// Loads the code of a kind, unless it is there.
///
/// # Errors
/// Its files cannot be fetched; trying again is worth it.
pub async fn load(kind: SampleKind) -> Result<NewCase, SplitLoaderError> {
    match kind {
        SampleKind::Volume => volume::code().await,
        SampleKind::Crystal => crystal::code().await,
        SampleKind::Objects => objects::code().await,
        SampleKind::Pictures => pictures::code().await,
        SampleKind::Fittings => fittings::code().await,
    }
}

/// A handle on the case of a page, for as long as the page is there.
#[derive(Clone, Copy)]
pub struct Kind(StoredValue<Rc<dyn Case>, LocalStorage>);

impl Kind {
    pub(super) fn new(case: Rc<dyn Case>) -> Self {
        Self(StoredValue::new_local(case))
    }

    /// The case; `None` once the page is gone.
    pub fn case(self) -> Option<Rc<dyn Case>> {
        self.0.try_get_value()
    }
}

//! What differs between kinds of samples, in one place per kind.

use catalog::{SampleRequest, System, messages::FromWorker};
use js_sys::{ArrayBuffer, Uint8Array};
use samples::SampleKind;
use web_sys::{Blob, File};

use super::{CrystalCase, ObjectsCase, PicturesCase, Session, VolumeCase, files::PresetFiles};
use crate::browser::{files, sentence};

/// The state of the page that depends on the kind of sample.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Porous volumes.
    Volume(VolumeCase),
    /// Crystals.
    Crystal(CrystalCase),
    /// Objects that are built by decisions.
    Objects(ObjectsCase),
    /// Pictures made of pictures.
    Pictures(PicturesCase),
}

impl Kind {
    /// The state for what a system makes.
    pub(super) fn of(system: &System) -> Self {
        match system.makes {
            SampleKind::Volume => Self::Volume(VolumeCase::new()),
            SampleKind::Crystal => Self::Crystal(CrystalCase::new()),
            SampleKind::Objects => Self::Objects(ObjectsCase::new()),
            SampleKind::Pictures => Self::Pictures(PicturesCase::new()),
        }
    }

    /// Begins what goes on by itself.
    pub(super) fn open(self, session: Session) {
        match self {
            Self::Volume(_) | Self::Objects(_) => {}
            Self::Crystal(case) => case.open(session),
            Self::Pictures(case) => case.open(session),
        }
    }

    /// Another preset was chosen: what belonged to the last one goes.
    pub(super) fn forget_preset(self) {
        match self {
            Self::Volume(case) => case.forget_preset(),
            Self::Crystal(case) => case.forget_preset(),
            Self::Objects(case) => case.forget_preset(),
            // The visitor's picture, and what another model made of it: that is what comparing is about.
            Self::Pictures(_) => {}
        }
    }

    /// Shows the preset's example.
    pub(super) async fn load_example(self, session: Session, files: &PresetFiles) {
        match self {
            Self::Volume(case) => case.load_example(session, files).await,
            Self::Crystal(case) => case.load_example(session, files).await,
            Self::Objects(case) => case.load_example(session, files).await,
            Self::Pictures(case) => case.load_example(session, files).await,
        }
    }

    /// Loads what samples are compared with.
    pub(super) async fn load_comparison(self, files: &PresetFiles) {
        match self {
            Self::Volume(case) => case.load_comparison(files).await,
            // Training crystals come when they are asked for; the exact answer comes with what is learnt; the original
            // is there.
            Self::Crystal(_) | Self::Objects(_) | Self::Pictures(_) => {}
        }
    }

    /// A job was sent.
    pub(super) fn begin(self) {
        match self {
            Self::Volume(_) => {}
            Self::Crystal(case) => case.begin(),
            Self::Objects(case) => case.begin(),
            Self::Pictures(case) => case.begin(),
        }
    }

    /// The files to work on, by the names of the system's inputs.
    pub(super) fn inputs(self) -> Vec<(String, Blob)> {
        match self {
            Self::Volume(_) | Self::Crystal(_) | Self::Objects(_) => vec![],
            Self::Pictures(case) => case.inputs(),
        }
    }

    /// Whether the input of that name was chosen.
    pub(super) fn has(self, input: &str) -> bool {
        self.inputs().iter().any(|(name, _)| name == input)
    }

    /// Takes in what the worker said of the job `request`.
    ///
    /// # Errors
    /// One sentence: it cannot be shown.
    pub(super) fn take_in(
        self,
        request: &SampleRequest,
        message: FromWorker,
        bytes: Option<ArrayBuffer>,
    ) -> Result<(), String> {
        match self {
            Self::Volume(case) => case.take_in(request, message, bytes.map(|bytes| Uint8Array::new(&bytes).to_vec())),
            Self::Crystal(case) => case.take_in(request, message),
            Self::Objects(case) => {
                case.take_in(request, message);
                Ok(())
            }
            Self::Pictures(case) => case.take_in(request, message, bytes),
        }
    }

    /// Shows a file of the visitor.
    ///
    /// # Errors
    /// One sentence: what is wrong with it. What was shown before stays.
    pub(super) async fn open_file(self, session: Session, file: File) -> Result<(), String> {
        let name = file.name();
        let read = async {
            let bytes = files::bytes(&file).await;
            bytes.map_err(|error| format!("{name} could not be read: {}.", sentence(&error)))
        };
        match self {
            Self::Volume(case) => case.open_file(&name, &read.await?),
            Self::Crystal(case) => case.open_file(session, &name, &read.await?),
            Self::Objects(case) => case.open_file(session, &name, &read.await?),
            Self::Pictures(case) => case.choose(session, &file, &name).await,
        }
    }
}

//! What differs between kinds of samples, in one place per kind.

use catalog::{SampleRequest, System, messages::FromWorker};
use samples::SampleKind;

use super::{CrystalCase, ObjectsCase, Session, VolumeCase, files::PresetFiles};

/// The state of the page that depends on the kind of sample.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Porous volumes.
    Volume(VolumeCase),
    /// Crystals.
    Crystal(CrystalCase),
    /// Objects that are built by decisions.
    Objects(ObjectsCase),
}

impl Kind {
    /// The state for what a system makes.
    pub(super) fn of(system: &System) -> Self {
        match system.makes {
            SampleKind::Volume => Self::Volume(VolumeCase::new()),
            SampleKind::Crystal => Self::Crystal(CrystalCase::new()),
            SampleKind::Objects => Self::Objects(ObjectsCase::new()),
        }
    }

    /// Begins what goes on by itself.
    pub(super) fn open(self, session: Session) {
        match self {
            Self::Volume(_) | Self::Objects(_) => {}
            Self::Crystal(case) => case.open(session),
        }
    }

    /// Another preset was chosen: what belonged to the last one goes.
    pub(super) fn forget_preset(self) {
        match self {
            Self::Volume(case) => case.forget_preset(),
            Self::Crystal(case) => case.forget_preset(),
            Self::Objects(case) => case.forget_preset(),
        }
    }

    /// Shows the preset's example.
    pub(super) async fn load_example(self, session: Session, files: &PresetFiles) {
        match self {
            Self::Volume(case) => case.load_example(session, files).await,
            Self::Crystal(case) => case.load_example(session, files).await,
            Self::Objects(case) => case.load_example(session, files).await,
        }
    }

    /// Loads what samples are compared with.
    pub(super) async fn load_comparison(self, files: &PresetFiles) {
        match self {
            Self::Volume(case) => case.load_comparison(files).await,
            // Training crystals come when they are asked for; the exact answer comes with what is learnt.
            Self::Crystal(_) | Self::Objects(_) => {}
        }
    }

    /// A job was sent.
    pub(super) fn begin(self) {
        match self {
            Self::Volume(_) => {}
            Self::Crystal(case) => case.begin(),
            Self::Objects(case) => case.begin(),
        }
    }

    /// Takes in what the worker said of the job `request`.
    ///
    /// # Errors
    /// One sentence: it cannot be shown.
    pub(super) fn take_in(
        self,
        request: &SampleRequest,
        message: FromWorker,
        bytes: Option<Vec<u8>>,
    ) -> Result<(), String> {
        match self {
            Self::Volume(case) => case.take_in(request, message, bytes),
            Self::Crystal(case) => case.take_in(request, message),
            Self::Objects(case) => {
                case.take_in(request, message);
                Ok(())
            }
        }
    }

    /// Shows a file of the visitor.
    ///
    /// # Errors
    /// One sentence: what is wrong with it. What was shown before stays.
    pub(super) fn open_file(self, session: Session, name: &str, bytes: &[u8]) -> Result<(), String> {
        match self {
            Self::Volume(case) => case.open_file(name, bytes),
            Self::Crystal(case) => case.open_file(session, name, bytes),
            Self::Objects(case) => case.open_file(session, name, bytes),
        }
    }
}

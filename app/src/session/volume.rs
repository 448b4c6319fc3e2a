//! Porous volumes: the view, the measures and the real rock.

use std::{sync::Arc, time::Duration};

use catalog::{ModelFile, SampleRequest, messages::FromWorker};
use leptos::prelude::*;
use samples::{
    GreyVolume, Volume,
    volume::{MeasureOptions, PoreMeasures, RockReference, nrrd},
};
use serde_json::Value;

use super::{
    Session,
    files::{PresetFiles, load_json},
};
use crate::{
    browser::fetch,
    components::stage::may_rotate,
    data::manifest::Manifest,
    state::{
        shown::{Shown, Source},
        volume::{MEASURED_ON_PAGE, ViewOptions, Voxels},
    },
    text::format,
};

/// The state of a page that shows volumes.
#[derive(Clone, Copy)]
pub struct VolumeCase {
    /// What stands in the view.
    pub shown: RwSignal<Option<Shown<Voxels>>>,
    /// A block of the real rock, for the comparison.
    pub beside: RwSignal<Option<Arc<Voxels>>>,
    /// How it is shown.
    pub options: RwSignal<ViewOptions>,
    /// Measures of what stands in the view.
    pub measures: RwSignal<Option<Arc<PoreMeasures>>>,
    /// Why there is no permeability among them, if it was tried.
    pub flow_error: RwSignal<Option<String>>,
    /// Measures of the real rock.
    pub reference: RwSignal<Option<Arc<RockReference>>>,
}

impl VolumeCase {
    pub(super) fn new() -> Self {
        Self {
            shown: RwSignal::new(None),
            beside: RwSignal::new(None),
            options: RwSignal::new(ViewOptions { rotating: may_rotate(), ..ViewOptions::default() }),
            measures: RwSignal::new(None),
            flow_error: RwSignal::new(None),
            reference: RwSignal::new(None),
        }
    }

    pub(super) fn forget_preset(self) {
        self.reference.set(None);
        self.beside.set(None);
    }

    pub(super) async fn load_example(self, session: Session, files: &PresetFiles) {
        let volume = load_volume(&files.manifest, &files.path(ModelFile::Example)).await;
        if !files.may_show_example() {
            return;
        }
        match volume {
            Ok(Some(volume)) => self.show(Shown {
                source: Source::Example,
                title: format!(
                    "{}, made in advance by this model, {}",
                    files.preset.title,
                    format::shape(volume.shape())
                ),
                file_stem: session.file_stem("example"),
                content: Arc::new(Voxels::Segmented(volume)),
                request: Value::Null,
            }),
            Ok(None) => {
                self.shown.set(None);
                self.measures.set(None);
                session.no_example.set(true);
            }
            Err(problem) => session.problem.set(Some(problem)),
        }
    }

    pub(super) async fn load_comparison(self, files: &PresetFiles) {
        let loaded = load_json(&files.manifest, &files.path(ModelFile::Reference)).await;
        files.keep(loaded, |loaded| self.reference.set(loaded));
        let loaded = load_volume(&files.manifest, &files.path(ModelFile::Real)).await;
        files.keep(loaded.map(|volume| volume.map(Voxels::Segmented)), |loaded| self.beside.set(loaded));
    }

    pub(super) fn take_in(
        self,
        request: &SampleRequest,
        message: FromWorker,
        bytes: Option<Vec<u8>>,
    ) -> Result<(), String> {
        let sent = |what: &str, error: String| format!("The model code sent {what} that cannot be shown: {error}.");
        let bytes = bytes.unwrap_or_default();
        match message {
            FromWorker::Preview { shape, .. } => {
                let grey = GreyVolume::new(shape.map(|side| side as usize), bytes);
                let grey = grey.map_err(|error| sent("a volume", error.to_string()))?;
                self.show_job(request, Source::Preview, Voxels::Grey(grey));
            }
            FromWorker::Volume { shape, .. } => {
                let volume = Volume::new(shape.map(|side| side as usize), bytes);
                let volume = volume.map_err(|error| sent("a volume", error.to_string()))?;
                self.show_job(request, Source::Sample, Voxels::Segmented(volume));
            }
            FromWorker::Measures { measures, .. } => {
                // Comes twice: first what takes milliseconds, then with the permeability or why there is none.
                self.flow_error.set(measures["permeability_error"].as_str().map(str::to_owned));
                let measures: PoreMeasures = serde_json::from_value(measures)
                    .map_err(|error| format!("The measures cannot be read: {error}."))?;
                self.measures.set(Some(Arc::new(measures)));
            }
            _ => {}
        }
        Ok(())
    }

    fn show_job(self, request: &SampleRequest, source: Source, voxels: Voxels) {
        let shape = format::shape(voxels.shape());
        let title = match source {
            Source::Preview => format!("Growing, {shape}"),
            _ => format!("Your sample, seed {}, {shape}", request.seed),
        };
        self.show(Shown {
            source,
            title,
            file_stem: format!("{}-{}-seed-{}", request.system, request.preset, request.seed),
            content: Arc::new(voxels),
            request: serde_json::to_value(request).unwrap_or_default(),
        });
    }

    /// Puts a volume into the view, and measures it unless the worker does.
    fn show(self, shown: Shown<Voxels>) {
        let voxels = Arc::clone(&shown.content);
        let measure = matches!(shown.source, Source::Example | Source::File);
        self.measures.set(None);
        self.flow_error.set(None);
        self.shown.set(Some(shown));
        if measure && voxels.shape().iter().product::<usize>() <= MEASURED_ON_PAGE {
            // After the picture: that is what the visitor waits for.
            let task = move || {
                let still_shown =
                    self.shown.try_with_untracked(|s| s.as_ref().is_some_and(|s| Arc::ptr_eq(&s.content, &voxels)));
                if let (Some(true), Some(volume)) = (still_shown, voxels.segmented()) {
                    let measures = PoreMeasures::of_geometry(volume, &MeasureOptions::default());
                    self.measures.set(Some(Arc::new(measures)));
                }
            };
            set_timeout(task, Duration::from_millis(60));
        }
    }

    /// Shows a NRRD file of the visitor.
    pub(super) fn open_file(self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let grey = nrrd::read_grey(bytes).map_err(|error| format!("{name} cannot be shown: {error}."))?;
        let voxels = match grey.clone().into_segmented() {
            Ok(volume) => Voxels::Segmented(volume),
            Err(_) => Voxels::Grey(grey),
        };
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        self.show(Shown {
            source: Source::File,
            title: format!("{name}, {}", format::shape(voxels.shape())),
            file_stem: stem.to_owned(),
            content: Arc::new(voxels),
            request: Value::Null,
        });
        Ok(())
    }
}

/// A volume of the bundle; `None` where none is shipped.
pub async fn load_volume(manifest: &Manifest, logical: &str) -> Result<Option<Volume>, String> {
    let Some(entry) = manifest.find(logical) else { return Ok(None) };
    let bytes = fetch::bytes(&entry.path).await?;
    nrrd::read(&bytes).map(Some).map_err(|error| format!("{} cannot be read: {error}", entry.path))
}

//! The files of a preset (example, real block, reference, card) and files that the visitor opens.

use std::{sync::Arc, time::Duration};

use catalog::ModelFile;
use leptos::{prelude::*, task::spawn_local};
use samples::{
    Volume,
    volume::{MeasureOptions, PoreMeasures, nrrd},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Session;
use crate::{
    browser::fetch,
    data::manifest::Manifest,
    state::shown::{MEASURED_ON_PAGE, Shown, Source, Voxels},
    text::format,
};

impl Session {
    /// Loads the files of the preset that is chosen, now and whenever another is chosen.
    pub(super) fn load_preset_files(self) {
        let preset = Memo::new(move |_| self.settings.with(|s| s.preset.clone()));
        Effect::new(move |_| {
            let (preset, Some(manifest)) = (preset.get(), self.manifest.get()) else { return };
            let current = {
                let preset = preset.clone();
                move || self.settings.try_with_untracked(|s| s.preset == preset).unwrap_or(false)
            };
            let system = self.system.slug;
            self.no_example.set(false);
            self.reference.set(None);
            self.card.set(None);
            self.beside.set(None);
            let Some(known) = self.system.preset(&preset) else { return };
            let [example, real, reference, card] =
                [ModelFile::Example, ModelFile::Real, ModelFile::Reference, ModelFile::Card]
                    .map(|file| known.path(system, file));
            spawn_local(async move {
                let volume = load_volume(&manifest, &example).await;
                self.show_example(volume, &current);
                let loaded = load_json(&manifest, &reference).await;
                self.keep(loaded, &current, |loaded| self.reference.set(loaded));
                let loaded = load_json(&manifest, &card).await;
                self.keep(loaded, &current, |loaded| self.card.set(loaded));
                let loaded = load_volume(&manifest, &real).await.map(|v| v.map(Voxels::Segmented));
                self.keep(loaded, &current, |loaded| self.beside.set(loaded));
            });
        });
    }

    fn show_example(self, volume: Result<Option<Volume>, String>, current: &impl Fn() -> bool) {
        let busy = self.job.try_with_untracked(|job| job.is_running()).unwrap_or(true);
        if !current() || busy {
            return;
        }
        match volume {
            Ok(Some(volume)) => {
                let title = self.settings.with_untracked(|s| self.system.preset(&s.preset).map_or("", |p| p.title));
                self.show(Shown {
                    source: Source::Example,
                    title: format!("{title}, made in advance by this model, {}", format::shape(volume.shape())),
                    file_stem: self.file_stem("example"),
                    voxels: Arc::new(Voxels::Segmented(volume)),
                    request: Value::Null,
                });
            }
            Ok(None) => {
                self.shown.set(None);
                self.measures.set(None);
                self.no_example.set(true);
            }
            Err(problem) => self.problem.set(Some(problem)),
        }
    }

    /// Stem for the names of saved files.
    pub(super) fn file_stem(self, what: &str) -> String {
        self.settings.with_untracked(|s| format!("{}-{}-{what}", self.system.slug, s.preset))
    }

    fn keep<T>(self, loaded: Result<Option<T>, String>, current: &impl Fn() -> bool, set: impl FnOnce(Option<Arc<T>>)) {
        if current() {
            match loaded {
                Ok(loaded) => set(loaded.map(Arc::new)),
                Err(problem) => self.problem.set(Some(problem)),
            }
        }
    }

    /// Puts a volume into the view, and measures it unless the worker does.
    pub(super) fn show(self, shown: Shown) {
        let voxels = Arc::clone(&shown.voxels);
        let measure = matches!(shown.source, Source::Example | Source::File);
        self.measures.set(None);
        self.flow_error.set(None);
        self.shown.set(Some(shown));
        if measure && voxels.shape().iter().product::<usize>() <= MEASURED_ON_PAGE {
            // After the picture: that is what the visitor waits for.
            let task = move || {
                let still_shown =
                    self.shown.try_with_untracked(|s| s.as_ref().is_some_and(|s| Arc::ptr_eq(&s.voxels, &voxels)));
                if let (Some(true), Some(volume)) = (still_shown, voxels.segmented()) {
                    let measures = PoreMeasures::of_geometry(volume, &MeasureOptions::default());
                    self.measures.set(Some(Arc::new(measures)));
                }
            };
            set_timeout(task, Duration::from_millis(60));
        }
    }

    /// Shows a NRRD file of the visitor.
    pub fn open_file(self, name: &str, bytes: &[u8]) {
        match nrrd::read_grey(bytes) {
            Ok(grey) => {
                let voxels = match grey.clone().into_segmented() {
                    Ok(volume) => Voxels::Segmented(volume),
                    Err(_) => Voxels::Grey(grey),
                };
                let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
                self.problem.set(None);
                self.show(Shown {
                    source: Source::File,
                    title: format!("{name}, {}", format::shape(voxels.shape())),
                    file_stem: stem.to_owned(),
                    voxels: Arc::new(voxels),
                    request: Value::Null,
                });
            }
            Err(error) => self.problem.set(Some(format!("{name} cannot be shown: {error}."))),
        }
    }
}

/// A volume of the bundle; `None` where none is shipped.
pub async fn load_volume(manifest: &Manifest, logical: &str) -> Result<Option<Volume>, String> {
    let Some(entry) = manifest.find(logical) else { return Ok(None) };
    let bytes = fetch::bytes(&entry.path).await?;
    nrrd::read(&bytes).map(Some).map_err(|error| format!("{} cannot be read: {error}", entry.path))
}

async fn load_json<T: DeserializeOwned>(manifest: &Manifest, logical: &str) -> Result<Option<T>, String> {
    let Some(entry) = manifest.find(logical) else { return Ok(None) };
    fetch::json(&entry.path).await.map(Some)
}

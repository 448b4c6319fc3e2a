//! The files of a preset: its card here, the rest by the kind of sample; and how files of the bundle are read.

use std::sync::Arc;

use catalog::{ModelFile, Preset};
use leptos::{prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;

use super::Session;
use crate::{browser::fetch, data::manifest::Manifest};

/// Files that are being loaded for a preset, as long as it stays chosen.
#[derive(Clone)]
pub struct PresetFiles {
    pub(super) manifest: Arc<Manifest>,
    pub(super) preset: &'static Preset,
    session: Session,
    /// Files that the visitor had opened when the preset was chosen.
    opened: u32,
}

impl PresetFiles {
    /// Whether the preset is still chosen.
    pub(super) fn is_current(&self) -> bool {
        self.session.settings.try_with_untracked(|s| s.preset == self.preset.name).unwrap_or(false)
    }

    /// Whether an example may take the view: nothing else was asked for meanwhile.
    pub(super) fn may_show_example(&self) -> bool {
        let busy = self.session.job.try_with_untracked(|job| job.is_running()).unwrap_or(true);
        let opened = self.session.opened.try_get_value().unwrap_or_default();
        self.is_current() && !busy && opened == self.opened
    }

    /// Logical path of a file of the preset.
    pub(super) fn path(&self, file: ModelFile) -> String {
        self.preset.path(self.session.system.slug, file)
    }

    /// Keeps what was loaded if the preset is still chosen; otherwise says why it could not be.
    pub(super) fn keep<T>(&self, loaded: Result<Option<T>, String>, set: impl FnOnce(Option<Arc<T>>)) {
        if self.is_current() {
            match loaded {
                Ok(loaded) => set(loaded.map(Arc::new)),
                Err(problem) => self.session.problem.set(Some(problem)),
            }
        }
    }
}

impl Session {
    /// Loads the files of the preset that is chosen, now and whenever another is chosen.
    pub(super) fn load_preset_files(self) {
        let preset = Memo::new(move |_| self.settings.with(|s| s.preset.clone()));
        // A file opened while the manifest was on its way is newer than the choice of the preset.
        let opened = Memo::new(move |_| {
            preset.track();
            self.opened.get_value()
        });
        Effect::new(move |_| {
            let (preset, opened, Some(manifest)) = (preset.get(), opened.get(), self.manifest.get()) else { return };
            self.no_example.set(false);
            self.card.set(None);
            let Some(case) = self.kind.case() else { return };
            case.forget_preset();
            let Some(preset) = self.system.preset(&preset) else { return };
            let files = PresetFiles { manifest, preset, session: self, opened };
            spawn_local(async move {
                case.load_example(self, files.clone()).await;
                let loaded = load_json(&files.manifest, &files.path(ModelFile::Card)).await;
                files.keep(loaded, |loaded| self.card.set(loaded));
                if let Some(loading) = case.load_comparison(files) {
                    loading.await;
                }
            });
        });
    }

    /// Stem for the names of saved files.
    pub(super) fn file_stem(self, what: &str) -> String {
        self.settings.with_untracked(|s| format!("{}-{}-{what}", self.system.slug, s.preset))
    }
}

/// A JSON document of the bundle; `None` where none is shipped.
pub(super) async fn load_json<T: DeserializeOwned>(manifest: &Manifest, logical: &str) -> Result<Option<T>, String> {
    let Some(entry) = manifest.find(logical) else { return Ok(None) };
    fetch::json(&entry.path).await.map(Some)
}

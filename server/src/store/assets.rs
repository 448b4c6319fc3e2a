//! Files that are shipped: weights with their cards, references, examples. They lie in the repository's `assets/`
//! or, under names that hold their hash, in the web bundle.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{StoreError, files};

/// Largest file that is read as weights.
const MAX_WEIGHTS_BYTES: u64 = 8 << 30;

/// Where shipped files are looked up.
#[derive(Clone, Debug)]
pub struct Assets {
    folder: PathBuf,
    web: PathBuf,
}

/// A file's content with its hash.
#[derive(Clone)]
pub struct Weights {
    /// Where they came from, as a person would say it.
    pub origin: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Weights {
    /// Weights from bytes.
    pub fn new(origin: String, bytes: Vec<u8>) -> Self {
        Self { origin, sha256: hex::encode(Sha256::digest(&bytes)), bytes }
    }

    /// Weights from a file.
    ///
    /// # Errors
    /// If the file cannot be read or is absurdly large.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let bytes = files::read(path, MAX_WEIGHTS_BYTES)?;
        Ok(Self::new(path.display().to_string(), bytes))
    }
}

#[derive(Deserialize)]
struct ManifestEntry {
    path: String,
}

impl Assets {
    /// Files in `folder`, then in the web bundle `web`.
    pub fn new(folder: PathBuf, web: PathBuf) -> Self {
        Self { folder, web }
    }

    /// The folder, which also holds the data sets of trainings.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a logical path such as `weights/porous-gan/berea-small/weights.safetensors`, if it is shipped.
    pub fn find(&self, logical: &str) -> Option<PathBuf> {
        let plain = Some(self.folder.join(logical)).filter(|path| path.is_file());
        plain.or_else(|| {
            let manifest = std::fs::read(self.web.join("manifest.json")).ok()?;
            let manifest: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&manifest).ok()?;
            let entry = ManifestEntry::deserialize(manifest.get(logical)?).ok()?;
            let path = self.web.join(entry.path.trim_start_matches('/'));
            path.is_file().then_some(path)
        })
    }

    /// The shipped weights of a preset, if there are any; no bytes for a preset that needs none.
    ///
    /// # Errors
    /// If they are there and cannot be read.
    pub fn weights(&self, system: &str, preset: &catalog::Preset) -> Result<Option<Weights>, StoreError> {
        if !preset.weights {
            return Ok(Some(Weights::new("none: it learns while it samples".to_owned(), vec![])));
        }
        let logical = preset.path(system, catalog::ModelFile::Weights);
        let Some(path) = self.find(&logical) else { return Ok(None) };
        Ok(Some(Weights { origin: logical, ..Weights::read(&path)? }))
    }

    /// The weights that inputs of these names need besides the preset's, if they do.
    ///
    /// # Errors
    /// If they are not there or cannot be read.
    pub fn companion(&self, system: &catalog::System, given: &[&str]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(logical) = system.companion_path(given) else { return Ok(None) };
        let path = self.find(&logical).unwrap_or_else(|| self.folder().join(&logical));
        Ok(Some(Weights::read(&path)?.bytes))
    }
}

//! `manifest.json`: from logical names to the content-hashed addresses of the bundle.

use std::collections::HashMap;

use catalog::messages::WeightsSource;
use serde::Deserialize;

/// One file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// Address below the site's root, whose name holds the content hash.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// All files of the bundle by logical path, such as `weights/porous-gan/berea-small/card.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Manifest(HashMap<String, Entry>);

impl Manifest {
    /// The file of that logical path.
    pub fn find(&self, logical: &str) -> Option<&Entry> {
        self.0.get(logical)
    }

    /// Address of the worker's start module.
    pub fn worker(&self) -> Option<&str> {
        self.0.get("worker.js").map(|entry| entry.path.as_str())
    }

    /// Address of the code that draws molecules.
    pub fn depiction(&self) -> Option<&str> {
        self.0.get("depiction.js").map(|entry| entry.path.as_str())
    }

    /// The weights of a preset, if it has any and they are shipped.
    pub fn weights(&self, system: &str, preset: &catalog::Preset) -> Option<WeightsSource> {
        self.source(&preset.path(system, catalog::ModelFile::Weights))
    }

    /// A weights file of that logical path, if it is shipped.
    pub fn source(&self, logical: &str) -> Option<WeightsSource> {
        let entry = self.find(logical)?;
        Some(WeightsSource { url: entry.path.clone(), bytes: entry.bytes, sha256: entry.sha256.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_found_by_preset() {
        let manifest: Manifest = serde_json::from_str(
            r#"{"worker.js": {"path": "/pkg/worker.0123456789abcdef.js", "bytes": 9, "sha256": "aa"},
                "weights/porous-gan/berea-small/weights.safetensors":
                    {"path": "/assets/weights/w.0123456789abcdef.safetensors", "bytes": 1400000, "sha256": "bb"}}"#,
        )
        .expect("a manifest");
        let system = catalog::systems::find("porous-gan").expect("the system");
        let weights = manifest.weights(system.slug, system.preset("berea-small").expect("the preset"));
        assert_eq!(weights.map(|w| (w.bytes, w.sha256)), Some((1_400_000, "bb".to_owned())));
        assert_eq!(manifest.weights(system.slug, system.preset("paper").expect("the preset")), None);
        assert_eq!(manifest.worker(), Some("/pkg/worker.0123456789abcdef.js"));
    }
}

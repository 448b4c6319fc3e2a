//! The weights that a command works with.

use std::path::Path;

use catalog::{ModelFile, Preset};

use super::Failure;
use crate::{config::Places, store::assets::Weights};

/// Those of the file `given`, as of [`of_file`]; without one the shipped ones.
pub fn read(given: Option<&Path>, places: &Places, system: &str, preset: &Preset) -> Result<Weights, Failure> {
    if let Some(file) = given {
        return of_file(file, system, preset);
    }
    places.assets().weights(system, preset)?.ok_or_else(|| {
        let (wanted, folder) = (preset.path(system, ModelFile::Weights), places.assets.display());
        Failure::input("weights", format!("there is no {wanted} in {folder}; name a file with --weights"))
    })
}

/// Those of a file, safetensors or the authors' .pth, .pt or .ckpt, or of a folder with several of the authors' files.
pub fn of_file(file: &Path, system: &str, preset: &Preset) -> Result<Weights, Failure> {
    let bad = |error: String| Failure::input("weights", format!("{}: {error}", file.display()));
    let import = || models::registry::import(system, preset.name, file).map_err(|error| bad(error.to_string()));
    // The folder says nothing about the weights and would make equal results differ.
    let origin = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if file.is_dir() {
        return Ok(Weights::new(origin, import()?));
    }
    let weights = Weights::read(file).map_err(|error| Failure::input("weights", error.to_string()))?;
    let bytes = match file.extension() {
        Some(ending) if ["pth", "pt", "ckpt"].iter().any(|authors| ending == *authors) => import()?,
        _ => weights.bytes,
    };
    Ok(Weights { origin, bytes, ..weights })
}

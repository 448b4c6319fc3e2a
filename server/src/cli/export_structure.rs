//! `vitrine export` of molecules and crystals: from one structure format to another, and a crystal's measures.

use std::path::Path;

use samples::structure::{
    Structure,
    formats::{self, MAX_BYTES, StructureFormat},
    metrics::CrystalMeasures,
    symmetry,
};

use super::{Failure, export::ExportArgs};
use crate::store::files;

/// Converts, measures, or both.
pub fn export(args: &ExportArgs) -> Result<(), Failure> {
    let bad = |message: String| Failure::input("input", format!("{}: {message}", args.input.display()));
    for (field, given) in [("permeability", args.permeability), ("voxel_um", args.voxel_um.is_some())] {
        if given {
            return Err(Failure::input(field, "is for volumes"));
        }
    }
    if args.measures.as_deref().is_some_and(|path| path.extension().is_none_or(|ending| ending != "json")) {
        return Err(Failure::input("measures", "must end in .json"));
    }
    let out = args.out.as_deref().map(|path| Ok::<_, Failure>((path, format_of(path)?))).transpose()?;
    for (field, path) in [("out", args.out.as_deref()), ("measures", args.measures.as_deref())] {
        if let Some(path) = path.filter(|path| path.exists() && !args.force) {
            return Err(Failure::input(field, format!("{} is there already; --force replaces it", path.display())));
        }
    }
    let bytes =
        files::read(&args.input, MAX_BYTES as u64).map_err(|error| Failure::input("input", error.to_string()))?;
    let name = args.input.file_name().unwrap_or_default().to_string_lossy();
    let file = formats::read(&name, &bytes).map_err(|error| bad(error.to_string()))?;
    for note in &file.notes {
        eprintln!("note: {note}");
    }
    // Everything is made before anything is written: what fails leaves nothing behind.
    let mut made = Vec::new();
    if let Some((path, format)) = out {
        let refused = |error: formats::FormatError| Failure::input("out", format!("{}: {error}", path.display()));
        made.push((path, format.write_trajectory(&file.trajectory).map_err(refused)?));
    }
    if let Some(path) = args.measures.as_deref() {
        let Some(Structure::Crystal(crystal)) = file.trajectory.frames.last().map(|frame| &frame.structure) else {
            return Err(Failure::input("measures", "only crystals are measured"));
        };
        let measures = CrystalMeasures::of(crystal, symmetry::DEFAULT_TOLERANCE).map_err(anyhow::Error::from)?;
        made.push((path, serde_json::to_vec_pretty(&measures).map_err(anyhow::Error::from)?));
    }
    for (path, bytes) in made {
        files::write(path, &bytes)?;
    }
    Ok(())
}

fn format_of(path: &Path) -> Result<StructureFormat, Failure> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    StructureFormat::ALL.into_iter().find(|format| format.is_written() && format.extension() == ending).ok_or_else(
        || {
            let known: Vec<_> = StructureFormat::ALL.iter().filter(|f| f.is_written()).map(|f| f.extension()).collect();
            Failure::input("out", format!("must end in .{}", known.join(", .")))
        },
    )
}

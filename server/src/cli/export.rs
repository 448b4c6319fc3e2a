//! `vitrine export`: samples from one file format to another, and their measures. What has no volume's ending is read
//! as a structure.

use std::path::{Path, PathBuf};

use clap::Args;
use samples::volume::{MeasureOptions, PoreMeasures, Volume, VolumeError, nrrd, raw, table, tiff_stack};

use super::{Failure, export_structure};
use crate::store::files;

/// Largest file that is read: the largest volume, raw, with room for a header.
const MAX_FILE: u64 = (samples::volume::MAX_VOXELS as u64) * 2;

/// Arguments of `vitrine export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// A volume (.nrrd, .tif/.tiff, the .json header beside a .raw file) or a structure (.cif, POSCAR, .xyz, .sdf, .pdb …)
    pub(super) input: PathBuf,
    /// The new file; its ending says the format: .nrrd, .tif/.tiff, .json (with a .raw beside it); .cif, .vasp, .xyz,
    /// .extxyz, .sdf, .pdb, .glb
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Measure it into this file: .json, for volumes also .csv
    #[arg(long, value_name = "FILE")]
    pub(super) measures: Option<PathBuf>,
    /// Also solve the flow for the permeability: slow
    #[arg(long, requires = "measures")]
    pub(super) permeability: bool,
    /// Side of a voxel in µm, written where the format has a place for it
    #[arg(long, value_name = "UM")]
    pub(super) voxel_um: Option<f64>,
    /// Replace files that are there
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Nrrd,
    Tiff,
    Raw,
    Csv,
}

fn format(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "nrrd" => Some(Format::Nrrd),
        "tif" | "tiff" => Some(Format::Tiff),
        "json" => Some(Format::Raw),
        "csv" => Some(Format::Csv),
        _ => None,
    }
}

/// Converts, measures, or both.
pub fn export(args: ExportArgs) -> Result<(), Failure> {
    if args.out.is_none() && args.measures.is_none() {
        return Err(Failure::input("out", "nothing to do: give --out, --measures or both"));
    }
    if args.out == args.measures {
        return Err(Failure::input("measures", "is the same file as --out"));
    }
    let is_volume = |path: &Path| matches!(format(path), Some(Format::Nrrd | Format::Tiff | Format::Raw));
    if !is_volume(&args.input) && !args.out.as_deref().is_some_and(is_volume) {
        return export_structure::export(&args);
    }
    if args.voxel_um.is_some_and(|um| !um.is_finite() || um <= 0.0) {
        return Err(Failure::input("voxel_um", "must be a positive number"));
    }
    let out = args.out.as_deref().map(|path| match format(path) {
        Some(format @ (Format::Nrrd | Format::Tiff | Format::Raw)) => Ok((path, format)),
        _ => Err(Failure::input("out", "must end in .nrrd, .tif, .tiff or .json")),
    });
    let out = out.transpose()?;
    let measures = args.measures.as_deref().map(|path| match format(path) {
        Some(format @ (Format::Raw | Format::Csv)) => Ok((path, format)),
        _ => Err(Failure::input("measures", "must end in .json or .csv")),
    });
    let measures = measures.transpose()?;
    let mut written: Vec<(&str, PathBuf)> = Vec::new();
    written.extend(out.map(|(path, _)| ("out", path.to_owned())));
    written
        .extend(out.filter(|(_, format)| *format == Format::Raw).map(|(path, _)| ("out", path.with_extension("raw"))));
    written.extend(measures.map(|(path, _)| ("measures", path.to_owned())));
    if let Some((field, path)) = written.iter().find(|(_, path)| path.exists() && !args.force) {
        return Err(Failure::input(*field, format!("{} is there already; --force replaces it", path.display())));
    }
    let volume = read(&args.input)?;
    if let Some((path, format)) = out {
        write(&volume, path, format, args.voxel_um)?;
    }
    if let Some((path, format)) = measures {
        let options = MeasureOptions { permeability: args.permeability, ..MeasureOptions::default() };
        let measured = PoreMeasures::of(&volume, &options).map_err(anyhow::Error::from)?;
        let name = args.input.file_name().unwrap_or_default().to_string_lossy();
        let bytes = match format {
            Format::Csv => table::csv([(name.as_ref(), &measured)]).into_bytes(),
            _ => serde_json::to_vec_pretty(&measured).map_err(anyhow::Error::from)?,
        };
        files::write(path, &bytes)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Volume, Failure> {
    let bad = |error: VolumeError| Failure::input("input", format!("{}: {error}", path.display()));
    match format(path) {
        Some(Format::Nrrd) => nrrd::read(&bytes(path)?).map_err(bad),
        Some(Format::Tiff) => tiff_stack::read(&bytes(path)?).map_err(bad),
        Some(Format::Raw) => {
            let (volume, _) = raw::read(&bytes(&path.with_extension("raw"))?, &bytes(path)?).map_err(bad)?;
            Ok(volume)
        }
        _ => Err(Failure::input("input", "must end in .nrrd, .tif, .tiff or .json (the header of a .raw)")),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    files::read(path, MAX_FILE).map_err(|error| Failure::input("input", error.to_string()))
}

fn write(volume: &Volume, path: &Path, format: Format, voxel_um: Option<f64>) -> Result<(), Failure> {
    match format {
        Format::Nrrd => {
            let options = nrrd::WriteOptions { voxel_um, ..nrrd::WriteOptions::default() };
            files::write(path, &nrrd::write(volume, &options))?;
        }
        Format::Tiff => files::write(path, &tiff_stack::write(volume).map_err(anyhow::Error::from)?)?,
        Format::Raw | Format::Csv => {
            let (voxels, header) = raw::write(volume, voxel_um);
            // The header last: with it the pair is complete.
            files::write(&path.with_extension("raw"), &voxels)?;
            files::write(path, header.as_bytes())?;
        }
    }
    Ok(())
}

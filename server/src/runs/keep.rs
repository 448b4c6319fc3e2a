//! What a finished sample becomes on disk: a file in its field's format, and its measures.

use std::{fs, path::PathBuf};

use anyhow::Context;
use catalog::{ModelFile, SampleRequest, request::Checked};
use samples::{
    Objects, Picture, Sample, SampleKind,
    image::encode,
    objects::{write_lines, write_smiles},
    structure::{Structure, formats::StructureFormat, metrics::CrystalMeasures, symmetry},
    volume::{MeasureOptions, PoreMeasures, RockReference, nrrd},
};
use serde_json::Value;

use crate::store::Assets;

/// A sample that is ready to be kept.
pub struct Kept {
    /// Media type of the file.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
    /// Further files.
    pub beside: Vec<Beside>,
    /// `[z, y, x]` sides of a volume, `[height, width]` of a picture.
    pub shape: Option<Vec<usize>>,
    /// Its measures.
    pub measures: Value,
    /// Where they stand against the real thing; null if there is nothing to compare with.
    pub agreement: Value,
}

/// How samples are measured.
#[derive(Debug, Default)]
pub struct Measuring {
    /// Whether the flow through a volume is solved for its permeability, which is slow.
    pub permeability: bool,
    /// The rock that a volume is compared with.
    pub real: Option<RockReference>,
}

impl Measuring {
    /// Compares with what ships with the preset.
    ///
    /// # Errors
    /// If that cannot be read.
    pub fn of(checked: &Checked<SampleRequest>, assets: &Assets) -> anyhow::Result<Self> {
        let rock = checked.system.makes == SampleKind::Volume;
        let path = rock.then(|| assets.find(&checked.preset.path(checked.system.slug, ModelFile::Reference))).flatten();
        let read = |path: PathBuf| {
            let text = fs::read(&path).with_context(|| path.display().to_string())?;
            serde_json::from_slice(&text).with_context(|| path.display().to_string())
        };
        Ok(Self { permeability: false, real: path.map(read).transpose()? })
    }
}

/// A file that stands beside a sample's own.
pub struct Beside {
    /// What it is, and its ending: `small.png`.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Writes and measures a sample. `notes` are names and values that the file carries if its format can.
///
/// # Errors
/// If the sample cannot be written or measured.
pub fn keep(sample: &Sample, notes: Vec<(String, String)>, measuring: &Measuring) -> anyhow::Result<Kept> {
    match sample {
        Sample::Volume(volume) => {
            let real = measuring.real.as_ref();
            let options = MeasureOptions { permeability: measuring.permeability, ..MeasureOptions::default() };
            // A rock whose flow is not found is still a sample.
            let (found, no_flow) = PoreMeasures::of_what_can_be(volume, &options);
            let mut measures = serde_json::to_value(&found)?;
            if let Some(error) = no_flow {
                measures["permeability_error"] = error.to_string().into();
            }
            let voxel_um = real.map(|real| real.voxel_um);
            Ok(Kept {
                media_type: "application/octet-stream",
                bytes: nrrd::write(volume, &nrrd::WriteOptions { voxel_um, notes, ..nrrd::WriteOptions::default() }),
                beside: vec![],
                shape: Some(volume.shape().to_vec()),
                measures,
                agreement: real.map_or(Ok(Value::Null), |real| serde_json::to_value(real.compare(&found)))?,
            })
        }
        Sample::Crystal(crystal) => Ok(Kept {
            media_type: StructureFormat::Cif.mime(),
            bytes: StructureFormat::Cif.write(&Structure::Crystal(crystal.clone()))?,
            beside: vec![],
            shape: None,
            measures: serde_json::to_value(CrystalMeasures::of(crystal, symmetry::DEFAULT_TOLERANCE)?)?,
            agreement: Value::Null,
        }),
        Sample::Objects(objects) => Ok(Kept {
            media_type: "application/jsonl",
            bytes: write_lines(&objects.draws).into_bytes(),
            beside: Vec::from_iter(objects.are_molecules().then(|| Beside {
                name: "molecules.smi".to_owned(),
                media_type: "chemical/x-daylight-smiles",
                bytes: write_smiles(&objects.draws).into_bytes(),
            })),
            shape: None,
            measures: serde_json::to_value(Objects { draws: vec![], ..objects.clone() })?,
            agreement: Value::Null,
        }),
        Sample::Pictures(pictures) => {
            let (first, others) = pictures.pictures.split_first().context("a sample has a picture")?;
            let noted = |picture: &Picture| {
                let text = picture.text.iter().chain(&notes).map(|(name, text)| (name.as_str(), text.as_str()));
                encode::png(&picture.image, &text.collect::<Vec<_>>())
            };
            let beside = others.iter().map(|picture| {
                let name = format!("{}.png", picture.role);
                Ok(Beside { name, media_type: "image/png", bytes: noted(picture)? })
            });
            Ok(Kept {
                media_type: "image/png",
                bytes: noted(first)?,
                beside: beside.collect::<anyhow::Result<_>>()?,
                shape: Some(vec![first.image.height(), first.image.width()]),
                measures: serde_json::to_value(&pictures.measures)?,
                agreement: Value::Null,
            })
        }
    }
}

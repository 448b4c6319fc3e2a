//! What a finished sample becomes on disk: a file in its field's format, and its measures.

use anyhow::Context;
use samples::{
    Objects, Picture, Sample,
    image::encode,
    objects::{write_lines, write_smiles},
    structure::{Structure, formats::StructureFormat, metrics::CrystalMeasures, symmetry},
    volume::{MeasureOptions, PoreMeasures, nrrd},
};
use serde_json::Value;

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
pub fn keep(sample: &Sample, notes: Vec<(String, String)>, measure: &MeasureOptions) -> anyhow::Result<Kept> {
    match sample {
        Sample::Volume(volume) => Ok(Kept {
            media_type: "application/octet-stream",
            bytes: nrrd::write(volume, &nrrd::WriteOptions { notes, ..nrrd::WriteOptions::default() }),
            beside: vec![],
            shape: Some(volume.shape().to_vec()),
            measures: serde_json::to_value(PoreMeasures::of(volume, measure)?)?,
        }),
        Sample::Crystal(crystal) => Ok(Kept {
            media_type: StructureFormat::Cif.mime(),
            bytes: StructureFormat::Cif.write(&Structure::Crystal(crystal.clone()))?,
            beside: vec![],
            shape: None,
            measures: serde_json::to_value(CrystalMeasures::of(crystal, symmetry::DEFAULT_TOLERANCE)?)?,
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
            })
        }
    }
}

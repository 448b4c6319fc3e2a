//! The crystals that the presets learn from and are tested on (spec §5).

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use catalog::{
    FieldError,
    systems::crysbfn::{DataSet, Model},
};
use flate2::read::GzDecoder;
use samples::structure::{Crystal, Element, Lattice, Structure, formats};
use serde::Deserialize;

/// Training and test crystals of a preset.
pub struct CrystalData {
    /// What is learned from.
    pub train: Vec<Crystal>,
    /// What is predicted in the evaluation.
    pub test: Vec<Crystal>,
    /// Whether all are ABX₃.
    pub perovskites: bool,
    /// What they are, for the card.
    pub description: &'static str,
    /// Where they come from.
    pub source: &'static str,
    /// Under which terms.
    pub licence: &'static str,
}

/// One line of the shipped files.
#[derive(Deserialize)]
struct Row {
    abc: [f64; 3],
    ang: [f64; 3],
    z: Vec<u8>,
    f: Vec<[f64; 3]>,
}

impl Row {
    fn crystal(self) -> Result<Crystal> {
        let element = |&z: &u8| Element::new(z).with_context(|| format!("there is no element {z}"));
        let elements = self.z.iter().map(element).collect::<Result<_>>()?;
        Ok(Crystal::new(Lattice::from_parameters(self.abc, self.ang)?, elements, self.f)?)
    }
}

/// Whether the tables of a preset are there.
///
/// # Errors
/// Of the field `preset`, naming the first table that is missing.
pub fn check(preset: &str, assets: &Path) -> Result<(), FieldError> {
    let tables = Model::of(preset).into_iter().flat_map(Model::tables);
    match tables.into_iter().find(|table| !assets.join(table).is_file()) {
        Some(table) => Err(FieldError::new(
            "preset",
            format!("learns from {table}, which is not there; see data/crysbfn/README.md in the assets"),
        )),
        None => Ok(()),
    }
}

/// The data of a preset, from `<assets>/data/crysbfn`. The paper's own files are not shipped: an operator who has them
/// puts `train.csv` and `test.csv`, with a column `cif`, into `mp_20/`, `mpts_52/`, `perov_5/` or `carbon_24/` there.
///
/// # Errors
/// If the preset has no data or a file is missing or broken.
pub fn load(preset: &str, assets: &Path) -> Result<CrystalData> {
    let model = Model::of(preset).with_context(|| format!("preset `{preset}` has no crystals"))?;
    let read = if model.paper { csv_rows } else { rows };
    let [train, test] = model.tables().map(|table| read(&assets.join(table)));
    let description = match (model.data, model.paper) {
        (DataSet::Perov5, false) => {
            "Perov-5: the validation split (3787 perovskites) as training set, the test split as test set"
        }
        (DataSet::Carbon24, false) => {
            "Carbon-24: the validation split (2032 structures at 10 GPa) as training set, the test split as test set"
        }
        (DataSet::Perov5, true) => "Perov-5, the operator's own copy",
        (DataSet::Carbon24, true) => "Carbon-24, the operator's own copy",
        (DataSet::Mp20, _) => "MP-20, the operator's own copy",
        (DataSet::Mpts52, _) => "MPTS-52, the operator's own copy",
    };
    let (source, licence) = match model.data {
        DataSet::Perov5 => (
            "I. E. Castelli et al. 2012 (Computational Materials Repository), splits of txie-93/cdvae",
            "split files MIT; cite Castelli 2012",
        ),
        DataSet::Carbon24 => (
            "C. J. Pickard 2020 (Materials Cloud), splits of txie-93/cdvae",
            "split files MIT; Materials Cloud CC BY 4.0",
        ),
        DataSet::Mp20 => ("Materials Project, splits of txie-93/cdvae", "CC BY 4.0"),
        DataSet::Mpts52 => ("Materials Project, splits by time of jiaor17/DiffCSP", "CC BY 4.0"),
    };
    let perovskites = model.data == DataSet::Perov5;
    Ok(CrystalData { train: train?, test: test?, perovskites, description, source, licence })
}

fn rows(path: &Path) -> Result<Vec<Crystal>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut crystals = Vec::new();
    for (line, number) in BufReader::new(GzDecoder::new(file)).lines().zip(1..) {
        let crystal = || serde_json::from_str::<Row>(&line?)?.crystal();
        crystals.push(crystal().with_context(|| format!("{}, line {number}", path.display()))?);
    }
    ensure!(!crystals.is_empty(), "{} holds no crystal", path.display());
    Ok(crystals)
}

/// Crystals of the column `cif` of a table, as the authors' splits have them, in their Niggli cells, as the authors take
/// them.
fn csv_rows(path: &Path) -> Result<Vec<Crystal>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| {
        format!("{}: this preset trains on an operator's own copy of the table; see the data README", path.display())
    })?;
    let column = reader.headers()?.iter().position(|name| name == "cif");
    let column = column.with_context(|| format!("{} has no column `cif`", path.display()))?;
    let mut crystals = Vec::new();
    for (record, number) in reader.records().zip(1..) {
        let crystal = || {
            let record = record?;
            let text = record.get(column).context("no such column")?;
            let file = formats::read("row.cif", text.as_bytes())?;
            match file.trajectory.frames.into_iter().next().map(|frame| frame.structure) {
                Some(Structure::Crystal(crystal)) => Ok(crystal.niggli_reduced()?),
                _ => bail!("holds no crystal"),
            }
        };
        crystals.push(crystal().with_context(|| format!("{}, row {number}", path.display()))?);
    }
    ensure!(!crystals.is_empty(), "{} holds no crystal", path.display());
    Ok(crystals)
}

//! The crystals that the presets learn from and are tested on (spec §5).

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::{Context, Result, bail};
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

/// Whether the tables of a preset are there and begin as they should; the rest is read by the training.
///
/// # Errors
/// Of the field `preset`, naming the first table of which this does not hold.
pub fn check(preset: &str, assets: &Path) -> Result<(), FieldError> {
    let Some(model) = Model::of(preset) else { return Ok(()) };
    for table in model.tables() {
        let first = rows(model, &assets.join(&table)).and_then(|mut rows| rows.next().unwrap_or_else(none));
        first.map_err(|error| {
            let message = format!("learns from {table}: {error:#}; see data/crysbfn/README.md in the assets");
            FieldError::new("preset", message)
        })?;
    }
    Ok(())
}

/// The data of a preset, from `<assets>/data/crysbfn`. The paper's own files are not shipped: an operator who has them
/// puts `train.csv` and `test.csv`, with a column `cif`, into `mp_20/`, `mpts_52/`, `perov_5/` or `carbon_24/` there.
///
/// # Errors
/// If the preset has no data or a file is missing or broken.
pub fn load(preset: &str, assets: &Path) -> Result<CrystalData> {
    let model = Model::of(preset).with_context(|| format!("preset `{preset}` has no crystals"))?;
    let [train, test] = model.tables().map(|table| {
        let read = rows(model, &assets.join(&table)).and_then(Iterator::collect::<Result<Vec<_>>>);
        let crystals = read.and_then(|crystals| if crystals.is_empty() { none() } else { Ok(crystals) });
        crystals.with_context(|| format!("cannot read {table}"))
    });
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

/// The crystals of a table, one by one.
type Rows = Box<dyn Iterator<Item = Result<Crystal>>>;

fn none<T>() -> Result<T> {
    bail!("it holds no crystal")
}

fn rows(model: &Model, path: &Path) -> Result<Rows> {
    let file = File::open(path)?;
    if model.paper { csv_rows(file) } else { Ok(shipped_rows(file)) }
}

fn shipped_rows(file: File) -> Rows {
    let lines = BufReader::new(GzDecoder::new(file)).lines().zip(1..);
    Box::new(lines.map(|(line, number)| {
        let crystal = || serde_json::from_str::<Row>(&line?)?.crystal();
        crystal().with_context(|| format!("line {number}"))
    }))
}

/// A crystal as the authors take it: in its Niggli cell, with c along z and a in the xz plane (spec §3). Reduction alone
/// leaves a cell as it lay in space, and what the network learns are the cell's rows.
fn standard(crystal: &Crystal) -> Result<Crystal> {
    let reduced = crystal.niggli_reduced()?;
    let lattice = Lattice::from_parameters(reduced.lattice().lengths(), reduced.lattice().angles())?;
    Ok(Crystal::new(lattice, reduced.elements().to_vec(), reduced.fractional_coordinates().to_vec())?)
}

/// Crystals of the column `cif` of a table, as the authors' splits have them.
fn csv_rows(file: File) -> Result<Rows> {
    let mut reader = csv::Reader::from_reader(file);
    let column = reader.headers()?.iter().position(|name| name == "cif").context("it has no column `cif`")?;
    let records = reader.into_records().zip(1..);
    Ok(Box::new(records.map(move |(record, number)| {
        let crystal = || {
            let record = record?;
            let text = record.get(column).context("no such column")?;
            let file = formats::read("row.cif", text.as_bytes())?;
            match file.trajectory.frames.into_iter().next().map(|frame| frame.structure) {
                Some(Structure::Crystal(crystal)) => standard(&crystal),
                _ => bail!("holds no crystal"),
            }
        };
        crystal().with_context(|| format!("row {number}"))
    })))
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::csv_rows;

    #[test]
    fn cells_of_a_table_are_reduced_and_lie_in_one_way() {
        let cif = "data_x\n_cell_length_a 7\n_cell_length_b 5\n_cell_length_c 4\n_cell_angle_alpha 85\n\
                   _cell_angle_beta 80\n_cell_angle_gamma 75\nloop_\n_atom_site_type_symbol\n_atom_site_fract_x\n\
                   _atom_site_fract_y\n_atom_site_fract_z\nSr 0 0 0\nO 0.1 0.25 0\n";
        let mut file = tempfile::tempfile().unwrap();
        write!(file, "material_id,cif\n1,\"{cif}\"\n").unwrap();
        file.rewind().unwrap();
        let crystal = csv_rows(file).unwrap().next().unwrap().unwrap();
        let ([a, b, c], lattice) = (*crystal.lattice().rows(), crystal.lattice());
        for (found, expected) in [(lattice.lengths(), [4.0, 5.0, 7.0]), (lattice.angles(), [75.0, 80.0, 85.0])] {
            assert!(found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-9), "{found:?}");
        }
        assert!(c[0].abs() < 1e-9 && c[1].abs() < 1e-9 && (c[2] - 7.0).abs() < 1e-9, "{c:?}");
        assert!(a[1].abs() < 1e-9 && a[0] > 0.0 && b[1] > 0.0, "{a:?} {b:?}");
        // The atoms turn with the cell: from the first it is 0.7 Å along what was a and 1.25 Å along what was b.
        let step = lattice.to_cartesian(crystal.fractional_coordinates()[1].map(|x| x - x.round()));
        let expected = 0.7_f64.powi(2) + 1.25_f64.powi(2) + 2.0 * 0.7 * 1.25 * 75_f64.to_radians().cos();
        assert!((step.iter().map(|x| x * x).sum::<f64>() - expected).abs() < 1e-9, "{step:?}");
    }
}

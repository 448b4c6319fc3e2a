//! The table of quality: a crystal's measures beside those of the nearest training crystal.

use samples::structure::metrics::CrystalMeasures;

use crate::{state::crystal::SYMMETRY_ON_PAGE, text::format};

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Key in files and tests.
    pub key: &'static str,
    /// Name of the quantity.
    pub name: &'static str,
    /// Unit, empty for pure numbers.
    pub unit: &'static str,
    /// Value of what is shown.
    pub shown: String,
    /// Value of the nearest training crystal.
    pub nearest: String,
    /// Whether it is a verdict, and which.
    pub verdict: Option<bool>,
}

/// All rows, in the order of the table; a dash where nothing is known.
pub fn rows(shown: Option<&CrystalMeasures>, nearest: Option<&CrystalMeasures>) -> Vec<Row> {
    let row = |key, name, unit, text: fn(&CrystalMeasures) -> String| {
        let of = |measures: Option<&CrystalMeasures>| measures.map_or_else(|| "–".to_owned(), text);
        Row { key, name, unit, shown: of(shown), nearest: of(nearest), verdict: None }
    };
    let verdict = |key, name, holds: fn(&CrystalMeasures) -> bool| {
        let text = |measures: Option<&CrystalMeasures>| match measures.map(holds) {
            Some(true) => "✓ valid".to_owned(),
            Some(false) => "✗ not valid".to_owned(),
            None => "–".to_owned(),
        };
        Row { key, name, unit: "", shown: text(shown), nearest: text(nearest), verdict: shown.map(holds) }
    };
    vec![
        row("formula", "Formula", "", |m| m.formula.clone()),
        row("atoms", "Atoms in the cell", "", |m| m.atoms.to_string()),
        row("space_group", "Space group", "", |m| match &m.space_group {
            Some(group) => format!("{} ({})", group.symbol, group.number),
            None if m.atoms > SYMMETRY_ON_PAGE => format!("not sought above {SYMMETRY_ON_PAGE} atoms"),
            None => "none found".to_owned(),
        }),
        row("density", "Density", "g/cm³", |m| format::number(m.density, 4)),
        row("volume", "Volume of the cell", "Å³", |m| format::number(m.volume, 4)),
        row("minimal_distance", "Shortest distance", "Å", |m| format::number(m.minimal_distance, 3)),
        verdict("structure_valid", "Structure (distances ≥ 0.5 Å)", |m| m.structure_valid),
        verdict("composition_valid", "Composition (SMACT, table of 2014)", |m| m.composition_valid),
        verdict("composition_valid_smact4", "Composition (SMACT 4)", |m| m.composition_valid_smact4),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::specimen::tests::{cube, perovskite};

    #[test]
    fn a_perovskite_passes_and_atoms_in_one_place_do_not() {
        let good = CrystalMeasures::of(&perovskite(), 0.1).expect("measures");
        let text = |rows: &[Row], key: &str| rows.iter().find(|r| r.key == key).expect("the row").shown.clone();
        let all = rows(Some(&good), None);
        assert_eq!(text(&all, "formula"), "SrTiO3");
        assert!(text(&all, "space_group").contains("(221)"), "{}", text(&all, "space_group"));
        assert!(text(&all, "density").starts_with("5.1"), "5.118 g/cm³ (mineralogical tables)");
        assert!(all.iter().filter_map(|r| r.verdict).all(|holds| holds));
        assert!(all.iter().all(|r| r.nearest == "–"));
        let crowded = cube(4.0, &["Sr", "Ti"], &[[0.0; 3], [0.01, 0.0, 0.0]]);
        let bad = CrystalMeasures::of(&crowded, 0.1).expect("measures");
        assert_eq!(text(&rows(Some(&bad), None), "structure_valid"), "✗ not valid");
    }
}

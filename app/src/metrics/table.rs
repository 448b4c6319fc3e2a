//! The table of single numbers: the sample's value, the real rock's mean ± standard deviation, and whether the
//! one lies in the other's band.

use samples::volume::{Band, PoreMeasures, RockReference, Scalars};

use crate::text::format;

/// Half width of the band, in standard deviations of one block.
pub const DEVIATIONS: f64 = 2.0;

/// Whether a value lies in the real rock's band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Within mean ± 2 sd.
    Inside,
    /// Above it.
    Above,
    /// Below it.
    Below,
}

impl Mark {
    /// Where `value` lies.
    pub fn of(value: f64, band: &Band) -> Self {
        if band.holds(value, DEVIATIONS) {
            Self::Inside
        } else if value > band.mean {
            Self::Above
        } else {
            Self::Below
        }
    }

    /// A sign and a word: the mark must not rest on colour alone.
    pub fn text(self) -> &'static str {
        match self {
            Self::Inside => "✓ in band",
            Self::Above => "▲ above",
            Self::Below => "▼ below",
        }
    }
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Key in files.
    pub key: &'static str,
    /// Name of the quantity.
    pub name: &'static str,
    /// Its symbol.
    pub symbol: &'static str,
    /// Unit, empty for pure numbers.
    pub unit: &'static str,
    /// The sample's value.
    pub value: Option<f64>,
    /// The real rock's.
    pub real: Option<Band>,
}

impl Row {
    /// Where the sample lies, if both are known.
    pub fn mark(&self) -> Option<Mark> {
        Some(Mark::of(self.value?, self.real.as_ref()?))
    }

    /// The sample's value as shown.
    pub fn value_text(&self) -> String {
        self.value.map_or_else(|| "–".to_owned(), |v| format::number(v, 3))
    }

    /// The real rock's `mean ± sd` as shown.
    pub fn real_text(&self) -> String {
        self.real.map_or_else(|| "–".to_owned(), |band| format::mean_sd(band.mean, band.sd))
    }
}

/// All rows, in the order of the table.
pub fn rows(sample: Option<&PoreMeasures>, real: Option<&RockReference>) -> Vec<Row> {
    let row = |key, (name, symbol, unit), value: Option<f64>, part: fn(&Scalars) -> f64| Row {
        key,
        name,
        symbol,
        unit,
        value,
        real: real.map(|r| Band { mean: part(&r.mean), sd: part(&r.sd) }),
    };
    vec![
        row("porosity", ("Porosity", "φ", ""), sample.map(|m| m.porosity), |s| s.porosity),
        row("surface", ("Surface (Crofton)", "S", "voxel⁻¹"), sample.map(|m| m.surface), |s| s.surface),
        row("surface_slope", ("Surface (slope of S₂)", "S′", "voxel⁻¹"), sample.map(|m| m.surface_slope), |s| {
            s.surface_slope
        }),
        row(
            "euler_pore26",
            ("Euler number of the pores, 26 neighbours", "χ₂₆", "voxel⁻³"),
            sample.map(|m| m.euler_pore26),
            |s| s.euler_pore26,
        ),
        row(
            "euler_pore6",
            ("Euler number of the pores, 6 neighbours", "χ₆", "voxel⁻³"),
            sample.map(|m| m.euler_pore6),
            |s| s.euler_pore6,
        ),
        row("chord_pore", ("Mean pore chord", "ℓ pore", "voxel"), sample.and_then(|m| m.chord_pore), |s| {
            s.chord_pore
        }),
        row("chord_grain", ("Mean grain chord", "ℓ grain", "voxel"), sample.and_then(|m| m.chord_grain), |s| {
            s.chord_grain
        }),
        Row {
            key: "permeability",
            name: "Permeability",
            symbol: "k",
            unit: "voxel²",
            value: sample.and_then(|m| m.permeability).map(|k| k.iter().sum::<f64>() / 3.0),
            real: real.and_then(|r| r.permeability),
        },
    ]
}

#[cfg(test)]
pub(crate) mod tests {
    use samples::{Volume, volume::MeasureOptions};

    use super::*;

    /// A real "rock" of two blocks with cubic pores, and a sample without any.
    pub(crate) fn reference() -> RockReference {
        let block = |side: usize| Volume::from_fn(16, |z, y, x| [z, y, x].iter().all(|i| i % 8 < side));
        let options = MeasureOptions { max_lag: 8, max_chord: 16, ..MeasureOptions::default() };
        RockReference::of(&[block(3), block(4)], &options, 6.0).expect("two cubes of one size")
    }

    pub(crate) fn measures(side: usize) -> PoreMeasures {
        let volume = Volume::from_fn(16, |z, y, x| [z, y, x].iter().all(|i| i % 8 < side));
        PoreMeasures::of_geometry(&volume, &MeasureOptions { max_lag: 8, max_chord: 16, ..MeasureOptions::default() })
    }

    #[test]
    fn marks_follow_the_band() {
        let band = Band { mean: 0.2, sd: 0.02 };
        assert_eq!(Mark::of(0.239, &band), Mark::Inside);
        assert_eq!(Mark::of(0.241, &band), Mark::Above);
        assert_eq!(Mark::of(0.159, &band), Mark::Below);
        assert_eq!(Mark::of(f64::NAN, &band), Mark::Below);
    }

    #[test]
    fn the_rocks_own_block_is_inside_and_a_rock_full_of_holes_is_above() {
        let reference = reference();
        let own = rows(Some(&measures(3)), Some(&reference));
        let with_value: Vec<_> = own.iter().filter_map(|row| row.mark().map(|mark| (row.key, mark))).collect();
        assert!(with_value.len() >= 4);
        assert!(with_value.iter().all(|(_, mark)| *mark == Mark::Inside), "{with_value:?}");
        let holes = rows(Some(&measures(7)), Some(&reference));
        assert_eq!(holes[0].mark(), Some(Mark::Above));
    }

    #[test]
    fn unknown_values_have_no_mark() {
        let rows = rows(None, Some(&reference()));
        assert!(rows.iter().all(|row| row.mark().is_none()));
        assert_eq!(rows[0].value_text(), "–");
        assert_ne!(rows[0].real_text(), "–");
    }
}

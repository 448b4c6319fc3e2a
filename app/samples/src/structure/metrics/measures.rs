//! What a page or a report says of one crystal.

use serde::{Deserialize, Serialize};

use super::{
    super::{Composition, Crystal, StructureError, symmetry::Symmetry},
    closest_pair::ClosestPair,
    smact::{OxidationTable, composition_is_valid},
};

/// Atoms closer than this make a structure invalid, Å.
pub const SHORTEST_VALID_DISTANCE: f64 = 0.5;

/// A cell smaller than this makes a structure invalid, Å³.
pub const SMALLEST_VALID_VOLUME: f64 = 0.1;

/// Whether a structure is physically possible by the measure of the crystal generation literature (CDVAE): no two
/// different atoms, or images of different atoms, are closer than [`SHORTEST_VALID_DISTANCE`], and the volume is at
/// least [`SMALLEST_VALID_VOLUME`]. An atom's own images do not count. A cell without atoms is not valid.
///
/// # Errors
/// If the cell is too oblique to be reduced.
pub fn structure_is_valid(crystal: &Crystal) -> Result<bool, StructureError> {
    Ok(is_valid(crystal, &ClosestPair::of(crystal)?))
}

fn is_valid(crystal: &Crystal, closest: &ClosestPair) -> bool {
    !crystal.elements().is_empty()
        && closest.different_atoms.is_none_or(|distance| distance >= SHORTEST_VALID_DISTANCE)
        && crystal.lattice().volume() >= SMALLEST_VALID_VOLUME
}

/// A space group of the International Tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceGroup {
    /// 1 to 230.
    pub number: u8,
    /// Short Hermann–Mauguin symbol.
    pub symbol: String,
}

/// The measures of one crystal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrystalMeasures {
    /// Reduced formula, such as `SrTiO3`.
    pub formula: String,
    /// Atoms in the cell.
    pub atoms: usize,
    /// Å³.
    pub volume: f64,
    /// g/cm³.
    pub density: f64,
    /// Å between the two closest atoms, images included.
    pub minimal_distance: f64,
    /// See [`structure_is_valid`].
    pub structure_valid: bool,
    /// SMACT's rule with its table of 2014, see [`composition_is_valid`].
    pub composition_valid: bool,
    /// SMACT's rule with the default table of SMACT 4.
    pub composition_valid_smact4: bool,
    /// `None` where it was not sought or the search found none: no atoms or too many, atoms in one place, a strange
    /// cell.
    pub space_group: Option<SpaceGroup>,
}

impl CrystalMeasures {
    /// Measures a crystal; its symmetry with atoms up to `tolerance` Å from their places.
    ///
    /// # Errors
    /// If the cell is too oblique to be reduced.
    pub fn of(crystal: &Crystal, tolerance: f64) -> Result<Self, StructureError> {
        let without = Self::without_symmetry(crystal)?;
        // A search that fails says that there is no such group, which is an answer and no failure of the measures.
        let space_group = Symmetry::of(crystal, tolerance)
            .ok()
            .map(|symmetry| SpaceGroup { number: symmetry.number, symbol: symmetry.hermann_mauguin });
        Ok(Self { space_group, ..without })
    }

    /// All but the space group, in time proportional to the number of atoms.
    ///
    /// # Errors
    /// If the cell is too oblique to be reduced.
    pub fn without_symmetry(crystal: &Crystal) -> Result<Self, StructureError> {
        let closest = ClosestPair::of(crystal)?;
        let composition = Composition::of(crystal.elements());
        Ok(Self {
            formula: composition.reduced().0.to_string(),
            atoms: crystal.elements().len(),
            volume: crystal.lattice().volume(),
            density: crystal.density(),
            minimal_distance: closest.shortest(),
            structure_valid: is_valid(crystal, &closest),
            composition_valid: composition_is_valid(&composition, OxidationTable::Smact2014),
            composition_valid_smact4: composition_is_valid(&composition, OxidationTable::Smact4),
            space_group: None,
        })
    }
}

//! A molecule: elements, positions, bonds, charges.

use serde::{Deserialize, Serialize};

use super::{Element, MAX_ATOMS, StructureError};

/// How many electron pairs two atoms share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BondOrder {
    /// One.
    Single,
    /// Two.
    Double,
    /// Three.
    Triple,
    /// Delocalised.
    Aromatic,
}

/// A bond between two atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bond {
    /// Indices of the two atoms.
    pub atoms: [u32; 2],
    /// Its order.
    pub order: BondOrder,
}

/// Atoms in space that are not periodic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Molecule {
    elements: Vec<Element>,
    positions: Vec<[f64; 3]>,
    bonds: Vec<Bond>,
    charges: Vec<i8>,
}

impl Molecule {
    /// A molecule of neutral atoms without bonds; positions in Å.
    ///
    /// # Errors
    /// If the lists differ in length, exceed [`MAX_ATOMS`], or a coordinate is not finite.
    pub fn new(elements: Vec<Element>, positions: Vec<[f64; 3]>) -> Result<Self, StructureError> {
        if elements.len() != positions.len() {
            return Err(StructureError::Length { elements: elements.len(), positions: positions.len() });
        }
        if elements.len() > MAX_ATOMS {
            return Err(StructureError::TooManyAtoms(elements.len()));
        }
        if positions.iter().flatten().any(|x| !x.is_finite()) {
            return Err(StructureError::NotFinite("a coordinate"));
        }
        let charges = vec![0; elements.len()];
        Ok(Self { elements, positions, bonds: Vec::new(), charges })
    }

    /// The same with these bonds.
    ///
    /// # Errors
    /// If a bond names an atom that is not there or joins an atom to itself.
    pub fn with_bonds(mut self, bonds: Vec<Bond>) -> Result<Self, StructureError> {
        let atoms = self.elements.len();
        let bad = |bond: &Bond| bond.atoms[0] == bond.atoms[1] || bond.atoms.iter().any(|&atom| atom as usize >= atoms);
        if let Some(index) = bonds.iter().position(bad) {
            return Err(StructureError::BadBond(index));
        }
        self.bonds = bonds;
        Ok(self)
    }

    /// The same with these formal charges, one per atom.
    ///
    /// # Errors
    /// If there is not one per atom.
    pub fn with_charges(mut self, charges: Vec<i8>) -> Result<Self, StructureError> {
        if charges.len() != self.elements.len() {
            return Err(StructureError::Length { elements: self.elements.len(), positions: charges.len() });
        }
        self.charges = charges;
        Ok(self)
    }

    /// The element of every atom.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// `[atoms, 3]` Å.
    pub fn positions(&self) -> &[[f64; 3]] {
        &self.positions
    }

    /// The bonds.
    pub fn bonds(&self) -> &[Bond] {
        &self.bonds
    }

    /// Formal charge of every atom.
    pub fn charges(&self) -> &[i8] {
        &self.charges
    }
}

/// How a molecule is written in JSON.
#[derive(Serialize, Deserialize)]
struct Parts {
    elements: Vec<Element>,
    positions: Vec<[f64; 3]>,
    #[serde(default)]
    bonds: Vec<Bond>,
    #[serde(default)]
    charges: Vec<i8>,
}

impl TryFrom<Parts> for Molecule {
    type Error = StructureError;

    fn try_from(parts: Parts) -> Result<Self, StructureError> {
        let molecule = Self::new(parts.elements, parts.positions)?.with_bonds(parts.bonds)?;
        if parts.charges.is_empty() { Ok(molecule) } else { molecule.with_charges(parts.charges) }
    }
}

impl From<Molecule> for Parts {
    fn from(molecule: Molecule) -> Self {
        Self {
            elements: molecule.elements,
            positions: molecule.positions,
            bonds: molecule.bonds,
            charges: molecule.charges,
        }
    }
}

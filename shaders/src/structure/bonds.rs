//! Bonds as the view takes them.

use samples::structure::bonds::{BondError, perceive};
use samples::structure::{BondOrder, Molecule, PeriodicBond, Structure};

use super::scene::AtomSite;

/// A bond between two atoms of a crystal or a molecule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StructureBond {
    /// Indices of the two atoms.
    pub atoms: [u32; 2],
    /// Cell of the second atom, in cells along a, b, c from that of the first; zero in a molecule.
    pub image: [i32; 3],
    /// Its order.
    pub order: BondOrder,
}

impl From<PeriodicBond> for StructureBond {
    fn from(bond: PeriodicBond) -> Self {
        Self { atoms: bond.atoms, image: bond.image, order: BondOrder::Single }
    }
}

impl StructureBond {
    /// The two atoms of the bond whose first atom is in this cell.
    pub fn ends(&self, cell: [i32; 3]) -> [AtomSite; 2] {
        let [first, second] = self.atoms;
        let other = std::array::from_fn(|axis| cell[axis].saturating_add(self.image[axis]));
        [AtomSite { atom: first, cell }, AtomSite { atom: second, cell: other }]
    }

    /// The bonds that a molecule carries; those of a crystal, or of a molecule that carries none, from the distances.
    ///
    /// # Errors
    /// If the atoms lie so close together that bonds mean nothing.
    pub fn of(structure: &Structure) -> Result<Vec<Self>, BondError> {
        match structure {
            Structure::Molecule(molecule) if !molecule.bonds().is_empty() => Ok(Self::of_molecule(molecule)),
            _ => Ok(perceive(structure)?.into_iter().map(Self::from).collect()),
        }
    }

    /// The bonds that a molecule's file or maker gave it.
    pub fn of_molecule(molecule: &Molecule) -> Vec<Self> {
        molecule.bonds().iter().map(|bond| Self { atoms: bond.atoms, image: [0; 3], order: bond.order }).collect()
    }
}

//! A structure as the view keeps it, checked.

use std::sync::Arc;

use glam::Vec3;
use samples::structure::Structure;

use super::bonds::StructureBond;
use super::options::within;
use super::sites::Atoms;
use crate::ViewError;

/// Bonds that a structure may have.
const MOST_BONDS: usize = 4_000_000;
/// Cells that a bond may lead away.
const FARTHEST_IMAGE: i32 = 100;

/// What is shown of every atom besides its place and element; each part is one entry per atom, or empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct AtomData<'a> {
    /// How certain each coordinate is, `[atoms, 3]` in 0..1.
    pub certainty: &'a [[f32; 3]],
    /// Arrows, Å times [`StructureOptions::vector_scale`](super::StructureOptions::vector_scale).
    pub vectors: &'a [[f32; 3]],
}

/// A second structure, to lie over the first.
#[derive(Clone, Copy, Debug)]
pub struct Overlay<'a> {
    /// The structure.
    pub structure: &'a Structure,
    /// Its bonds.
    pub bonds: &'a [StructureBond],
    /// Cells along a, b, c from the first cell to that in which each atom of a crystal stands: an atom near a face may
    /// belong beside one of the first structure just within. Empty: all stand in the first.
    pub cells: &'a [[i32; 3]],
}

/// A structure with what belongs to its atoms.
#[derive(Clone, Debug)]
pub struct Content {
    pub atoms: Atoms,
    pub bonds: Arc<[StructureBond]>,
    /// Mean over the coordinates, per atom; empty if unknown.
    pub certainty: Vec<f32>,
    /// Per atom; empty if there are none.
    pub vectors: Vec<Vec3>,
}

impl Content {
    /// A structure with bonds between atoms that exist.
    pub fn new(structure: &Structure, bonds: &[StructureBond]) -> Result<Self, ViewError> {
        let atoms = Atoms::from(structure);
        let count = atoms.elements.len();
        if bonds.len() > MOST_BONDS {
            return Err(ViewError::Structure(format!("{} bonds are more than {MOST_BONDS}", bonds.len())));
        }
        let periodic = atoms.lattice.is_some();
        let bad = |bond: &StructureBond| {
            let farthest = if periodic { FARTHEST_IMAGE } else { 0 };
            bond.atoms.iter().any(|&atom| atom as usize >= count)
                || bond.image.iter().any(|cells| !(-farthest..=farthest).contains(cells))
                || (bond.atoms[0] == bond.atoms[1] && bond.image == [0; 3])
        };
        if let Some(index) = bonds.iter().position(bad) {
            return Err(ViewError::Structure(format!("bond {index} joins atoms that are not there")));
        }
        Ok(Self { atoms, bonds: bonds.into(), certainty: Vec::new(), vectors: Vec::new() })
    }

    /// The content of a second structure.
    pub fn of_overlay(overlay: Overlay) -> Result<Self, ViewError> {
        let Overlay { structure, bonds, cells } = overlay;
        let mut content = Self::new(structure, bonds)?;
        content.check(cells.len(), "cells")?;
        let farthest = -FARTHEST_IMAGE..=FARTHEST_IMAGE;
        if cells.iter().flatten().any(|at| !farthest.contains(at)) {
            return Err(ViewError::Structure("an atom stands too far from its cell".to_owned()));
        }
        if cells.is_empty() || content.atoms.lattice.is_none() {
            return Ok(content);
        }
        content.atoms.move_by(cells);
        let moved = |bond: &StructureBond| {
            let [first, second] = bond.atoms.map(|atom| cells[atom as usize]);
            StructureBond { image: [0, 1, 2].map(|k| bond.image[k] + first[k] - second[k]), ..*bond }
        };
        content.bonds = content.bonds.iter().map(moved).collect();
        Ok(content)
    }

    /// Takes what else is known of the atoms.
    pub fn set_atom_data(&mut self, data: AtomData) -> Result<(), ViewError> {
        let AtomData { certainty, vectors } = data;
        self.check(certainty.len(), "certainties")?;
        self.check(vectors.len(), "vectors")?;
        self.certainty = certainty.iter().map(|sure| mean(*sure)).collect();
        if vectors.iter().flatten().any(|x| !x.is_finite()) {
            return Err(ViewError::Structure("a vector is not finite".to_owned()));
        }
        self.vectors = vectors.iter().copied().map(Vec3::from).collect();
        Ok(())
    }

    fn check(&self, count: usize, what: &str) -> Result<(), ViewError> {
        let atoms = self.atoms.elements.len();
        if count != 0 && count != atoms {
            return Err(ViewError::Structure(format!("{atoms} atoms but {count} {what}")));
        }
        Ok(())
    }
}

/// Of the three coordinates; what is no number counts as not certain at all.
fn mean(certainty: [f32; 3]) -> f32 {
    certainty.map(|sure| within(sure, (0.0, 1.0), 0.0)).iter().sum::<f32>() / 3.0
}

//! Bonds of a PDB file: those that CONECT records list, and those that residues imply.

use std::collections::HashMap;

use super::Frames;
use crate::structure::{Bond, BondOrder, MAX_ATOMS, Molecule, bonds::perceive_molecule};

/// Bonds that the CONECT records of a file may name: eight per atom.
const MAX_CONECT: usize = 8 * MAX_ATOMS;

/// Bonds that they may name of one atom: more than any has, metals in clusters too.
const MAX_PARTNERS: usize = 64;

/// For each serial number those that are bonded to it, each with how often it is named.
#[derive(Default)]
pub(super) struct Conect {
    partners: HashMap<u32, Vec<(u32, u8)>>,
}

impl Conect {
    /// Adds a bond; `listed` counts those of the whole file.
    ///
    /// # Errors
    /// What there would be too much of.
    pub(super) fn add(&mut self, first: u32, second: u32, listed: &mut usize) -> Result<(), String> {
        let partners = self.partners.entry(first).or_default();
        // Bonds are written from both sides; counting one side counts orders.
        if let Some((_, times)) = partners.iter_mut().find(|(partner, _)| *partner == second) {
            *times = times.saturating_add(1);
        } else if partners.len() == MAX_PARTNERS {
            return Err(format!("{MAX_PARTNERS} bonds of atom {first}"));
        } else if *listed == MAX_CONECT {
            return Err(format!("{MAX_CONECT} bonds"));
        } else {
            partners.push((second, 1));
            *listed += 1;
        }
        Ok(())
    }
}

/// The bonds in these lists among the atoms with these numbers, in order; of a bond in several lists the highest order.
/// Numbers that no atom has are of atoms that are not in this model.
pub(super) fn listed(lists: &[&Conect], serials: &[Option<u32>]) -> Vec<Bond> {
    if lists.iter().all(|list| list.partners.is_empty()) {
        return Vec::new();
    }
    let mut atoms = HashMap::with_capacity(serials.len());
    for (atom, serial) in (0_u32..).zip(serials) {
        if let Some(serial) = serial {
            atoms.entry(*serial).or_insert(atom);
        }
    }
    let mut orders: HashMap<[u32; 2], u8> = HashMap::new();
    for (first, &i) in &atoms {
        for (second, times) in lists.iter().filter_map(|list| list.partners.get(first)).flatten() {
            if let Some(&j) = atoms.get(second)
                && i != j
            {
                let order = orders.entry([i.min(j), i.max(j)]).or_insert(0);
                *order = (*times).max(*order);
            }
        }
    }
    let order = |times: u8| match times {
        ..=1 => BondOrder::Single,
        2 => BondOrder::Double,
        3.. => BondOrder::Triple,
    };
    let mut bonds: Vec<Bond> = orders.into_iter().map(|(atoms, times)| Bond { atoms, order: order(times) }).collect();
    bonds.sort_by_key(|bond| bond.atoms);
    bonds
}

/// Bonds within and between standard residues are implied, not written: those of atoms without any bond are found by
/// distance.
pub(super) fn complete(molecule: &Molecule, bonds: &mut Vec<Bond>, frames: &mut Frames) {
    let mut has_bond = vec![false; molecule.elements().len()];
    bonds.iter().flat_map(|bond| bond.atoms).for_each(|atom| has_bond[atom as usize] = true);
    if has_bond.iter().all(|&has_bond| has_bond) {
        return;
    }
    let found = match perceive_molecule(molecule) {
        Ok(found) => found,
        Err(error) => return frames.note(format!("Bonds that the file does not list were not found: {error}.")),
    };
    let before = bonds.len();
    bonds.extend(
        found
            .into_iter()
            .filter(|atoms| atoms.iter().any(|&atom| !has_bond[atom as usize]))
            .map(|atoms| Bond { atoms, order: BondOrder::Single }),
    );
    if bonds.len() > before {
        frames.note(
            "Bonds that the file leaves to the residues' names were found by distance, as single bonds.".to_owned(),
        );
    }
}

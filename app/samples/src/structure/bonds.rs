//! Which atoms are bonded, from their distances.
//!
//! Two atoms are bonded if they are at least [`SHORTEST_BOND`] and at most [`longest_bond`] apart. In crystals with
//! non-metals, metals are not bonded to one another: their radii, which are those of the neutral atoms, would join the
//! cations of every ionic crystal. Bond orders are not guessed.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Bond, BondOrder, Crystal, Element, Molecule, Structure,
    neighbours::{TooDense, open_pairs, periodic_pairs},
};

/// Å; closer atoms are alternatives of one another, not neighbours.
pub const SHORTEST_BOND: f64 = 0.4;

/// Times the sum of the covalent radii (Cordero 2008): the longest bond of a pair that is not in the table.
const RADII_FACTOR: f64 = 1.2;

/// Å: longest bonds of common pairs, a tenth to a sixth above the usual single bond (Allen et al., J. Chem. Soc. Perkin
/// Trans. 2 (1987) S1; for hydrogen, the experimental lengths of its diatomic and simplest molecules).
const LONGEST_BONDS: [(&str, &str, f64); 34] = [
    ("H", "H", 0.95),
    ("H", "B", 1.45),
    ("H", "C", 1.25),
    ("H", "N", 1.20),
    ("H", "O", 1.15),
    ("H", "F", 1.10),
    ("H", "Si", 1.65),
    ("H", "P", 1.60),
    ("H", "S", 1.50),
    ("H", "Cl", 1.45),
    ("H", "Br", 1.60),
    ("H", "I", 1.80),
    ("C", "C", 1.75),
    ("C", "N", 1.68),
    ("C", "O", 1.65),
    ("C", "F", 1.55),
    ("C", "Si", 2.10),
    ("C", "P", 2.05),
    ("C", "S", 2.00),
    ("C", "Cl", 2.00),
    ("C", "Br", 2.15),
    ("C", "I", 2.40),
    ("N", "N", 1.85),
    ("N", "O", 1.70),
    ("N", "S", 1.95),
    ("O", "O", 1.70),
    ("O", "P", 1.85),
    ("O", "S", 1.80),
    ("O", "Cl", 1.90),
    ("F", "F", 1.60),
    ("F", "O", 1.65),
    ("F", "Cl", 1.90),
    ("S", "S", 2.30),
    ("Cl", "Cl", 2.20),
];

/// Bonds that an atom has on average, at most; more means that the structure is none.
const MAX_BONDS_PER_ATOM: usize = 32;

/// Pairs closer than [`SHORTEST_BOND`] per atom, at most: a few alternatives at each place, not a pile.
const MAX_CLOSE_PER_ATOM: usize = 16;

/// A bond of a structure, periodic or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PeriodicBond {
    /// Indices i ≤ j of the two atoms.
    pub atoms: [u32; 2],
    /// The cell in which atom j is meant, relative to atom i's, in cell vectors. Zero in molecules.
    pub image: [i32; 3],
}

/// Why no bonds are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BondError {
    /// Atoms lie on one another by the hundreds, or the cell is nearly flat.
    #[error("the atoms lie too close together, or the cell is too flat, for bonds to mean anything")]
    TooDense,
}

impl From<TooDense> for BondError {
    fn from(_: TooDense) -> Self {
        Self::TooDense
    }
}

/// The longest distance at which two elements are called bonded, Å.
pub fn longest_bond(first: Element, second: Element) -> f64 {
    let (first, second) = (first.min(second), first.max(second));
    let is_pair = |entry: &&(&str, &str, f64)| {
        let (a, b) = (entry.0, entry.1);
        (a == first.symbol() && b == second.symbol()) || (b == first.symbol() && a == second.symbol())
    };
    let radii = first.facts().covalent_radius + second.facts().covalent_radius;
    LONGEST_BONDS.iter().find(is_pair).map_or(RADII_FACTOR * radii, |entry| entry.2)
}

/// The bonds of a structure, sorted. Those that a molecule carries are not looked at.
///
/// # Errors
/// If the atoms lie so close together that bonds mean nothing.
pub fn perceive(structure: &Structure) -> Result<Vec<PeriodicBond>, BondError> {
    match structure {
        Structure::Crystal(crystal) => perceive_crystal(crystal),
        Structure::Molecule(molecule) => {
            let bonds = perceive_molecule(molecule)?;
            Ok(bonds.into_iter().map(|atoms| PeriodicBond { atoms, image: [0; 3] }).collect())
        }
    }
}

/// The bonds of a crystal, within the cell and across its faces, each once, sorted.
///
/// # Errors
/// As [`perceive`].
pub fn perceive_crystal(crystal: &Crystal) -> Result<Vec<PeriodicBond>, BondError> {
    let elements = crystal.elements();
    let has_non_metal = elements.iter().any(|element| !element.facts().metal);
    let limits = Limits::new(elements, |first, second| !(has_non_metal && is_metal(first) && is_metal(second)));
    let mut found = Found::new(&limits);
    if limits.longest > 0.0 {
        periodic_pairs(crystal.lattice(), crystal.fractional_coordinates(), limits.longest, |i, j, image, squared| {
            found.pair(i, j, squared, |atoms| PeriodicBond { atoms, image: image.map(|n| n as i32) })
        })?;
    }
    Ok(found.sorted())
}

/// The bonds of a molecule, each once with the smaller index first, sorted.
///
/// # Errors
/// As [`perceive`].
pub fn perceive_molecule(molecule: &Molecule) -> Result<Vec<[u32; 2]>, BondError> {
    let elements = molecule.elements();
    let limits = Limits::new(elements, |_, _| true);
    let mut found = Found::new(&limits);
    if limits.longest > 0.0 {
        open_pairs(molecule.positions(), limits.longest, |i, j, squared| found.pair(i, j, squared, |atoms| atoms))?;
    }
    Ok(found.sorted())
}

/// The bonds of a molecule as files and pictures show them: those that it carries, or, where it carries none, those
/// found by distance, as single bonds.
///
/// # Errors
/// As [`perceive`], where there are none to carry.
pub fn listed_or_perceived(molecule: &Molecule) -> Result<Cow<'_, [Bond]>, BondError> {
    if !molecule.bonds().is_empty() {
        return Ok(Cow::Borrowed(molecule.bonds()));
    }
    let found = perceive_molecule(molecule)?.into_iter();
    Ok(found.map(|atoms| Bond { atoms, order: BondOrder::Single }).collect())
}

fn is_metal(element: Element) -> bool {
    element.facts().metal
}

/// Bonds as they are found.
struct Found<'a, B> {
    limits: &'a Limits,
    bonds: Vec<B>,
    /// Pairs that are closer than bonds.
    close: usize,
}

impl<'a, B: Ord> Found<'a, B> {
    fn new(limits: &'a Limits) -> Self {
        Self { limits, bonds: Vec::new(), close: 0 }
    }

    fn pair(&mut self, i: usize, j: usize, squared: f64, bond: impl FnOnce([u32; 2]) -> B) -> Result<(), TooDense> {
        let atoms = self.limits.kinds.len();
        if squared < SHORTEST_BOND * SHORTEST_BOND {
            self.close += 1;
        } else if squared <= self.limits.squared(i, j) {
            self.bonds.push(bond([i as u32, j as u32]));
        }
        let is_too_dense = self.bonds.len() > MAX_BONDS_PER_ATOM * atoms || self.close > MAX_CLOSE_PER_ATOM * atoms;
        if is_too_dense { Err(TooDense) } else { Ok(()) }
    }

    fn sorted(mut self) -> Vec<B> {
        self.bonds.sort_unstable();
        self.bonds
    }
}

/// Squared longest bonds of the elements present.
struct Limits {
    /// Per atom, which of the elements present it is.
    kinds: Vec<u8>,
    /// `[kinds, kinds]` Å², 0 where there is never a bond.
    squared: Vec<f64>,
    count: usize,
    /// The longest of all, Å.
    longest: f64,
}

impl Limits {
    fn new(elements: &[Element], may_bond: impl Fn(Element, Element) -> bool) -> Self {
        let mut index = [u8::MAX; Element::MAX as usize + 1];
        let mut present = Vec::new();
        let kinds = elements
            .iter()
            .map(|&element| {
                let kind = &mut index[usize::from(element.atomic_number())];
                if *kind == u8::MAX {
                    *kind = present.len() as u8;
                    present.push(element);
                }
                *kind
            })
            .collect();
        let length = |a: Element, b: Element| if may_bond(a, b) { longest_bond(a, b) } else { 0.0 };
        let lengths: Vec<f64> =
            present.iter().flat_map(|&a| present.iter().map(move |&b| (a, b))).map(|(a, b)| length(a, b)).collect();
        let longest = lengths.iter().copied().fold(0.0, f64::max);
        Self { kinds, squared: lengths.iter().map(|length| length * length).collect(), count: present.len(), longest }
    }

    /// The square of the longest bond of two atoms, Å².
    fn squared(&self, i: usize, j: usize) -> f64 {
        self.squared[usize::from(self.kinds[i]) * self.count + usize::from(self.kinds[j])]
    }
}

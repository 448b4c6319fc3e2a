//! Atoms in space: molecules and crystals, what is known of the elements, and what a generative model does to them
//! step by step.
//!
//! Lengths are in ångström, angles in degrees, charges in elementary charges. Every parser of this folder takes
//! untrusted bytes and refuses more than [`MAX_ATOMS`] atoms before it allocates for them.

pub mod bonds;
pub mod circular;
pub mod composition;
pub mod crystal;
pub mod element;
pub mod formats;
pub mod metrics;
pub mod mixed;
pub mod molecule;
mod neighbours;
pub mod niggli;
mod point_grid;
mod primitive;
pub mod smiles;
pub mod symmetry;
pub mod trajectory;

pub use bonds::PeriodicBond;
pub use circular::CircularFingerprint;
pub use composition::{Composition, FormulaError};
pub use crystal::{Crystal, Lattice};
pub use element::Element;
pub use mixed::{MixedSite, Share};
pub use molecule::{Bond, BondOrder, Molecule};
pub use trajectory::{AtomVectors, Frame, Trajectory};

use thiserror::Error;

/// Atoms that one structure may have.
pub const MAX_ATOMS: usize = 1_000_000;

/// What a structure file or a generated set of atoms holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Structure {
    /// Periodic in three directions.
    Crystal(Crystal),
    /// Not periodic.
    Molecule(Molecule),
}

impl Structure {
    /// The element of every atom.
    pub fn elements(&self) -> &[Element] {
        match self {
            Self::Crystal(crystal) => crystal.elements(),
            Self::Molecule(molecule) => molecule.elements(),
        }
    }
}

/// Why atoms do not make a structure.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StructureError {
    /// No such element.
    #[error("`{0}` is not a chemical element (H to Lr)")]
    UnknownElement(String),
    /// One list per atom, but of different lengths.
    #[error("{elements} elements but {positions} positions")]
    Length {
        /// Elements given.
        elements: usize,
        /// Positions given.
        positions: usize,
    },
    /// More than [`MAX_ATOMS`].
    #[error("{0} atoms are more than the limit of {MAX_ATOMS}")]
    TooManyAtoms(usize),
    /// Atoms by the hundred where there is room for a few, at these fractional coordinates.
    #[error("too many atoms lie on one another near {0:.4?} of the cell")]
    Crowded([f64; 3]),
    /// A number is NaN or infinite.
    #[error("{0} is not a finite number")]
    NotFinite(&'static str),
    /// The cell has no volume, or edges outside 0.1 Å to 10⁵ Å.
    #[error("the cell is degenerate: volume {volume} Å³")]
    DegenerateCell {
        /// Å³.
        volume: f64,
    },
    /// A supercell of no copies.
    #[error("a supercell needs at least one copy in each direction")]
    EmptySupercell,
    /// Lattice reduction did not come to an end.
    #[error("the cell is too oblique to be reduced")]
    Irreducible,
    /// A mixed site stands for no atom or not in order, or its shares are not those of a site with that atom first.
    #[error("the occupancies of atom {0} make no site")]
    BadShares(u32),
    /// A bond names an atom that is not there, or joins an atom to itself.
    #[error("bond {0} joins atoms that are not there")]
    BadBond(usize),
}

//! Why a file is not read or a structure not written.

use thiserror::Error;

use super::{MAX_BYTES, StructureFormat};
use crate::structure::{StructureError, bonds::BondError};

/// Why a structure file is not read, or a structure not written. Each message is a sentence for a person.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// More than [`MAX_BYTES`].
    #[error("the file has {0} bytes; at most {MAX_BYTES} are read")]
    TooLarge(usize),
    /// Binary content.
    #[error("the file is not text")]
    NotText,
    /// Neither the name nor the content is known.
    #[error("`{0}` is in none of the formats read here: CIF, POSCAR, XYZ, extended XYZ, SDF, PDB, MOL2")]
    Unrecognised(String),
    /// A line is wrong.
    #[error("{format}, line {line}: {what}")]
    Line {
        /// The format.
        format: StructureFormat,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The file is well formed but holds no atoms.
    #[error("the {0} file holds no structure")]
    Nothing(StructureFormat),
    /// The structure does not fit the format.
    #[error("{format} cannot carry {what}")]
    CannotCarry {
        /// The format.
        format: StructureFormat,
        /// What it has no place for.
        what: String,
    },
    /// Bonds, which a scene shows, were not found.
    #[error("the bonds of the scene: {0}")]
    Bonds(#[from] BondError),
    /// A format that is only read.
    #[error("{0} is read but not written here")]
    NotWritten(StructureFormat),
    /// A format that is only written.
    #[error("{0} is written but not read here")]
    NotRead(StructureFormat),
}

impl FormatError {
    pub(super) fn at(format: StructureFormat, line: usize, what: impl Into<String>) -> Self {
        Self::Line { format, line, what: what.into() }
    }

    /// For `map_err`: atoms that make no structure, in a record that began at `line`.
    pub(super) fn structure(format: StructureFormat, line: usize) -> impl Fn(StructureError) -> Self {
        move |error| Self::at(format, line, error.to_string())
    }

    pub(super) fn unrecognised(name: &str) -> Self {
        Self::Unrecognised(name.chars().take(100).collect())
    }
}

//! Files that carry structures: CIF, POSCAR, XYZ and extended XYZ, SDF/MOL, PDB, MOL2 and, written only, glTF.
//!
//! Every reader takes untrusted bytes. It refuses more than [`MAX_BYTES`], lines longer than [`MAX_LINE`], more than
//! [`MAX_ATOMS`](super::MAX_ATOMS) atoms in a structure, [`MAX_FRAMES`] structures or [`MAX_TOTAL_ATOMS`] atoms in a
//! file; it reserves no memory for what a file merely announces, and says which line is wrong.

mod cif;
mod error;
mod extended_xyz;
mod gltf;
mod locations;
mod mol;
mod mol2;
mod mol_v3000;
mod orientation;
mod pdb;
mod pdb_atom;
mod pdb_bonds;
mod pdb_write;
mod poscar;
mod recognise;
mod sybyl;
mod text;
mod xyz;

pub use error::FormatError;
pub use gltf::MAX_GLTF_ATOMS;

use std::fmt;

use super::{AtomVectors, Frame, MAX_ATOMS, Structure, Trajectory};

/// Bytes that a structure file may have: 64 MiB.
pub const MAX_BYTES: usize = 64 << 20;

/// Bytes that a line may have.
pub const MAX_LINE: usize = 1 << 16;

/// Structures that a file may hold.
pub const MAX_FRAMES: usize = 10_000;

/// Atoms that all structures of a file may have together.
pub const MAX_TOTAL_ATOMS: usize = 4 * MAX_ATOMS;

/// Å that a Cartesian coordinate may be from the origin.
pub const MAX_COORDINATE: f64 = 1e6;

/// A format of structure files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StructureFormat {
    /// Crystallographic Information File, version 1.1 (Hall, Allen & Brown 1991); 2.0 is only read.
    Cif,
    /// VASP's POSCAR and CONTCAR.
    Poscar,
    /// Symbols and coordinates.
    Xyz,
    /// XYZ with a cell in its comment line.
    ExtendedXyz,
    /// MDL molfile and structure-data file: V2000, and V3000, which is only read.
    Sdf,
    /// Protein Data Bank, format 3.3.
    Pdb,
    /// Tripos MOL2.
    Mol2,
    /// glTF 2.0, binary: a scene of spheres and cylinders.
    Gltf,
}

impl StructureFormat {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Cif, Self::Poscar, Self::Xyz, Self::ExtendedXyz, Self::Sdf, Self::Pdb, Self::Mol2, Self::Gltf];

    /// As people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cif => "CIF",
            Self::Poscar => "POSCAR",
            Self::Xyz => "XYZ",
            Self::ExtendedXyz => "extended XYZ",
            Self::Sdf => "SDF",
            Self::Pdb => "PDB",
            Self::Mol2 => "MOL2",
            Self::Gltf => "glTF",
        }
    }

    /// What its files end in, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Cif => "cif",
            Self::Poscar => "vasp",
            Self::Xyz => "xyz",
            Self::ExtendedXyz => "extxyz",
            Self::Sdf => "sdf",
            Self::Pdb => "pdb",
            Self::Mol2 => "mol2",
            Self::Gltf => "glb",
        }
    }

    /// Its media type.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Cif => "chemical/x-cif",
            Self::Poscar => "chemical/x-vasp",
            Self::Xyz | Self::ExtendedXyz => "chemical/x-xyz",
            Self::Sdf => "chemical/x-mdl-sdfile",
            Self::Pdb => "chemical/x-pdb",
            Self::Mol2 => "chemical/x-mol2",
            Self::Gltf => "model/gltf-binary",
        }
    }

    /// Whether [`read`] reads it.
    pub const fn is_read(self) -> bool {
        !matches!(self, Self::Gltf)
    }

    /// Whether [`Self::write`] writes it.
    pub const fn is_written(self) -> bool {
        !matches!(self, Self::Mol2)
    }

    /// Whether it is written and has a place for such a structure; one that is too large is refused all the same.
    pub const fn suits(self, structure: &Structure) -> bool {
        match self {
            Self::Cif | Self::Poscar => matches!(structure, Structure::Crystal(_)),
            Self::Xyz | Self::Sdf => matches!(structure, Structure::Molecule(_)),
            Self::ExtendedXyz | Self::Pdb | Self::Gltf => true,
            Self::Mol2 => false,
        }
    }

    /// Writes one structure. Bonds that a molecule does not list are found by distance where the format shows bonds.
    ///
    /// # Errors
    /// If the format cannot carry the structure: it says what stands in the way.
    pub fn write(self, structure: &Structure) -> Result<Vec<u8>, FormatError> {
        self.write_moments([Moment { structure, label: "", vectors: None }])
    }

    /// Writes a whole trajectory into one file. Certainties stay behind, and vectors but in extended XYZ.
    ///
    /// # Errors
    /// If there are several frames and the format holds a single structure, or it cannot carry one of these.
    pub fn write_trajectory(self, trajectory: &Trajectory<Structure>) -> Result<Vec<u8>, FormatError> {
        self.write_moments(trajectory.frames.iter().map(|Frame { structure, label, vectors, .. }| Moment {
            structure,
            label,
            vectors: vectors.as_ref(),
        }))
    }

    fn write_moments<'a>(self, moments: impl IntoIterator<Item = Moment<'a>>) -> Result<Vec<u8>, FormatError> {
        let moments = moments.into_iter();
        let structures = |Moment { structure, label, .. }| (structure, label);
        match self {
            Self::Cif => cif::write(self.only(moments)?),
            Self::Poscar => poscar::write(self.only(moments)?),
            Self::Gltf => gltf::write(self.only(moments)?),
            Self::Xyz => xyz::write(moments.map(structures)),
            Self::ExtendedXyz => extended_xyz::write(moments),
            Self::Sdf => mol::write(moments.map(structures)),
            Self::Pdb => pdb::write(moments.map(structures)),
            Self::Mol2 => Err(FormatError::NotWritten(self)),
        }
    }

    /// The structure of the only one of `moments`.
    fn only<'a>(self, mut moments: impl Iterator<Item = Moment<'a>>) -> Result<&'a Structure, FormatError> {
        match (moments.next(), moments.next()) {
            (Some(only), None) => Ok(only.structure),
            (None, _) => Err(FormatError::Nothing(self)),
            _ => Err(FormatError::CannotCarry { format: self, what: "more than one structure".to_owned() }),
        }
    }
}

impl fmt::Display for StructureFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What of a frame is written.
struct Moment<'a> {
    structure: &'a Structure,
    label: &'a str,
    vectors: Option<&'a AtomVectors>,
}

/// What a structure file held.
#[derive(Clone, Debug, PartialEq)]
pub struct StructureFile {
    /// The format it was in.
    pub format: StructureFormat,
    /// Its structures in order, at least one: the moments of a movie, the records of a collection, the blocks of a CIF.
    pub trajectory: Trajectory<Structure>,
    /// What of the file is not in the structures, or was completed, a sentence each: partial occupancies, symmetry
    /// taken from tables, alternate locations. Whoever shows the structures shows these too.
    pub notes: Vec<String>,
}

/// Reads a structure file. The content decides where it is unmistakable, otherwise the name.
///
/// # Errors
/// If the file is too large, in none of these formats, or broken; then with the line.
pub fn read(name: &str, bytes: &[u8]) -> Result<StructureFile, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::TooLarge(bytes.len()));
    }
    if bytes[..bytes.len().min(4096)].contains(&0) {
        return Err(FormatError::NotText);
    }
    // Old files carry names in Latin-1: such letters are replaced, and matter only where something is read from them.
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let format = recognise::recognise(name, text).ok_or_else(|| FormatError::unrecognised(name))?;
    let mut frames = Frames::new(format);
    match format {
        StructureFormat::Cif => cif::read(text, &mut frames)?,
        StructureFormat::Poscar => poscar::read(text, &mut frames)?,
        StructureFormat::Xyz | StructureFormat::ExtendedXyz => xyz::read(text, &mut frames)?,
        StructureFormat::Sdf => mol::read(text, &mut frames)?,
        StructureFormat::Pdb => pdb::read(text, &mut frames)?,
        StructureFormat::Mol2 => mol2::read(text, &mut frames)?,
        StructureFormat::Gltf => return Err(FormatError::NotRead(format)),
    }
    frames.finish()
}

/// Structures read so far, held to the limits of a file.
struct Frames {
    file: StructureFile,
    atoms: usize,
}

impl Frames {
    fn new(format: StructureFormat) -> Self {
        Self { file: StructureFile { format, trajectory: Trajectory::default(), notes: Vec::new() }, atoms: 0 }
    }

    /// Adds a structure that ended at `line`.
    fn push(&mut self, structure: Structure, label: &str, line: usize) -> Result<(), FormatError> {
        self.push_frame(Frame::new(structure, label), line)
    }

    /// Adds a moment that ended at `line`.
    fn push_frame(&mut self, frame: Frame<Structure>, line: usize) -> Result<(), FormatError> {
        let format = self.file.format;
        if self.file.trajectory.frames.len() == MAX_FRAMES {
            return Err(FormatError::at(format, line, format!("more than {MAX_FRAMES} structures")));
        }
        self.atoms += frame.structure.elements().len();
        if self.atoms > MAX_TOTAL_ATOMS {
            return Err(FormatError::at(format, line, format!("more than {MAX_TOTAL_ATOMS} atoms in one file")));
        }
        let label = frame.label.trim().chars().take(200).collect();
        self.file.trajectory.frames.push(Frame { label, ..frame });
        Ok(())
    }

    /// Adds a sentence, once.
    fn note(&mut self, note: String) {
        const MAX_NOTES: usize = 50;
        let notes = &mut self.file.notes;
        if notes.len() < MAX_NOTES && !notes.contains(&note) {
            notes.push(note);
        }
    }

    fn is_empty(&self) -> bool {
        self.file.trajectory.frames.is_empty()
    }

    fn finish(self) -> Result<StructureFile, FormatError> {
        if self.is_empty() { Err(FormatError::Nothing(self.file.format)) } else { Ok(self.file) }
    }
}

//! Space group, standardised cells and equivalent atoms of a crystal, found by moyo.

use moyo::{
    MoyoDataset,
    base::{AngleTolerance, Cell},
    data::Setting,
};
use thiserror::Error;

use super::{Crystal, Element, Lattice, StructureError, crystal::dot, primitive::Primitive};

/// Atoms in a cell whose symmetry is sought; the search takes seconds beyond.
pub const MAX_SYMMETRY_ATOMS: usize = 1_000;

/// Å that atoms may miss their images by when nothing else is said: generated crystals are not exact. The Materials
/// Project uses the same.
pub const DEFAULT_TOLERANCE: f64 = 0.1;

/// How often the tolerance is halved before the search gives up.
const MAX_HALVINGS: usize = 12;

/// What the symmetry of a crystal is.
#[derive(Clone, Debug, PartialEq)]
pub struct Symmetry {
    /// Number in the International Tables, 1 to 230.
    pub number: u8,
    /// Short Hermann–Mauguin symbol, such as `P m -3 m`.
    pub hermann_mauguin: String,
    /// Pearson symbol of the conventional cell, such as `cP5`.
    pub pearson: String,
    /// Symmetry operations of the cell as given (more than one per coset where the cell is not primitive).
    pub operations: usize,
    /// Wyckoff letter of every atom.
    pub wyckoff_letters: Vec<char>,
    /// For every atom the first atom that symmetry maps it onto.
    pub orbits: Vec<usize>,
    /// The conventional cell in the standard setting, symmetrised.
    pub conventional: Crystal,
    /// The primitive cell of the same setting, symmetrised.
    pub primitive: Crystal,
    /// The tolerance that was used, Å: it is halved where atoms are closer than twice that, or what
    /// it allows contradicts itself.
    pub tolerance: f64,
}

/// The seven crystal systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrystalSystem {
    /// 1–2.
    Triclinic,
    /// 3–15.
    Monoclinic,
    /// 16–74.
    Orthorhombic,
    /// 75–142.
    Tetragonal,
    /// 143–167.
    Trigonal,
    /// 168–194.
    Hexagonal,
    /// 195–230.
    Cubic,
}

/// Why no symmetry was found.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SymmetryError {
    /// Not even the identity maps nothing onto itself.
    #[error("a cell without atoms has no space group")]
    NoAtoms,
    /// More than [`MAX_SYMMETRY_ATOMS`].
    #[error("symmetry is sought in cells of at most {MAX_SYMMETRY_ATOMS} atoms; this one has {0}")]
    TooManyAtoms(usize),
    /// Not a length that could separate atoms.
    #[error("the tolerance must be between 1e-6 and 1 Å")]
    Tolerance,
    /// Two atoms at one place, or a cell that repeats every few picometres, or hardly ever.
    #[error("no tolerance makes sense of the cell: its atoms coincide, or its edges are not between 0.5 and 10⁴ Å")]
    Cell,
    /// The cell cannot be handled.
    #[error(transparent)]
    Structure(#[from] StructureError),
    /// The search gave up.
    #[error("no consistent symmetry within the tolerance: {0}")]
    Search(#[from] moyo::Error),
}

impl Symmetry {
    /// Finds the space group of a crystal, with atoms up to `tolerance` Å from where symmetry puts them.
    ///
    /// # Errors
    /// If the cell is empty, too large or too strange, the tolerance is not sensible, or atoms coincide.
    pub fn of(crystal: &Crystal, tolerance: f64) -> Result<Self, SymmetryError> {
        let atoms = crystal.elements().len();
        if atoms == 0 {
            return Err(SymmetryError::NoAtoms);
        }
        if atoms > MAX_SYMMETRY_ATOMS {
            return Err(SymmetryError::TooManyAtoms(atoms));
        }
        if !(1e-6..=1.0).contains(&tolerance) {
            return Err(SymmetryError::Tolerance);
        }
        let mut tolerance = tolerance;
        let mut failure = SymmetryError::Cell;
        for _ in 0..MAX_HALVINGS {
            // moyo would search for a workable tolerance itself, up as well as down, and in cells that are thin against
            // the tolerance it multiplies rotations that are none without end. So it is given primitive cells only, for
            // which it never goes up, and only where the rotations it will find are a finite group.
            if let Some(primitive) = Primitive::of(crystal, tolerance)?
                && has_finite_rotations(primitive.crystal.lattice(), tolerance)?
            {
                match MoyoDataset::new(
                    &to_moyo(&primitive.crystal),
                    tolerance,
                    AngleTolerance::Default,
                    Setting::Standard,
                    true,
                ) {
                    Ok(dataset) => return Self::from_dataset(&dataset, &primitive, atoms),
                    Err(error) => failure = error.into(),
                }
            }
            tolerance /= 2.0;
        }
        Err(failure)
    }

    fn from_dataset(dataset: &MoyoDataset, primitive: &Primitive, atoms: usize) -> Result<Self, SymmetryError> {
        let copies = atoms / primitive.crystal.elements().len().max(1);
        let mut first_of_orbit = vec![None; atoms];
        let orbits = primitive
            .copy_of
            .iter()
            .enumerate()
            .map(|(atom, &copy)| *first_of_orbit[dataset.orbits[copy]].get_or_insert(atom));
        Ok(Self {
            number: u8::try_from(dataset.number).expect("moyo numbers space groups 1 to 230"),
            hermann_mauguin: dataset.hm_symbol.clone(),
            pearson: dataset.pearson_symbol.clone(),
            operations: dataset.operations.len() * copies,
            orbits: orbits.collect(),
            wyckoff_letters: primitive.copy_of.iter().map(|&copy| dataset.wyckoffs[copy]).collect(),
            conventional: from_moyo(&dataset.std_cell)?,
            primitive: from_moyo(&dataset.prim_std_cell)?,
            tolerance: dataset.symprec,
        })
    }

    /// The crystal system of the space group.
    pub fn crystal_system(&self) -> CrystalSystem {
        match self.number {
            ..=2 => CrystalSystem::Triclinic,
            3..=15 => CrystalSystem::Monoclinic,
            16..=74 => CrystalSystem::Orthorhombic,
            75..=142 => CrystalSystem::Tetragonal,
            143..=167 => CrystalSystem::Trigonal,
            168..=194 => CrystalSystem::Hexagonal,
            195.. => CrystalSystem::Cubic,
        }
    }
}

/// Whether the integer matrices that map a reduced cell onto itself within the tolerance, by the criteria of moyo's
/// search (Togo, Shinohara & Tanaka 2024, Eq. 7: lengths within the tolerance, sin²Δθ · |u| |v| below its square),
/// generate a finite group. Smaller tolerances admit fewer matrices, so the answer holds for them too.
fn has_finite_rotations(lattice: &Lattice, tolerance: f64) -> Result<bool, SymmetryError> {
    let shortest = lattice.lengths().into_iter().fold(f64::INFINITY, f64::min);
    let longest = lattice.lengths().into_iter().fold(0.0, f64::max);
    if shortest < 0.5 || longest > 1e4 {
        return Err(SymmetryError::Cell);
    }
    if 4.0 * tolerance > shortest {
        return Ok(false);
    }
    let (reduced, _) = moyo::base::Lattice::from_basis(*lattice.rows()).minkowski_reduce()?;
    let rows = reduced.basis_as_array();
    // A little above moyo's own limits, against rounding.
    let tolerance = tolerance * (1.0 + 1e-6) + 1e-9;
    let steps = || (-1..=1).flat_map(|a| (-1..=1).flat_map(move |b| (-1..=1).map(move |c| [a, b, c])));
    let vector = |n: [i32; 3]| -> [f64; 3] {
        std::array::from_fn(|axis| n.iter().zip(&rows).map(|(&n, row)| f64::from(n) * row[axis]).sum::<f64>())
    };
    let length = |v: &[f64; 3]| dot(v, v).sqrt();
    let angle = |u: &[f64; 3], v: &[f64; 3]| (dot(u, v) / (length(u) * length(v))).clamp(-1.0, 1.0).acos();
    let candidates: [Vec<([i32; 3], [f64; 3])>; 3] = rows.map(|row| {
        let fits = |v: &[f64; 3]| (length(v) - length(&row)).abs() < tolerance;
        steps().map(|n| (n, vector(n))).filter(|(n, v)| *n != [0; 3] && fits(v)).collect()
    });
    let keeps_angle = |(u, i): (&[f64; 3], usize), (v, j): (&[f64; 3], usize)| {
        let difference = angle(u, v) - angle(&rows[i], &rows[j]);
        let (mean_u, mean_v) = ((length(u) + length(&rows[i])) / 2.0, (length(v) + length(&rows[j])) / 2.0);
        difference.sin().powi(2) * mean_u * mean_v < tolerance * tolerance
    };
    let mut rotations = Vec::new();
    for (n0, v0) in &candidates[0] {
        for (n1, v1) in candidates[1].iter().filter(|(_, v1)| keeps_angle((v0, 0), (v1, 1))) {
            for (n2, v2) in &candidates[2] {
                if keeps_angle((v1, 1), (v2, 2)) && keeps_angle((v2, 2), (v0, 0)) {
                    rotations.push([*n0, *n1, *n2]);
                }
            }
        }
    }
    rotations.retain(|rotation| determinant(rotation).abs() == 1);
    Ok(is_finite_group(&rotations))
}

fn determinant([[a, b, c], [d, e, f], [g, h, i]]: &[[i32; 3]; 3]) -> i32 {
    a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
}

/// Whether products of these matrices lead to no more than the 48 of the largest crystallographic point group.
fn is_finite_group(generators: &[[[i32; 3]; 3]]) -> bool {
    const LARGEST: usize = 48;
    if generators.len() > LARGEST {
        return false;
    }
    let mut group: Vec<[[i32; 3]; 3]> = generators.to_vec();
    let mut next = 0;
    while let Some(&element) = group.get(next) {
        next += 1;
        for generator in generators {
            let product = std::array::from_fn(|i| {
                std::array::from_fn(|j| (0..3).map(|k| element[i][k] * generator[k][j]).sum::<i32>())
            });
            if !group.contains(&product) {
                if group.len() == LARGEST {
                    return false;
                }
                group.push(product);
            }
        }
    }
    !group.is_empty()
}

fn to_moyo(crystal: &Crystal) -> Cell {
    Cell::new(
        moyo::base::Lattice::from_basis(*crystal.lattice().rows()),
        crystal.fractional_coordinates().iter().map(|&f| f.into()).collect(),
        crystal.elements().iter().map(|element| i32::from(element.atomic_number())).collect(),
    )
}

fn from_moyo(cell: &Cell) -> Result<Crystal, StructureError> {
    let element = |&number: &i32| {
        u8::try_from(number)
            .ok()
            .and_then(Element::new)
            .ok_or_else(|| StructureError::UnknownElement(number.to_string()))
    };
    Crystal::new(
        Lattice::new(cell.lattice.basis_as_array())?,
        cell.numbers.iter().map(element).collect::<Result<_, _>>()?,
        cell.positions_as_arrays(),
    )
}

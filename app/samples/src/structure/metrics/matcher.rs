//! Whether two crystals are the same structure, and by how much they differ.
//!
//! The measure of the field (CDVAE, DiffCSP, CrysBFN): pymatgen's `StructureMatcher`, S. P. Ong et al., Comput. Mater.
//! Sci. 68 (2013) 314. Both crystals are reduced to primitive Niggli cells and scaled to one volume. Every basis of the
//! first lattice that resembles the second cell is tried, and every translation that puts an atom of the rarest element
//! on one of its kind; atoms are paired so that the squared distances on the average lattice are least, and the mean
//! displacement is taken off. Distances are in units of (V/N)^⅓.
//!
//! The average lattice is that of edges and angles, so crystals that differ much can have several results: which one
//! depends on which of equivalent Niggli bases the second is described in, and on which crystal comes first. pymatgen
//! chooses that basis by how the second lies in space; here a crystal that is turned keeps its basis.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    super::{Composition, Crystal, Element, Lattice, StructureError, crystal::dot},
    assignment::Assignment,
    linear::{inverse_unimodular, times, wrap_difference},
    lll,
    mapping::{Mapping, Shape, mappings},
    nearest_image::{NearestImage, reciprocal_lengths},
    primitive::primitive,
};

/// Atoms of a cell that is compared: the time grows with their third to fourth power.
pub const MAX_MATCH_ATOMS: usize = 500;

/// Bases × translations × atoms³: the worst that pairing the atoms of two cells can take, some tens of seconds. Cells of
/// twenty atoms need a thousandth.
const MAX_WORK: f64 = 1e10;

/// A difference so small that no better one is looked for.
const EXACT: f64 = 1e-5;

/// How far two crystals may differ and still be one structure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StructureMatcher {
    /// Cell edges may differ by this share.
    pub length_tolerance: f64,
    /// Cell angles may differ by this many degrees.
    pub angle_tolerance: f64,
    /// Displacements of atoms below this are a match, in (V/N)^⅓.
    pub site_tolerance: f64,
    /// Whether cells are made primitive first, so that a supercell matches its cell.
    pub primitive_cell: bool,
    /// Whether volumes are made equal first.
    pub scale: bool,
}

impl Default for StructureMatcher {
    /// The tolerances of the crystal generation literature: 0.3, 10°, 0.5.
    fn default() -> Self {
        Self { length_tolerance: 0.3, angle_tolerance: 10.0, site_tolerance: 0.5, primitive_cell: true, scale: true }
    }
}

/// How two matching crystals differ, in units of (V/N)^⅓.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Root of the mean square displacement of the atoms.
    pub rms: f64,
    /// Largest displacement.
    pub max: f64,
}

/// Why crystals were not compared.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum MatchError {
    /// Nothing to compare.
    #[error("a cell without atoms has no structure")]
    NoAtoms,
    /// More than [`MAX_MATCH_ATOMS`].
    #[error("structures are compared up to {MAX_MATCH_ATOMS} atoms in the cell; this one has {0}")]
    TooManyAtoms(usize),
    /// Lattices with too many vectors of like length.
    #[error("the cells are too elongated to be compared")]
    Elongated,
    /// Many atoms of every element in cells of high symmetry.
    #[error("the cells have too many ways to lay one on the other")]
    TooManyPairings,
    /// A cell that cannot be reduced.
    #[error(transparent)]
    Structure(#[from] StructureError),
}

/// A crystal made ready for comparison: its primitive Niggli cell.
#[derive(Clone, Debug, PartialEq)]
pub struct ReducedCrystal {
    crystal: Crystal,
    composition: Composition,
}

impl ReducedCrystal {
    /// The reduced cell.
    pub fn crystal(&self) -> &Crystal {
        &self.crystal
    }

    /// Elements and counts over their greatest common divisor.
    pub fn composition(&self) -> &Composition {
        &self.composition
    }
}

/// What is made least, and whether the first match will do.
#[derive(Clone, Copy)]
enum Objective {
    LeastRms,
    AnyMaxWithinTolerance,
}

impl StructureMatcher {
    /// Makes a crystal ready for comparison.
    ///
    /// # Errors
    /// If it has no atoms, more than [`MAX_MATCH_ATOMS`], or a cell too oblique to be reduced.
    pub fn reduce(&self, crystal: &Crystal) -> Result<ReducedCrystal, MatchError> {
        match crystal.elements().len() {
            0 => return Err(MatchError::NoAtoms),
            n if n > MAX_MATCH_ATOMS => return Err(MatchError::TooManyAtoms(n)),
            _ => {}
        }
        let mut reduced = crystal.niggli_reduced()?;
        if self.primitive_cell {
            reduced = primitive(reduced)?;
        }
        Ok(ReducedCrystal { crystal: reduced, composition: Composition::of(crystal.elements()).reduced().0 })
    }

    /// The least root mean square displacement between two crystals; `None` if they do not match (pymatgen's
    /// `get_rms_dist`).
    ///
    /// # Errors
    /// As [`Self::reduce`] and [`Self::rms_distance_reduced`].
    pub fn rms_distance(&self, a: &Crystal, b: &Crystal) -> Result<Option<Match>, MatchError> {
        if Composition::of(a.elements()).reduced().0 != Composition::of(b.elements()).reduced().0 {
            return Ok(None);
        }
        self.rms_distance_reduced(&self.reduce(a)?, &self.reduce(b)?)
    }

    /// [`Self::rms_distance`] of crystals made ready before.
    ///
    /// # Errors
    /// If the cells are too elongated, or have too many ways to be paired.
    pub fn rms_distance_reduced(&self, a: &ReducedCrystal, b: &ReducedCrystal) -> Result<Option<Match>, MatchError> {
        self.search(a, b, Objective::LeastRms)
    }

    /// Whether two crystals are the same structure: no atom is displaced by more than the tolerance (pymatgen's `fit`;
    /// stricter than [`Self::rms_distance`], which looks at the mean).
    ///
    /// # Errors
    /// As [`Self::rms_distance`].
    pub fn fits(&self, a: &Crystal, b: &Crystal) -> Result<bool, MatchError> {
        if Composition::of(a.elements()).reduced().0 != Composition::of(b.elements()).reduced().0 {
            return Ok(false);
        }
        self.fits_reduced(&self.reduce(a)?, &self.reduce(b)?)
    }

    /// [`Self::fits`] of crystals made ready before.
    ///
    /// # Errors
    /// If the cells are too elongated, or have too many ways to be paired.
    pub fn fits_reduced(&self, a: &ReducedCrystal, b: &ReducedCrystal) -> Result<bool, MatchError> {
        self.search(a, b, Objective::AnyMaxWithinTolerance).map(|found| found.is_some())
    }

    fn search(
        &self,
        a: &ReducedCrystal,
        b: &ReducedCrystal,
        objective: Objective,
    ) -> Result<Option<Match>, MatchError> {
        if Composition::of(a.crystal.elements()) != Composition::of(b.crystal.elements()) {
            return Ok(None);
        }
        let volume_ratio = b.crystal.lattice().volume() / a.crystal.lattice().volume();
        let stretch = if self.scale { volume_ratio.powf(1.0 / 6.0) } else { 1.0 };
        let rows = a.crystal.lattice().rows().map(|row| row.map(|x| x * stretch));
        let lengths = b.crystal.lattice().lengths().map(|length| length / stretch);
        let target = Shape { lengths, angles: b.crystal.lattice().angles() };

        let mut pairing = Pairing::new(a.crystal.elements(), b.crystal.elements());
        let mut best: Option<Match> = None;
        let mappings = mappings(&rows, &target, self.length_tolerance, self.angle_tolerance)?;
        let work = mappings.len() as f64 * pairing.starts.len() as f64 * (pairing.atoms as f64).powi(3);
        if work > MAX_WORK {
            return Err(MatchError::TooManyPairings);
        }
        for mapping in mappings {
            // Parameters that no cell has are no average cell.
            let Some(mut frame) = Frame::new(&mapping, &target, a.crystal.elements().len(), self.site_tolerance) else {
                continue;
            };
            pairing.place(&a.crystal, &b.crystal, &inverse_unimodular(&mapping.transformation));
            for start in 0..pairing.starts.len() {
                let Some(found) = pairing.compare(start, &mut frame) else { continue };
                let (value, least) = match objective {
                    Objective::LeastRms => (found.rms, best.map(|best| best.rms)),
                    Objective::AnyMaxWithinTolerance => (found.max, best.map(|best| best.max)),
                };
                if value < self.site_tolerance && least.is_none_or(|least| value < least) {
                    best = Some(found);
                    if value < EXACT || matches!(objective, Objective::AnyMaxWithinTolerance) {
                        return Ok(best);
                    }
                }
            }
        }
        Ok(best)
    }
}

/// The average of two cells, on which distances are taken.
struct Frame {
    rows: [[f64; 3]; 3],
    /// 1/(V/N)^⅓, 1/Å.
    normalisation: f64,
    /// Pairs further apart than this along an axis are not looked at; fractional.
    tolerance: [f64; 3],
    /// The same lattice with a short basis; made when first needed.
    short: Option<ShortBasis>,
    site_tolerance: f64,
}

struct ShortBasis {
    to_short: [[f64; 3]; 3],
    tolerance: [f64; 3],
    nearest: NearestImage,
}

impl Frame {
    fn new(mapping: &Mapping, target: &Shape, atoms: usize, site_tolerance: f64) -> Option<Self> {
        let mean = |a: [f64; 3], b: [f64; 3]| -> [f64; 3] { std::array::from_fn(|i| (a[i] + b[i]) / 2.0) };
        let Shape { lengths, angles } = mapping.shape;
        let lattice = Lattice::from_parameters(mean(lengths, target.lengths), mean(angles, target.angles)).ok()?;
        let normalisation = (atoms as f64 / lattice.volume()).cbrt();
        let rows = *lattice.rows();
        let tolerance = Self::tolerance(&rows, site_tolerance, normalisation);
        Some(Self { rows, normalisation, tolerance, short: None, site_tolerance })
    }

    /// Twice the site tolerance, as a share of the distance between lattice planes.
    fn tolerance(rows: &[[f64; 3]; 3], site_tolerance: f64, normalisation: f64) -> [f64; 3] {
        reciprocal_lengths(rows).map(|reciprocal| 2.0 * reciprocal * site_tolerance / normalisation)
    }

    fn short(&mut self) -> &ShortBasis {
        let Self { rows, normalisation, site_tolerance, .. } = *self;
        self.short.get_or_insert_with(|| {
            let (short, transformation) = lll::reduce(rows);
            ShortBasis {
                to_short: inverse_unimodular(&transformation),
                tolerance: Self::tolerance(&short, site_tolerance, normalisation),
                nearest: NearestImage::new(short),
            }
        })
    }
}

/// The atoms of both crystals in one cell, and work space for pairing them.
struct Pairing {
    atoms: usize,
    /// Pairs (i of the second, j of the first) of one element, by i.
    allowed: Vec<Vec<usize>>,
    /// Fractional coordinates, in the basis that resembles the second cell.
    first: Vec<[f64; 3]>,
    second: Vec<[f64; 3]>,
    /// The atom of the second crystal that is put on atoms of the first: one of its rarest element.
    pivot: usize,
    starts: Vec<usize>,
    costs: Vec<f64>,
    vectors: Vec<[f64; 3]>,
    assignment: Assignment,
}

impl Pairing {
    fn new(first: &[Element], second: &[Element]) -> Self {
        let partners =
            |element: Element| first.iter().enumerate().filter(move |&(_, &e)| e == element).map(|(j, _)| j).collect();
        let allowed: Vec<Vec<usize>> = second.iter().map(|&element| partners(element)).collect();
        let pivot = (0..second.len()).min_by_key(|&i| allowed[i].len()).unwrap_or(0);
        let atoms = second.len();
        Self {
            atoms,
            pivot,
            starts: allowed[pivot].clone(),
            allowed,
            first: vec![[0.0; 3]; atoms],
            second: vec![[0.0; 3]; atoms],
            costs: vec![0.0; atoms * atoms],
            vectors: vec![[0.0; 3]; atoms * atoms],
            assignment: Assignment::default(),
        }
    }

    fn place(&mut self, first: &Crystal, second: &Crystal, to_basis: &[[f64; 3]; 3]) {
        for (place, f) in self.first.iter_mut().zip(first.fractional_coordinates()) {
            *place = times(f, to_basis);
        }
        self.second.copy_from_slice(second.fractional_coordinates());
    }

    /// Moves the second crystal so that its pivot lies on the `start`th possible atom of the first, and pairs the atoms.
    /// `None` if some atom has no partner near enough.
    fn compare(&mut self, start: usize, frame: &mut Frame) -> Option<Match> {
        let n = self.atoms;
        let (from, to) = (&self.second[self.pivot], &self.first[self.starts[start]]);
        let shift: [f64; 3] = std::array::from_fn(|axis| to[axis] - from[axis]);
        let difference = |i: usize, j: usize| -> [f64; 3] {
            std::array::from_fn(|axis| self.first[j][axis] - self.second[i][axis] - shift[axis])
        };
        let within = |difference: &[f64; 3], tolerance: &[f64; 3]| {
            difference.iter().zip(tolerance).all(|(x, tolerance)| wrap_difference(*x).abs() < *tolerance)
        };
        let tolerance = frame.tolerance;
        let all_near = (0..n).all(|i| self.allowed[i].iter().any(|&j| within(&difference(i, j), &tolerance)));
        if !all_near {
            return None;
        }
        let short = frame.short();
        self.costs.fill(f64::INFINITY);
        for (i, partners) in self.allowed.iter().enumerate() {
            for &j in partners {
                let difference = times(&difference(i, j), &short.to_short);
                if within(&difference, &short.tolerance) {
                    let (vector, square) = short.nearest.shortest(&difference);
                    self.costs[i * n + j] = square;
                    self.vectors[i * n + j] = vector;
                }
            }
        }
        let columns = self.assignment.solve(n, &self.costs)?;
        let displacements = || columns.iter().enumerate().map(|(i, j)| self.vectors[i * n + j]);
        let mean = displacements().fold([0.0; 3], |sum, v| std::array::from_fn(|axis| sum[axis] + v[axis] / n as f64));
        let squares = displacements().map(|v| {
            let rest: [f64; 3] = std::array::from_fn(|axis| v[axis] - mean[axis]);
            dot(&rest, &rest)
        });
        let (sum, largest) = squares.fold((0.0, 0.0_f64), |(sum, largest), square| (sum + square, largest.max(square)));
        let rms = (sum / n as f64).sqrt() * frame.normalisation;
        Some(Match { rms, max: largest.sqrt() * frame.normalisation })
    }
}

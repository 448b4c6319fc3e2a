//! Laying one crystal over another, so that their difference shows.

use samples::{
    Crystal,
    structure::{Composition, Lattice, Structure, StructureError},
};

/// Most atoms that are laid over one another: the search takes their number to the third power.
const MOST_ATOMS: usize = 60;
/// Cells whose edges (relative) and angles (cosines) agree better than the best candidate plus this are tried.
const SLACK: f64 = 0.05;
/// A fraction as near to a whole number as this differs from it by rounding only.
const ROUNDING: f64 = 1e-9;
/// Cells that an atom may stand away from the first.
const FARTHEST: i32 = 100;

type Axes = [[f64; 3]; 3];

/// A crystal to be drawn over another.
#[derive(Clone, Debug, PartialEq)]
pub struct LaidOver {
    /// The crystal.
    pub structure: Structure,
    /// Cells from the first to that in which each atom stands beside its neighbour; empty: all in the first.
    pub cells: Vec<[i32; 3]>,
}

impl LaidOver {
    /// A crystal as it is.
    pub fn in_its_cell(crystal: Crystal) -> Self {
        Self { structure: Structure::Crystal(crystal), cells: Vec::new() }
    }
}

/// `other` moved into the cell of `shown`, reduced or not, atoms as near as they come to those of `shown`. Axes may be
/// exchanged and reversed and the origin moved; lengths are stretched to the cell of `shown`, so that only places
/// within the cell differ, as in the RMS displacement of the structure matcher. Elements count where both have the
/// same composition; otherwise every atom counts alike.
///
/// `None` if the two have different numbers of atoms, or too many.
///
/// # Errors
/// If a cell is too oblique to be reduced.
pub fn over(shown: &Crystal, other: &Crystal) -> Result<Option<LaidOver>, StructureError> {
    let atoms = shown.elements().len();
    if atoms == 0 || atoms > MOST_ATOMS || other.elements().len() != atoms {
        return Ok(None);
    }
    let (reduced, other) = (shown.niggli_reduced()?, other.niggli_reduced()?);
    let same_composition = Composition::of(shown.elements()) == Composition::of(other.elements());
    let alike = |i: usize, j: usize| !same_composition || shown.elements()[i] == other.elements()[j];
    let mut best: Option<(f64, Vec<[f64; 3]>)> = None;
    for axes in candidates(reduced.lattice(), other.lattice()) {
        let turned: Vec<[f64; 3]> = other.fractional_coordinates().iter().map(|f| turn(&axes, f)).collect();
        for (i, anchor) in reduced.fractional_coordinates().iter().enumerate() {
            // One atom of `other`, the first, finds its place on every atom of its element.
            if !alike(i, 0) {
                continue;
            }
            let shift: [f64; 3] = std::array::from_fn(|axis| anchor[axis] - turned[0][axis]);
            let moved: Vec<[f64; 3]> =
                turned.iter().map(|f| std::array::from_fn(|axis| f[axis] + shift[axis])).collect();
            let moved = centred(&reduced, moved, &alike);
            let misfit = misfit(&reduced, &moved, &alike);
            if best.as_ref().is_none_or(|(least, _)| misfit < *least) {
                best = Some((misfit, moved));
            }
        }
    }
    let Some((_, moved)) = best else { return Ok(None) };
    // Each atom beside its neighbour of `shown` as that stands in its cell.
    let beside = |(j, f): (usize, &[f64; 3])| {
        let Nearest { atom, step, .. } = nearest(&reduced, j, f, &alike);
        let neighbour = reduced.fractional_coordinates()[atom];
        let [there, f] = [neighbour, std::array::from_fn(|axis| neighbour[axis] - step[axis])]
            .map(|f| back(shown.lattice(), reduced.lattice(), f));
        let home = shown.fractional_coordinates()[atom];
        std::array::from_fn(|axis| f[axis] + (home[axis] - there[axis]).round())
    };
    let coordinates: Vec<[f64; 3]> = moved.iter().enumerate().map(beside).collect();
    let mut cells: Vec<[i32; 3]> = coordinates.iter().map(|f| f.map(|x| x.floor() as i32)).collect();
    // In a cell so sheared that its neighbours are that far the view would not take them.
    if cells.as_flattened().iter().any(|n| n.abs() > FARTHEST) {
        cells.clear();
    }
    let crystal = Crystal::new(*shown.lattice(), other.elements().to_vec(), coordinates)?;
    Ok(Some(LaidOver { structure: Structure::Crystal(crystal), cells }))
}

/// Fractions of the reduced cell as those of the cell it came from. Reduction may exchange and reverse the edges, so
/// the reduced cell may lie beside the other one; in space both stand alike.
fn back(cell: &Lattice, reduced: &Lattice, fractional: [f64; 3]) -> [f64; 3] {
    // What lies on a face stays there: wrapped, a little less than 0 would be the opposite face.
    let snapped = |x: f64| if (x - x.round()).abs() < ROUNDING { x.round() } else { x };
    cell.to_fractional(reduced.to_cartesian(fractional)).map(snapped)
}

/// Ways to exchange and reverse the axes (proper and improper: a crystal and its mirror image are one structure to
/// the matcher) that bring the second cell near the first.
fn candidates(a: &Lattice, b: &Lattice) -> Vec<Axes> {
    const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let scale = (a.volume() / b.volume()).cbrt();
    let shape = |lattice: &Lattice| (lattice.lengths(), lattice.angles().map(|angle| angle.to_radians().cos()));
    let ((lengths, cosines), (other_lengths, other_cosines)) = (shape(a), shape(b));
    let mut ranked: Vec<(f64, Axes)> = Vec::new();
    for order in ORDERS {
        for signs in 0..8_u8 {
            let sign = order.map(|axis| if signs >> axis & 1 == 1 { -1.0 } else { 1.0 });
            let mut difference = 0.0;
            for axis in 0..3 {
                let (u, v) = ((axis + 1) % 3, (axis + 2) % 3);
                difference += (other_lengths[order[axis]] * scale / lengths[axis]).ln().abs();
                difference += (sign[u] * sign[v] * other_cosines[order[axis]] - cosines[axis]).abs();
            }
            let axes = std::array::from_fn(|row| {
                std::array::from_fn(|column| if column == order[row] { sign[row] } else { 0.0 })
            });
            ranked.push((difference, axes));
        }
    }
    let least = ranked.iter().map(|(difference, _)| *difference).fold(f64::INFINITY, f64::min);
    ranked.into_iter().filter(|(difference, _)| *difference <= least + SLACK).map(|(_, axes)| axes).collect()
}

fn turn(axes: &Axes, f: &[f64; 3]) -> [f64; 3] {
    std::array::from_fn(|row| axes[row].iter().zip(f).map(|(n, x)| n * x).sum())
}

/// Moved so that the mean displacement vanishes.
fn centred(shown: &Crystal, moved: Vec<[f64; 3]>, alike: &impl Fn(usize, usize) -> bool) -> Vec<[f64; 3]> {
    let mut mean = [0.0; 3];
    for (j, f) in moved.iter().enumerate() {
        let Nearest { step, .. } = nearest(shown, j, f, alike);
        for axis in 0..3 {
            mean[axis] += step[axis] / moved.len() as f64;
        }
    }
    moved.into_iter().map(|f| std::array::from_fn(|axis| f[axis] + mean[axis])).collect()
}

/// Sum of the squared distances to the nearest atom that is alike, Å².
fn misfit(shown: &Crystal, moved: &[[f64; 3]], alike: &impl Fn(usize, usize) -> bool) -> f64 {
    moved.iter().enumerate().map(|(j, f)| nearest(shown, j, f, alike).square).sum()
}

/// The nearest atom of a crystal to a place.
struct Nearest {
    atom: usize,
    /// Squared distance, Å².
    square: f64,
    /// The way there, in fractions.
    step: [f64; 3],
}

/// The nearest to atom `j` at `f` of the atoms of `shown` that are alike.
fn nearest(shown: &Crystal, j: usize, f: &[f64; 3], alike: &impl Fn(usize, usize) -> bool) -> Nearest {
    let mut best = Nearest { atom: 0, square: f64::INFINITY, step: [0.0; 3] };
    for (i, g) in shown.fractional_coordinates().iter().enumerate() {
        if alike(i, j) {
            let step: [f64; 3] = std::array::from_fn(|axis| {
                let difference = g[axis] - f[axis];
                difference - difference.round()
            });
            let square = shown.lattice().to_cartesian(step).iter().map(|x| x * x).sum();
            if square < best.square {
                best = Nearest { atom: i, square, step };
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::specimen::tests::{cube, perovskite};

    fn laid(shown: &Crystal, other: &Crystal) -> (Crystal, Vec<[i32; 3]>) {
        let LaidOver { structure, cells } = over(shown, other).expect("cells").expect("as many atoms");
        let Structure::Crystal(crystal) = structure else { panic!("a crystal") };
        (crystal, cells)
    }

    fn farthest(a: &Crystal, b: &Crystal) -> f64 {
        let same = |i: usize, j: usize| a.elements()[i] == b.elements()[j];
        let distances =
            b.fractional_coordinates().iter().enumerate().map(|(j, f)| nearest(a, j, f, &same).square.sqrt());
        distances.fold(0.0, f64::max)
    }

    #[test]
    fn a_crystal_that_was_moved_turned_and_stretched_comes_to_lie_on_itself() {
        let crystal = perovskite();
        // b, −c, a; the origin elsewhere; another edge.
        let moved: Vec<[f64; 3]> =
            crystal.fractional_coordinates().iter().map(|f| [f[1] + 0.31, 0.17 - f[2], f[0] - 0.4]).collect();
        let at: Vec<[f64; 3]> = moved;
        let other = cube(4.1, &["Sr", "Ti", "O", "O", "O"], &at);
        let (laid, _) = laid(&crystal, &other);
        assert!((laid.lattice().lengths()[0] - 3.905).abs() < 1e-9);
        assert!(farthest(&crystal, &laid) < 1e-9, "{}", farthest(&crystal, &laid));
        // Strontium sits in the corner, and not in the opposite one.
        assert_eq!(laid.fractional_coordinates()[0], [0.0; 3]);
    }

    #[test]
    fn a_sample_whose_cell_is_not_reduced_is_laid_over_where_it_is() {
        let elements = perovskite().elements()[..3].to_vec();
        let at = [[0.1, 0.2, 0.3], [0.55, 0.45, 0.62], [0.8, 0.7, 0.15]];
        let moved = at.map(|f| [f[0] + 0.31, f[1] - 0.17, f[2] + 0.4]);
        for angles in [[90.0; 3], [80.0, 75.0, 110.0]] {
            let cell = |scale: f64| Lattice::from_parameters([5.3, 4.1, 3.2].map(|edge| scale * edge), angles);
            let reduction = cell(1.0).expect("a cell").niggli_reduced().expect("a reduced cell");
            assert!(reduction.transformation.iter().flatten().any(|&n| n < 0), "{:?}", reduction.transformation);
            let crystal = Crystal::new(cell(1.0).expect("a cell"), elements.clone(), at.to_vec()).expect("a crystal");
            let other = Crystal::new(cell(1.1).expect("a cell"), elements.clone(), moved.to_vec()).expect("a crystal");
            let (laid, _) = laid(&crystal, &other);
            assert_eq!(laid.lattice(), crystal.lattice());
            // In the very cell: the atoms of neither crystal lie on a face.
            for (i, (there, here)) in laid.positions().iter().zip(crystal.positions()).enumerate() {
                assert!((0..3).all(|axis| (there[axis] - here[axis]).abs() < 1e-6), "atom {i}: {there:?}, {here:?}");
            }
        }
    }

    #[test]
    fn atoms_stand_beside_their_neighbours_beyond_faces_too() {
        let crystal = cube(4.0, &["Sr", "Ti"], &[[0.02, 0.98, 0.5], [0.5; 3]]);
        let other = cube(4.0, &["Sr", "Ti"], &[[0.96, 0.04, 0.5], [0.56, 0.44, 0.5]]);
        for angle in [90.0, 70.0] {
            let cell = Lattice::from_parameters([4.0, 4.0, 5.0], [90.0, 90.0, angle]).expect("a cell");
            let of = |at: &Crystal| {
                Crystal::new(cell, at.elements().to_vec(), at.fractional_coordinates().to_vec()).expect("a crystal")
            };
            let (laid, cells) = laid(&of(&crystal), &of(&other));
            for ((home, f), cell) in
                crystal.fractional_coordinates().iter().zip(laid.fractional_coordinates()).zip(cells)
            {
                for axis in 0..3 {
                    let distance = (f[axis] + f64::from(cell[axis]) - home[axis]).abs();
                    assert!(distance < 0.07, "{home:?} {f:?} {cell:?}");
                }
            }
        }
    }

    #[test]
    fn what_really_differs_stays_different() {
        let crystal = perovskite();
        let mut at = crystal.fractional_coordinates().to_vec();
        at[1][0] += 0.1;
        let other = cube(3.905, &["Sr", "Ti", "O", "O", "O"], &at);
        let (laid, _) = laid(&crystal, &other);
        let distance = farthest(&crystal, &laid);
        // The mean of five displacements vanishes: of 0.39 Å the titanium keeps four fifths.
        assert!((distance - 0.8 * 0.3905).abs() < 1e-3, "{distance}");
        assert_eq!(over(&crystal, &cube(3.0, &["Po"], &[[0.0; 3]])), Ok(None));
    }
}

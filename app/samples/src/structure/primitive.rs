//! The primitive cell: a cell that no shorter translation repeats.

use super::{Crystal, Element, Lattice, StructureError, crystal::wrap, point_grid::PointGrid};

/// A primitive cell and how the atoms of the cell it came from lie in it.
pub(super) struct Primitive {
    /// Niggli-reduced; atoms at the average of their copies.
    pub(super) crystal: Crystal,
    /// For every atom of the old cell the atom of the primitive cell that it is a copy of.
    pub(super) copy_of: Vec<usize>,
}

/// A translation that maps the crystal onto itself.
struct Translation {
    /// Fractional, exact to the average of all atoms.
    shift: [f64; 3],
    /// Where each atom goes.
    image: Vec<usize>,
}

impl Primitive {
    /// The primitive cell within a tolerance in Å; `None` if the translations found within it contradict one another,
    /// which a smaller tolerance cures.
    pub(super) fn of(crystal: &Crystal, tolerance: f64) -> Result<Option<Self>, StructureError> {
        let mut found = Self { crystal: crystal.niggli_reduced()?, copy_of: (0..crystal.elements().len()).collect() };
        // Averaging may bring atoms within the tolerance of further translations. Every turn halves the atoms at least.
        loop {
            let Some(translations) = translations(&found.crystal, tolerance) else { return Ok(None) };
            if translations.len() == 1 {
                return Ok(Some(found));
            }
            let Some(smaller) = divide(&found.crystal, &translations)? else { return Ok(None) };
            found.copy_of = found.copy_of.iter().map(|&atom| smaller.copy_of[atom]).collect();
            found.crystal = smaller.crystal;
        }
    }
}

/// All translations within the cell, the identity first; `None` if atoms are closer than twice the tolerance, or the
/// translations are no group.
fn translations(crystal: &Crystal, tolerance: f64) -> Option<Vec<Translation>> {
    let (elements, coordinates) = (crystal.elements(), crystal.fractional_coordinates());
    // Twice the tolerance at first: the translation between two atoms is off by the errors of both.
    let mut grid = PointGrid::new(*crystal.lattice(), 2.0 * tolerance);
    for &point in coordinates {
        // Atoms so close could be mistaken for one another.
        if grid.nearest(point).is_some() {
            return None;
        }
        grid.insert(point).ok()?;
    }
    let pivots = rarest(elements);
    let (&origin, others) = pivots.split_first()?;
    let translation = |target: usize| {
        let shift: [f64; 3] = std::array::from_fn(|k| coordinates[target][k] - coordinates[origin][k]);
        let mut taken = vec![false; elements.len()];
        let mut image = Vec::with_capacity(elements.len());
        let mut misses = Vec::with_capacity(elements.len());
        for (atom, point) in coordinates.iter().enumerate() {
            let moved = std::array::from_fn(|k| wrap(point[k] + shift[k]));
            let (onto, miss) = grid.nearest(moved)?;
            if elements[onto] != elements[atom] || std::mem::replace(&mut taken[onto], true) {
                return None;
            }
            image.push(onto);
            misses.push(miss);
        }
        let mean: [f64; 3] =
            std::array::from_fn(|k| misses.iter().map(|miss| miss[k]).sum::<f64>() / misses.len() as f64);
        let is_close = |miss: &[f64; 3]| {
            let d = crystal.lattice().to_cartesian(std::array::from_fn(|k| miss[k] - mean[k]));
            d.iter().map(|x| x * x).sum::<f64>() < tolerance * tolerance
        };
        misses.iter().all(is_close).then(|| Translation { shift: std::array::from_fn(|k| shift[k] + mean[k]), image })
    };
    let identity = translation(origin).filter(|identity| identity.image.iter().enumerate().all(|(i, &j)| i == j))?;
    let mut all = vec![identity];
    all.extend(others.iter().filter_map(|&target| translation(target)));
    is_group(&all).then_some(all)
}

/// The atoms of the element that there are fewest of.
fn rarest(elements: &[Element]) -> Vec<usize> {
    let mut atoms: Vec<Vec<usize>> = vec![Vec::new(); Element::MAX as usize + 1];
    for (atom, element) in elements.iter().enumerate() {
        atoms[usize::from(element.atomic_number())].push(atom);
    }
    atoms.into_iter().filter(|atoms| !atoms.is_empty()).min_by_key(Vec::len).unwrap_or_default()
}

/// Whether every orbit has one atom per translation, and carrying out two translations is a third.
fn is_group(translations: &[Translation]) -> bool {
    let atoms = translations[0].image.len();
    if !atoms.is_multiple_of(translations.len()) {
        return false;
    }
    // Translations differ in where they take atom 0, or they are not different.
    let mut by_image = vec![None; atoms];
    for (index, translation) in translations.iter().enumerate() {
        if by_image[translation.image[0]].replace(index).is_some() {
            return false;
        }
    }
    // Enough to ask of products with a few: all of them together are an orbit of every atom.
    let orbits_are_full = (0..atoms).all(|atom| {
        let mut orbit: Vec<usize> = translations.iter().map(|translation| translation.image[atom]).collect();
        orbit.sort_unstable();
        orbit.windows(2).all(|pair| pair[0] != pair[1])
    });
    orbits_are_full
        && translations.iter().all(|first| {
            translations.iter().all(|second| {
                let product = |atom: usize| second.image[first.image[atom]];
                let of_first_atom = by_image[product(0)];
                // The last atom stands for all: a translation is known by one atom, and two agreeing are no accident.
                of_first_atom.is_some_and(|third| translations[third].image[atoms - 1] == product(atoms - 1))
            })
        })
}

/// The cell that these translations repeat; `None` if they do not make one.
fn divide(crystal: &Crystal, translations: &[Translation]) -> Result<Option<Primitive>, StructureError> {
    let order = translations.len() as i64;
    // In units of 1/order every translation of a group of that order is whole.
    let mut generators = vec![[order, 0, 0], [0, order, 0], [0, 0, order]];
    generators.extend(translations[1..].iter().map(|t| t.shift.map(|x| (wrap(x) * order as f64).round() as i64)));
    let basis = hermite_basis(generators);
    if basis[0][0] * basis[1][1] * basis[2][2] != order * order {
        return Ok(None);
    }
    let rows = crystal.lattice().rows();
    let small: [[f64; 3]; 3] = basis.map(|n| {
        std::array::from_fn(|axis| n.iter().zip(rows).map(|(&n, row)| n as f64 / order as f64 * row[axis]).sum::<f64>())
    });
    let lattice = Lattice::new(small)?;
    let atoms = crystal.elements().len();
    let mut copy_of = vec![usize::MAX; atoms];
    let (mut elements, mut coordinates) = (Vec::new(), Vec::new());
    for atom in 0..atoms {
        if copy_of[atom] != usize::MAX {
            continue;
        }
        let home = crystal.fractional_coordinates()[atom];
        let mut mean = [0.0; 3];
        for translation in translations {
            let copy = translation.image[atom];
            copy_of[copy] = elements.len();
            let there = crystal.fractional_coordinates()[copy];
            for k in 0..3 {
                let miss = there[k] - home[k] - translation.shift[k];
                mean[k] += (miss - miss.round()) / translations.len() as f64;
            }
        }
        elements.push(crystal.elements()[atom]);
        let position = crystal.lattice().to_cartesian(std::array::from_fn(|k| home[k] + mean[k]));
        coordinates.push(lattice.to_fractional(position));
    }
    let crystal = Crystal::new(lattice, elements, coordinates)?.niggli_reduced()?;
    Ok(Some(Primitive { crystal, copy_of }))
}

/// A triangular basis of the lattice of whole vectors that these generate (row Hermite form). The first three are the
/// edges of a cube, so the rank is 3 and the entries stay below its edge.
fn hermite_basis(mut rows: Vec<[i64; 3]>) -> [[i64; 3]; 3] {
    let edge = rows[0][0];
    let mut basis = [[0; 3]; 3];
    for column in 0..3 {
        // Euclid's algorithm on the column until one row is left with an entry in it.
        while let Some(pivot) = (0..rows.len()).filter(|&i| rows[i][column] != 0).min_by_key(|&i| rows[i][column].abs())
        {
            let pivot_row = rows[pivot];
            let mut is_alone = true;
            for (i, row) in rows.iter_mut().enumerate() {
                if i != pivot && row[column] != 0 {
                    let factor = row[column] / pivot_row[column];
                    for k in column..3 {
                        // Modulo the edge: its multiples are in the lattice anyway.
                        row[k] = (row[k] - factor * pivot_row[k]) % edge_of(k, column, edge);
                    }
                    is_alone &= row[column] == 0;
                }
            }
            if is_alone {
                basis[column] = pivot_row.map(|x| if pivot_row[column] < 0 { -x } else { x });
                rows.swap_remove(pivot);
                break;
            }
        }
    }
    basis
}

/// Columns after the one being cleared may be reduced modulo the edge; that one itself must not be.
fn edge_of(k: usize, column: usize, edge: i64) -> i64 {
    if k == column { i64::MAX } else { edge }
}

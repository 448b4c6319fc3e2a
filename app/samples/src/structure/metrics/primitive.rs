//! The smallest cell that repeats a crystal, with room for error.
//!
//! Symmetry finders ask for exact repetition within a fraction of an ångström and give up otherwise. The matcher needs
//! a looser notion, that of pymatgen's primitive structure: each atom may miss its image by [`TOLERANCE`] along every
//! axis, and images that fall together are averaged.

use super::{
    super::{Crystal, Element, Lattice, StructureError, crystal::dot},
    linear::{times, wrap_difference},
};

/// Å along every axis.
const TOLERANCE: f64 = 0.25;

/// The coordinates of the atoms of one element.
struct Group {
    element: Element,
    coordinates: Vec<[f64; 3]>,
    /// `[atom][atom]`, row by row: whether two atoms lie far enough apart that they may be images of each other.
    may_be_images: Vec<bool>,
}

/// Looks for a smaller cell until there is none. The result is Niggli-reduced if it is smaller than the input, and the
/// input otherwise.
///
/// # Errors
/// If a smaller cell cannot be reduced.
pub(super) fn primitive(crystal: Crystal) -> Result<Crystal, StructureError> {
    let mut smallest = crystal;
    let mut reduced = true;
    while let Some(smaller) = smaller(&smallest)? {
        smallest = smaller;
        reduced = false;
    }
    if reduced { Ok(smallest) } else { smallest.niggli_reduced() }
}

fn smaller(crystal: &Crystal) -> Result<Option<Crystal>, StructureError> {
    let rows = crystal.lattice().rows();
    let tolerance = crystal.lattice().lengths().map(|length| TOLERANCE / length);
    let double = tolerance.map(|x| 2.0 * x);
    let groups = group(crystal, &double);
    let units = groups.iter().fold(0, |divisor, group| greatest_common_divisor(divisor, group.coordinates.len()));
    let Some(rarest) = groups.iter().min_by_key(|group| group.coordinates.len()).filter(|_| units > 1) else {
        return Ok(None);
    };
    // What may be a period: it takes an atom of the rarest element to another, and (with twice the tolerance, because
    // both ends are inexact) every atom near one of its kind.
    let mut periods: Vec<[f64; 3]> = rarest.coordinates.iter().map(|f| difference(f, &rarest.coordinates[0])).collect();
    for group in &groups {
        for from in &group.coordinates {
            periods
                .retain(|period| group.coordinates.iter().any(|to| is_close(&difference(to, from), period, &double)));
        }
    }
    if periods.len() < 2 {
        return Ok(None);
    }
    let is_period = |vector: &[f64; 3]| periods.iter().any(|period| is_close(vector, period, &tolerance));
    for (size, [a, e, g]) in diagonals(units) {
        if !is_period(&[0.0, 0.0, 1.0 / g]) {
            continue;
        }
        let second = |f: f64| [0.0, 1.0 / e, -f / (e * g)];
        let shears: Vec<f64> = whole(e).filter(|&f| is_period(&second(f))).collect();
        for b in whole(a) {
            for c in whole(a) {
                for &f in &shears {
                    // Rows of the inverse of [a b c; 0 e f; 0 0 g]: the smaller cell in terms of this one.
                    let inverse =
                        [[1.0 / a, -b / (a * e), (b * f - c * e) / (a * e * g)], second(f), [0.0, 0.0, 1.0 / g]];
                    if !is_period(&inverse[0]) {
                        continue;
                    }
                    let lattice = inverse.map(|row| times(&row, rows));
                    let supercell = [[a, b, c], [0.0, e, f], [0.0, 0.0, g]];
                    if let Some(atoms) = fold(&groups, size, &lattice, &supercell) {
                        let (elements, coordinates) = atoms.into_iter().unzip();
                        return Crystal::new(Lattice::new(lattice)?, elements, coordinates).map(Some);
                    }
                }
            }
        }
    }
    Ok(None)
}

/// Atoms by element, elements by symbol.
fn group(crystal: &Crystal, apart: &[f64; 3]) -> Vec<Group> {
    let mut elements = crystal.elements().to_vec();
    elements.sort_unstable_by_key(|element| element.symbol());
    elements.dedup();
    let of = |element: Element| {
        let atoms = crystal.elements().iter().zip(crystal.fractional_coordinates());
        let coordinates: Vec<[f64; 3]> = atoms.filter(|&(&e, _)| e == element).map(|(_, &f)| f).collect();
        let may_be_images = pairs(coordinates.len(), |i, j| {
            let distance = difference(&coordinates[i], &coordinates[j]);
            i == j || distance.iter().zip(apart).any(|(x, apart)| wrap_difference(*x).abs() > *apart)
        });
        Group { element, coordinates, may_be_images }
    };
    elements.into_iter().map(of).collect()
}

/// The atoms of the smaller cell, if in it every atom falls together with exactly `size` − 1 others.
fn fold(
    groups: &[Group],
    size: usize,
    lattice: &[[f64; 3]; 3],
    supercell: &[[f64; 3]; 3],
) -> Option<Vec<(Element, [f64; 3])>> {
    let tolerance = lattice.map(|row| TOLERANCE / dot(&row, &row).sqrt());
    let mut atoms = Vec::new();
    for group in groups {
        let coordinates: Vec<_> = group.coordinates.iter().map(|f| times(f, supercell)).collect();
        let n = coordinates.len();
        let mut together = pairs(n, |i, j| is_close(&coordinates[i], &coordinates[j], &tolerance));
        for (together, may_be) in together.iter_mut().zip(&group.may_be_images) {
            *together &= may_be;
        }
        let row = |i: usize| &together[i * n..(i + 1) * n];
        let right_size = (0..n).all(|i| row(i).iter().filter(|&&x| x).count() == size);
        // "Falls together with" must sort the atoms into classes: atoms together have the same partners.
        if !right_size || !(0..n).all(|i| (0..n).all(|j| !row(i)[j] || row(j) == row(i))) {
            return None;
        }
        for i in (0..n).filter(|&i| row(i).iter().position(|&x| x) == Some(i)) {
            let mut mean = coordinates[i];
            for (count, j) in (i + 1..n).filter(|&j| row(i)[j]).enumerate() {
                for (mean, other) in mean.iter_mut().zip(&coordinates[j]) {
                    *mean += wrap_difference(other - *mean) / (count as f64 + 2.0);
                }
            }
            atoms.push((group.element, mean));
        }
    }
    Some(atoms)
}

/// Diagonals a, e, g of the matrices in Hermite normal form whose determinant is a divisor of `units` above 1.
fn diagonals(units: usize) -> impl Iterator<Item = (usize, [f64; 3])> {
    divisors(units).skip(1).flat_map(|size| {
        divisors(size)
            .flat_map(move |a| divisors(size / a).map(move |e| (size, [a as f64, e as f64, (size / a / e) as f64])))
    })
}

fn divisors(n: usize) -> impl Iterator<Item = usize> {
    (1..=n).filter(move |d| n.is_multiple_of(*d))
}

fn whole(below: f64) -> impl Iterator<Item = f64> {
    (0..below as u32).map(f64::from)
}

fn pairs(n: usize, test: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    (0..n * n).map(|pair| test(pair / n, pair % n)).collect()
}

fn difference(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn is_close(a: &[f64; 3], b: &[f64; 3], tolerance: &[f64; 3]) -> bool {
    difference(a, b).iter().zip(tolerance).all(|(x, tolerance)| wrap_difference(*x).abs() < *tolerance)
}

fn greatest_common_divisor(mut a: usize, mut b: usize) -> usize {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cubic_cell_of_rock_salt_holds_four_primitive_cells() {
        let [sodium, chlorine] = [11, 17].map(|z| Element::new(z).unwrap());
        let corners = [[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]];
        let coordinates = corners.iter().copied().chain(corners.map(|f| f.map(|x| x + 0.5))).collect();
        let elements = [[sodium; 4], [chlorine; 4]].concat();
        let lattice = Lattice::from_parameters([5.64; 3], [90.0; 3]).unwrap();
        let cell = primitive(Crystal::new(lattice, elements, coordinates).unwrap()).unwrap();
        assert_eq!(cell.elements(), [chlorine, sodium]);
        assert!((cell.lattice().volume() - 5.64_f64.powi(3) / 4.0).abs() < 1e-9);
        assert!(cell.lattice().lengths().iter().all(|length| (length - 5.64 / 2.0_f64.sqrt()).abs() < 1e-9));
    }
}

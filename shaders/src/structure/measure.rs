//! Distances and angles between atoms, as they were picked and with the nearest periodic images.

use glam::DVec3;
use samples::structure::{Lattice, Structure};

use super::AtomSite;

/// Of images that are equally near but for rounding, the first one counts.
const TIE: f64 = 1e-9;

/// What two, three or four atoms measure in their order: a distance in Å, an angle or a dihedral in degrees; `None`
/// where that is undefined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Between the very images that were picked, where they are drawn and joined by lines.
    pub drawn: Option<f64>,
    /// From each atom to the nearest image of the next. Undefined between images of one atom: each is its own nearest.
    pub nearest: Option<f64>,
}

impl Measured {
    /// Measures the atoms of a selection; `None` unless there are two, three or four, all of the structure.
    pub fn of(structure: &Structure, sites: &[AtomSite]) -> Option<Self> {
        if !(2..=4).contains(&sites.len()) {
            return None;
        }
        let positions: Vec<[f64; 3]> = sites.iter().map(|&site| position(structure, site)).collect::<Option<_>>()?;
        let value = |lattice: Option<&Lattice>| match positions[..] {
            [a, b] => Some(distance(a, b, lattice)),
            [a, b, c] => angle(a, b, c, lattice),
            [a, b, c, d] => dihedral(a, b, c, d, lattice),
            _ => None,
        };
        let lattice = match structure {
            Structure::Crystal(crystal) => Some(*crystal.lattice()),
            Structure::Molecule(_) => None,
        };
        // In a cell that is not reduced the nearest image may lie beyond the neighbours.
        let reduced = lattice.map(|lattice| lattice.niggli_reduced().map_or(lattice, |reduction| reduction.lattice));
        let of_one_atom = sites.windows(2).any(|pair| pair[0].atom == pair[1].atom);
        Some(Self { drawn: value(None), nearest: if of_one_atom { None } else { value(reduced.as_ref()) } })
    }
}

/// Cartesian position of a site, Å; `None` if there is no such atom.
pub fn position(structure: &Structure, site: AtomSite) -> Option<[f64; 3]> {
    let atom = site.atom as usize;
    match structure {
        Structure::Molecule(molecule) => molecule.positions().get(atom).copied(),
        Structure::Crystal(crystal) => {
            let f = crystal.fractional_coordinates().get(atom)?;
            Some(crystal.lattice().to_cartesian(std::array::from_fn(|axis| f[axis] + f64::from(site.cell[axis]))))
        }
    }
}

/// The shortest of the vectors from `a` to the images of `b`, Å (Cartesian positions); to `b` itself where no image is
/// nearer.
///
/// Wrapping fractions to ±½ gives the shortest one only in a nearly rectangular cell, so the neighbouring images are
/// compared as well. That is exact for reduced cells; in a cell so oblique that an image beyond the neighbours is
/// nearer, reduce it first.
pub fn displacement(a: [f64; 3], b: [f64; 3], lattice: Option<&Lattice>) -> [f64; 3] {
    let direct = DVec3::from(b) - DVec3::from(a);
    let Some(lattice) = lattice else { return direct.to_array() };
    let wrapped = lattice.to_fractional(direct.to_array()).map(|f| f - f.round());
    let base = DVec3::from(lattice.to_cartesian(wrapped));
    let [x, y, z] = lattice.rows().map(DVec3::from);
    let mut best = direct;
    for i in -1..=1 {
        for j in -1..=1 {
            for k in -1..=1 {
                let image = base + f64::from(i) * x + f64::from(j) * y + f64::from(k) * z;
                if image.length_squared() < best.length_squared() * (1.0 - TIE) {
                    best = image;
                }
            }
        }
    }
    best.to_array()
}

/// Å between two positions, or the nearest image of the second.
pub fn distance(a: [f64; 3], b: [f64; 3], lattice: Option<&Lattice>) -> f64 {
    DVec3::from(displacement(a, b, lattice)).length()
}

/// Degrees at `b` between the directions to `a` and `c`, 0 to 180; `None` where two positions coincide.
pub fn angle(a: [f64; 3], b: [f64; 3], c: [f64; 3], lattice: Option<&Lattice>) -> Option<f64> {
    let [u, v] = [a, c].map(|end| DVec3::from(displacement(b, end, lattice)));
    let defined = u.length() > 1e-9 && v.length() > 1e-9;
    // By both sine and cosine: an arc cosine alone is inexact near 0 and 180.
    defined.then(|| u.cross(v).length().atan2(u.dot(v)).to_degrees())
}

/// Degrees of the turn about the bond from `b` to `c` that brings `a` behind `d`, −180 to 180, by the IUPAC sign
/// (clockwise seen from `b` is positive); `None` where three successive positions lie on a line.
pub fn dihedral(a: [f64; 3], b: [f64; 3], c: [f64; 3], d: [f64; 3], lattice: Option<&Lattice>) -> Option<f64> {
    let [first, axis, last] = [(a, b), (b, c), (c, d)].map(|(from, to)| DVec3::from(displacement(from, to, lattice)));
    let (u, v) = (first.cross(axis), axis.cross(last));
    let defined = u.length() > 1e-9 && v.length() > 1e-9;
    defined.then(|| (axis.length() * first.dot(v)).atan2(u.dot(v)).to_degrees())
}

#[cfg(test)]
mod tests {
    use samples::structure::{BondOrder, Crystal, Element};

    use super::*;
    use crate::structure::StructureBond;

    fn cubic(edge: f64) -> Lattice {
        Lattice::from_parameters([edge; 3], [90.0; 3]).expect("a cube")
    }

    fn crystal(lattice: Lattice, symbols: &[&str], at: &[[f64; 3]]) -> Structure {
        let elements: Vec<Element> = symbols.iter().map(|symbol| symbol.parse().expect("an element")).collect();
        Structure::Crystal(Crystal::new(lattice, elements, at.to_vec()).expect("a crystal"))
    }

    fn site(atom: u32, cell: [i32; 3]) -> AtomSite {
        AtomSite { atom, cell }
    }

    fn near(found: Option<f64>, expected: f64) {
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{found:?}, not {expected}");
    }

    #[test]
    fn images_of_one_atom_are_as_far_apart_as_they_are_drawn() {
        let polonium = crystal(cubic(3.3), &["Po"], &[[0.25; 3]]);
        let measured = |sites: &[AtomSite]| Measured::of(&polonium, sites).expect("atoms of the crystal");
        let bond = StructureBond { atoms: [0; 2], image: [0, 0, 1], order: BondOrder::Single };
        let picked = measured(&bond.ends([0; 3]));
        near(picked.drawn, 3.3);
        assert_eq!(picked.nearest, None);
        near(measured(&[site(0, [0; 3]), site(0, [1, -1, 0])]).drawn, 3.3 * 2f64.sqrt());
        near(measured(&[site(0, [1, 0, 0]), site(0, [0; 3]), site(0, [1, 1, 0])]).drawn, 45.0);
        let screw = [[1, 0, 0], [0; 3], [0, 0, 1], [0, 1, 1]].map(|cell| site(0, cell));
        near(measured(&screw).drawn, 90.0);
        assert_eq!(Measured::of(&polonium, &screw[..1]), None);
        assert_eq!(Measured::of(&polonium, &[site(0, [0; 3]), site(1, [0; 3])]), None);
    }

    #[test]
    fn the_nearest_images_are_measured_beside_those_picked() {
        let caesium_chloride = crystal(cubic(4.0), &["Cs", "Cl"], &[[0.0; 3], [0.5; 3]]);
        let measured = |sites: &[AtomSite]| Measured::of(&caesium_chloride, sites).expect("atoms of the crystal");
        let far = measured(&[site(0, [2, 0, 0]), site(1, [0; 3])]);
        near(far.drawn, 2.0 * 11f64.sqrt());
        near(far.nearest, 2.0 * 3f64.sqrt());
        // Eight images are equally near: those picked count.
        let corner = measured(&[site(0, [1, 0, 0]), site(1, [0; 3]), site(0, [1, 1, 0])]);
        near(corner.drawn, (1.0 / 3f64).acos().to_degrees());
        assert_eq!(corner.nearest, corner.drawn);
        // A cube that is described by an oblique cell: no neighbour of the image in the cell is the nearest.
        let oblique = Lattice::new([[3.0, 0.0, 0.0], [15.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).expect("a cell");
        let pair = crystal(oblique, &["Na", "Cl"], &[[0.0; 3], [0.4, 0.4, 0.0]]);
        let measured = Measured::of(&pair, &[site(0, [0; 3]), site(1, [0; 3])]).expect("two atoms");
        near(measured.drawn, 7.2f64.hypot(1.2));
        near(measured.nearest, 1.2 * 2f64.sqrt());
    }

    #[test]
    fn distances_reach_through_the_faces() {
        let lattice = cubic(10.0);
        let (a, b) = ([0.5, 0.5, 0.5], [9.5, 9.5, 0.5]);
        assert!((distance(a, b, Some(&lattice)) - 2f64.sqrt()).abs() < 1e-12);
        assert!((distance(a, b, None) - 162f64.sqrt()).abs() < 1e-12);
        assert!((DVec3::from(displacement(a, b, Some(&lattice))) - DVec3::new(-1.0, -1.0, 0.0)).length() < 1e-12);
    }

    #[test]
    fn in_an_oblique_cell_the_nearest_image_is_not_the_wrapped_one() {
        let lattice = Lattice::from_parameters([4.0, 4.0, 9.0], [90.0, 90.0, 62.0]).expect("an oblique cell");
        let a = [0.0; 3];
        for f in [[0.45, 0.45, 0.1], [0.4, -0.49, 0.5], [0.49, 0.49, 0.49]] {
            let b = lattice.to_cartesian(f);
            let mut nearest = f64::INFINITY;
            for i in -4i32..=4 {
                for j in -4i32..=4 {
                    for k in -4i32..=4 {
                        let shifted = [f[0] + f64::from(i), f[1] + f64::from(j), f[2] + f64::from(k)];
                        nearest = nearest.min(DVec3::from(lattice.to_cartesian(shifted)).length());
                    }
                }
            }
            assert!((distance(a, b, Some(&lattice)) - nearest).abs() < 1e-12, "{f:?}");
        }
        let wrapped = DVec3::from(lattice.to_cartesian([0.45, 0.45, 0.0])).length();
        assert!(distance(a, lattice.to_cartesian([0.45, 0.45, 0.0]), Some(&lattice)) < wrapped - 0.1);
    }

    #[test]
    fn angles_are_those_of_geometry_textbooks() {
        let (h, o, other) = ([0.9572, 0.0, 0.0], [0.0; 3], [-0.2399872, 0.9266272, 0.0]);
        assert!((angle(h, o, other, None).expect("water") - 104.52).abs() < 1e-3);
        assert!((angle([1.0, 0.0, 0.0], o, [-1.0, 0.0, 0.0], None).expect("a line") - 180.0).abs() < 1e-12);
        assert_eq!(angle(o, o, h, None), None);
        // The middle atom's neighbours are taken through the faces.
        let through = angle([9.0, 0.0, 0.0], [0.0; 3], [0.0, 9.0, 0.0], Some(&cubic(10.0)));
        assert!((through.expect("a right angle") - 90.0).abs() < 1e-12);
    }

    #[test]
    fn dihedrals_have_the_sign_of_the_screw() {
        let (a, b, c) = ([1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]);
        for degrees in [-170.0f64, -60.0, 0.0, 60.0, 120.0, 179.0] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            // Seen from b along +z, clockwise is from x towards y.
            let found = dihedral(a, b, c, [cos, sin, 1.0], None).expect("not on a line");
            assert!((found - degrees).abs() < 1e-9, "{found} for {degrees}");
        }
        assert_eq!(dihedral(a, b, c, [0.0, 0.0, 2.0], None), None);
        let lattice = cubic(10.0);
        let wrapped = dihedral([1.0, 0.0, 0.0], [0.0; 3], [0.0, 0.0, 9.0], [0.0, 1.0, 9.0], Some(&lattice));
        assert!((wrapped.expect("through the face") + 90.0).abs() < 1e-9);
    }
}

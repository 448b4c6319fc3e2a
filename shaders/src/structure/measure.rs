//! Distances and angles between atoms, with the nearest periodic images where there is a lattice.

use glam::DVec3;
use samples::structure::Lattice;

/// The shortest of the vectors from `a` to the images of `b`, Å (Cartesian positions).
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
    let mut best = base;
    for i in -1..=1 {
        for j in -1..=1 {
            for k in -1..=1 {
                let image = base + f64::from(i) * x + f64::from(j) * y + f64::from(k) * z;
                if image.length_squared() < best.length_squared() {
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
    use super::*;

    fn cubic(edge: f64) -> Lattice {
        Lattice::from_parameters([edge; 3], [90.0; 3]).expect("a cube")
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

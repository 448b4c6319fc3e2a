//! Which bases of one lattice look like another lattice's cell.

use super::{
    super::crystal::dot,
    linear::{determinant, times},
    matcher::MatchError,
    nearest_image::reciprocal_lengths,
};

/// Lattice points that are looked at, and triples of them. Cells of like shape have a few hundred and a few thousand.
const MAX_POINTS: f64 = 100_000.0;
const MAX_TRIPLES: usize = 1_000_000;

/// A lattice vector: its whole coordinates, the vector in Å and its length.
struct Point {
    coordinates: [i64; 3],
    vector: [f64; 3],
    length: f64,
}

/// Lengths (Å) and angles (degrees) to come near to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) lengths: [f64; 3],
    pub(super) angles: [f64; 3],
}

/// Another basis of a lattice.
pub(super) struct Mapping {
    /// New rows in terms of the old; determinant ±1.
    pub(super) transformation: [[i64; 3]; 3],
    /// Its lengths and angles.
    pub(super) shape: Shape,
}

/// All bases of the lattice `rows` (Niggli-reduced, Å) whose lengths are within the factor 1 + `length_tolerance` of
/// the target's (Niggli-reduced as well) and whose angles are within `angle_tolerance` degrees. Mirror images count.
///
/// # Errors
/// If the cells are so elongated that the search would take too long.
pub(super) fn mappings(
    rows: &[[f64; 3]; 3],
    target: &Shape,
    length_tolerance: f64,
    angle_tolerance: f64,
) -> Result<Vec<Mapping>, MatchError> {
    let widest = 1.0 + length_tolerance;
    if !could_map(rows, target, widest) {
        return Ok(Vec::new());
    }
    let points = points_within(rows, target.lengths.iter().fold(0.0, |a: f64, &b| a.max(b)) * widest)?;
    let [first, second, third] = target.lengths.map(|length| {
        let near = |point: &&Point| (widest.recip()..widest).contains(&(point.length / length));
        points.iter().filter(near).collect::<Vec<_>>()
    });
    if first.len().saturating_mul(second.len()).saturating_mul(third.len()) > MAX_TRIPLES {
        return Err(MatchError::Elongated);
    }
    // Angles are compared by their cosines, which fall.
    let [alpha, beta, gamma] = target.angles.map(|angle| {
        let cosine = |angle: f64| angle.clamp(0.0, 180.0).to_radians().cos();
        cosine(angle + angle_tolerance)..=cosine(angle - angle_tolerance)
    });
    let cosine = |p: &Point, q: &Point| dot(&p.vector, &q.vector) / (p.length * q.length);
    let mut found = Vec::new();
    for a in &first {
        let with_a: Vec<_> =
            third.iter().filter_map(|&c| Some((c, cosine(a, c))).filter(|(_, x)| beta.contains(x))).collect();
        for b in &second {
            let cos_gamma = cosine(a, b);
            if !gamma.contains(&cos_gamma) {
                continue;
            }
            for (c, cos_beta) in &with_a {
                let cos_alpha = cosine(b, c);
                let transformation = [a.coordinates, b.coordinates, c.coordinates];
                if alpha.contains(&cos_alpha) && determinant(&transformation).abs() == 1 {
                    let angles = [cos_alpha, *cos_beta, cos_gamma].map(|x| x.clamp(-1.0, 1.0).acos().to_degrees());
                    let lengths = [a.length, b.length, c.length];
                    found.push(Mapping { transformation, shape: Shape { lengths, angles } });
                }
            }
        }
    }
    Ok(found)
}

/// The edges of a Niggli cell are the shortest that any basis of the lattice can have. So no basis has edges like the
/// target's if, in order of length, one of the lattice's own is longer than the longest allowed.
fn could_map(rows: &[[f64; 3]; 3], target: &Shape, widest: f64) -> bool {
    let mut shortest = rows.map(|row| dot(&row, &row).sqrt());
    let mut allowed = target.lengths;
    shortest.sort_by(f64::total_cmp);
    allowed.sort_by(f64::total_cmp);
    // The reduction has a tolerance of its own, 1e-5.
    shortest.iter().zip(&allowed).all(|(shortest, allowed)| *shortest <= allowed * widest * 1.0001)
}

fn points_within(rows: &[[f64; 3]; 3], radius: f64) -> Result<Vec<Point>, MatchError> {
    let reach = reciprocal_lengths(rows).map(|reciprocal| (radius * reciprocal).floor());
    if reach.iter().map(|n| 2.0 * n + 1.0).product::<f64>() > MAX_POINTS {
        return Err(MatchError::Elongated);
    }
    let [i, j, k] = reach.map(|n| n as i64);
    let mut points = Vec::new();
    for i in -i..=i {
        for j in -j..=j {
            for k in -k..=k {
                let coordinates = [i, j, k];
                let vector = times(&coordinates.map(|n| n as f64), rows);
                let length = dot(&vector, &vector).sqrt();
                if length <= radius && coordinates != [0; 3] {
                    points.push(Point { coordinates, vector, length });
                }
            }
        }
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cube_maps_onto_itself_in_forty_eight_ways() {
        let cube = [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]];
        let shape = Shape { lengths: [4.0; 3], angles: [90.0; 3] };
        assert_eq!(mappings(&cube, &shape, 0.01, 1.0).map(|found| found.len()), Ok(48));
    }

    #[test]
    fn elongated_cells_are_refused_not_searched() {
        let needle = [[0.1, 0.0, 0.0], [0.0, 0.1, 0.0], [0.0, 0.0, 1e5]];
        let shape = Shape { lengths: [0.1, 0.1, 1e5], angles: [90.0; 3] };
        assert_eq!(mappings(&needle, &shape, 0.3, 10.0).err(), Some(MatchError::Elongated));
    }
}

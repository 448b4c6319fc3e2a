//! Convex hull of a few points, as flat polygons.

use glam::Vec3;

/// Points that differ by less from a plane count as on it, in units of the farthest point's distance.
const FLAT: f32 = 0.03;

/// The polygons of the hull of `points` around the origin, each anticlockwise seen from outside. Flat points give one
/// polygon. Fewer than three, or points on a line, give none.
///
/// Every plane through three points is tried: fine for the dozen neighbours of an atom, of which at most 24 are
/// taken.
pub fn hull(points: &[Vec3]) -> Vec<Vec<Vec3>> {
    let points = &points[..points.len().min(24)];
    let tolerance = FLAT * points.iter().map(|p| p.length()).fold(0.0, f32::max);
    let mut planes: Vec<(Vec3, f32)> = Vec::new();
    let mut polygons = Vec::new();
    for i in 0..points.len() {
        for j in i + 1..points.len() {
            for k in j + 1..points.len() {
                let cross = (points[j] - points[i]).cross(points[k] - points[i]);
                let Some(normal) = cross.try_normalize() else { continue };
                if cross.length() < tolerance * tolerance {
                    continue;
                }
                let height = normal.dot(points[i]);
                let above = points.iter().any(|p| normal.dot(*p) > height + tolerance);
                let below = points.iter().any(|p| normal.dot(*p) < height - tolerance);
                let (normal, height) = match (above, below) {
                    (true, true) => continue,
                    (true, false) => (-normal, -height),
                    _ => (normal, height),
                };
                let flat = !above && !below;
                let known = planes.iter().any(|(n, h)| {
                    (n.dot(normal) > 1.0 - FLAT && (h - height).abs() < 2.0 * tolerance)
                        || (flat && n.dot(normal) < FLAT - 1.0)
                });
                if !known {
                    planes.push((normal, height));
                    polygons.push(polygon(points, normal, height, tolerance));
                }
            }
        }
    }
    polygons
}

/// The points on a plane that are corners of their own convex hull, anticlockwise.
fn polygon(points: &[Vec3], normal: Vec3, height: f32, tolerance: f32) -> Vec<Vec3> {
    let on: Vec<Vec3> = points.iter().copied().filter(|p| (normal.dot(*p) - height).abs() <= tolerance).collect();
    let middle = on.iter().sum::<Vec3>() / on.len().max(1) as f32;
    let across = normal.any_orthonormal_vector();
    let along = normal.cross(across);
    let mut around: Vec<(f32, Vec3)> =
        on.into_iter().map(|p| ((p - middle).dot(along).atan2((p - middle).dot(across)), p)).collect();
    around.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut corners: Vec<Vec3> = around.into_iter().map(|(_, p)| p).collect();
    // A point inside the polygon, or on one of its sides, is no corner.
    let mut at = 0;
    while corners.len() > 3 && at < corners.len() {
        let count = corners.len();
        let (before, after) = (corners[(at + count - 1) % count], corners[(at + 1) % count]);
        let turn = (corners[at] - before).cross(after - corners[at]).dot(normal);
        if turn < 1e-4 * (after - before).length_squared() {
            corners.remove(at);
            at = at.saturating_sub(1);
        } else {
            at += 1;
        }
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(polygon: &[Vec3]) -> Vec3 {
        (1..polygon.len() - 1).map(|i| 0.5 * (polygon[i] - polygon[0]).cross(polygon[i + 1] - polygon[0])).sum()
    }

    /// Volume by the divergence theorem: right only if every polygon is complete and looks outwards.
    fn volume(polygons: &[Vec<Vec3>]) -> f32 {
        polygons.iter().map(|p| area(p).dot(p[0]) / 3.0).sum()
    }

    #[test]
    fn an_octahedron_has_eight_triangles_and_a_cube_six_squares() {
        let octahedron = [Vec3::X, -Vec3::X, Vec3::Y, -Vec3::Y, Vec3::Z, -Vec3::Z].map(|p| 2.0 * p);
        let faces = hull(&octahedron);
        assert!(faces.len() == 8 && faces.iter().all(|f| f.len() == 3));
        assert!((volume(&faces) - 4.0 / 3.0 * 8.0).abs() < 1e-4);
        let cube: Vec<Vec3> =
            (0..8).map(|i| Vec3::new((i & 1) as f32, (i >> 1 & 1) as f32, (i >> 2) as f32) * 2.0 - 1.0).collect();
        let faces = hull(&cube);
        assert!(faces.len() == 6 && faces.iter().all(|f| f.len() == 4));
        assert!((volume(&faces) - 8.0).abs() < 1e-4);
    }

    #[test]
    fn a_tetrahedron_a_square_and_a_point_inside() {
        let tetrahedron =
            [Vec3::ONE, Vec3::new(1.0, -1.0, -1.0), Vec3::new(-1.0, 1.0, -1.0), Vec3::new(-1.0, -1.0, 1.0)];
        let faces = hull(&tetrahedron);
        assert!(faces.len() == 4 && (volume(&faces) - 8.0 / 3.0).abs() < 1e-4);
        let square = [Vec3::X, Vec3::Y, -Vec3::X, -Vec3::Y];
        let faces = hull(&square);
        assert!(faces.len() == 1 && faces[0].len() == 4 && (area(&faces[0]).length() - 2.0).abs() < 1e-5);
        let mut with_centre = square.to_vec();
        with_centre.push(Vec3::new(0.1, 0.0, 0.0));
        assert_eq!(hull(&with_centre)[0].len(), 4);
    }

    #[test]
    fn distorted_octahedra_stay_closed() {
        let mut state = 7u32;
        let mut noise = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 - 0.5
        };
        for _ in 0..200 {
            let points = [Vec3::X, -Vec3::X, Vec3::Y, -Vec3::Y, Vec3::Z, -Vec3::Z]
                .map(|p| 2.0 * p + 0.4 * Vec3::new(noise(), noise(), noise()));
            let faces = hull(&points);
            // A closed surface has no net area.
            let net: Vec3 = faces.iter().map(|f| area(f)).sum();
            assert!(net.length() < 0.2, "{net} in {} faces", faces.len());
            assert!((volume(&faces) - 10.67).abs() < 4.0);
        }
    }

    #[test]
    fn points_without_a_face_give_none() {
        assert!(hull(&[]).is_empty() && hull(&[Vec3::X, Vec3::Y]).is_empty());
        assert!(hull(&[Vec3::X, 2.0 * Vec3::X, 3.0 * Vec3::X]).is_empty());
    }
}

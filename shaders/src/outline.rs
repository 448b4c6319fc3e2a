//! The frame around a volume: the box's edges, the outline of a cut, and the axes' letters.
//!
//! The body is convex as a whole, so no depth buffer is needed: an edge with a face towards the eye lies before
//! everything in the box, an edge without lies behind everything.

use glam::{Mat4, Vec3, Vec4};

use crate::lines::Segment;

/// Distance of a letter from its edge, and half its size, in line widths.
const LETTER_DISTANCE: f32 = 12.0;
const LETTER_HALF: (f32, f32) = (3.0, 4.0);

/// Lines behind the body and lines before it.
#[derive(Debug, Default)]
pub struct Outline {
    /// To be drawn first.
    pub behind: Vec<Segment>,
    /// To be drawn last.
    pub before: Vec<Segment>,
}

/// A face of the box: the axis across it and the side, ±1.
#[derive(Clone, Copy)]
struct Face {
    axis: usize,
    side: f32,
}

impl Face {
    fn is_towards(self, eye: Vec3, half: Vec3) -> bool {
        eye[self.axis] * self.side > half[self.axis]
    }
}

/// An edge: the axis it runs along and the two faces that meet in it.
struct Edge {
    axis: usize,
    faces: [Face; 2],
}

impl Edge {
    fn all() -> impl Iterator<Item = Self> {
        (0..3).flat_map(|axis| {
            [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)].into_iter().map(move |(a, b)| Self {
                axis,
                faces: [Face { axis: (axis + 1) % 3, side: a }, Face { axis: (axis + 2) % 3, side: b }],
            })
        })
    }

    fn point(&self, along: f32, half: Vec3) -> Vec3 {
        let mut point = Vec3::ZERO;
        point[self.axis] = along * half[self.axis];
        for face in self.faces {
            point[face.axis] = face.side * half[face.axis];
        }
        point
    }
}

impl Outline {
    /// The box of half sides `half` around the origin.
    pub fn add_box(&mut self, eye: Vec3, half: Vec3, colour: Vec4) {
        for edge in Edge::all() {
            let before = edge.faces.iter().any(|face| face.is_towards(eye, half));
            self.add(before, edge.point(-1.0, half), edge.point(1.0, half), colour);
        }
    }

    /// The outline of the plane `(normal, d)`, keeping `normal · p ≤ d`, in the box.
    pub fn add_cut(&mut self, eye: Vec3, half: Vec3, plane: Vec4, colour: Vec4) {
        let height = |p: Vec3| plane.truncate().dot(p) - plane.w;
        let cut_is_towards = height(eye) > 0.0;
        for axis in 0..3 {
            for side in [-1.0, 1.0] {
                let (u, v) = ((axis + 1) % 3, (axis + 2) % 3);
                let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(a, b)| {
                    let mut corner = Vec3::ZERO;
                    (corner[axis], corner[u], corner[v]) = (side * half[axis], a * half[u], b * half[v]);
                    corner
                });
                let mut ends = Vec::with_capacity(2);
                for i in 0..4 {
                    let (a, b) = (corners[i], corners[(i + 1) % 4]);
                    let (ha, hb) = (height(a), height(b));
                    if (ha > 0.0) != (hb > 0.0) {
                        ends.push(a + (b - a) * (ha / (ha - hb)));
                    }
                }
                if let [begin, end] = ends[..] {
                    let before = cut_is_towards || Face { axis, side }.is_towards(eye, half);
                    self.add(before, begin, end, colour);
                }
            }
        }
    }

    /// The letters x, y, z, each beside an edge on the silhouette: x and y at the bottom, z at the left.
    pub fn add_letters(&mut self, eye: Vec3, half: Vec3, matrix: Mat4, aspect: f32, colour: Vec4) {
        let on_screen = |p: Vec3| {
            let clip = matrix * p.extend(1.0);
            (clip.w > 0.01).then(|| glam::Vec2::new(clip.x / clip.w * aspect, clip.y / clip.w))
        };
        let Some(middle) = on_screen(Vec3::ZERO) else { return };
        for axis in 0..3 {
            let silhouette = Edge::all().filter(|edge| {
                let [a, b] = edge.faces.map(|face| face.is_towards(eye, half));
                edge.axis == axis && a != b
            });
            let placed = silhouette.filter_map(|edge| {
                let at = edge.point(0.0, half);
                on_screen(at).map(|screen| (at, screen))
            });
            let key = |screen: glam::Vec2| if axis == 2 { screen.x } else { screen.y };
            let Some((at, screen)) = placed.min_by(|a, b| key(a.1).total_cmp(&key(b.1))) else { continue };
            let away = (screen - middle).normalize_or(glam::Vec2::NEG_Y) * LETTER_DISTANCE;
            for (begin, end) in strokes(axis) {
                self.before.push(Segment {
                    begin: at.to_array(),
                    begin_pixels: [away.x + begin.0 * LETTER_HALF.0, away.y + begin.1 * LETTER_HALF.1],
                    end: at.to_array(),
                    end_pixels: [away.x + end.0 * LETTER_HALF.0, away.y + end.1 * LETTER_HALF.1],
                    colour: colour.to_array(),
                });
            }
        }
    }

    fn add(&mut self, before: bool, begin: Vec3, end: Vec3, colour: Vec4) {
        let segment = Segment {
            begin: begin.to_array(),
            begin_pixels: [0.0; 2],
            end: end.to_array(),
            end_pixels: [0.0; 2],
            colour: colour.to_array(),
        };
        if before { self.before.push(segment) } else { self.behind.push(segment) }
    }
}

type Point = (f32, f32);

/// The letter of an axis (0 = x) in -1..1.
fn strokes(axis: usize) -> Vec<(Point, Point)> {
    match axis {
        0 => vec![((-1.0, -1.0), (1.0, 1.0)), ((-1.0, 1.0), (1.0, -1.0))],
        1 => vec![((-1.0, 1.0), (0.0, 0.0)), ((1.0, 1.0), (0.0, 0.0)), ((0.0, 0.0), (0.0, -1.0))],
        _ => vec![((-1.0, 1.0), (1.0, 1.0)), ((1.0, 1.0), (-1.0, -1.0)), ((-1.0, -1.0), (1.0, -1.0))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OrbitCamera;

    const HALF: Vec3 = Vec3::splat(0.5);

    #[test]
    fn three_edges_of_a_box_are_hidden_from_an_oblique_eye() {
        let mut outline = Outline::default();
        outline.add_box(Vec3::new(3.0, 2.0, 1.5), HALF, Vec4::ONE);
        assert_eq!((outline.behind.len(), outline.before.len()), (3, 9));
        for hidden in &outline.behind {
            // They meet in the far corner.
            assert!(hidden.begin == [-0.5; 3] || hidden.end == [-0.5; 3], "{hidden:?}");
        }
    }

    #[test]
    fn a_cut_is_outlined_on_the_plane_and_within_the_box() {
        let mut outline = Outline::default();
        let plane = Vec3::ONE.normalize().extend(0.0);
        outline.add_cut(Vec3::splat(3.0), HALF, plane, Vec4::ONE);
        assert_eq!((outline.behind.len(), outline.before.len()), (0, 6), "a hexagon");
        for segment in &outline.before {
            for p in [segment.begin, segment.end].map(Vec3::from) {
                assert!(p.element_sum().abs() < 1e-5 && p.abs().max_element() < 0.5 + 1e-5, "{p}");
            }
        }
        let mut missed = Outline::default();
        missed.add_cut(Vec3::splat(3.0), HALF, Vec4::new(0.0, 0.0, 0.0, 1.0), Vec4::ONE);
        assert!(missed.before.is_empty() && missed.behind.is_empty());
    }

    #[test]
    fn every_axis_has_its_letter() {
        let camera = OrbitCamera::default();
        let matrix = camera.projection(1.0) * camera.view();
        let mut outline = Outline::default();
        outline.add_letters(camera.eye(), HALF, matrix, 1.0, Vec4::ONE);
        assert_eq!(outline.before.len(), 2 + 3 + 3);
    }
}

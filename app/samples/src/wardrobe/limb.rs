//! A bent limb: a curve with a coordinate along it and one across.

use super::{
    geometry::{Point, along, between, distance, dot, mix, sub, unit},
    outline::bow,
};

/// Corners of the curve: its two ends and the rounded bend between.
const CORNERS: usize = 9;
/// How far from the joint the bend begins, as a part of the shorter bone.
const ROUNDING: f32 = 0.38;

/// The curve from `start` by way of a joint to the end.
#[derive(Clone, Debug)]
pub(super) struct Limb {
    points: [Point; CORNERS],
    /// Length of the curve up to each corner.
    arcs: [f32; CORNERS],
    /// Across the curve at each corner, of length 1, to the outside of the body when the limb hangs.
    normals: [Point; CORNERS],
    /// 1 on the body's left, which is the right of the picture; −1 on the other.
    side: f32,
}

impl Limb {
    pub(super) fn new(start: Point, joint: Point, end: Point, side: f32) -> Self {
        let (upper, lower) = (sub(start, joint), sub(end, joint));
        let rounding = ROUNDING * distance(start, joint).min(distance(joint, end));
        let [from, to] = [upper, lower].map(|bone| along(joint, unit(bone), rounding));
        let mut points = [start; CORNERS];
        points[CORNERS - 1] = end;
        for (point, bent) in points[1..].iter_mut().zip(bow(from, joint, to, CORNERS - 3)) {
            *point = bent;
        }
        let mut arcs = [0.0; CORNERS];
        for i in 1..CORNERS {
            arcs[i] = arcs[i - 1] + distance(points[i - 1], points[i]);
        }
        let normals =
            std::array::from_fn(|i| across(sub(points[(i + 1).min(CORNERS - 1)], points[i.saturating_sub(1)]), side));
        Self { points, arcs, normals, side }
    }

    pub(super) fn length(&self) -> f32 {
        self.arcs[CORNERS - 1]
    }

    /// The point `t` along the curve, which goes on straight beyond its ends, and `d` across.
    pub(super) fn place(&self, t: f32, d: f32) -> Point {
        let i = self.arcs[1..CORNERS - 1].partition_point(|&arc| arc < t);
        let part = (t - self.arcs[i]) / (self.arcs[i + 1] - self.arcs[i]).max(f32::MIN_POSITIVE);
        let normal = between(self.normals[i], self.normals[i + 1], part.clamp(0.0, 1.0));
        along(between(self.points[i], self.points[i + 1], part), unit(normal), d)
    }

    /// How far along the curve and across it a point lies: those of the nearest point of the curve.
    pub(super) fn locate(&self, point: Point) -> (f32, f32) {
        let mut nearest = (f32::INFINITY, 0.0, 0.0);
        for i in 0..CORNERS - 1 {
            let (bone, offset) = (sub(self.points[i + 1], self.points[i]), sub(point, self.points[i]));
            let span = dot(bone, bone).max(f32::MIN_POSITIVE);
            let low = if i == 0 { f32::NEG_INFINITY } else { 0.0 };
            let high = if i == CORNERS - 2 { f32::INFINITY } else { 1.0 };
            let part = (dot(offset, bone) / span).clamp(low, high);
            let away = distance(point, along(self.points[i], bone, part));
            if away < nearest.0 {
                let outside = dot(offset, across(bone, self.side)) < 0.0;
                let d = if outside { -away } else { away };
                nearest = (away, mix(self.arcs[i], self.arcs[i + 1], part), d);
            }
        }
        (nearest.1, nearest.2)
    }

    /// The outline of the limb between `from` and `to` along it, `half(part)` wide to each side, rounded at the start.
    pub(super) fn outline(&self, from: f32, to: f32, half: impl Fn(f32) -> f32) -> Vec<Point> {
        const PARTS: usize = 14;
        let mut outline = Vec::with_capacity(2 * PARTS + 9);
        let at = |part: usize, side: f32| {
            let part = part as f32 / PARTS as f32;
            self.place(mix(from, to, part), side * half(part))
        };
        outline.extend((0..=PARTS).map(|part| at(part, 1.0)));
        outline.extend((0..=PARTS).rev().map(|part| at(part, -1.0)));
        let radius = half(0.0);
        outline.extend((1..8).map(|corner| {
            let [sine, cosine] = super::geometry::sine_cosine(180.0 * corner as f32 / 8.0);
            self.place(from - radius * sine, -radius * cosine)
        }));
        outline
    }
}

fn across(direction: Point, side: f32) -> Point {
    let [x, y] = unit(direction);
    [side * y, -side * x]
}

//! Closed outlines as polygons.

use super::geometry::{Axes, Point, along, between, distance, mix, sine_cosine, sub, unit};

/// Points between two control points of a curve.
const STEPS: usize = 6;
/// Corners of an ellipse.
const CORNERS: usize = 20;

/// The closed Catmull–Rom curve through `points`.
pub(super) fn closed(points: &[Point]) -> Vec<Point> {
    let count = points.len();
    let mut curve = Vec::with_capacity(count * STEPS);
    for i in 0..count {
        let [before, from, to, after] = [count - 1, 0, 1, 2].map(|step| points[(i + step) % count]);
        curve.extend((0..STEPS).map(|step| catmull_rom([before, from, to, after], step as f32 / STEPS as f32)));
    }
    curve
}

/// The open Catmull–Rom curve through `points`, its last point included.
pub(super) fn open(points: &[Point]) -> Vec<Point> {
    let last = points.len() - 1;
    let mut curve = Vec::with_capacity(last * STEPS + 1);
    for i in 0..last {
        let controls = [points[i.saturating_sub(1)], points[i], points[i + 1], points[(i + 2).min(last)]];
        curve.extend((0..STEPS).map(|step| catmull_rom(controls, step as f32 / STEPS as f32)));
    }
    curve.push(points[last]);
    curve
}

/// The closed curve through `half` and its mirror image in x; `half` runs from the axis to the axis.
pub(super) fn mirrored(half: &[Point]) -> Vec<Point> {
    let mut points = half.to_vec();
    points.extend(half.iter().rev().filter(|point| point[0] != 0.0).map(|&[x, y]| [-x, y]));
    closed(&points)
}

/// An ellipse around the origin of `axes` whose radii are the axes' units.
pub(super) fn ellipse(axes: &Axes) -> Vec<Point> {
    (0..CORNERS).map(|corner| axes.place(sine_cosine(360.0 * corner as f32 / CORNERS as f32))).collect()
}

/// A circle.
pub(super) fn circle(centre: Point, radius: f32) -> Vec<Point> {
    ellipse(&Axes::new(centre, 0.0, [radius; 2]))
}

/// The polyline with points added, so that none of its parts is longer than `step`: what is bent afterwards bends
/// evenly. The last point is left out, so that polylines can be joined.
pub(super) fn subdivided(points: &[Point], step: f32) -> Vec<Point> {
    let mut fine = Vec::new();
    for pair in points.windows(2) {
        let parts = (distance(pair[0], pair[1]) / step).ceil().clamp(1.0, 64.0) as usize;
        fine.extend((0..parts).map(|part| between(pair[0], pair[1], part as f32 / parts as f32)));
    }
    fine
}

/// The polygon with its corners moved `by` to the inside, whichever way it runs round. Meant for a few hundredths of
/// its size: it does not look for edges that meet.
pub(super) fn inset(polygon: &[Point], by: f32) -> Vec<Point> {
    let count = polygon.len();
    let area: f32 = (0..count)
        .map(|i| {
            let ([x0, y0], [x1, y1]) = (polygon[i], polygon[(i + 1) % count]);
            x0 * y1 - x1 * y0
        })
        .sum();
    let by = if area > 0.0 { by } else { -by };
    (0..count)
        .map(|i| {
            let [x, y] = unit(sub(polygon[(i + 1) % count], polygon[(i + count - 1) % count]));
            along(polygon[i], [-y, x], by)
        })
        .collect()
}

/// The quadratic Bézier curve of three points, both ends included.
pub(super) fn bow(from: Point, control: Point, to: Point, parts: usize) -> impl Iterator<Item = Point> {
    (0..=parts).map(move |part| {
        let t = part as f32 / parts as f32;
        between(between(from, control, t), between(control, to, t), t)
    })
}

fn catmull_rom([a, b, c, d]: [Point; 4], t: f32) -> Point {
    std::array::from_fn(|axis| {
        let (from, to) = (b[axis], c[axis]);
        let (leaving, arriving) = ((c[axis] - a[axis]) / 2.0, (d[axis] - b[axis]) / 2.0);
        let straight = mix(from, to, t * t * (3.0 - 2.0 * t));
        straight + t * (1.0 - t) * ((1.0 - t) * leaving - t * arriving)
    })
}

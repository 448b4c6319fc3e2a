//! Shapes by which joints stand for a body.

use super::geometry::{Point, distance, dot, sub};

/// A shape in pixels.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// Centre and radii.
    Ellipse(Point, [f32; 2]),
    /// A line of a width, with straight ends.
    Line(Point, Point, f32),
    /// Left, top, right, bottom.
    Rectangle([f32; 4]),
    /// Corners; inside by the even-odd rule.
    Quadrangle([Point; 4]),
}

impl Shape {
    /// Whether a point lies in it or on its edge.
    pub(super) fn contains(&self, point: Point) -> bool {
        match *self {
            Self::Ellipse(centre, [rx, ry]) => {
                let [x, y] = sub(point, centre);
                (x / rx) * (x / rx) + (y / ry) * (y / ry) <= 1.0
            }
            Self::Line(from, to, width) => {
                let (line, offset) = (sub(to, from), sub(point, from));
                let span = distance(from, to);
                let (along, across) = (dot(offset, line), line[0] * offset[1] - line[1] * offset[0]);
                (0.0..=span * span).contains(&along) && across.abs() <= span * width / 2.0
            }
            Self::Rectangle([left, top, right, bottom]) => {
                (left..=right).contains(&point[0]) && (top..=bottom).contains(&point[1])
            }
            Self::Quadrangle(corners) => {
                let mut inside = false;
                for i in 0..4 {
                    let ([x0, y0], [x1, y1]) = (corners[i], corners[(i + 1) % 4]);
                    if (y0 > point[1]) != (y1 > point[1]) && point[0] < x0 + (point[1] - y0) / (y1 - y0) * (x1 - x0) {
                        inside = !inside;
                    }
                }
                inside
            }
        }
    }
}

//! Points of the plane. Sines come from `libm`, whose code is the same on every platform; what else is used (sums,
//! products, quotients, square roots, rounding) IEEE 754 defines to the last bit.

/// `[x, y]`, x to the right, y down.
pub(super) type Point = [f32; 2];

pub(super) fn sub(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

/// `a + t b`.
pub(super) fn along(a: Point, b: Point, t: f32) -> Point {
    [a[0] + t * b[0], a[1] + t * b[1]]
}

pub(super) fn dot(a: Point, b: Point) -> f32 {
    a[0] * b[0] + a[1] * b[1]
}

pub(super) fn length(a: Point) -> f32 {
    dot(a, a).sqrt()
}

pub(super) fn distance(a: Point, b: Point) -> f32 {
    length(sub(a, b))
}

/// `a` at length 1; the zero vector stays.
pub(super) fn unit(a: Point) -> Point {
    let length = length(a);
    if length > 0.0 { [a[0] / length, a[1] / length] } else { a }
}

/// The point or number at `t` of the way from `a` to `b`.
pub(super) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

pub(super) fn between(a: Point, b: Point, t: f32) -> Point {
    [mix(a[0], b[0], t), mix(a[1], b[1], t)]
}

/// 0 below 0, 1 above 1, and 3t² − 2t³ between.
pub(super) fn smooth_step(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Sine and cosine of an angle in degrees.
pub(super) fn sine_cosine(degrees: f32) -> [f32; 2] {
    let (sine, cosine) = libm::sincos(f64::from(degrees).to_radians());
    [sine as f32, cosine as f32]
}

/// The direction that hangs down at 0° and points along +x at 90°.
pub(super) fn hanging(degrees: f32) -> Point {
    sine_cosine(degrees)
}

/// A place with axes of its own: turned by an angle, stretched along each axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axes {
    origin: Point,
    right: Point,
    down: Point,
}

impl Axes {
    /// Axes at `origin`, turned by `degrees` from x towards y, whose units are `scale`.
    pub(super) fn new(origin: Point, degrees: f32, scale: [f32; 2]) -> Self {
        let [sine, cosine] = sine_cosine(degrees);
        Self { origin, right: [cosine * scale[0], sine * scale[0]], down: [-sine * scale[1], cosine * scale[1]] }
    }

    /// Where the point with these coordinates lies.
    pub(super) fn place(&self, [x, y]: Point) -> Point {
        along(along(self.origin, self.right, x), self.down, y)
    }

    /// The coordinates of a point.
    pub(super) fn locate(&self, point: Point) -> Point {
        let offset = sub(point, self.origin);
        [dot(offset, self.right) / dot(self.right, self.right), dot(offset, self.down) / dot(self.down, self.down)]
    }

    /// All of `points` placed.
    pub(super) fn place_all(&self, points: &[Point]) -> Vec<Point> {
        points.iter().map(|&point| self.place(point)).collect()
    }
}

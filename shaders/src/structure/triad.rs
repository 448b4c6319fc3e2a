//! The directions of the axes, in the lower left corner.

use glam::{Mat3, Mat4, Quat, Vec2, Vec3, Vec4};

use super::camera::{Projection, StructureCamera};
use super::frame::Eye;
use super::instances::{Cone, Cylinder, colour};
use crate::lines::Segment;

/// Side of the corner that the triad takes, as a share of the picture's shorter side, and at most in line widths.
const SHARE: f32 = 0.2;
const MOST_WIDTHS: f32 = 90.0;
/// What the corner shows, in lengths of an arrow.
const EXTENT: f32 = 3.1;
/// Half the size of a letter in line widths.
const LETTER: Vec2 = Vec2::new(2.8, 3.6);
const COLOURS: [[f32; 3]; 3] = [[0.86, 0.20, 0.18], [0.20, 0.62, 0.24], [0.20, 0.38, 0.86]];

/// Arrows and letters of three directions.
pub struct Triad {
    pub sticks: Vec<Cylinder>,
    pub cones: Vec<Cone>,
    pub letters: Vec<Segment>,
    pub eye: Eye,
    pub matrix: Mat4,
    /// Side of its square, pixels.
    pub side: f32,
}

impl Triad {
    /// Directions of length 1 each, named a, b, c in a crystal and x, y, z otherwise.
    pub fn new(
        directions: [Vec3; 3],
        crystal: bool,
        rotation: Quat,
        size: [u32; 2],
        line_width: f32,
        line: Vec4,
    ) -> Self {
        let camera =
            StructureCamera { rotation, target: Vec3::ZERO, extent: EXTENT, projection: Projection::Orthographic };
        let eye = Eye::new(&camera, 1.0, 1.5);
        let side = (SHARE * size[0].min(size[1]) as f32).min(MOST_WIDTHS * line_width).max(1.0).floor();
        let (mut sticks, mut cones, mut letters) = (Vec::new(), Vec::new(), Vec::new());
        for (axis, direction) in directions.into_iter().enumerate() {
            let tint = colour(COLOURS[axis], 1.0);
            let neck = 0.68 * direction;
            sticks.push(Cylinder { begin: Vec3::ZERO, radius: 0.06, end: neck, id: 0, colours: [tint; 2] });
            cones.push(Cone { base: neck, radius: 0.15, tip: direction, colour: tint });
            let at = (1.28 * direction).to_array();
            for (begin, end) in strokes(axis, crystal) {
                letters.push(Segment {
                    begin: at,
                    begin_pixels: (begin * LETTER).to_array(),
                    end: at,
                    end_pixels: (end * LETTER).to_array(),
                    colour: line.to_array(),
                });
            }
        }
        let matrix = eye.matrix();
        Self { sticks, cones, letters, eye, matrix, side }
    }
}

/// Unit vectors along the rows of a cell, or along x, y, z.
pub fn directions(cell: Option<Mat3>) -> [Vec3; 3] {
    let rows = cell.unwrap_or(Mat3::IDENTITY);
    [rows.x_axis, rows.y_axis, rows.z_axis].map(Vec3::normalize_or_zero)
}

/// A letter in −1..1 as lines.
fn strokes(axis: usize, crystal: bool) -> Vec<(Vec2, Vec2)> {
    let path = |points: &[(f32, f32)]| -> Vec<(Vec2, Vec2)> {
        points.windows(2).map(|pair| (Vec2::from(pair[0]), Vec2::from(pair[1]))).collect()
    };
    // The bowl that a, b and c share, open to the right.
    let bowl = [
        (0.8, 0.05),
        (0.35, 0.4),
        (-0.35, 0.4),
        (-0.8, 0.05),
        (-0.8, -0.65),
        (-0.35, -1.0),
        (0.35, -1.0),
        (0.8, -0.65),
    ];
    let mirrored = bowl.map(|(x, y)| (-x, y));
    match (crystal, axis) {
        (true, 0) => [path(&bowl), path(&[(0.8, 0.4), (0.8, -1.0)])].concat(),
        (true, 1) => [path(&mirrored), path(&[(-0.8, 1.2), (-0.8, -1.0)])].concat(),
        (true, _) => path(&bowl),
        (false, 0) => [path(&[(-0.8, -1.0), (0.8, 1.0)]), path(&[(-0.8, 1.0), (0.8, -1.0)])].concat(),
        (false, 1) => [path(&[(-0.8, 1.0), (0.0, 0.0), (0.8, 1.0)]), path(&[(0.0, 0.0), (0.0, -1.0)])].concat(),
        (false, _) => path(&[(-0.8, 1.0), (0.8, 1.0), (-0.8, -1.0), (0.8, -1.0)]),
    }
}

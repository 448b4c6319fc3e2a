//! A camera that turns freely around a structure.

use std::f32::consts::PI;
use std::fmt;
use std::str::FromStr;

use glam::{Mat3, Mat4, Quat, Vec2, Vec3};
use samples::structure::Lattice;
use thiserror::Error;

/// Opening angle across the shorter side of the view, in perspective.
pub(super) const FIELD_OF_VIEW: f32 = 28.0 * PI / 180.0;
/// Å across the shorter side of the view.
const EXTENTS: (f32, f32) = (0.2, 1e5);
/// Å that the target may be away from the middle of the structure.
const TARGET_LIMIT: f32 = 1e5;

/// How depth shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Projection {
    /// What is nearer is larger.
    #[default]
    Perspective,
    /// Lengths across the view are true, parallels stay parallel.
    Orthographic,
}

/// A direction of a cell, direct or reciprocal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellDirection {
    /// Along the edge a.
    A,
    /// Along the edge b.
    B,
    /// Along the edge c.
    C,
    /// Across the plane of b and c.
    AStar,
    /// Across the plane of c and a.
    BStar,
    /// Across the plane of a and b.
    CStar,
}

impl CellDirection {
    /// The direction and what is up when it points at the viewer, both of length 1.
    pub fn vectors(self, lattice: &Lattice) -> [Vec3; 2] {
        let [a, b, c] = lattice.rows().map(|row| glam::DVec3::from(row).as_vec3().normalize());
        let handed = if a.cross(b).dot(c) < 0.0 { -1.0 } else { 1.0 };
        let reciprocal = |u: Vec3, v: Vec3| handed * u.cross(v).normalize();
        let (direction, up) = match self {
            Self::A => (a, c),
            Self::B => (b, c),
            Self::C => (c, b),
            Self::AStar => (reciprocal(b, c), c),
            Self::BStar => (reciprocal(c, a), c),
            Self::CStar => (reciprocal(a, b), b),
        };
        [direction, (up - direction * up.dot(direction)).normalize()]
    }
}

/// Why a text is not a camera.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "a structure's camera is written as p or o (projection) and x,y,z,w of the turn, extent, optionally x,y,z of the \
     target, not {0:?}"
)]
pub struct StructureCameraParseError(String);

/// A camera that looks at a target. Lengths are in Å, the origin is the middle of the structure.
///
/// Written with `Display` and read with `FromStr` for permalinks: `p0.500,0.500,0.500,0.500,12.0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StructureCamera {
    /// Turns the world into the view: x right, y up, z towards the viewer.
    pub rotation: Quat,
    /// What stays in the middle of the view.
    pub target: Vec3,
    /// Å across the shorter side of the view, at the target.
    pub extent: f32,
    /// How depth shows.
    pub projection: Projection,
}

impl Default for StructureCamera {
    /// From the front, a little to the left and above, z up.
    fn default() -> Self {
        let mut camera =
            Self { rotation: Quat::IDENTITY, target: Vec3::ZERO, extent: 10.0, projection: Projection::default() };
        camera.look_along(Vec3::new(0.92, 0.28, 0.30), Vec3::Z);
        camera
    }
}

impl StructureCamera {
    /// Turns the structure by a pointer movement (x right, y down), in fractions of the view's shorter side: one
    /// whole side is half a turn.
    pub fn orbit(&mut self, dx: f32, dy: f32) {
        if dx.is_finite() && dy.is_finite() {
            let turn = Quat::from_rotation_x(dy * PI) * Quat::from_rotation_y(dx * PI);
            self.rotation = (turn * self.rotation).normalize();
        }
    }

    /// Turns the picture anticlockwise by an angle in radians.
    pub fn roll(&mut self, angle: f32) {
        if angle.is_finite() {
            self.rotation = (Quat::from_rotation_z(angle) * self.rotation).normalize();
        }
    }

    /// Moves the structure with the pointer (x right, y down), in fractions of the view's shorter side.
    pub fn pan(&mut self, dx: f32, dy: f32) {
        if dx.is_finite() && dy.is_finite() {
            let moved = self.target + self.rotation.inverse() * Vec3::new(-dx, dy, 0.0) * self.extent;
            self.target = moved.clamp(Vec3::splat(-TARGET_LIMIT), Vec3::splat(TARGET_LIMIT));
        }
    }

    /// Comes nearer by `factor` (above 1) or goes away (below 1).
    pub fn zoom(&mut self, factor: f32) {
        if factor.is_finite() && factor > 0.0 {
            self.extent = (self.extent / factor).clamp(EXTENTS.0, EXTENTS.1);
        }
    }

    /// As [`Self::zoom`], keeping what is under the pointer there: `at` is its distance from the middle of the view
    /// (x right, y down) in fractions of the shorter side.
    pub fn zoom_at(&mut self, factor: f32, at: Vec2) {
        let before = self.extent;
        self.zoom(factor);
        let share = 1.0 - before / self.extent;
        self.pan(at.x * share, at.y * share);
    }

    /// Looks so that `direction` points at the viewer and `up` upwards as far as it can; a zero or parallel vector
    /// changes nothing.
    pub fn look_along(&mut self, direction: Vec3, up: Vec3) {
        let right = up.cross(direction).try_normalize();
        if let (Some(towards), Some(right)) = (direction.try_normalize(), right) {
            let rows = Mat3::from_cols(right, towards.cross(right), towards).transpose();
            self.rotation = Quat::from_mat3(&rows).normalize();
        }
    }

    /// Looks along a direction of a cell.
    pub fn look_along_cell(&mut self, lattice: &Lattice, direction: CellDirection) {
        let [towards, up] = direction.vectors(lattice);
        self.look_along(towards, up);
    }

    /// Brings a ball of `radius` Å around the origin into view, in either projection.
    pub fn fit(&mut self, radius: f32) {
        self.target = Vec3::ZERO;
        if radius.is_finite() {
            self.extent = (2.12 * radius).clamp(EXTENTS.0, EXTENTS.1);
        }
    }

    /// From the eye to the target; in the orthographic projection only clipping depends on it.
    pub fn distance(&self) -> f32 {
        0.5 * self.extent / (FIELD_OF_VIEW / 2.0).tan()
    }

    /// Where the eye is.
    pub fn eye(&self) -> Vec3 {
        self.target + self.rotation.inverse() * Vec3::Z * self.distance()
    }

    /// World to eye.
    pub fn view(&self) -> Mat4 {
        Mat4::from_translation(Vec3::new(0.0, 0.0, -self.distance()))
            * Mat4::from_quat(self.rotation)
            * Mat4::from_translation(-self.target)
    }

    /// Half of what the view shows, across and up: Å in the orthographic projection, tangents in perspective.
    pub fn half_view(&self, aspect: f32) -> Vec2 {
        let shorter = match self.projection {
            Projection::Perspective => (FIELD_OF_VIEW / 2.0).tan(),
            Projection::Orthographic => 0.5 * self.extent,
        };
        if aspect >= 1.0 { Vec2::new(shorter * aspect, shorter) } else { Vec2::new(shorter, shorter / aspect) }
    }
}

impl fmt::Display for StructureCamera {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = if self.projection == Projection::Orthographic { 'o' } else { 'p' };
        let [x, y, z, w] = self.rotation.to_array();
        write!(f, "{letter}{x:.4},{y:.4},{z:.4},{w:.4},{:.3}", self.extent)?;
        if self.target != Vec3::ZERO {
            write!(f, ",{:.3},{:.3},{:.3}", self.target.x, self.target.y, self.target.z)?;
        }
        Ok(())
    }
}

impl FromStr for StructureCamera {
    type Err = StructureCameraParseError;

    fn from_str(text: &str) -> Result<Self, StructureCameraParseError> {
        let refuse = || StructureCameraParseError(text.chars().take(100).collect());
        let (projection, numbers) = match text.split_at_checked(1) {
            Some(("p", rest)) => (Projection::Perspective, rest),
            Some(("o", rest)) => (Projection::Orthographic, rest),
            _ => return Err(refuse()),
        };
        let mut values = [0.0f32; 8];
        let mut count = 0;
        for part in numbers.split(',') {
            let slot = values.get_mut(count).ok_or_else(refuse)?;
            *slot = part.trim().parse().ok().filter(|n: &f32| n.is_finite()).ok_or_else(refuse)?;
            count += 1;
        }
        let [x, y, z, w, extent, tx, ty, tz] = values;
        let turn = Quat::from_xyzw(x, y, z, w);
        if (count != 5 && count != 8) || !(1e-3..1e6).contains(&turn.length_squared()) {
            return Err(refuse());
        }
        Ok(Self {
            rotation: turn.normalize(),
            target: Vec3::new(tx, ty, tz).clamp(Vec3::splat(-TARGET_LIMIT), Vec3::splat(TARGET_LIMIT)),
            extent: extent.clamp(EXTENTS.0, EXTENTS.1),
            projection,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(camera: &StructureCamera, point: Vec3) -> Vec3 {
        camera.view().transform_point3(point)
    }

    #[test]
    fn dragging_moves_what_is_in_front_with_the_pointer() {
        let mut camera = StructureCamera::default();
        let front = camera.rotation.inverse() * Vec3::Z;
        camera.orbit(0.05, 0.05);
        let moved = seen(&camera, front);
        assert!(moved.x > 0.0 && moved.y < 0.0, "right and down: {moved}");
        let mut camera = StructureCamera { extent: 8.0, ..Default::default() };
        camera.pan(0.25, 0.25);
        let origin = seen(&camera, Vec3::ZERO);
        assert!((origin.x - 2.0).abs() < 1e-4 && (origin.y + 2.0).abs() < 1e-4, "a quarter of 8 Å: {origin}");
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut camera = StructureCamera { projection: Projection::Orthographic, ..Default::default() };
        let at = Vec2::new(0.3, -0.2);
        let under = camera.rotation.inverse() * Vec3::new(at.x, -at.y, 0.0) * camera.extent + camera.target;
        camera.zoom_at(2.5, at);
        let now = seen(&camera, under) / camera.extent;
        assert!((now.x - at.x).abs() < 1e-5 && (now.y + at.y).abs() < 1e-5, "{now}");
    }

    #[test]
    fn looking_along_a_cell_direction_foreshortens_it_to_a_point() {
        let lattice = Lattice::from_parameters([4.0, 5.0, 7.0], [85.0, 100.0, 112.0]).expect("a cell");
        let rows = lattice.rows().map(|row| glam::DVec3::from(row).as_vec3());
        let mut camera = StructureCamera::default();
        for (direction, row) in [(CellDirection::A, 0), (CellDirection::B, 1), (CellDirection::C, 2)] {
            camera.look_along_cell(&lattice, direction);
            let turned = camera.rotation * rows[row];
            assert!(turned.x.abs() < 1e-4 && turned.y.abs() < 1e-4 && turned.z > 0.0, "{direction:?}: {turned}");
        }
        for (direction, row, flat) in
            [(CellDirection::AStar, 0, [1, 2]), (CellDirection::BStar, 1, [2, 0]), (CellDirection::CStar, 2, [0, 1])]
        {
            camera.look_along_cell(&lattice, direction);
            for other in flat {
                assert!((camera.rotation * rows[other]).z.abs() < 1e-4, "{direction:?}");
            }
            assert!((camera.rotation * rows[row]).z > 0.0, "{direction:?}");
        }
        camera.look_along_cell(&lattice, CellDirection::A);
        let c = camera.rotation * rows[2];
        assert!(c.x.abs() < 1e-4 && c.y > 0.0, "c is up: {c}");
    }

    #[test]
    fn a_camera_survives_its_text_and_bad_texts_are_refused() {
        let mut camera = StructureCamera { projection: Projection::Orthographic, ..Default::default() };
        camera.orbit(0.4, -1.1);
        camera.pan(0.2, 0.1);
        let again: StructureCamera = camera.to_string().parse().expect("its own text");
        assert!(again.rotation.dot(camera.rotation).abs() > 0.9999 && (again.target - camera.target).length() < 2e-3);
        assert_eq!(again.projection, Projection::Orthographic);
        for text in
            ["", "p", "é", "x1,0,0,0,5", "p0,0,0,0,5", "p1,0,0,0", "p1,0,0,NaN,5", "p1,0,0,0,5,1", "o1,2,3,4,5,6,7,8,9"]
        {
            assert!(text.parse::<StructureCamera>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn nonsense_movements_change_nothing() {
        let mut camera = StructureCamera::default();
        camera.orbit(f32::NAN, 0.0);
        camera.pan(0.0, f32::INFINITY);
        camera.zoom(-1.0);
        camera.zoom(f32::NAN);
        camera.roll(f32::NAN);
        camera.fit(f32::NAN);
        camera.look_along(Vec3::ZERO, Vec3::Z);
        camera.look_along(Vec3::Z, Vec3::Z);
        assert_eq!(camera, StructureCamera::default());
    }
}

//! A camera that orbits a target, z up.

use std::f32::consts::{PI, TAU};
use std::fmt;
use std::str::FromStr;

use glam::camera::rh::{proj::directx::perspective, view::look_at_mat4};
use glam::{Mat4, Vec3};
use thiserror::Error;

/// Opening angle across the shorter side of the view.
const FIELD_OF_VIEW: f32 = 28.0 * PI / 180.0;
/// Just below straight up and down, where "up" loses its meaning.
const PITCH_LIMIT: f32 = 89.5 * PI / 180.0;
/// Distances between the eye and the target; the unit box has a half diagonal of 0.87.
const DISTANCES: (f32, f32) = (0.15, 20.0);
/// The target stays this near to the box, so that nobody loses it.
const TARGET_LIMIT: f32 = 1.0;

/// Why a text is not a camera.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("a camera is written as yaw,pitch,distance or yaw,pitch,distance,x,y,z (degrees; box lengths), not {0:?}")]
pub struct CameraParseError(String);

/// A camera on a sphere around its target. Lengths are in units of the longest side of the box, which is centred
/// at the origin.
///
/// Written with `Display` and read with `FromStr` for permalinks: `-35.0,25.0,3.40` (degrees, box lengths), with
/// `,x,y,z` of the target appended when that is not the origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrbitCamera {
    /// Turn about z, radians.
    pub yaw: f32,
    /// Height above the xy-plane, radians, within ±89.5°.
    pub pitch: f32,
    /// From the eye to the target.
    pub distance: f32,
    /// What stays in the middle of the view, `(x, y, z)`.
    pub target: Vec3,
}

impl Default for OrbitCamera {
    fn default() -> Self {
        Self { yaw: -58.0 * PI / 180.0, pitch: 24.0 * PI / 180.0, distance: 3.5, target: Vec3::ZERO }
    }
}

impl OrbitCamera {
    /// Turns the box by a pointer movement, in fractions of the view's height: one whole height is half a turn.
    pub fn orbit(&mut self, dx: f32, dy: f32) {
        if dx.is_finite() && dy.is_finite() {
            self.yaw = (self.yaw - dx * PI + PI).rem_euclid(TAU) - PI;
            self.pitch = (self.pitch + dy * PI).clamp(-PITCH_LIMIT, PITCH_LIMIT);
        }
    }

    /// Moves the box with the pointer, in fractions of the view's height.
    pub fn pan(&mut self, dx: f32, dy: f32) {
        if dx.is_finite() && dy.is_finite() {
            let height = 2.0 * self.distance * (FIELD_OF_VIEW / 2.0).tan();
            let (right, up, _) = self.frame();
            let moved = self.target + (up * dy - right * dx) * height;
            self.target = moved.clamp(Vec3::splat(-TARGET_LIMIT), Vec3::splat(TARGET_LIMIT));
        }
    }

    /// Comes nearer by `factor` (above 1) or goes away (below 1).
    pub fn zoom(&mut self, factor: f32) {
        if factor.is_finite() && factor > 0.0 {
            self.distance = (self.distance / factor).clamp(DISTANCES.0, DISTANCES.1);
        }
    }

    /// Back to the default view.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Right, up and backward (towards the eye) unit vectors.
    pub fn frame(&self) -> (Vec3, Vec3, Vec3) {
        let backward = self.backward();
        let right = Vec3::Z.cross(backward).normalize();
        (right, backward.cross(right), backward)
    }

    /// Where the eye is.
    pub fn eye(&self) -> Vec3 {
        self.target + self.distance * self.backward()
    }

    fn backward(&self) -> Vec3 {
        let (sin_yaw, cos_yaw) = self.yaw.sin_cos();
        let (sin_pitch, cos_pitch) = self.pitch.sin_cos();
        Vec3::new(cos_pitch * cos_yaw, cos_pitch * sin_yaw, sin_pitch)
    }

    /// World to eye.
    pub fn view(&self) -> Mat4 {
        look_at_mat4(self.eye(), self.target, Vec3::Z)
    }

    /// Tangents of half the opening angles, across and up, of a view with `aspect` = width / height. The shorter
    /// side has the fixed angle, so the box fits into portrait views too.
    pub fn half_tangents(&self, aspect: f32) -> (f32, f32) {
        let shorter = (FIELD_OF_VIEW / 2.0).tan();
        if aspect >= 1.0 { (shorter * aspect, shorter) } else { (shorter, shorter / aspect) }
    }

    /// Eye to clip space (depth 0..1) of a view with `aspect` = width / height.
    pub fn projection(&self, aspect: f32) -> Mat4 {
        let (_, up) = self.half_tangents(aspect);
        perspective(2.0 * up.atan(), aspect, 0.01, DISTANCES.1 + 4.0)
    }
}

impl fmt::Display for OrbitCamera {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1},{:.1},{:.2}", self.yaw.to_degrees(), self.pitch.to_degrees(), self.distance)?;
        if self.target != Vec3::ZERO {
            write!(f, ",{:.3},{:.3},{:.3}", self.target.x, self.target.y, self.target.z)?;
        }
        Ok(())
    }
}

impl FromStr for OrbitCamera {
    type Err = CameraParseError;

    fn from_str(text: &str) -> Result<Self, CameraParseError> {
        let refuse = || CameraParseError(text.chars().take(80).collect());
        let mut numbers = [0.0f32; 6];
        let mut count = 0;
        for part in text.split(',') {
            let slot = numbers.get_mut(count).ok_or_else(refuse)?;
            *slot = part.trim().parse().ok().filter(|n: &f32| n.is_finite()).ok_or_else(refuse)?;
            count += 1;
        }
        if count != 3 && count != 6 {
            return Err(refuse());
        }
        let [yaw, pitch, distance, x, y, z] = numbers;
        Ok(Self {
            yaw: (yaw + 180.0).rem_euclid(360.0).to_radians() - PI,
            pitch: pitch.to_radians().clamp(-PITCH_LIMIT, PITCH_LIMIT),
            distance: distance.clamp(DISTANCES.0, DISTANCES.1),
            target: Vec3::new(x, y, z).clamp(Vec3::splat(-TARGET_LIMIT), Vec3::splat(TARGET_LIMIT)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_in_the_middle_and_up_is_up() {
        let mut camera = OrbitCamera::default();
        camera.pan(0.1, -0.2);
        let matrix = camera.projection(1.5) * camera.view();
        let middle = matrix.project_point3(camera.target);
        assert!(middle.x.abs() < 1e-5 && middle.y.abs() < 1e-5, "{middle}");
        let above = matrix.project_point3(camera.target + 0.1 * Vec3::Z);
        assert!(above.x.abs() < 1e-5 && above.y > 0.01, "{above}");
    }

    #[test]
    fn dragging_moves_what_is_in_front_with_the_pointer() {
        let near = |camera: &OrbitCamera| {
            let front = camera.target + 0.3 * (camera.eye() - camera.target).normalize();
            (camera.projection(1.0) * camera.view(), front)
        };
        let mut camera = OrbitCamera::default();
        let (_, front) = near(&camera);
        camera.orbit(0.05, 0.05);
        let moved = near(&camera).0.project_point3(front);
        assert!(moved.x > 0.0 && moved.y < 0.0, "right and down: {moved}");
        let mut camera = OrbitCamera::default();
        camera.pan(0.25, 0.25);
        let origin = near(&camera).0.project_point3(Vec3::ZERO);
        assert!((origin.x - 0.5).abs() < 1e-3 && (origin.y + 0.5).abs() < 1e-3, "a quarter of the view: {origin}");
    }

    #[test]
    fn the_whole_box_is_in_view_at_first_in_any_format() {
        let camera = OrbitCamera::default();
        for aspect in [0.4, 1.0, 2.5] {
            let matrix = camera.projection(aspect) * camera.view();
            for corner in 0..8 {
                let sign = |bit: i32| if corner & bit == 0 { -0.5 } else { 0.5 };
                let at = matrix.project_point3(Vec3::new(sign(1), sign(2), sign(4)));
                assert!(at.x.abs() < 0.97 && at.y.abs() < 0.97 && (0.0..1.0).contains(&at.z), "{aspect}: {at}");
            }
        }
    }

    #[test]
    fn a_camera_survives_its_text() {
        let mut camera = OrbitCamera::default();
        assert_eq!(camera.to_string(), "-58.0,24.0,3.50");
        camera.orbit(1.3, 0.1);
        camera.zoom(1.7);
        camera.pan(0.1, 0.0);
        let again: OrbitCamera = camera.to_string().parse().expect("its own text");
        assert_eq!(again.to_string(), camera.to_string());
        assert!((again.yaw - camera.yaw).abs() < 1e-3 && (again.target - camera.target).length() < 1e-3);
    }

    #[test]
    fn bad_texts_are_refused_and_extremes_limited() {
        for text in ["", "1,2", "1,2,3,4", "1,2,x", "NaN,0,3", "1,2,3,4,5,6,7", "inf,0,1"] {
            assert!(text.parse::<OrbitCamera>().is_err(), "{text:?}");
        }
        let camera: OrbitCamera = "4000,120,1e9,50,0,0".parse().expect("numbers");
        assert!(camera.pitch < PI / 2.0 && camera.distance == 20.0 && camera.target.x == 1.0);
        let mut camera = OrbitCamera::default();
        camera.orbit(f32::NAN, 0.0);
        camera.zoom(0.0);
        camera.zoom(f32::INFINITY);
        assert_eq!(camera, OrbitCamera::default());
    }
}

//! One frame as the shaders read it.

use bytemuck::{Pod, Zeroable};
use glam::{Mat4, Vec2, Vec3, Vec4};

use super::camera::{Projection, StructureCamera};

/// The eye sees nothing nearer than this share of its distance to the target.
const NEAREST: f32 = 0.02;

/// Kept in step with `Frame` in frame.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct FrameUniform {
    view: Mat4,
    scale: Vec4,
    depth: Vec4,
    fog: Vec4,
    tile: Vec4,
    figure: Vec4,
}

/// Depths between which everything lies, Å from the eye.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Depths {
    pub near: f32,
    pub far: f32,
}

/// What a picture of a scene within `reach` Å of the origin needs.
#[derive(Clone, Copy, Debug)]
pub struct Eye {
    pub view: Mat4,
    /// From the eye's x and y (perspective: per depth) to −1..1.
    pub scale: Vec2,
    pub orthographic: bool,
    pub depths: Depths,
}

impl Eye {
    pub fn new(camera: &StructureCamera, aspect: f32, reach: f32) -> Self {
        let view = camera.view();
        let middle = -view.transform_point3(Vec3::ZERO).z;
        let orthographic = camera.projection == Projection::Orthographic;
        let reach = 1.01 * reach + 0.01;
        let nearest = if orthographic { f32::NEG_INFINITY } else { NEAREST * camera.distance() };
        let near = (middle - reach).max(nearest);
        let far = (middle + reach).max(near + 0.1);
        Self { view, scale: 1.0 / camera.half_view(aspect), orthographic, depths: Depths { near, far } }
    }

    /// Coefficients of the depth that is written: `x + y / d + z d` for a point `d` Å before the eye.
    pub fn depth_terms(&self) -> Vec3 {
        let Depths { near, far } = self.depths;
        let span = far - near;
        if self.orthographic { Vec3::new(-near, 0.0, 1.0) / span } else { Vec3::new(far, -far * near, 0.0) / span }
    }

    /// World to clip space.
    pub fn matrix(&self) -> Mat4 {
        let [x, y, z] = self.depth_terms().to_array();
        let scale = self.scale;
        // The eye looks along −z.
        let projection = if self.orthographic {
            Mat4::from_cols(
                Vec4::new(scale.x, 0.0, 0.0, 0.0),
                Vec4::new(0.0, scale.y, 0.0, 0.0),
                Vec4::new(0.0, 0.0, -z, 0.0),
                Vec4::new(0.0, 0.0, x, 1.0),
            )
        } else {
            Mat4::from_cols(
                Vec4::new(scale.x, 0.0, 0.0, 0.0),
                Vec4::new(0.0, scale.y, 0.0, 0.0),
                Vec4::new(0.0, 0.0, -x, -1.0),
                Vec4::new(0.0, 0.0, y, 0.0),
            )
        };
        projection * self.view
    }

    /// Where a point is in the picture (−1..1, y up) and how far before the eye, Å; `None` behind the eye.
    pub fn project(&self, point: Vec3) -> Option<(Vec2, f32)> {
        let seen = self.view.transform_point3(point);
        let depth = -seen.z;
        if self.orthographic {
            return Some((seen.truncate() * self.scale, depth));
        }
        (depth > self.depths.near).then(|| (seen.truncate() / depth * self.scale, depth))
    }

    /// Å to pixels at a depth, for a picture `height` pixels high.
    pub fn pixels_per_length(&self, depth: f32, height: f32) -> f32 {
        let scale = 0.5 * height * self.scale.y;
        if self.orthographic { scale } else { scale / depth.max(1e-6) }
    }
}

/// A part of the picture that is drawn over the whole target, −1..1: its middle and its half size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    pub middle: Vec2,
    pub half: Vec2,
}

impl Tile {
    pub const WHOLE: Self = Self { middle: Vec2::ZERO, half: Vec2::ONE };
}

/// The colours and effects of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// sRGB.
    pub background: [f32; 3],
    /// How much far parts fade, 0..1.
    pub depth_cue: f32,
    pub ambient_occlusion: bool,
    /// Width of the contour in rendered pixels; 0 for none.
    pub outline: f32,
}

impl FrameUniform {
    pub fn new(eye: &Eye, tile: Tile, look: &Look) -> Self {
        let Depths { near, far } = eye.depths;
        // Fading begins at the middle of the scene.
        let middle = 0.5 * (near + far);
        let span = (far - middle).max(1e-3);
        let inverse = 1.0 / tile.half;
        Self {
            view: eye.view,
            scale: Vec4::new(eye.scale.x, eye.scale.y, if eye.orthographic { 1.0 } else { 0.0 }, 0.0),
            depth: eye.depth_terms().extend(near),
            fog: Vec3::from(look.background).extend(look.depth_cue),
            tile: Vec4::new(inverse.x, inverse.y, -tile.middle.x * inverse.x, -tile.middle.y * inverse.y),
            figure: Vec4::new(middle, 1.0 / span, if look.ambient_occlusion { 1.0 } else { 0.0 }, look.outline),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_projections_agree_with_their_matrix_and_fill_the_depths() {
        for projection in [Projection::Perspective, Projection::Orthographic] {
            let camera = StructureCamera { projection, extent: 12.0, ..Default::default() };
            let eye = Eye::new(&camera, 1.5, 6.0);
            for point in [Vec3::ZERO, Vec3::new(3.0, -2.0, 1.0), camera.rotation.inverse() * Vec3::new(0.0, 0.0, 6.0)] {
                let clip = eye.matrix().project_point3(point);
                let (at, depth) = eye.project(point).expect("before the eye");
                let [x, y, z] = eye.depth_terms().to_array();
                assert!((clip.truncate() - at).length() < 1e-5, "{projection:?} {clip} {at}");
                assert!((clip.z - (x + y / depth + z * depth)).abs() < 1e-4, "{projection:?} {clip}");
                assert!((0.0..=1.0).contains(&clip.z));
            }
        }
    }

    #[test]
    fn at_the_target_both_projections_have_one_scale() {
        let mut camera = StructureCamera { extent: 20.0, ..Default::default() };
        let aside = camera.rotation.inverse() * Vec3::new(10.0, 0.0, 0.0);
        for projection in [Projection::Perspective, Projection::Orthographic] {
            camera.projection = projection;
            let (at, _) = Eye::new(&camera, 1.0, 5.0).project(aside).expect("in view");
            assert!((at.x - 1.0).abs() < 1e-5, "{projection:?}: {at}");
        }
    }
}

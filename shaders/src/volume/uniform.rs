//! One frame of one volume as the shaders read it.

use bytemuck::{Pod, Zeroable};
use glam::{Vec3, Vec4};

use super::field::mip_count;
use crate::style::{Mode, Surface, VolumeStyle};
use crate::{ClipPlane, OrbitCamera};

/// Kept in step with `Frame` in frame.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct FrameUniform {
    eye: Vec4,
    right: Vec4,
    up: Vec4,
    forward: Vec4,
    shape: Vec4,
    clip: Vec4,
    slices: Vec4,
    light: Vec4,
    background: Vec4,
    solid: Vec4,
    low: Vec4,
    high: Vec4,
    slice_low: Vec4,
    slice_high: Vec4,
    transfer: Vec4,
}

/// Towards the key light, in camera axes (right, up, towards the eye).
const KEY_LIGHT: Vec3 = Vec3::new(-0.50, 0.62, 0.60);
/// Steps of the density march: at most this many voxels, and at least this many steps across the longest side.
const DENSITY_STEP: (f32, f32) = (0.75, 96.0);

/// `[z, y, x]` sides as `(x, y, z)`.
pub fn xyz(shape: [usize; 3]) -> Vec3 {
    Vec3::new(shape[2] as f32, shape[1] as f32, shape[0] as f32)
}

/// A plane in voxel coordinates as `(normal, d)`, keeping `normal · q ≤ d`; without a plane everything is kept.
pub fn clip_plane(clip: Option<ClipPlane>, sides: Vec3) -> Vec4 {
    let keep_all = Vec4::new(0.0, 0.0, 0.0, 1.0);
    let Some(ClipPlane { normal: [z, y, x], offset, flip }) = clip else { return keep_all };
    let Some(normal) = Vec3::new(x, y, z).try_normalize() else { return keep_all };
    let low = (normal * sides).min(Vec3::ZERO).element_sum();
    let high = (normal * sides).max(Vec3::ZERO).element_sum();
    let at = low + (high - low) * offset.clamp(0.0, 1.0);
    if flip { (-normal).extend(-at) } else { normal.extend(at) }
}

/// sRGB to linear, the exact curve.
pub fn linear([r, g, b]: [f32; 3]) -> Vec3 {
    let decode = |c: f32| {
        let c = c.clamp(0.0, 1.0);
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    Vec3::new(decode(r), decode(g), decode(b))
}

impl FrameUniform {
    /// What the shaders need to draw a volume of `shape` whose voxels have the edge `voxel` in world units.
    pub fn new(camera: &OrbitCamera, aspect: f32, style: &VolumeStyle, shape: [usize; 3], voxel: f32) -> Self {
        let sides = xyz(shape);
        let (right, up, backward) = camera.frame();
        let (across, upward) = camera.half_tangents(aspect);
        let step_scale = if style.step_scale.is_finite() { style.step_scale.clamp(0.25, 8.0) } else { 1.0 };
        let slices = style
            .slice_positions()
            .map_or(Vec4::ZERO, |[z, y, x]| (Vec3::new(x, y, z).clamp(Vec3::ZERO, Vec3::ONE) * sides).extend(1.0));
        let (solid, polarity) = match style.mode {
            Mode::Surface(Surface::Pore) => (style.pore, -1.0),
            _ => (style.grain, 1.0),
        };
        let light = right * KEY_LIGHT.x + up * KEY_LIGHT.y + backward * KEY_LIGHT.z;
        let longest = sides.max_element();
        let transfer = style.transfer;
        let low = transfer.low.clamp(0.0, 0.999);
        let extinction = |opacity: f32| -(1.0 - opacity.clamp(0.0, 0.999)).ln() * 16.0 / longest;
        let [r, g, b, _] = style.background;
        Self {
            eye: (camera.eye() / voxel + 0.5 * sides).extend(0.0),
            right: (right * across).extend(0.0),
            up: (up * upward).extend(0.0),
            forward: (-backward).extend(step_scale),
            shape: sides.extend(mip_count(shape) as f32),
            clip: clip_plane(style.clip, sides),
            slices,
            light: light.normalize().extend(f32::from(u8::from(style.ambient_occlusion))),
            background: linear([r, g, b]).extend(1.0),
            solid: linear(solid).extend(polarity),
            low: linear(style.pore).extend(extinction(transfer.pore)),
            high: linear(style.grain).extend(extinction(transfer.grain)),
            slice_low: Vec3::from(style.slice_range[0]).extend(0.0),
            slice_high: Vec3::from(style.slice_range[1]).extend(0.0),
            transfer: Vec4::new(
                low,
                transfer.high.clamp(low + 0.001, 1.0),
                DENSITY_STEP.0.min(longest / DENSITY_STEP.1),
                0.0,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Axis;

    #[test]
    fn a_plane_across_an_axis_cuts_at_its_share_of_the_side() {
        let sides = Vec3::new(30.0, 20.0, 10.0);
        assert_eq!(clip_plane(Some(ClipPlane::across(Axis::Z, 0.25)), sides), Vec4::new(0.0, 0.0, 1.0, 2.5));
        let flipped = ClipPlane { flip: true, ..ClipPlane::across(Axis::X, 0.5) };
        assert_eq!(clip_plane(Some(flipped), sides), Vec4::new(-1.0, 0.0, 0.0, -15.0));
    }

    #[test]
    fn an_oblique_plane_enters_and_leaves_at_corners() {
        let oblique = |offset| ClipPlane { normal: [1.0, -1.0, 0.0], offset, flip: false };
        let at = |offset| clip_plane(Some(oblique(offset)), Vec3::splat(8.0)).w * 2.0f32.sqrt();
        assert!((at(0.0) + 8.0).abs() < 1e-4 && at(0.5).abs() < 1e-4 && (at(1.0) - 8.0).abs() < 1e-4);
        let none = ClipPlane { normal: [0.0; 3], offset: 0.5, flip: false };
        assert_eq!(clip_plane(Some(none), Vec3::ONE), Vec4::W);
    }
}

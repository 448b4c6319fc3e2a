//! How a volume is shown: plain data that a page edits and the renderer reads once per frame.

/// Axes of a volume, in the order of its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// The slowest axis; up in the view.
    Z,
    /// The middle axis.
    Y,
    /// The fastest axis.
    X,
}

impl Axis {
    /// Position in a `[z, y, x]` array.
    pub const fn index(self) -> usize {
        match self {
            Self::Z => 0,
            Self::Y => 1,
            Self::X => 2,
        }
    }
}

/// Which phase is drawn as the solid body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Surface {
    /// The pore space as a cast.
    Pore,
    /// The solid: a block with holes.
    Grain,
}

/// What is drawn inside the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The surface where the value crosses one half, closed by caps at the box and at the clip plane.
    Surface(Surface),
    /// A translucent body: colour and opacity by [`Transfer`].
    Density,
    /// Nothing but the three planes of [`VolumeStyle::slices`] (all at the middle if that is `None`).
    Slices,
}

/// A plane that cuts part of the box away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipPlane {
    /// Direction across the plane, `[z, y, x]`; any length but zero. A zero normal cuts nothing.
    pub normal: [f32; 3],
    /// Position along the normal: 0 is the corner of the box it enters at, 1 the corner it leaves at.
    pub offset: f32,
    /// Keeps the part beyond the plane instead of the part before it.
    pub flip: bool,
}

impl ClipPlane {
    /// The plane across one axis; everything before `offset` (0..1 along the axis) is kept.
    pub fn across(axis: Axis, offset: f32) -> Self {
        let mut normal = [0.0; 3];
        normal[axis.index()] = 1.0;
        Self { normal, offset, flip: false }
    }
}

/// [`Mode::Density`]: what a value weighs. Below `low` all is pore, above `high` all is grain, smooth between; each
/// phase has its colour ([`VolumeStyle::pore`], [`VolumeStyle::grain`]) and its opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// Value (0..1) up to which all is pore.
    pub low: f32,
    /// Value (0..1) from which all is grain.
    pub high: f32,
    /// Opacity of pore over one sixteenth of the box, 0..1.
    pub pore: f32,
    /// Opacity of grain over one sixteenth of the box, 0..1.
    pub grain: f32,
}

/// Everything about the picture except the camera. Colours are sRGB, 0..1, not premultiplied.
#[derive(Clone, Debug, PartialEq)]
pub struct VolumeStyle {
    /// What is drawn inside the box.
    pub mode: Mode,
    /// Three orthogonal planes with the voxels as they are, positions `[z, y, x]` in 0..1. In [`Mode::Surface`]
    /// and [`Mode::Density`] they are drawn within the body.
    pub slices: Option<[f32; 3]>,
    /// Cuts part of the box away; slices are cut too.
    pub clip: Option<ClipPlane>,
    /// Darkens hollows and casts soft shadows.
    pub ambient_occlusion: bool,
    /// Behind everything. Alpha below 1 is kept in screenshots only.
    pub background: [f32; 4],
    /// The solid's colour.
    pub grain: [f32; 3],
    /// The pore cast's colour.
    pub pore: [f32; 3],
    /// Slices: colour of value 0 and of value 255; between them sRGB values are mixed linearly.
    pub slice_range: [[f32; 3]; 2],
    /// Outline and axes.
    pub line: [f32; 3],
    /// Width of lines in canvas pixels; letters grow with it. Multiply by the device-pixel ratio.
    pub line_width: f32,
    /// Draws the box outline and the outline of the cut.
    pub outline: bool,
    /// Draws the letters of the three axes beside the outline.
    pub axes: bool,
    /// Opacities in [`Mode::Density`].
    pub transfer: Transfer,
    /// Length of a ray-march step against the full-quality step: 1 for a still picture, more while moving.
    /// [`crate::AdaptiveQuality`] sets it.
    pub step_scale: f32,
    /// Rendered pixels per canvas pixel, along each side: 2 = four samples a pixel for a still picture, 1 while
    /// moving, below 1 on weak adapters. [`crate::AdaptiveQuality`] sets it.
    pub pixel_scale: f32,
}

impl VolumeStyle {
    /// Positions `[z, y, x]` of the slices that are drawn, if any are.
    pub fn slice_positions(&self) -> Option<[f32; 3]> {
        match (self.mode, self.slices) {
            (_, Some(positions)) => Some(positions),
            (Mode::Slices, None) => Some([0.5; 3]),
            _ => None,
        }
    }

    /// The colours of the light or the dark theme; everything else as in [`Default`].
    pub fn themed(dark: bool) -> Self {
        let light = Self {
            mode: Mode::Surface(Surface::Grain),
            slices: None,
            clip: None,
            ambient_occlusion: true,
            background: [1.0, 1.0, 1.0, 1.0],
            grain: [0.86, 0.74, 0.57],
            pore: [0.24, 0.53, 0.74],
            slice_range: [[0.07, 0.08, 0.10], [0.87, 0.86, 0.83]],
            line: [0.42, 0.45, 0.50],
            line_width: 1.25,
            outline: true,
            axes: true,
            transfer: Transfer { low: 0.2, high: 0.8, pore: 0.6, grain: 0.035 },
            step_scale: 1.0,
            pixel_scale: 1.0,
        };
        if !dark {
            return light;
        }
        Self {
            background: [0.063, 0.071, 0.086, 1.0],
            grain: [0.84, 0.73, 0.57],
            pore: [0.30, 0.60, 0.82],
            line: [0.50, 0.54, 0.60],
            transfer: Transfer { grain: 0.02, ..light.transfer },
            ..light
        }
    }
}

impl Default for VolumeStyle {
    fn default() -> Self {
        Self::themed(false)
    }
}

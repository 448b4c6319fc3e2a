//! Volumes in the view: their voxels, and how they are shown.

use samples::{GreyVolume, Volume};

/// The most voxels that the page measures itself, on its own thread: milliseconds of work. Larger volumes come
/// measured from the worker, or not at all.
pub const MEASURED_ON_PAGE: usize = 128 * 128 * 128;

/// Voxels of either kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Voxels {
    /// Pore or grain.
    Segmented(Volume),
    /// Before the threshold.
    Grey(GreyVolume),
}

impl Voxels {
    /// `[z, y, x]` sides.
    pub fn shape(&self) -> [usize; 3] {
        match self {
            Self::Segmented(volume) => volume.shape(),
            Self::Grey(volume) => volume.shape(),
        }
    }

    /// The segmented volume, if it is one.
    pub fn segmented(&self) -> Option<&Volume> {
        match self {
            Self::Segmented(volume) => Some(volume),
            Self::Grey(_) => None,
        }
    }
}

/// How a volume is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// The solid with its holes.
    #[default]
    Grain,
    /// A cast of the pore space.
    Pore,
    /// A translucent body.
    Density,
    /// Three planes.
    Slices,
}

impl Look {
    /// All looks, with their name in the document and on the page.
    pub const ALL: [(Look, &'static str, &'static str); 4] = [
        (Look::Grain, "grain", "Grains"),
        (Look::Pore, "pore", "Pores"),
        (Look::Density, "density", "Density"),
        (Look::Slices, "slices", "Slices"),
    ];
}

/// Everything about the view that its controls change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewOptions {
    /// How the volume is drawn.
    pub look: Look,
    /// Positions of the slices along z, y, x, 0 to 1.
    pub slices: [f32; 3],
    /// Cut across an axis (index in z, y, x) at a position, 0 to 1.
    pub clip: Option<(usize, f32)>,
    /// Darkens hollows.
    pub ambient_occlusion: bool,
    /// Turns by itself.
    pub rotating: bool,
    /// Shows the real rock beside.
    pub compare: bool,
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self {
            look: Look::Grain,
            slices: [0.5; 3],
            clip: None,
            ambient_occlusion: true,
            rotating: true,
            compare: false,
        }
    }
}

//! What stands in the view, and how it is shown.

use std::sync::Arc;

use samples::{GreyVolume, Volume};
use serde_json::Value;

/// The most voxels that the page measures itself, on its own thread: milliseconds of work. Larger volumes come
/// measured from the worker, or not at all.
pub const MEASURED_ON_PAGE: usize = 128 * 128 * 128;

/// Where a volume comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A sample that was made in advance and shipped.
    Example,
    /// An unfinished sample.
    Preview,
    /// A finished sample of this visit.
    Sample,
    /// A file of the visitor.
    File,
}

impl Source {
    /// The name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Example => "example",
            Self::Preview => "preview",
            Self::Sample => "sample",
            Self::File => "file",
        }
    }
}

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

/// What stands in the view.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Where it comes from.
    pub source: Source,
    /// One line under the picture.
    pub title: String,
    /// Stem of the names of saved files.
    pub file_stem: String,
    /// The voxels.
    pub voxels: Arc<Voxels>,
    /// The request that made it; null if there was none.
    pub request: Value,
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

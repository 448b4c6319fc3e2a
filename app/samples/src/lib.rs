//! What the models make: sample types, the file formats that carry them and the metrics that judge them.
//!
//! A format or a metric lives beside the type it belongs to. Parsers take untrusted bytes: they bound
//! sizes before they allocate and answer with an error, never with a panic.

pub mod image;
pub mod objects;
mod parallel;
pub mod pictures;
pub mod structure;
pub mod volume;
pub mod wardrobe;

use serde::{Deserialize, Serialize};

pub use image::Image;
pub use objects::{Learning, Objects};
pub use pictures::{Inputs, Patch, Picture, Pictures};
pub use structure::{Crystal, Frame};
pub use volume::{GreyVolume, Volume};

/// One finished sample of any system.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// A segmented porous volume.
    Volume(Volume),
    /// A crystal.
    Crystal(Crystal),
    /// Objects built by decisions: all of a request at once.
    Objects(Objects),
    /// Pictures.
    Pictures(Pictures),
}

/// A look at an unfinished sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Preview {
    /// Grey values before the threshold.
    Volume(GreyVolume),
    /// The crystal that the model would answer with now, and how sure it is.
    Crystal(Frame<Crystal>),
    /// Learners at work.
    Learning(Learning),
    /// A finished part of a picture.
    Patch(Patch),
}

/// The kinds of sample, as the catalogue names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleKind {
    /// [`Sample::Volume`].
    Volume,
    /// [`Sample::Crystal`].
    Crystal,
    /// [`Sample::Objects`].
    Objects,
    /// [`Sample::Pictures`] of one picture.
    Pictures,
    /// [`Sample::Pictures`] of somebody in a garment.
    Fittings,
}

impl SampleKind {
    /// What the files of finished samples end in, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Volume => "nrrd",
            Self::Crystal => "cif",
            Self::Objects => "jsonl",
            Self::Pictures | Self::Fittings => "png",
        }
    }

    /// Whether one sample holds everything that a request asks for, so that its count is a number of objects.
    pub const fn is_gathered(self) -> bool {
        matches!(self, Self::Objects)
    }
}

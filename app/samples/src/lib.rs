//! What the models make: sample types, the file formats that carry them and the metrics that judge them.
//!
//! A format or a metric lives beside the type it belongs to. Parsers take untrusted bytes: they bound
//! sizes before they allocate and answer with an error, never with a panic.

pub mod volume;

use serde::{Deserialize, Serialize};

pub use volume::{GreyVolume, Volume};

/// One finished sample of any system.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// A segmented porous volume.
    Volume(Volume),
}

/// The kinds of sample, as the catalogue names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleKind {
    /// [`Sample::Volume`].
    Volume,
}

//! From photographs to what the wardrobe works on.
//!
//! A photo of a person becomes joints and a parse by two small networks (crate `models`, `people`), which see joints and
//! a silhouette, no clothes. [`check`] says what a photo lacks, in sentences that say what to do; [`prepare`] completes
//! the joints and draws the [`parse`](parse()) that [`agnostic::keep_v2`](super::agnostic::keep_v2) and
//! [`representation::person_planes`](super::representation::person_planes) need.
//!
//! A photo of a garment is cut out by [`cutout`]; a worn one is set into a photo by [`blend`].

pub mod blend;
mod check;
mod complete;
pub mod cutout;
mod parse;
mod sighting;

pub use check::{PhotoProblem, check};
pub use complete::{PhotoNote, complete};
pub use parse::parse;
pub use sighting::{COCO, COCO_JOINTS, SEEN, Sighting};

use super::{Keypoints, Mask, Parse};

/// A person in a photo, ready to try something on.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Where the joints are, or must be.
    pub keypoints: Keypoints,
    /// What is what.
    pub parse: Parse,
    /// What was assumed.
    pub notes: Vec<PhotoNote>,
}

/// Checks a photo, completes the joints and draws the parse. `silhouette` has the photo's sides.
///
/// # Errors
/// As [`check`].
pub fn prepare(sighting: &Sighting, silhouette: &Mask) -> Result<Prepared, PhotoProblem> {
    check(sighting, silhouette)?;
    let (keypoints, notes) = complete(&sighting.keypoints()).map_err(|_| PhotoProblem::Nobody)?;
    let parse = parse(&keypoints, silhouette).map_err(|_| PhotoProblem::Nobody)?;
    Ok(Prepared { keypoints, parse, notes })
}

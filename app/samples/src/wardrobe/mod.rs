//! The training world of virtual try-on: drawn people who wear drawn garments, with everything known that a photograph
//! keeps to itself.
//!
//! No pairs of real people and garments may be used here, so both are drawn (for DCI-VTON, Gou et al. 2023). A
//! [`Scene`] is a person in a garment, the garment lying flat, and the truth between them: the appearance flow, what is
//! seen of the garment, parse, joints. What a method is given must be made from what a photograph has too: [`agnostic`]
//! and [`representation`] need joints and a parse, nothing else.
//!
//! - **Training.** [`pair`] of 0, 1, 2 …, rendered on the fly: more than a thousand small pairs a second on one core,
//!   so no pair need come twice. Input of the warp network: [`representation::person_planes`] with
//!   [`agnostic::keep_v2`], and the flat picture; target: the worn garment, [`Scene::worn`]. Its weights never see
//!   [`Scene::flow`], which is for judging.
//! - **Tests.** [`test_pair`] of 0 to 499, from seeds that training never sees. In [`unpaired_test_pair`] somebody
//!   else's garment is tried on, and as the world is drawn, even that has a truth: render the unpaired pair itself.
//! - **Judging.** [`measures`]: end-point errors over [`Scene::worn`], fidelity of the texture over [`Scene::certain`]
//!   and only for garments that are not [`Texture::Solid`]. [`baselines`] are what a network must beat.
//! - **Photographs.** [`photo`] makes joints and a parse of what networks see in a photo of a person, cuts garments out of
//!   theirs, and sets one into the other.
//! - **Showing.** [`gallery`] has a few by name; any side from 16 to 1024 pixels. [`overlay`] draws joints, masks and
//!   flows.
//!
//! The worn cloth is the flat picture, sampled by the flow and lit a little: by construction the two agree to more than
//! 35 dB where only cloth is seen ([`Scene::certain`]). At the edges of pieces, where a pixel mixes cloth with what is
//! beside it, no flow could.
//!
//! The same seed is the same scene on every platform, to the last bit: random numbers are ChaCha's, sines are `libm`'s
//! own code, and everything else is IEEE arithmetic in a fixed order.
//!
//! Coordinates in public are pixels, and the centre of the top left pixel is (0, 0); only [`Flow::grid`] is normalised.

pub mod agnostic;
pub mod baselines;
mod canvas;
mod dice;
mod figure;
mod fit;
mod flat;
pub mod flow;
pub mod framing;
pub mod gallery;
mod garment;
mod geometry;
mod keypoints;
mod letters;
mod limb;
mod mask;
pub mod measures;
mod outline;
pub mod overlay;
mod pairs;
mod palette;
mod parse;
mod person;
pub mod photo;
mod pose;
pub mod representation;
mod residual;
mod scene;
mod shapes;
mod skeleton;
mod template;
mod texture;

use thiserror::Error;

pub use flow::{Flow, Padding};
pub use framing::Framing;
pub use garment::{Garment, Neck};
pub use keypoints::{Joint, Keypoints};
pub use mask::Mask;
pub use pairs::{Pair, TEST_PAIRS, pair, test_pair, unpaired_test_pair};
pub use parse::{Group, Parse};
pub use person::{Build, HairStyle, Person};
pub use pose::{Arm, Pose};
pub use scene::{SIDES, Scene};
pub use texture::Texture;

/// Why there is no scene, or nothing to measure in it.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum WardrobeError {
    /// A side is too short or too long.
    #[error("a scene of {width} × {height} pixels is not drawn; its sides are {} to {}", SIDES.start(), SIDES.end())]
    Sides {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// A joint that is needed is not known.
    #[error("the {} is not seen", .0.name())]
    Unseen(Joint),
    /// Joints that should span a body.
    #[error("the shoulders or the hips are in one place: there is no body between them")]
    OnePlace,
    /// A mask without pixels.
    #[error("no pixel is left: a mask is empty")]
    EmptyMask,
    /// Things that are compared have different sides.
    #[error("{0} × {1} pixels do not fit {2} × {3}", first[0], first[1], second[0], second[1])]
    Different {
        /// Width and height of the first.
        first: [usize; 2],
        /// Width and height of the second.
        second: [usize; 2],
    },
}

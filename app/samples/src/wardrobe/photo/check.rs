//! Whether something can be tried on in a photo, and if not, what to do.

use thiserror::Error;

use super::Sighting;
use crate::wardrobe::{
    Joint, Mask,
    geometry::{between, distance, dot, sub},
};

/// Joints of which at least this many are seen of anybody.
const FEWEST: usize = 3;
/// A silhouette of less than this part of the picture is nobody.
const SMALLEST: f64 = 0.005;
/// The score from which on other people are believed. Photos of one person reach .2, those of two begin at .3.
const OTHERS: f32 = 0.25;
/// Pixels between the shoulders, and between them and the end of the body in shoulder widths, that are needed.
const ACROSS: f32 = 16.0;
const UPPER: f32 = 0.5;
/// A knee that is higher above the hips than this part of the torso's length is before it.
const KNEE: f32 = 0.1;
/// Shoulders that are nearer to each other than this part of the torso's length are seen from the side.
const SIDEWAYS: f32 = 0.3;

/// Why nothing can be tried on in a photo. Each message is a sentence for a person and says what to do.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum PhotoProblem {
    /// No person, or too little of one.
    #[error(
        "nobody is recognised in the photo: choose one of a single person, from the front, head to hips, who fills most of its height"
    )]
    Nobody,
    /// More than one person.
    #[error("more than one person is in the photo: crop it to the one who tries something on")]
    Several,
    /// A shoulder is missing.
    #[error("the {} is not seen: choose a photo that shows both shoulders and the chest, with nothing before them", .0.name())]
    Cropped(Joint),
    /// The picture ends at the shoulders.
    #[error("the photo ends just below the shoulders: choose one that shows the body at least down to the waist")]
    Portrait,
    /// Seen from behind.
    #[error("the person is seen from behind, or the face is covered: choose a photo from the front")]
    FromBehind,
    /// Seen from the side.
    #[error("the person is seen from the side: choose a photo in which the chest faces the camera")]
    Sideways,
    /// A knee before the torso.
    #[error("a knee is before the torso: choose a photo of the person standing, or sitting upright")]
    Folded,
    /// Too few pixels.
    #[error(
        "the person is only {across:.0} pixels wide at the shoulders; {ACROSS} are needed: choose a photo taken from nearer"
    )]
    Small {
        /// Between the shoulders.
        across: f32,
    },
}

/// Whether a photo shows one person from the front, large enough, with shoulders and some torso.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(sighting: &Sighting, silhouette: &Mask) -> Result<(), PhotoProblem> {
    let seen = Joint::ALL.iter().filter(|&&joint| joint != Joint::Neck && sighting.sees(joint)).count();
    if sighting.others >= OTHERS {
        return Err(PhotoProblem::Several);
    }
    let [width, height] = [silhouette.width, silhouette.height];
    if seen < FEWEST || (silhouette.count() as f64) < SMALLEST * (width * height).max(1) as f64 {
        return Err(PhotoProblem::Nobody);
    }
    let place = |joint: Joint| sighting.places[joint as usize];
    let shoulders = [Joint::RightShoulder, Joint::LeftShoulder];
    if let Some(unseen) = shoulders.into_iter().find(|&joint| !sighting.sees(joint)) {
        return Err(PhotoProblem::Cropped(unseen));
    }
    let [right, left] = shoulders.map(place);
    let face = [Joint::Nose, Joint::RightEye, Joint::LeftEye].into_iter().any(|joint| sighting.sees(joint));
    if !face || right[0] >= left[0] {
        return Err(PhotoProblem::FromBehind);
    }
    let across = distance(right, left);
    let hips = [Joint::RightHip, Joint::LeftHip];
    let chest = between(right, left, 0.5);
    if hips.into_iter().all(|hip| sighting.sees(hip)) {
        let [right, left] = hips.map(place);
        let pelvis = between(right, left, 0.5);
        let spine = sub(pelvis, chest);
        if across < SIDEWAYS * distance(chest, pelvis) {
            return Err(PhotoProblem::Sideways);
        }
        let above = |knee: Joint| -dot(sub(place(knee), pelvis), spine) > KNEE * dot(spine, spine);
        if [Joint::RightKnee, Joint::LeftKnee].into_iter().any(|knee| sighting.sees(knee) && above(knee)) {
            return Err(PhotoProblem::Folded);
        }
    } else {
        let end = silhouette.bounds().map_or(0, |[_, _, _, bottom]| bottom);
        if (end as f32) < chest[1] + UPPER * across {
            return Err(PhotoProblem::Portrait);
        }
    }
    if across < ACROSS { Err(PhotoProblem::Small { across }) } else { Ok(()) }
}

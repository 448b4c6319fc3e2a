//! Joints that a photo does not show, where they must be.

use std::fmt;

use crate::wardrobe::{
    Joint, Keypoints, WardrobeError,
    geometry::{Point, along, between, distance, sub, unit},
};

/// From the middle of the shoulders to that of the hips, and between the hips, in distances of the shoulders: those of
/// the drawn people's middle build, and near those of adults.
const TORSO: f32 = 1.5;
const HIPS: f32 = 0.6;
/// How much the torso follows the tilt of the shoulders, which tilt more than it.
const FOLLOWS: f32 = 0.5;

/// What was assumed about a person. Displayed as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PhotoNote {
    /// Both hips were placed.
    HipsPlaced,
    /// One hip was placed.
    HipPlaced(Joint),
    /// An elbow or a wrist is not seen.
    Unseen(Joint),
}

impl fmt::Display for PhotoNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HipsPlaced => f.write_str(
                "The hips are not seen; they were placed below the shoulders, so the garment's length is a guess.",
            ),
            Self::HipPlaced(hip) => write!(f, "The {} is not seen; it was placed beside the other one.", hip.name()),
            Self::Unseen(joint) => {
                write!(f, "The {} is not seen; from there on, the sleeve stays as it is in the photo.", joint.name())
            }
        }
    }
}

/// Adds the neck and the hips where they are missing, judged by the shoulders, and says what else is not seen of the
/// arms.
///
/// # Errors
/// Shoulders that are not seen or in one place.
pub fn complete(keypoints: &Keypoints) -> Result<(Keypoints, Vec<PhotoNote>), WardrobeError> {
    let [right, left] = [Joint::RightShoulder, Joint::LeftShoulder].map(|joint| keypoints.require(joint));
    let (right, left) = (right?, left?);
    let across = distance(right, left);
    if !(across > 0.0 && across.is_finite()) {
        return Err(WardrobeError::OnePlace);
    }
    let mut places = *keypoints.places();
    let mut notes = Vec::new();
    let chest = between(right, left, 0.5);
    places[Joint::Neck as usize].get_or_insert(chest);
    let hips = [Joint::RightHip, Joint::LeftHip].map(|joint| keypoints.require(joint).ok());
    // Of the person, to the left.
    let aside = unit(sub(left, right));
    let down = unit(along([0.0, 1.0], [-aside[1], aside[0]], FOLLOWS / (1.0 - FOLLOWS)));
    let mut place = |joint: Joint, at: Point| places[joint as usize] = Some(at);
    match hips {
        [Some(_), Some(_)] => {}
        [Some(hip), None] => {
            place(Joint::LeftHip, along(hip, aside, HIPS * across));
            notes.push(PhotoNote::HipPlaced(Joint::LeftHip));
        }
        [None, Some(hip)] => {
            place(Joint::RightHip, along(hip, aside, -HIPS * across));
            notes.push(PhotoNote::HipPlaced(Joint::RightHip));
        }
        [None, None] => {
            let pelvis = along(chest, down, TORSO * across);
            place(Joint::RightHip, along(pelvis, aside, -HIPS / 2.0 * across));
            place(Joint::LeftHip, along(pelvis, aside, HIPS / 2.0 * across));
            notes.push(PhotoNote::HipsPlaced);
        }
    }
    for [_, elbow, wrist, ..] in Joint::SIDES {
        let unseen = [elbow, wrist].into_iter().find(|&joint| keypoints.get(joint).is_none());
        notes.extend(unseen.map(PhotoNote::Unseen));
    }
    Ok((Keypoints::new(places), notes))
}

//! What is what in a photo, drawn from joints within a silhouette.
//!
//! No network here knows clothes. Face, hair and arms are where the joints put them; the top is what is left of the
//! silhouette above the hips, trousers and the like what lies below. Hair that falls over the shoulders counts as top.

mod bone;
mod head;

use bone::Bone;
use head::Head;

use crate::wardrobe::{
    Group, Joint, Keypoints, Mask, Parse, WardrobeError,
    geometry::{Point, along, between, distance, dot, sub, unit},
};

/// Half widths of an arm at shoulder, elbow and wrist, and of a hand, in distances of the shoulders; a hand's length in
/// forearms.
const ARM: [f32; 3] = [0.19, 0.16, 0.12];
const PALM: f32 = 0.14;
const HAND: f32 = 0.42;
/// How far below the hips a top ends, in lengths of the torso.
const HEM: f32 = 0.1;

/// The parse of a person with these joints who fills this silhouette. Outside of the silhouette everything is
/// background; so is the neck, as in the authors' data.
///
/// # Errors
/// Shoulders or hips that are not seen, or in one place: [`complete`](super::complete()) places hips.
pub fn parse(keypoints: &Keypoints, silhouette: &Mask) -> Result<Parse, WardrobeError> {
    let body = Body::new(keypoints)?;
    let (width, height) = (silhouette.width, silhouette.height);
    let groups = silhouette.values.iter().enumerate().map(|(i, &inside)| {
        let point = [(i % width) as f32, (i / width) as f32];
        if inside { body.group(point) } else { Group::Background }
    });
    Ok(Parse { width, height, groups: groups.collect() })
}

struct Body {
    head: Option<Head>,
    neck: Point,
    arms: [Vec<Bone>; 2],
    /// A point below which everything is trousers, and which way is down.
    hem: Point,
    down: Point,
}

impl Body {
    fn new(keypoints: &Keypoints) -> Result<Self, WardrobeError> {
        let pair = |right, left| Ok([keypoints.require(right)?, keypoints.require(left)?]);
        let shoulders = pair(Joint::RightShoulder, Joint::LeftShoulder)?;
        let hips = pair(Joint::RightHip, Joint::LeftHip)?;
        let across = distance(shoulders[0], shoulders[1]);
        let [chest, pelvis] = [shoulders, hips].map(|[right, left]| between(right, left, 0.5));
        let spine = sub(pelvis, chest);
        if !(across > 0.0 && distance(chest, pelvis) > 0.0) {
            return Err(WardrobeError::OnePlace);
        }
        Ok(Self {
            head: Head::new(keypoints, across),
            neck: chest,
            arms: [0, 1].map(|side| arm(keypoints, side, across)),
            hem: along(pelvis, spine, HEM),
            down: unit(spine),
        })
    }

    fn group(&self, point: Point) -> Group {
        if let Some(group) = self.head.as_ref().and_then(|head| head.group(point, self.neck)) {
            return group;
        }
        for (side, arm) in self.arms.iter().enumerate() {
            if arm.iter().any(|bone| bone.contains(point)) {
                return Group::arm(side);
            }
        }
        if dot(sub(point, self.hem), self.down) > 0.0 { Group::Bottom } else { Group::Upper }
    }
}

/// Upper arm, forearm and hand of a side, as far as they are seen.
fn arm(keypoints: &Keypoints, side: usize, across: f32) -> Vec<Bone> {
    let [shoulder, elbow, wrist, ..] = Joint::SIDES[side].map(|joint| keypoints.get(joint));
    let mut bones = Vec::new();
    let bone =
        |from, to, from_half: f32, to_half: f32| Bone { from, to, halves: [from_half * across, to_half * across] };
    let (Some(shoulder), Some(elbow)) = (shoulder, elbow) else { return bones };
    bones.push(bone(shoulder, elbow, ARM[0], ARM[1]));
    if let Some(wrist) = wrist {
        bones.push(bone(elbow, wrist, ARM[1], ARM[2]));
        bones.push(bone(wrist, along(wrist, sub(wrist, elbow), HAND), PALM, PALM));
    }
    bones
}

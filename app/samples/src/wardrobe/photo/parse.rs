//! What is what in a photo, drawn from joints within a silhouette.
//!
//! No network here knows clothes. Face, hair and arms are where the joints put them; the top is what is left of the
//! silhouette above the hips, trousers and the like what lies below. Hair that falls over the shoulders counts as top.

use crate::wardrobe::{
    Group, Joint, Keypoints, Mask, Parse, WardrobeError,
    geometry::{Point, along, between, distance, dot, sub, unit},
};

/// Half of a head's width by what is seen of it: the eyes are .8, the ears 1.96 of it apart; and by the shoulders.
const EYES: f32 = 0.8;
const EARS: f32 = 1.96;
const BY_SHOULDERS: f32 = 0.24;
/// It is kept between these parts of the shoulders' distance.
const HEAD: [f32; 2] = [0.13, 0.42];
/// A head's height over its width.
const TALL: f32 = 1.37;
/// From the middle of a head down to the eyes and to the nose, and how far up a face begins, in halves of its height.
const TO_EYES: f32 = 0.04;
const TO_NOSE: f32 = 0.36;
const HAIRLINE: f32 = -0.5;
/// How far hair reaches, in halves of the head: to the sides and up, and down.
const HAIR: [f32; 2] = [1.75, 1.1];
/// Half of the neck's width, in halves of the head's.
const NECK: f32 = 0.7;
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

/// An upright or tilted ellipse.
struct Head {
    centre: Point,
    down: Point,
    halves: [f32; 2],
}

impl Head {
    fn new(keypoints: &Keypoints, across: f32) -> Option<Self> {
        let get = |joint| keypoints.get(joint);
        let both = |right, left| get(right).zip(get(left));
        let eyes = both(Joint::RightEye, Joint::LeftEye);
        let ears = both(Joint::RightEar, Joint::LeftEar);
        let apart = |pair: Option<(Point, Point)>, part: f32| pair.map_or(0.0, |(a, b)| distance(a, b) / part);
        let by_face = apart(eyes, EYES).max(apart(ears, EARS));
        let half = if by_face > 0.0 { by_face } else { BY_SHOULDERS * across };
        let half = half.clamp(HEAD[0] * across, HEAD[1] * across);
        let tall = TALL * half;
        // The line of the eyes, or of the ears, tells how the head is tilted, if it is long enough to.
        let line = [eyes, ears].into_iter().flatten().find(|(a, b)| distance(*a, *b) > 0.4 * half);
        let aside = line.map_or([1.0, 0.0], |(right, left)| unit(sub(left, right)));
        let down = [-aside[1], aside[0]];
        let middle = |pair: (Point, Point)| between(pair.0, pair.1, 0.5);
        let eye = eyes.map(middle).or(get(Joint::RightEye)).or(get(Joint::LeftEye));
        let centre = match (eye, get(Joint::Nose)) {
            (Some(eye), _) => along(eye, down, -TO_EYES * tall),
            (None, Some(nose)) => along(nose, down, -TO_NOSE * tall),
            (None, None) => middle(ears?),
        };
        // Where only one ear is seen, the head is turned: its middle lies towards that ear.
        let ear = ears.map(|ears| (middle(ears), 0.5)).or_else(|| {
            let one = get(Joint::RightEar).or(get(Joint::LeftEar));
            one.map(|ear| (ear, 0.3))
        });
        let aside_by = ear.map_or(0.0, |(ear, part)| part * dot(sub(ear, centre), aside));
        Some(Self { centre: along(centre, aside, aside_by), down, halves: [half, tall] })
    }

    /// Face, hair or, as background, neck.
    fn group(&self, point: Point, neck: Point) -> Option<Group> {
        let offset = sub(point, self.centre);
        let x = (offset[0] * self.down[1] - offset[1] * self.down[0]) / self.halves[0];
        let y = dot(offset, self.down) / self.halves[1];
        let chin = along(self.centre, self.down, self.halves[1]);
        if x * x + y * y <= 1.1 && y > HAIRLINE {
            return Some(Group::Face);
        }
        let throat = Bone {
            from: along(self.centre, self.down, 0.6 * self.halves[1]),
            to: neck,
            halves: [NECK * self.halves[0]; 2],
        };
        if y > 0.0 && distance(chin, neck) > 0.0 && throat.beside(point) {
            return Some(Group::Background);
        }
        let [wide, low] = HAIR;
        let up = if y < 0.0 { y / wide } else { y / low };
        ((x / wide) * (x / wide) + up * up <= 1.0).then_some(Group::Hair)
    }
}

/// A bone with flesh: straight, tapered, round at its ends.
struct Bone {
    from: Point,
    to: Point,
    halves: [f32; 2],
}

impl Bone {
    /// How far along the bone a point lies, 0 to 1 at its ends, and how far from the line, in pixels.
    fn locate(&self, point: Point) -> (f32, f32) {
        let (bone, offset) = (sub(self.to, self.from), sub(point, self.from));
        let square = dot(bone, bone).max(f32::MIN_POSITIVE);
        (dot(offset, bone) / square, (bone[0] * offset[1] - bone[1] * offset[0]).abs() / square.sqrt())
    }

    fn contains(&self, point: Point) -> bool {
        let t = self.locate(point).0.clamp(0.0, 1.0);
        let half = self.halves[0] + (self.halves[1] - self.halves[0]) * t;
        distance(point, between(self.from, self.to, t)) <= half
    }

    /// As [`Self::contains`], without the round ends.
    fn beside(&self, point: Point) -> bool {
        let (t, away) = self.locate(point);
        (0.0..=1.0).contains(&t) && away <= self.halves[0] + (self.halves[1] - self.halves[0]) * t
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

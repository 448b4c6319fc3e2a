//! Where a head is, and what of it is face.

use super::Bone;
use crate::wardrobe::{
    Group, Joint, Keypoints,
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

/// An upright or tilted ellipse.
pub(super) struct Head {
    centre: Point,
    down: Point,
    halves: [f32; 2],
}

impl Head {
    pub(super) fn new(keypoints: &Keypoints, across: f32) -> Option<Self> {
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
    pub(super) fn group(&self, point: Point, neck: Point) -> Option<Group> {
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

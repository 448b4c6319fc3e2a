//! Parts of a body along a bone.

use crate::wardrobe::geometry::{Point, between, distance, dot, sub};

/// A bone with flesh: straight, tapered, round at its ends.
pub(super) struct Bone {
    pub(super) from: Point,
    pub(super) to: Point,
    pub(super) halves: [f32; 2],
}

impl Bone {
    /// How far along the bone a point lies, 0 to 1 at its ends, and how far from the line, in pixels.
    fn locate(&self, point: Point) -> (f32, f32) {
        let (bone, offset) = (sub(self.to, self.from), sub(point, self.from));
        let square = dot(bone, bone).max(f32::MIN_POSITIVE);
        (dot(offset, bone) / square, (bone[0] * offset[1] - bone[1] * offset[0]).abs() / square.sqrt())
    }

    pub(super) fn contains(&self, point: Point) -> bool {
        let t = self.locate(point).0.clamp(0.0, 1.0);
        let half = self.halves[0] + (self.halves[1] - self.halves[0]) * t;
        distance(point, between(self.from, self.to, t)) <= half
    }

    /// As [`Self::contains`], without the round ends.
    pub(super) fn beside(&self, point: Point) -> bool {
        let (t, away) = self.locate(point);
        (0.0..=1.0).contains(&t) && away <= self.halves[0] + (self.halves[1] - self.halves[0]) * t
    }
}

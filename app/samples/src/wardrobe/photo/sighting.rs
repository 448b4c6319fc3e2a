//! What a pose network sees of a person.

use crate::wardrobe::{Joint, Keypoints, geometry::between};

/// How many joints COCO has.
pub const COCO_JOINTS: usize = 17;
/// A joint with at least this score is seen; MoveNet's authors recommend it.
pub const SEEN: f32 = 0.3;
/// How much worse, in the mean score of all joints, a closer look may be and still be believed.
const WORSE: f32 = 0.1;

/// COCO's joints in its order.
pub const COCO: [Joint; COCO_JOINTS] = [
    Joint::Nose,
    Joint::LeftEye,
    Joint::RightEye,
    Joint::LeftEar,
    Joint::RightEar,
    Joint::LeftShoulder,
    Joint::RightShoulder,
    Joint::LeftElbow,
    Joint::RightElbow,
    Joint::LeftWrist,
    Joint::RightWrist,
    Joint::LeftHip,
    Joint::RightHip,
    Joint::LeftKnee,
    Joint::RightKnee,
    Joint::LeftAnkle,
    Joint::RightAnkle,
];

/// Where a network believes all joints of a person to be, and how surely.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Places in pixels, in the order of [`Joint::ALL`].
    pub places: [[f32; 2]; Joint::COUNT],
    /// 0 to 1, in the same order.
    pub scores: [f32; Joint::COUNT],
    /// How surely somebody else is in the picture, 0 to 1.
    pub others: f32,
}

impl Sighting {
    /// From COCO's 17 joints. The neck is in the middle between the shoulders, as sure as the less sure of them.
    pub fn from_coco(places: [[f32; 2]; COCO_JOINTS], scores: [f32; COCO_JOINTS], others: f32) -> Self {
        let mut sighting = Self { places: [[0.0; 2]; Joint::COUNT], scores: [0.0; Joint::COUNT], others };
        for ((joint, place), score) in COCO.into_iter().zip(places).zip(scores) {
            sighting.places[joint as usize] = place;
            sighting.scores[joint as usize] = score;
        }
        let [right, left] = [Joint::RightShoulder, Joint::LeftShoulder].map(|joint| joint as usize);
        let neck = Joint::Neck as usize;
        sighting.places[neck] = between(sighting.places[right], sighting.places[left], 0.5);
        sighting.scores[neck] = sighting.scores[right].min(sighting.scores[left]);
        sighting
    }

    /// With a closer look at the same person: that one, unless it sees clearly less. Others stay seen.
    #[must_use]
    pub fn refined(self, closer: Self) -> Self {
        let others = self.others.max(closer.others);
        let mean = |sighting: &Self| sighting.scores.iter().sum::<f32>() / Joint::COUNT as f32;
        let better = if mean(&closer) + WORSE >= mean(&self) { closer } else { self };
        Self { others, ..better }
    }

    /// Whether a joint is seen.
    pub fn sees(&self, joint: Joint) -> bool {
        self.scores[joint as usize] >= SEEN && self.places[joint as usize].iter().all(|c| c.is_finite())
    }

    /// The joints that are seen.
    pub fn keypoints(&self) -> Keypoints {
        Keypoints::new(Joint::ALL.map(|joint| self.sees(joint).then_some(self.places[joint as usize])))
    }
}

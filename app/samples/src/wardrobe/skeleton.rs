//! Where the joints of a person are, in the world of the picture (height 1, x from the middle).

use super::{
    Joint, Person,
    geometry::{Axes, Point, along, hanging},
    limb::Limb,
};

/// Heights of the hips and, without tilt, of the shoulder joints.
pub(super) const HIPS: f32 = 0.68;
const SHOULDERS: f32 = 0.32;
/// What the figure's size leaves in its place.
const GROUND: f32 = 1.06;
/// The neck's joint above the shoulder joints', the middle of the head above the neck's joint.
const NECK: f32 = 0.018;
const HEAD: f32 = 0.148;
/// Half of the head's width and height.
pub(super) const HEAD_HALVES: [f32; 2] = [0.057, 0.078];
/// Lengths of upper arm, forearm, hand, thigh and shank.
const UPPER_ARM: f32 = 0.182;
const FOREARM: f32 = 0.168;
const HAND: f32 = 0.056;
const THIGH: f32 = 0.36;
const SHANK: f32 = 0.35;
/// Room between the joints that are seen and the picture's edge.
const MARGIN: f32 = 0.03;

/// The axes and joints of a person.
pub(super) struct Skeleton {
    /// At the hips, upright, in units of the figure's size.
    pub(super) hips: Axes,
    /// At the hips, tilted as the torso is. The shoulder joints are [`Self::TORSO`] above.
    pub(super) torso: Axes,
    /// At the middle of the head; its units are half of its width and height.
    pub(super) head: Axes,
    /// The arms up to the wrists: the person's right, then left.
    pub(super) arms: [Limb; 2],
    /// Axes at the wrists; y runs along the hand, of length 1.
    pub(super) hands: [Axes; 2],
    joints: [Point; Joint::COUNT],
}

impl Skeleton {
    /// From the hips to the shoulders' height.
    pub(super) const TORSO: f32 = HIPS - SHOULDERS;

    pub(super) fn of(person: &Person) -> Self {
        let build = &person.build;
        let size = build.size;
        let hips = Axes::new([person.aside, GROUND + (HIPS - GROUND) * size], 0.0, [size; 2]);
        let torso = Axes::new(hips.place([0.0, 0.0]), person.pose.tilt, [size; 2]);
        let neck = torso.place([0.0, -Self::TORSO - NECK]);
        let head_tilt = person.pose.tilt + person.pose.nod;
        let upright = Axes::new(neck, (person.pose.tilt + head_tilt) / 2.0, [size; 2]);
        let head = Axes::new(upright.place([0.0, -HEAD]), head_tilt, HEAD_HALVES.map(|half| half * size));

        let mut joints = [[0.0; 2]; Joint::COUNT];
        let mut set = |joint: Joint, at: Point| joints[joint as usize] = at;
        set(Joint::Nose, head.place([0.0, 0.36]));
        set(Joint::Neck, neck);
        set(Joint::RightEye, head.place([-0.40, 0.04]));
        set(Joint::LeftEye, head.place([0.40, 0.04]));
        set(Joint::RightEar, head.place([-0.98, 0.12]));
        set(Joint::LeftEar, head.place([0.98, 0.12]));
        let sides = [-1.0, 1.0];
        let arms = std::array::from_fn(|i| {
            let (side, arm) = (sides[i], person.pose.arms[i]);
            let outwards = |degrees| {
                let [x, y] = hanging(degrees);
                [side * x, y]
            };
            let shoulder = torso.place([side * build.shoulder, -Self::TORSO]);
            let elbow = along(shoulder, outwards(arm.raise), size * UPPER_ARM);
            let wrist = along(elbow, outwards(arm.forearm), size * FOREARM);
            let hip = hips.place([side * 0.62 * build.hip, 0.0]);
            let knee = hips.place([side * 0.66 * build.hip, THIGH]);
            let ankle = hips.place([side * 0.66 * build.hip, THIGH + SHANK]);
            let chain = Joint::SIDES[i];
            for (joint, at) in chain.into_iter().zip([shoulder, elbow, wrist, hip, knee, ankle]) {
                set(joint, at);
            }
            Limb::new(shoulder, elbow, wrist, side)
        });
        let hands = std::array::from_fn(|i| {
            let wrist = joints[Joint::SIDES[i][2] as usize];
            Axes::new(wrist, -sides[i] * person.pose.arms[i].forearm, [sides[i] * size * HAND, size * HAND])
        });
        Self { hips, torso, head, arms, hands, joints }
    }

    /// The joints that are in the picture.
    pub(super) fn joints(&self) -> impl Iterator<Item = (Joint, Point)> {
        Joint::ALL.into_iter().zip(self.joints).filter(|&(_, at)| inside(at, 0.0))
    }

    /// Whether all joints above the knees are in the picture, with room to spare.
    pub(super) fn is_inside(&self) -> bool {
        Joint::ALL.into_iter().zip(self.joints).all(|(joint, at)| joint.is_below_hips() || inside(at, MARGIN))
    }
}

fn inside([x, y]: Point, margin: f32) -> bool {
    x.abs() <= 0.375 - margin && (margin..=1.0 - margin).contains(&y)
}

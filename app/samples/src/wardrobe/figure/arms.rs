//! Bare arms and hands.

use super::Brush;
use crate::wardrobe::{Group, Person, geometry::mix, palette::shaded, skeleton::Skeleton};

/// A hand along y, its thumb on the inside (x below 0).
const HAND: [[f32; 2]; 8] = [
    [-0.34, -0.25],
    [-0.42, 0.25],
    [-0.34, 0.78],
    [-0.12, 1.06],
    [0.14, 1.08],
    [0.34, 0.84],
    [0.42, 0.3],
    [0.34, -0.25],
];
const THUMB: [[f32; 2]; 5] = [[-0.26, 0.0], [-0.58, 0.28], [-0.7, 0.6], [-0.52, 0.66], [-0.24, 0.5]];

/// The arm of a side, wrist and hand in front.
pub(super) fn skin(brush: &mut Brush, person: &Person, skeleton: &Skeleton, side: usize) {
    let (build, arm, group) = (&person.build, &skeleton.arms[side], Group::arm(side));
    // Broad at the shoulder and below the elbow, narrow above it and at the wrist.
    let half = |part: f32| {
        let thick = if part < 0.45 {
            mix(1.0, 0.80, part / 0.45)
        } else if part < 0.62 {
            mix(0.80, 0.84, (part - 0.45) / 0.17)
        } else {
            mix(0.84, 0.56, (part - 0.62) / 0.38)
        };
        thick * build.arm * build.size
    };
    brush.edged(&arm.outline(0.0, arm.length(), half), group, person.skin);
    let hand = &skeleton.hands[side];
    brush.shape(hand, &THUMB, group, shaded(person.skin, 0.88));
    brush.shape(hand, &HAND, group, person.skin);
    let fingers = shaded(person.skin, 0.84);
    for x in [-0.1, 0.12] {
        brush.shape(hand, &[[x - 0.02, 0.62], [x - 0.02, 1.0], [x + 0.02, 1.0], [x + 0.02, 0.62]], group, fingers);
    }
}

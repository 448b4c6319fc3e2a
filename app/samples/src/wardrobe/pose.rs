//! How a person stands.

use super::dice::Dice;

/// An arm, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arm {
    /// From hanging down (0) outwards: the upper arm.
    pub raise: f32,
    /// From hanging down outwards: the forearm; negative to the inside.
    pub forearm: f32,
}

/// A pose, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Of the torso, about the hips; positive to the right of the picture.
    pub tilt: f32,
    /// Of the head, on top of the torso's.
    pub nod: f32,
    /// The arms: the person's right, which is on the left of the picture, and left.
    pub arms: [Arm; 2],
}

impl Pose {
    pub(super) fn random(dice: &mut Dice) -> Self {
        let tilt = dice.around(-8.0, 8.0);
        let first = Arm::random(dice);
        // Half of all people hold both arms alike.
        let second = if dice.chance(0.5) {
            Arm { raise: first.raise + dice.between(-4.0, 4.0), forearm: first.forearm + dice.between(-8.0, 8.0) }
                .within_reach()
        } else {
            Arm::random(dice)
        };
        let arms = if dice.chance(0.5) { [first, second] } else { [second, first] };
        Self { tilt, nod: dice.around(-9.0, 9.0), arms }
    }
}

impl Arm {
    fn random(dice: &mut Dice) -> Self {
        match dice.one_of(&[0, 0, 0, 1, 2, 3, 4]) {
            // Hanging.
            0 => Self { raise: dice.between(3.0, 24.0), forearm: dice.between(-8.0, 26.0) },
            // A hand on the hip.
            1 => Self { raise: dice.between(30.0, 50.0), forearm: dice.between(-52.0, -34.0) },
            // A hand before the body.
            2 => Self { raise: dice.between(6.0, 26.0), forearm: dice.between(-104.0, -52.0) },
            // A hand up.
            3 => Self { raise: dice.between(25.0, 80.0), forearm: dice.between(138.0, 182.0) },
            // Stretched out.
            _ => Self { raise: dice.between(24.0, 80.0), forearm: dice.between(16.0, 60.0) },
        }
        .within_reach()
    }

    /// The arm with the upper arm between 0° and 80° and an elbow that does not break.
    fn within_reach(self) -> Self {
        let raise = self.raise.clamp(0.0, 80.0);
        Self { raise, forearm: self.forearm.clamp(raise - 130.0, raise + 140.0) }
    }
}

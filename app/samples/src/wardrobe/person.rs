//! People.

use super::{Pose, dice::Dice, palette, skeleton::Skeleton};

/// The stream of [`Dice`] that people are drawn from.
const STREAM: u64 = 1;
/// How often a pose is drawn anew that leaves the picture.
const TRIES: usize = 24;

/// Measures of a body, in heights of the picture: half widths, so that a body is described and not a sex.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Build {
    /// The figure's size; 1 fills the picture.
    pub size: f32,
    /// From the middle to a shoulder joint.
    pub shoulder: f32,
    /// Half of the chest.
    pub chest: f32,
    /// Half of the waist.
    pub waist: f32,
    /// Half of the hips.
    pub hip: f32,
    /// Half of an upper arm.
    pub arm: f32,
    /// Half of the neck.
    pub neck: f32,
    /// The jaw's width as a part of the head's.
    pub jaw: f32,
}

/// How hair is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HairStyle {
    /// None.
    Bald,
    /// Cropped close.
    Buzz,
    /// Short, parted.
    Short,
    /// A high, flat top.
    Flat,
    /// To the chin.
    Bob,
    /// Over the shoulders and the collar.
    Long,
    /// A round of curls.
    Curls,
    /// Curls down to the shoulders.
    LongCurls,
    /// Tied up.
    Bun,
    /// A braid over one shoulder.
    Braid,
    /// Covered by a scarf that falls over the collar.
    Scarf,
}

impl HairStyle {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Bald,
        Self::Buzz,
        Self::Short,
        Self::Flat,
        Self::Bob,
        Self::Long,
        Self::Curls,
        Self::LongCurls,
        Self::Bun,
        Self::Braid,
        Self::Scarf,
    ];
}

/// A person and the wall behind. Colours are sRGB.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// How they stand.
    pub pose: Pose,
    /// The body.
    pub build: Build,
    /// From the middle of the picture to the hips', in heights of the picture.
    pub aside: f32,
    /// The skin.
    pub skin: [u8; 3],
    /// How the hair is worn.
    pub hair: HairStyle,
    /// The hair, or the scarf.
    pub hair_colour: [u8; 3],
    /// Whether a beard is worn.
    pub beard: bool,
    /// Whether glasses are worn.
    pub glasses: bool,
    /// The trousers.
    pub trousers: [u8; 3],
    /// The wall: from top to bottom.
    pub wall: [[u8; 3]; 2],
}

impl Person {
    /// The person of a seed. Skin, body, hair, beard and glasses are drawn independently of each other.
    pub fn random(seed: u64) -> Self {
        let mut dice = Dice::new(seed, STREAM);
        let build = Build::random(&mut dice);
        let hair = dice.one_of(&HairStyle::ALL);
        let mut person = Self {
            pose: Pose::random(&mut dice),
            build,
            aside: dice.around(-0.03, 0.03),
            skin: dice.one_of(&palette::SKIN),
            hair,
            hair_colour: if hair == HairStyle::Scarf { palette::scarf(&mut dice) } else { palette::hair(&mut dice) },
            beard: dice.chance(0.2),
            glasses: dice.chance(0.2),
            trousers: palette::trousers(&mut dice),
            wall: palette::wall(&mut dice),
        };
        // Against a wall of its own lightness skin would be lost.
        while palette::lightness(person.wall[0]).abs_diff(palette::lightness(person.skin)) < 24 {
            person.wall = palette::wall(&mut dice);
        }
        for _ in 0..TRIES {
            if Skeleton::of(&person).is_inside() {
                return person;
            }
            person.pose = Pose::random(&mut dice);
        }
        person.pose.arms = [super::Arm { raise: 8.0, forearm: 4.0 }; 2];
        person
    }
}

impl Build {
    fn random(dice: &mut Dice) -> Self {
        // Width in general, and what differs from it.
        let width = dice.between(0.0, 1.0);
        let chest = 0.098 + 0.034 * width + dice.between(-0.006, 0.006);
        Self {
            size: dice.between(0.92, 1.0),
            shoulder: 0.103 + 0.018 * width + dice.between(-0.006, 0.012),
            chest,
            waist: chest * dice.between(0.80, 1.04) + 0.012 * width,
            hip: chest * dice.between(0.92, 1.14),
            arm: 0.030 + 0.011 * width + dice.between(-0.002, 0.003),
            neck: 0.032 + 0.008 * width + dice.between(-0.002, 0.002),
            jaw: dice.between(0.82, 1.05),
        }
    }
}

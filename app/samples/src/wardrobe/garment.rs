//! Garments: tops with sleeves.

use super::{Texture, canvas::Frame, dice::Dice, palette, template::Template};

/// The stream of [`Dice`] that garments are drawn from.
const STREAM: u64 = 2;

/// The cut of the neck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neck {
    /// A crew or scoop neck.
    Round,
    /// A V neck.
    V,
}

/// A top. Lengths are in heights of the picture; colours are sRGB.
#[derive(Clone, Debug, PartialEq)]
pub struct Garment {
    /// Half of the width at the chest, lying flat.
    pub chest: f32,
    /// The waist's width as a part of the chest's.
    pub waist: f32,
    /// The hem's width as a part of the chest's.
    pub hem: f32,
    /// From the shoulders' height to the hem.
    pub length: f32,
    /// Length of the sleeves as a part of an arm, shoulder to wrist.
    pub sleeve: f32,
    /// How wide it is worn: added to half of the body's width.
    pub ease: f32,
    /// The cut of the neck.
    pub neck: Neck,
    /// How deep the neck is cut.
    pub neck_depth: f32,
    /// What is on the cloth.
    pub texture: Texture,
    /// The cloth.
    pub base: [u8; 3],
    /// Stripes, checks, dots or letter.
    pub accent: [u8; 3],
    /// Collar and cuffs.
    pub trim: [u8; 3],
    /// Decides how the cloth falls: the small displacements and folds of the worn garment.
    pub drape: u64,
}

impl Garment {
    /// The garment of a seed.
    pub fn random(seed: u64) -> Self {
        let mut dice = Dice::new(seed, STREAM);
        let (base, accent) = palette::cloth(&mut dice);
        let neck = if dice.chance(0.62) { Neck::Round } else { Neck::V };
        Self {
            chest: dice.around(0.136, 0.158),
            waist: dice.around(0.86, 1.0),
            hem: dice.around(0.94, 1.1),
            length: dice.around(0.37, 0.48),
            sleeve: if dice.chance(0.5) { dice.between(0.27, 0.48) } else { dice.between(0.9, 0.98) },
            ease: dice.between(0.008, 0.03),
            neck,
            neck_depth: match neck {
                Neck::Round => dice.between(0.04, 0.075),
                Neck::V => dice.between(0.075, 0.125),
            },
            texture: random_texture(&mut dice),
            base,
            accent,
            trim: if dice.chance(0.35) { accent } else { palette::shaded(base, 0.88) },
            drape: dice.seed(),
        }
    }

    /// Where the joints of a wearer would be in the flat picture, in pixels: shoulder, elbow, wrist and hip of the
    /// right side (the left of the picture), then of the left. Control points for the baselines.
    pub fn landmarks(&self, width: usize, height: usize) -> [[f32; 2]; 8] {
        let (template, frame) = (Template::new(self), Frame::new(width, height));
        let [right, left] = [-1.0, 1.0].map(|side| template.landmarks(side).map(|point| frame.pixel(point)));
        std::array::from_fn(|i| if i < 4 { right[i] } else { left[i - 4] })
    }
}

fn random_texture(dice: &mut Dice) -> Texture {
    match dice.one_of(&[0, 1, 1, 2, 3, 4, 4]) {
        0 => Texture::Solid,
        1 => Texture::Stripes {
            period: dice.between(0.07, 0.13),
            duty: dice.between(0.35, 0.55),
            upright: dice.chance(0.3),
        },
        2 => Texture::Checks { period: dice.between(0.075, 0.13) },
        3 => Texture::Dots { period: dice.between(0.07, 0.11), radius: dice.between(0.24, 0.34) },
        _ => {
            Texture::Letter { letter: dice.below(Texture::LETTERS.len() as u32) as u8, size: dice.between(0.11, 0.17) }
        }
    }
}

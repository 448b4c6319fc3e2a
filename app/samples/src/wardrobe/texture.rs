//! What is printed or woven: patterns of two colours.

use super::letters;

/// A pattern. Lengths are in heights of the picture: at 64 pixels 0.0625 is 4 of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Texture {
    /// One colour.
    Solid,
    /// Stripes, across the body and the sleeves or along them.
    Stripes {
        /// From one stripe to the next.
        period: f32,
        /// The part of the period that is striped.
        duty: f32,
        /// Whether they run down the garment.
        upright: bool,
    },
    /// Gingham: stripes both ways, each half as strong.
    Checks {
        /// From one check to the next.
        period: f32,
    },
    /// Dots in staggered rows.
    Dots {
        /// From one dot to the next.
        period: f32,
        /// Radius of a dot, in periods.
        radius: f32,
    },
    /// A letter on the chest.
    Letter {
        /// An index into [`Texture::LETTERS`]; those beyond wrap around.
        letter: u8,
        /// Height of the letter.
        size: f32,
    },
}

/// Half of the stroke of a letter, in its heights.
const STROKE: f32 = 0.11;
/// Middle of the logo, below the shoulders' height, in heights of the picture.
const LOGO: f32 = 0.17;

impl Texture {
    /// The letters of the logos.
    pub const LETTERS: &str = letters::ALPHABET;

    /// How much of the second colour, 0 to 1, is `across` to the side of the middle of a piece and `down` it. Below
    /// shoulder height `down` is positive. Only the body carries a logo.
    pub(super) fn accent(&self, on_body: bool, across: f32, down: f32) -> f32 {
        let striped = |position: f32, period: f32, duty: f32| {
            let phase = position / period;
            f32::from(u8::from(phase - phase.floor() < duty))
        };
        match *self {
            Self::Solid => 0.0,
            Self::Stripes { period, duty, upright } => {
                // A stripe lies on the middle line.
                if upright { striped(across + duty * period / 2.0, period, duty) } else { striped(down, period, duty) }
            }
            Self::Checks { period } => (striped(across + period / 4.0, period, 0.5) + striped(down, period, 0.5)) / 2.0,
            Self::Dots { period, radius } => {
                let row = (down / period).floor();
                let shift = if row % 2.0 == 0.0 { 0.0 } else { 0.5 };
                let [x, y] = [across / period + shift, down / period].map(|c| c - c.floor() - 0.5);
                f32::from(u8::from(x * x + y * y < radius * radius))
            }
            Self::Letter { letter, size } => {
                let point = [across / size + 0.5, (down - LOGO) / size + 0.5];
                f32::from(u8::from(on_body && letters::inside(letter, point, STROKE)))
            }
        }
    }
}

//! How cloth falls: small smooth displacements that no joint explains, and the light on its folds.

use super::dice::Dice;

/// The stream of [`Dice`] that drapes are drawn from.
const STREAM: u64 = 3;
/// Waves that are added up.
const WAVES: usize = 3;
/// The largest displacement along an axis, in heights of the flat picture.
const REACH: f32 = 0.011;
/// How much light a fold takes or gives. The worn cloth must still be the flat one to 35 dB: a root mean square of
/// 1.8 % of full scale.
const LIGHT: f32 = 0.026;

#[derive(Clone, Copy)]
struct Wave {
    across: f32,
    down: f32,
    phase: f32,
}

impl Wave {
    fn at(&self, u: f32, v: f32) -> f32 {
        libm::sinf(self.across * u + self.down * v + self.phase)
    }
}

/// The residual of one garment.
pub(super) struct Residual {
    /// For displacements along x and y.
    waves: [[Wave; WAVES]; 2],
    /// Folds that run down, and where they are deep.
    folds: Wave,
    depth: Wave,
}

impl Residual {
    pub(super) fn new(drape: u64) -> Self {
        let mut dice = Dice::new(drape, STREAM);
        let mut wave = |across: [f32; 2], down: [f32; 2]| {
            let sign = if dice.chance(0.5) { 1.0 } else { -1.0 };
            Wave {
                across: sign * dice.between(across[0], across[1]),
                down: dice.between(down[0], down[1]),
                phase: dice.between(0.0, std::f32::consts::TAU),
            }
        };
        let bend = [7.0, 19.0];
        Self {
            waves: std::array::from_fn(|_| std::array::from_fn(|_| wave(bend, bend))),
            folds: wave([36.0, 58.0], [4.0, 16.0]),
            depth: wave([2.0, 7.0], [9.0, 17.0]),
        }
    }

    /// The displacement at a point of the flat picture, before it is tapered.
    pub(super) fn displacement(&self, u: f32, v: f32) -> [f32; 2] {
        self.waves.map(|waves| waves.iter().map(|wave| wave.at(u, v)).sum::<f32>() * (REACH / WAVES as f32))
    }

    /// The light at a point of the flat picture: around 1, a little lighter or darker.
    pub(super) fn light(&self, u: f32, v: f32) -> f32 {
        1.0 + LIGHT * self.folds.at(u, v) * (0.5 + 0.5 * self.depth.at(u, v))
    }
}

//! Rewards over the cells of a grid, one look each.

use super::{Cell, hyper_grid::HyperGrid};

/// A family of rewards. Positions run from −½ to ½ along each axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GridReward {
    /// `R₀ + R₁·Π 1[¼ < |a|] + R₂·Π 1[0.3 < |a| < 0.4]`: a plateau in every corner with a bump on it (Bengio et al.
    /// 2021, Eq. 12; strictness as in torchgfn).
    Corners {
        /// Everywhere.
        r0: f64,
        /// On the plateaus.
        r1: f64,
        /// On the bumps.
        r2: f64,
    },
    /// `R₀ + R₁·Π (1 + cos 50a)·N(5a; 0, 1)`: ripples under a bell (torchgfn's cosine reward).
    Ripples {
        /// Everywhere.
        r0: f64,
        /// Height of the ripples.
        r1: f64,
    },
    /// `R₀ + exp(−((|a| − radius)/width)²/2)`: a shell around the centre.
    Ring {
        /// Everywhere.
        r0: f64,
        /// Distance of the ridge from the centre.
        radius: f64,
        /// Standard deviation across the ridge.
        width: f64,
    },
    /// `R₀ + Σ` of three bells of unlike height, width and place: nothing is symmetric.
    Hills {
        /// Everywhere.
        r0: f64,
    },
    /// 1 on every second of `squares` blocks along each axis, `R₀` on the others.
    Checker {
        /// On the dark blocks.
        r0: f64,
        /// Blocks along an axis.
        squares: usize,
    },
}

/// Place along the axes (even ones, odd ones), standard deviation and height of each hill.
const HILLS: [(f64, f64, f64, f64); 3] = [(-0.3, 0.2, 0.06, 1.0), (0.15, 0.35, 0.1, 0.5), (0.3, -0.25, 0.04, 1.5)];

impl GridReward {
    /// The corners with the usual `R₁ = ½`, `R₂ = 2`.
    pub fn corners(r0: f64) -> Self {
        Self::Corners { r0, r1: 0.5, r2: 2.0 }
    }

    /// R of every cell of `grid`, in the order of [`HyperGrid::cell_of`].
    pub fn values(&self, grid: &HyperGrid) -> Vec<f64> {
        let mut coordinates = [0; super::MAX_WIDTH];
        let mut place = vec![0.0; grid.dimensions()];
        (0..grid.cells())
            .map(|cell| {
                grid.coordinates(cell, &mut coordinates[..grid.dimensions()]);
                for (a, &c) in place.iter_mut().zip(&coordinates) {
                    *a = centred(c, grid.side());
                }
                self.at(&place, &coordinates[..grid.dimensions()], grid.side())
            })
            .collect()
    }

    fn at(&self, place: &[f64], coordinates: &[Cell], side: usize) -> f64 {
        let all = |inside: fn(f64) -> bool| f64::from(u8::from(place.iter().all(|a| inside(a.abs()))));
        match *self {
            Self::Corners { r0, r1, r2 } => r0 + r1 * all(|a| a > 0.25) + r2 * all(|a| 0.3 < a && a < 0.4),
            Self::Ripples { r0, r1 } => {
                let ripple = |&a: &f64| ((50.0 * a).cos() + 1.0) * bell(5.0 * a) / std::f64::consts::TAU.sqrt();
                r0 + r1 * place.iter().map(ripple).product::<f64>()
            }
            Self::Ring { r0, radius, width } => {
                let distance = place.iter().map(|a| a * a).sum::<f64>().sqrt();
                r0 + bell((distance - radius) / width)
            }
            Self::Hills { r0 } => {
                let hill = |&(even, odd, width, height): &(f64, f64, f64, f64)| {
                    let offset = |(i, a): (usize, &f64)| a - if i % 2 == 0 { even } else { odd };
                    let squares: f64 = place.iter().enumerate().map(offset).map(|d| d * d).sum();
                    height * bell(squares.sqrt() / width)
                };
                r0 + HILLS.iter().map(hill).sum::<f64>()
            }
            Self::Checker { r0, squares } => {
                // Whole numbers, so that block edges do not depend on rounding.
                let block = |&c: &Cell| (c as usize).saturating_mul(squares) / side;
                let light = coordinates.iter().map(|c| block(c) % 2).sum::<usize>() % 2 == 0;
                if light { 1.0 } else { r0 }
            }
        }
    }
}

/// A coordinate between −½ and ½.
fn centred(coordinate: Cell, side: usize) -> f64 {
    f64::from(coordinate) / (side - 1) as f64 - 0.5
}

/// The bell curve with height 1.
fn bell(x: f64) -> f64 {
    (-0.5 * x * x).exp()
}

//! Draws from vM(0, κ) for a fixed κ through a table of its distribution function.
//!
//! A flow needs only the n concentrations of its schedule. The table is exact in mass for every bin; within a bin the
//! density is taken as constant, which is off by at most 10⁻⁴ of itself. Rejection methods lose accuracy or never end
//! at the extreme concentrations that a schedule has.

use std::f64::consts::{PI, TAU};

use rand::Rng;

use super::von_mises::relative_density;

/// Bins of a table.
const BINS: usize = 2048;
/// Beyond so many standard deviations there is no mass that `f64` could hold beside 1.
const REACH: f64 = 10.0;

/// The distribution function of vM(0, κ), ready to be inverted.
#[derive(Clone, Debug)]
pub struct VonMisesTable {
    /// The table spans ±`reach`.
    reach: f64,
    /// Distribution function at the bins' upper ends.
    cumulative: Vec<f64>,
    /// For u in `[k, k + 1)/BINS`, no bin before `guide[k]` can hold it.
    guide: Vec<u32>,
}

impl VonMisesTable {
    /// The table for concentration `kappa` ≥ 0.
    pub fn new(kappa: f64) -> Self {
        let reach = if kappa > 0.0 { PI.min(REACH / kappa.sqrt()) } else { PI };
        // Bins by their distance from the middle: ends and middles, and the mass by Simpson's rule, up to a factor that
        // all bins have in common.
        let half_bin = reach / BINS as f64;
        let densities: Vec<f64> = (0..=BINS).map(|i| relative_density(i as f64 * half_bin, kappa)).collect();
        let masses: Vec<f64> = densities.windows(3).step_by(2).map(|at| at[0] + 4.0 * at[1] + at[2]).collect();
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = masses
            .iter()
            .rev()
            .chain(&masses)
            .map(|mass| {
                sum += mass;
                sum
            })
            .collect();
        cumulative.iter_mut().for_each(|c| *c /= sum);
        let mut bin = 0;
        let guide = (0..BINS)
            .map(|k| {
                while cumulative[bin] < k as f64 / BINS as f64 {
                    bin += 1;
                }
                bin as u32
            })
            .collect();
        Self { reach, cumulative, guide }
    }

    /// The angle below which the share `u` ∈ [0, 1) of the mass lies.
    pub fn quantile(&self, u: f64) -> f64 {
        let start = (u * BINS as f64) as usize;
        let mut bin = self.guide[start.min(BINS - 1)] as usize;
        while bin + 1 < BINS && self.cumulative[bin] <= u {
            bin += 1;
        }
        let below = if bin == 0 { 0.0 } else { self.cumulative[bin - 1] };
        let mass = self.cumulative[bin] - below;
        let inside = if mass > 0.0 { ((u - below) / mass).clamp(0.0, 1.0) } else { 0.5 };
        -self.reach + 2.0 * self.reach * (bin as f64 + inside) / BINS as f64
    }

    /// One draw, in [−π, π].
    pub fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.quantile(rng.random())
    }
}

/// One draw from the uniform distribution of the circle, in [−π, π).
pub fn uniform_angle(rng: &mut impl Rng) -> f64 {
    TAU * rng.random::<f64>() - PI
}

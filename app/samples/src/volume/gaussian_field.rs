//! Baselines that know less than a generator: independent voxels, and a Gaussian random field cut at a level.
//!
//! The field is given the covariance for which its level set has the rock's two-point probability. Whatever
//! it still gets wrong (connectivity, flow) is what two-point statistics do not hold.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use rustfft::{FftPlanner, num_complex::Complex};
use thiserror::Error;

use super::{GRAIN, PORE, Volume, parallel::for_each_chunk};

/// Largest side of a sampled cube, voxels.
pub const MAX_SIDE: usize = 256;

/// Why a field cannot be matched.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FieldError {
    /// The side is 0 or above [`MAX_SIDE`].
    #[error("a side of {0} voxels is outside 1 to {MAX_SIDE}")]
    Side(usize),
    /// S₂ needs lag 0, strictly between 0 and 1, and at least one more, all finite and within 0 to S₂(0).
    #[error("the two-point curve is not one of a rock: entry {0}")]
    Curve(usize),
}

/// A cube of `side` voxels, each pore with probability `porosity` on its own.
///
/// # Errors
/// A side outside the limits, or a porosity outside 0 to 1 (reported as entry 0 of S₂).
pub fn independent_voxels(side: usize, porosity: f64, seed: u64) -> Result<Volume, FieldError> {
    check_side(side)?;
    if !(0.0..=1.0).contains(&porosity) {
        return Err(FieldError::Curve(0));
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let voxels = (0..side * side * side).map(|_| if random.random_bool(porosity) { PORE } else { GRAIN }).collect();
    Ok(Volume { shape: [side; 3], voxels })
}

/// A Gaussian random field whose level set has a given porosity and radial S₂.
pub struct GaussianField {
    side: usize,
    /// Side of the periodic cube in which the field is made; the sample is cut from it.
    period: usize,
    porosity: f64,
    /// Square roots of the spectral density on the period's grid.
    amplitude: Vec<f32>,
}

impl GaussianField {
    /// Matches `s2`, a radial two-point curve from lag 0 on. Lags beyond the curve decay exponentially;
    /// wave numbers at which the covariance would have negative power (no such field exists) get none.
    ///
    /// # Errors
    /// A side outside the limits, or values that no two-point curve has.
    pub fn matched(s2: &[f64], side: usize) -> Result<Self, FieldError> {
        check_side(side)?;
        let porosity = s2.first().copied().unwrap_or(f64::NAN);
        if !(porosity > 0.0 && porosity < 1.0) {
            return Err(FieldError::Curve(0));
        }
        if s2.len() < 2 {
            return Err(FieldError::Curve(1));
        }
        if let Some(index) = s2.iter().position(|v| !(0.0..=porosity).contains(v)) {
            return Err(FieldError::Curve(index));
        }
        let level = Level::at(porosity);
        let covariance: Vec<f64> = s2.iter().map(|&s2| level.correlation(s2)).collect();
        let reach = s2.len() - 1;
        let period = (side + 2 * reach).next_multiple_of(16);
        let decay = covariance.iter().position(|&c| c < 0.5).unwrap_or(reach).max(1) as f64;
        let at = |distance: f64| {
            let lag = distance.floor() as usize;
            if lag >= reach {
                return covariance[reach] * (-(distance - reach as f64) / decay).exp();
            }
            let part = distance - lag as f64;
            covariance[lag] * (1.0 - part) + covariance[lag + 1] * part
        };
        let squared = |i: usize| (i.min(period - i) * i.min(period - i)) as f64;
        let mut spectrum = Vec::with_capacity(period * period * period);
        for z in 0..period {
            for y in 0..period {
                spectrum.extend(
                    (0..period).map(|x| Complex::new(at((squared(z) + squared(y) + squared(x)).sqrt()) as f32, 0.0)),
                );
            }
        }
        fourier(&mut spectrum, period);
        let power: Vec<f32> = spectrum.iter().map(|value| value.re.max(0.0)).collect();
        // The variance of the field is the mean power; dropping negative power raised it.
        let mean = power.iter().map(|&p| f64::from(p)).sum::<f64>() / power.len() as f64;
        let amplitude = power.iter().map(|&p| (f64::from(p) / mean).sqrt() as f32).collect();
        Ok(Self { side, period, porosity, amplitude })
    }

    /// One cube; its porosity is the curve's S₂(0) to the voxel.
    pub fn sample(&self, seed: u64) -> Volume {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut field: Vec<Complex<f32>> =
            self.amplitude.iter().map(|_| Complex::new(random.sample(StandardNormal), 0.0)).collect();
        fourier(&mut field, self.period);
        for (value, amplitude) in field.iter_mut().zip(&self.amplitude) {
            *value *= amplitude;
        }
        // A second forward transform gives the mirrored field, as good a sample as any.
        fourier(&mut field, self.period);
        let side = self.side;
        let cut: Vec<f32> = (0..side * side * side)
            .map(|i| field[(i / side / side * self.period + i / side % side) * self.period + i % side].re)
            .collect();
        let pores = (self.porosity * cut.len() as f64).round() as usize;
        let mut order: Vec<u32> = (0..cut.len() as u32).collect();
        if pores > 0 {
            order.select_nth_unstable_by(pores - 1, |&a, &b| cut[a as usize].total_cmp(&cut[b as usize]));
        }
        let mut voxels = vec![GRAIN; cut.len()];
        order[..pores].iter().for_each(|&index| voxels[index as usize] = PORE);
        Volume { shape: [side; 3], voxels }
    }
}

fn check_side(side: usize) -> Result<(), FieldError> {
    if side == 0 || side > MAX_SIDE { Err(FieldError::Side(side)) } else { Ok(()) }
}

/// The level below which a standard normal variable lies with a given probability φ, by its square. For two
/// such variables of correlation ρ,
/// `P(both below) = φ² + 1/2π ∫₀^{arcsin ρ} exp(−t²/(1 + sin θ)) dθ`.
struct Level {
    porosity: f64,
    squared: f64,
}

impl Level {
    fn at(porosity: f64) -> Self {
        // At ρ = 1 the probability is φ: the same formula gives t².
        let squared = bisect(0.0, 80.0, |t| porosity * porosity + excess(t, 1.0) < porosity);
        Self { porosity, squared }
    }

    fn correlation(&self, s2: f64) -> f64 {
        bisect(-0.999, 1.0, |rho| self.porosity * self.porosity + excess(self.squared, rho) > s2)
    }
}

/// `1/2π ∫₀^{arcsin ρ} exp(−t²/(1 + sin θ)) dθ` by Simpson's rule.
fn excess(level_squared: f64, rho: f64) -> f64 {
    const INTERVALS: usize = 200;
    let step = rho.asin() / INTERVALS as f64;
    let sum: f64 = (0..=INTERVALS)
        .map(|i| {
            let weight = match i {
                0 | INTERVALS => 1.0,
                odd if odd % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * (-level_squared / (1.0 + (i as f64 * step).sin())).exp()
        })
        .sum();
    sum * step / 3.0 / std::f64::consts::TAU
}

/// The point between `low` and `high` where `above` turns from false to true.
fn bisect(mut low: f64, mut high: f64, above: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if above(middle) { high = middle } else { low = middle }
    }
    0.5 * (low + high)
}

/// Forward Fourier transform of a cube, in place: along x, then turn the cube so that another axis is x,
/// three times round.
fn fourier(cube: &mut Vec<Complex<f32>>, side: usize) {
    let plan = FftPlanner::new().plan_fft_forward(side);
    for _ in 0..3 {
        for_each_chunk(cube, side * side, |_, slice| plan.process(slice));
        let mut turned = vec![Complex::default(); cube.len()];
        // turned[x][z][y] = cube[z][y][x]
        for_each_chunk(&mut turned, side * side, |x, slice| {
            for (row, value) in slice.iter_mut().enumerate() {
                *value = cube[row * side + x];
            }
        });
        *cube = turned;
    }
}

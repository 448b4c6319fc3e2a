//! What the slope of S₂ at the origin says: specific surface and mean chord lengths (Debye).

use serde::{Deserialize, Serialize};

/// Lags used for the slope, as in the paper's analysis.
pub const SLOPE_LAGS: usize = 4;

/// The slope of the radial S₂ at lag 0, for both phases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slope {
    /// Least-squares `a` of `S₂(r) = φ + a·r`, pore space, voxel⁻¹.
    pub pore: f64,
    /// The same for the grain.
    pub grain: f64,
    porosity: f64,
}

impl Slope {
    /// From S₂ of the pore space and of the grain by lag; lags `0 ..= 4` are used, or as many as there are.
    /// Two equal curves of one value each (no lag at all) have slope 0.
    pub fn of(pore: &[f64], grain: &[f64]) -> Self {
        Self { pore: fit(pore), grain: fit(grain), porosity: pore[0] }
    }

    /// Specific surface −4a of the pore space, area per volume, voxel⁻¹.
    pub fn surface(&self) -> f64 {
        // `0.0 -` keeps a volume without interface at 0 rather than −0.
        0.0 - 4.0 * self.pore
    }

    /// Mean chord length of the pores, −φ/a, voxels; `None` without interface.
    pub fn chord_pore(&self) -> Option<f64> {
        (self.pore < 0.0).then(|| -self.porosity / self.pore)
    }

    /// Mean chord length of the grains, −(1 − φ)/a, voxels; `None` without interface.
    pub fn chord_grain(&self) -> Option<f64> {
        (self.grain < 0.0).then(|| -(1.0 - self.porosity) / self.grain)
    }
}

/// `a = Σ r (S₂(r) − φ) / Σ r²`, with φ = S₂(0) held fixed.
fn fit(s2: &[f64]) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for (lag, value) in s2.iter().enumerate().take(SLOPE_LAGS + 1) {
        above += lag as f64 * (value - s2[0]);
        below += (lag * lag) as f64;
    }
    if below == 0.0 { 0.0 } else { above / below }
}

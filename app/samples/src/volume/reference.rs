//! What a real rock's own sub-volumes measure: the band in which a sample should lie.

use serde::{Deserialize, Serialize};

use super::{MeasureError, MeasureOptions, PoreMeasures, Volume};

/// The measures that are one number each; lengths in voxels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scalars {
    /// See [`PoreMeasures::porosity`].
    pub porosity: f64,
    /// See [`PoreMeasures::surface`].
    pub surface: f64,
    /// See [`PoreMeasures::surface_slope`].
    pub surface_slope: f64,
    /// See [`PoreMeasures::euler_pore26`].
    pub euler_pore26: f64,
    /// See [`PoreMeasures::euler_pore6`].
    pub euler_pore6: f64,
    /// See [`PoreMeasures::chord_pore`].
    pub chord_pore: f64,
    /// See [`PoreMeasures::chord_grain`].
    pub chord_grain: f64,
}

/// Mean and standard deviation (of one block, n − 1) of a single number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Mean over the blocks.
    pub mean: f64,
    /// Standard deviation over the blocks.
    pub sd: f64,
}

impl Band {
    /// Mean and standard deviation (n − 1) of two or more values.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        Self { mean, sd: (squares / (n - 1.0)).sqrt() }
    }

    /// Whether `value` lies within `deviations` standard deviations of the mean.
    pub fn holds(&self, value: f64, deviations: f64) -> bool {
        (value - self.mean).abs() <= deviations * self.sd
    }
}

/// Mean and standard deviation of a curve, entry by entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurveBand {
    /// Means over the blocks.
    pub mean: Vec<f64>,
    /// Standard deviations over the blocks.
    pub sd: Vec<f64>,
}

/// The measures of a real rock over cubes of one size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RockReference {
    /// Side of the cubes, voxels.
    pub side: usize,
    /// Number of cubes.
    pub blocks: usize,
    /// Side of a voxel, µm.
    pub voxel_um: f64,
    /// Means over the cubes.
    pub mean: Scalars,
    /// Standard deviations over the cubes.
    pub sd: Scalars,
    /// Radial S₂ by lag.
    pub s2_radial: CurveBand,
    /// Mean share of pore chords by length, see [`PoreMeasures::chord_histogram_pore`].
    pub chord_histogram_pore: Vec<f64>,
    /// Mean share of grain chords by length.
    pub chord_histogram_grain: Vec<f64>,
    /// Permeability over cubes and axes, voxel²; none if not asked for.
    pub permeability: Option<Band>,
}

impl RockReference {
    /// Measures `blocks`.
    ///
    /// # Errors
    /// Fewer than two blocks, blocks that are not cubes of one size, a block of a single phase, or a flow
    /// that was not solved.
    pub fn of(blocks: &[Volume], options: &MeasureOptions, voxel_um: f64) -> Result<Self, MeasureError> {
        let measures = blocks.iter().map(|block| PoreMeasures::of(block, options)).collect::<Result<Vec<_>, _>>()?;
        let shape = blocks.first().map_or([0; 3], Volume::shape);
        if blocks.len() < 2 {
            return Err(MeasureError::Blocks(format!("there are {}", blocks.len())));
        }
        if let Some(other) = blocks.iter().map(Volume::shape).find(|&s| s != shape || s != [s[0]; 3]) {
            return Err(MeasureError::Blocks(format!("there is one of {other:?} voxels")));
        }
        let missing = || MeasureError::Blocks("one of them is all pore or all grain".into());
        let band = |value: fn(&PoreMeasures) -> Option<f64>| {
            let values: Option<Vec<f64>> = measures.iter().map(value).collect();
            values.map(|values| Band::of(&values)).ok_or_else(missing)
        };
        let porosity = band(|m| Some(m.porosity))?;
        let surface = band(|m| Some(m.surface))?;
        let surface_slope = band(|m| Some(m.surface_slope))?;
        let euler_pore26 = band(|m| Some(m.euler_pore26))?;
        let euler_pore6 = band(|m| Some(m.euler_pore6))?;
        let chord_pore = band(|m| m.chord_pore)?;
        let chord_grain = band(|m| m.chord_grain)?;
        let scalars = |part: fn(&Band) -> f64| Scalars {
            porosity: part(&porosity),
            surface: part(&surface),
            surface_slope: part(&surface_slope),
            euler_pore26: part(&euler_pore26),
            euler_pore6: part(&euler_pore6),
            chord_pore: part(&chord_pore),
            chord_grain: part(&chord_grain),
        };
        let permeabilities: Vec<f64> = measures.iter().filter_map(|m| m.permeability).flatten().collect();
        Ok(Self {
            side: shape[0],
            blocks: blocks.len(),
            voxel_um,
            mean: scalars(|band| band.mean),
            sd: scalars(|band| band.sd),
            s2_radial: curve_band(&measures, |m| &m.s2.radial),
            chord_histogram_pore: curve_band(&measures, |m| &m.chord_histogram_pore).mean,
            chord_histogram_grain: curve_band(&measures, |m| &m.chord_histogram_grain).mean,
            permeability: options.permeability.then(|| Band::of(&permeabilities)),
        })
    }

    /// Where a sample stands against the rock: bands of ± 2 standard deviations, S₂ up to lag 16.
    pub fn compare(&self, measures: &PoreMeasures) -> Agreement {
        let inside = |value: f64, part: fn(&Scalars) -> f64| {
            Band { mean: part(&self.mean), sd: part(&self.sd) }.holds(value, 2.0)
        };
        let s2 = self.s2_radial.mean.iter().zip(&measures.s2.radial).take(17);
        Agreement {
            porosity: inside(measures.porosity, |s| s.porosity),
            surface: inside(measures.surface, |s| s.surface),
            surface_slope: inside(measures.surface_slope, |s| s.surface_slope),
            euler_pore26: inside(measures.euler_pore26, |s| s.euler_pore26),
            euler_pore6: inside(measures.euler_pore6, |s| s.euler_pore6),
            chord_pore: measures.chord_pore.is_some_and(|chord| inside(chord, |s| s.chord_pore)),
            chord_grain: measures.chord_grain.is_some_and(|chord| inside(chord, |s| s.chord_grain)),
            s2_difference: s2.map(|(rock, sample)| (rock - sample).abs()).fold(0.0, f64::max),
        }
    }
}

/// Where a sample stands against the real rock.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Porosity within ± 2 standard deviations.
    pub porosity: bool,
    /// Crofton surface within ± 2 standard deviations.
    pub surface: bool,
    /// Surface from the slope of S₂ within ± 2 standard deviations.
    pub surface_slope: bool,
    /// Euler number of the 26-connected pore space within ± 2 standard deviations.
    pub euler_pore26: bool,
    /// Euler number of the 6-connected pore space within ± 2 standard deviations.
    pub euler_pore6: bool,
    /// Mean chord of the pores within ± 2 standard deviations; not without interface.
    pub chord_pore: bool,
    /// Mean chord of the grains within ± 2 standard deviations; not without interface.
    pub chord_grain: bool,
    /// Largest |ΔS₂| of the radial curve against the rock's mean, lags up to 16.
    pub s2_difference: f64,
}

fn curve_band(measures: &[PoreMeasures], curve: fn(&PoreMeasures) -> &Vec<f64>) -> CurveBand {
    let length = measures.iter().map(|m| curve(m).len()).min().unwrap_or(0);
    let bands = (0..length).map(|i| Band::of(&measures.iter().map(|m| curve(m)[i]).collect::<Vec<_>>()));
    let (mean, sd) = bands.map(|band| (band.mean, band.sd)).unzip();
    CurveBand { mean, sd }
}

//! All measures of a pore space in one call.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Volume, chords, crofton, euler,
    packed::PackedRows,
    percolation,
    permeability::{self, FlowError, FlowOptions},
    porosity,
    slope::{SLOPE_LAGS, Slope},
    two_point::TwoPoint,
};

/// What to measure and how far.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureOptions {
    /// Largest lag of S₂, voxels; at least the 4 of the slope are computed.
    pub max_lag: usize,
    /// Last entry of the chord-length histograms, voxels; longer chords are counted there.
    pub max_chord: usize,
    /// Whether to solve the flow: seconds, where everything else takes milliseconds.
    pub permeability: bool,
    /// How to solve the flow.
    pub flow: FlowOptions,
}

impl Default for MeasureOptions {
    fn default() -> Self {
        Self { max_lag: 32, max_chord: 64, permeability: false, flow: FlowOptions::default() }
    }
}

/// Why a volume was not measured.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum MeasureError {
    /// The flow was not solved.
    #[error("permeability along {axis}: {error}")]
    Flow {
        /// `z`, `y` or `x`.
        axis: char,
        /// Why.
        error: FlowError,
    },
    /// A reference needs at least two blocks, all of one cubic shape.
    #[error("a reference is made of two or more cubes of one size: {0}")]
    Blocks(String),
}

/// Measures of the pore space of one volume; lengths in voxels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoreMeasures {
    /// Pore voxels over all voxels.
    pub porosity: f64,
    /// Surface by the Crofton formula with 13 directions, per voxel of volume, voxel⁻¹.
    pub surface: f64,
    /// Specific surface −4a from the slope a of S₂ at the origin, voxel⁻¹.
    pub surface_slope: f64,
    /// Euler number of the 26-connected pore space (= of the 6-connected grain), by windows, per voxel.
    pub euler_pore26: f64,
    /// Euler number of the 6-connected pore space, by windows, per voxel.
    pub euler_pore6: f64,
    /// Mean chord length of the pores from the slope, voxels; none without interface.
    pub chord_pore: Option<f64>,
    /// Mean chord length of the grains from the slope, voxels; none without interface.
    pub chord_grain: Option<f64>,
    /// Whether the 6-connected pore space joins opposite faces: z, y, x.
    pub percolates: [bool; 3],
    /// Permeability along z, y, x in voxel²; none if not asked for.
    pub permeability: Option<[f64; 3]>,
    /// Two-point probability of the pore space by lag.
    pub s2: TwoPoint,
    /// Share of complete pore chords along the axes by length (index, voxels); longer ones in the last entry.
    pub chord_histogram_pore: Vec<f64>,
    /// The same for the grains.
    pub chord_histogram_grain: Vec<f64>,
}

impl PoreMeasures {
    /// Measures `volume`.
    ///
    /// # Errors
    /// Only if permeability is asked for: the volume is too large for the flow solver, or the solver did
    /// not reach its tolerance.
    pub fn of(volume: &Volume, options: &MeasureOptions) -> Result<Self, MeasureError> {
        match Self::of_what_can_be(volume, options) {
            (_, Some(error)) => Err(error),
            (measures, None) => Ok(measures),
        }
    }

    /// As [`Self::of`]; where the permeability is not found the other measures stand beside the reason.
    pub fn of_what_can_be(volume: &Volume, options: &MeasureOptions) -> (Self, Option<MeasureError>) {
        let mut measures = Self::of_geometry(volume, options);
        if !options.permeability {
            return (measures, None);
        }
        let mut permeability = [0.0; 3];
        for (axis, value) in permeability.iter_mut().enumerate() {
            match permeability::along(volume, axis, &options.flow) {
                Ok(flow) => *value = flow.permeability,
                Err(error) => return (measures, Some(MeasureError::Flow { axis: ['z', 'y', 'x'][axis], error })),
            }
        }
        measures.permeability = Some(permeability);
        (measures, None)
    }

    /// Everything but the permeability; cannot fail.
    pub fn of_geometry(volume: &Volume, options: &MeasureOptions) -> Self {
        let mut s2 = TwoPoint::of(volume, options.max_lag.max(SLOPE_LAGS));
        let grain = TwoPoint::of_grain(volume, SLOPE_LAGS);
        let slope = Slope::of(&s2.radial, &grain.radial);
        for curve in [&mut s2.z, &mut s2.y, &mut s2.x, &mut s2.radial] {
            curve.truncate(options.max_lag + 1);
        }
        let rows = PackedRows::new(volume);
        let voxels = volume.voxels().len() as f64;
        let euler = euler::sum_windows(&rows);
        let chords = chords::count(&rows);
        Self {
            porosity: porosity(volume),
            surface: crofton::area_between(&rows) / voxels,
            surface_slope: slope.surface(),
            euler_pore26: euler.pore26 / voxels,
            euler_pore6: euler.pore6 / voxels,
            chord_pore: slope.chord_pore(),
            chord_grain: slope.chord_grain(),
            percolates: percolation::joined_faces(&rows),
            permeability: None,
            s2,
            chord_histogram_pore: chords::distribution(&chords.pore, options.max_chord),
            chord_histogram_grain: chords::distribution(&chords.grain, options.max_chord),
        }
    }
}

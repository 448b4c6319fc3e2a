//! Single-phase permeability by lattice Boltzmann: D3Q19, two relaxation times, half-way bounce-back.

mod domain;
mod lattice;
mod pressure;
mod solve;

use thiserror::Error;

use super::Volume;
use domain::Domain;
use lattice::Collision;
use solve::Solver;

/// Largest volume for the flow solver: 256³ voxels.
pub const MAX_FLOW_VOXELS: usize = 256 * 256 * 256;
/// Most fluid nodes: with about 1 KiB each (twelve states of 19 populations, the links), under 2 GiB.
pub const MAX_FLOW_NODES: usize = 1_800_000;

/// Relaxation time of the viscosity; the permeability does not depend on it, the number of steps does.
const RELAXATION_TIME: f64 = 1.0;

/// How to solve the flow.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowOptions {
    /// Relative tolerance: on the spread of the flow over the cross-sections, and on its change.
    pub tolerance: f64,
    /// Give up after so many lattice steps.
    pub max_steps: usize,
}

impl Default for FlowOptions {
    fn default() -> Self {
        Self { tolerance: 1e-3, max_steps: 20_000 }
    }
}

/// Steady flow along one axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// Permeability, voxel²; exactly 0 where the pore space does not percolate.
    pub permeability: f64,
    /// Lattice steps that were taken.
    pub steps: usize,
    /// Relative spread of the flow over the cross-sections that remained.
    pub spread: f64,
    /// Pore voxels that take part, those of pieces that touch inlet and outlet.
    pub nodes: usize,
}

/// Why there is no permeability.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FlowError {
    /// More voxels than [`MAX_FLOW_VOXELS`].
    #[error("{0} voxels are above the flow solver's {MAX_FLOW_VOXELS}")]
    Voxels(usize),
    /// More fluid nodes than [`MAX_FLOW_NODES`].
    #[error("{0} pore voxels are above the flow solver's {MAX_FLOW_NODES}")]
    Nodes(usize),
    /// The tolerance was not reached.
    #[error("not converged after {steps} steps: the flow still differs by {spread:.1e} between cross-sections")]
    NotConverged {
        /// Lattice steps taken.
        steps: usize,
        /// Spread that remained.
        spread: f64,
    },
}

/// Permeability along `axis` (0 = z, 1 = y, 2 = x), with no slip at the grains.
///
/// The rock continues as its mirror image beyond all six faces. Diagonal links join pore voxels that
/// touch at an edge only.
///
/// # Errors
/// A volume above the limits, or no convergence.
///
/// # Panics
/// If `axis` is above 2.
pub fn along(volume: &Volume, axis: usize, options: &FlowOptions) -> Result<Flow, FlowError> {
    let shape = volume.shape();
    let voxels = volume.voxels().len();
    if voxels > MAX_FLOW_VOXELS || shape[axis] > usize::from(u16::MAX) {
        return Err(FlowError::Voxels(voxels));
    }
    let collision = Collision::new(RELAXATION_TIME);
    let domain = Domain::new(volume, axis, collision.viscosity)?;
    if domain.nodes == 0 {
        return Ok(Flow { permeability: 0.0, steps: 0, spread: 0.0, nodes: 0 });
    }
    let solver = Solver { domain: &domain, axis, slices: shape[axis], collision };
    let progress = solver.solve(options.tolerance, options.max_steps);
    if !progress.converged {
        return Err(FlowError::NotConverged { steps: progress.steps, spread: progress.spread });
    }
    Ok(Flow {
        permeability: collision.viscosity * progress.flow / voxels as f64,
        steps: progress.steps,
        spread: progress.spread,
        nodes: domain.nodes,
    })
}

//! The steady state of the lattice Boltzmann step, found as a linear system.
//!
//! One step is affine, `f ↦ A f + b`. Stepping until nothing changes is slow: pressure diffuses through the
//! pores for thousands of steps. A steady state is as well one of a few steps together, `f ↦ Aᵐf + bₘ`, and
//! solves `(I − Aᵐ) f = bₘ`. In `Aᵐ` sound and the other fast modes have died. The slow ones, pressure, are
//! answered by a coarse network ([`super::pressure`]), and GMRES (Saad & Schultz 1986), with the network as
//! its preconditioner, needs some thirty iterations for what is left. Measured on halved Berea 64³: about
//! 150 lattice steps against 1 400 without the network.

use super::{
    super::parallel::{for_each_chunk, map_in_order},
    domain::{Domain, LANES, NEGATED},
    lattice::{Block, Collision, POPULATIONS},
};

/// Driving force along the axis. The equations are linear: any value gives the same permeability.
const FORCE: f32 = 1.0;
/// Lattice steps to one application of the operator. Odd: a lattice has modes that change sign with every
/// step, and after an even number of steps they would look steady.
const STEPS: usize = 5;
/// Spread, in tolerances, that is accepted once restarts no longer change the flow: in nearly closed rock the pressure of
/// dead ends is so much larger than the flow that the rounding of `f32` keeps the cross-sections apart.
const ROUNDED_SPREAD: f64 = 10.0;
/// Krylov vectors before a restart: as many as [`BASIS_BYTES`] hold, within these limits.
const BASIS: std::ops::RangeInclusive<usize> = 6..=40;
const BASIS_BYTES: usize = 1 << 29;

const BLOCK: usize = POPULATIONS * LANES;
/// Work is handed out in pieces of this many numbers: enough to be worth a thread, a whole number of blocks.
const CHUNK: usize = 64 * BLOCK;

/// Flow through one domain along one axis.
pub(crate) struct Solver<'a> {
    pub(crate) domain: &'a Domain,
    pub(crate) axis: usize,
    pub(crate) slices: usize,
    pub(crate) collision: Collision,
}

/// How far the solution is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pub(crate) steps: usize,
    /// Sum of the velocities along the axis over all nodes, per unit force.
    pub(crate) flow: f64,
    /// Standard deviation of the flow through the cross-sections over their mean; 0 at the steady state.
    pub(crate) spread: f64,
    pub(crate) converged: bool,
}

impl Solver<'_> {
    /// Iterates until every cross-section carries the same flow to within `tolerance`, the residual has
    /// fallen by that factor and an iteration changes the flow by less; or until a whole cycle changes the flow by less
    /// than half of it while the cross-sections agree to [`ROUNDED_SPREAD`]; or until `max_steps` lattice steps.
    pub(crate) fn solve(&self, tolerance: f64, max_steps: usize) -> Progress {
        let length = self.domain.state_len();
        let restart = (BASIS_BYTES / (4 * length)).clamp(*BASIS.start(), *BASIS.end());
        let mut solution = vec![0.0f32; length];
        let mut spare = vec![0.0f32; length];
        let mut progress = Progress { steps: 0, flow: 0.0, spread: f64::INFINITY, converged: false };
        let mut first_residual = None;
        loop {
            // The residual of a steady state: what the steps still change.
            let mut residual = solution.clone();
            self.advance(&mut residual, &mut spare, FORCE);
            progress.steps += STEPS;
            axpy(&mut residual, -1.0, &solution);
            let norm = dot(&residual, &residual).sqrt();
            let target = tolerance * *first_residual.get_or_insert(norm);
            scale(&mut residual, 1.0 / norm);
            let mut cycle = Cycle {
                basis: vec![residual],
                flows: Vec::new(),
                triangle: Vec::new(),
                rotations: Vec::new(),
                right: vec![norm],
            };
            let base = self.sections(&solution, FORCE);
            let mut weights = Vec::new();
            while cycle.flows.len() < restart && !progress.converged && progress.steps < max_steps {
                let mut next = cycle.basis[cycle.basis.len() - 1].clone();
                self.domain.network.correct(&mut next, STEPS);
                let image = next.clone();
                cycle.flows.push(self.sections(&next, 0.0));
                self.advance(&mut next, &mut spare, 0.0);
                progress.steps += STEPS;
                // next ← (I − Aᵐ) v
                scale(&mut next, -1.0);
                axpy(&mut next, 1.0, &image);
                let left = cycle.extend(next);
                weights = cycle.weights();
                let before = progress.flow;
                self.judge(&mut progress, &base, &cycle.flows, &weights);
                let change = (progress.flow - before).abs();
                progress.converged =
                    left <= target && progress.spread <= tolerance && change <= tolerance * progress.flow.abs();
                if left == 0.0 || !left.is_finite() {
                    break;
                }
            }
            let mut correction = vec![0.0f32; length];
            for (weight, vector) in weights.iter().zip(&cycle.basis) {
                axpy(&mut correction, *weight, vector);
            }
            self.domain.network.correct(&mut correction, STEPS);
            axpy(&mut solution, 1.0, &correction);
            let change = (progress.flow - base.iter().sum::<f64>()).abs();
            progress.converged |=
                change <= 0.5 * tolerance * progress.flow.abs() && progress.spread <= ROUNDED_SPREAD * tolerance;
            if progress.converged || progress.steps >= max_steps || !progress.flow.is_finite() {
                return progress;
            }
        }
    }

    /// Flow and spread of the solution plus `weights` times the Krylov vectors.
    fn judge(&self, progress: &mut Progress, base: &[f64], flows: &[Vec<f64>], weights: &[f64]) {
        let mut sections = base.to_vec();
        for (flow, weight) in flows.iter().zip(weights) {
            sections.iter_mut().zip(flow).for_each(|(sum, q)| *sum += weight * q);
        }
        progress.flow = sections.iter().sum();
        let mean = progress.flow / self.slices as f64;
        let squares: f64 = sections.iter().map(|q| (q - mean) * (q - mean)).sum();
        progress.spread = (squares / self.slices as f64).sqrt() / mean.abs();
    }

    /// [`STEPS`] lattice steps.
    fn advance(&self, f: &mut Vec<f32>, spare: &mut Vec<f32>, force: f32) {
        for _ in 0..STEPS {
            self.step(f, spare, force);
            std::mem::swap(f, spare);
        }
    }

    /// One lattice step: populations stream to where their links say, then collide.
    fn step(&self, f: &[f32], out: &mut [f32], force: f32) {
        for_each_chunk(out, CHUNK, |index, part| {
            for (i, out) in part.chunks_exact_mut(BLOCK).enumerate() {
                let block = index * (CHUNK / BLOCK) + i;
                let mut populations: Block = [[0.0; LANES]; POPULATIONS];
                populations[0].copy_from_slice(&f[block * BLOCK..][..LANES]);
                let links = &self.domain.links[block * 18 * LANES..][..18 * LANES];
                for (population, links) in populations[1..].iter_mut().zip(links.chunks_exact(LANES)) {
                    for (value, &link) in population.iter_mut().zip(links) {
                        let source = f[(link & !NEGATED) as usize];
                        *value = f32::from_bits(source.to_bits() ^ (link & NEGATED));
                    }
                }
                self.collision.collide(&mut populations, self.axis, force);
                for (out, population) in out.chunks_exact_mut(LANES).zip(&populations) {
                    out.copy_from_slice(population);
                }
            }
        });
    }

    /// Flow along the axis through every cross-section.
    fn sections(&self, f: &[f32], force: f32) -> Vec<f64> {
        let mut sections = vec![0.0f64; self.slices];
        for (block, slices) in f.chunks_exact(BLOCK).zip(self.domain.slices.chunks(LANES)) {
            let velocity = Collision::velocity(block, self.axis, force);
            for (&slice, u) in slices.iter().zip(velocity) {
                sections[usize::from(slice)] += f64::from(u);
            }
        }
        sections
    }
}

/// One cycle of GMRES: an orthonormal basis, and the least-squares problem in it kept triangular by
/// Givens rotations.
struct Cycle {
    basis: Vec<Vec<f32>>,
    /// Flow through the cross-sections for each basis vector.
    flows: Vec<Vec<f64>>,
    /// Columns of the triangular factor.
    triangle: Vec<Vec<f64>>,
    rotations: Vec<(f64, f64)>,
    right: Vec<f64>,
}

impl Cycle {
    /// Takes in the image of the last basis vector; returns the norm of the residual that is left.
    fn extend(&mut self, mut image: Vec<f32>) -> f64 {
        let mut column: Vec<f64> = Vec::with_capacity(self.basis.len() + 1);
        for vector in &self.basis {
            let part = dot(vector, &image);
            axpy(&mut image, -part, vector);
            column.push(part);
        }
        let norm = dot(&image, &image).sqrt();
        for (i, &(cos, sin)) in self.rotations.iter().enumerate() {
            (column[i], column[i + 1]) = (cos * column[i] + sin * column[i + 1], cos * column[i + 1] - sin * column[i]);
        }
        let last = column.len() - 1;
        let length = column[last].hypot(norm);
        let (cos, sin) = if length > 0.0 { (column[last] / length, norm / length) } else { (1.0, 0.0) };
        column[last] = length;
        self.rotations.push((cos, sin));
        self.triangle.push(column);
        let left = self.right[last];
        self.right[last] = cos * left;
        self.right.push(-sin * left);
        if norm > 0.0 {
            scale(&mut image, 1.0 / norm);
        }
        self.basis.push(image);
        (sin * left).abs()
    }

    /// The combination of basis vectors that leaves the smallest residual.
    fn weights(&self) -> Vec<f64> {
        let count = self.triangle.len();
        let mut weights = vec![0.0; count];
        for row in (0..count).rev() {
            let known: f64 = (row + 1..count).map(|column| self.triangle[column][row] * weights[column]).sum();
            let pivot = self.triangle[row][row];
            weights[row] = if pivot == 0.0 { 0.0 } else { (self.right[row] - known) / pivot };
        }
        weights
    }
}

/// Summed in a fixed order, so that the result does not depend on the threads.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    map_in_order(a.len().div_ceil(CHUNK), |index| {
        let range = index * CHUNK..a.len().min((index + 1) * CHUNK);
        let mut sums = [0.0f64; 8];
        for (a, b) in a[range.clone()].chunks_exact(8).zip(b[range].chunks_exact(8)) {
            for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                *sum += f64::from(*a) * f64::from(*b);
            }
        }
        sums.iter().sum::<f64>()
    })
    .iter()
    .sum()
}

/// `a ← a + factor · b`.
fn axpy(a: &mut [f32], factor: f64, b: &[f32]) {
    let factor = factor as f32;
    for_each_chunk(a, CHUNK, |index, part| {
        for (a, b) in part.iter_mut().zip(&b[index * CHUNK..]) {
            *a += factor * b;
        }
    });
}

/// `a ← factor · a`.
fn scale(a: &mut [f32], factor: f64) {
    let factor = factor as f32;
    for_each_chunk(a, CHUNK, |_, part| part.iter_mut().for_each(|a| *a *= factor));
}

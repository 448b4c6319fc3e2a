//! The steady state of the lattice Boltzmann step, found as a linear system.
//!
//! One step is affine, `f ↦ A f + b`, so its steady state solves `(I − A) f = b`. Stepping is the slowest
//! way to solve that: pressure diffuses through the pores for thousands of steps. BiCGSTAB (van der Vorst
//! 1992) with two steps an iteration gets there in tens to hundreds.

use super::{
    super::parallel::{for_each_chunk, map_in_order},
    domain::{Domain, LANES, NEGATED},
    lattice::{Block, Collision, POPULATIONS},
};

/// Driving force along the axis. The equations are linear: any value gives the same permeability.
const FORCE: f32 = 1.0;

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
}

impl Solver<'_> {
    /// Iterates until every cross-section carries the same flow to within `tolerance` and an iteration
    /// changes the flow by less than that, or until `max_steps` lattice steps are done.
    pub(crate) fn solve(&self, tolerance: f64, max_steps: usize) -> (Progress, bool) {
        let length = self.domain.state_len();
        let zero = vec![0.0f32; length];
        let mut solution = zero.clone();
        let mut residual = zero.clone();
        self.step(&zero, &mut residual, FORCE);
        let shadow = residual.clone();
        let mut direction = residual.clone();
        let (mut v, mut t) = (zero.clone(), zero);
        let mut steps = 1;
        let mut rho = dot(&shadow, &residual);
        let mut before = 0.0;
        for iteration in 0usize.. {
            self.defect(&direction, &mut v);
            let alpha = rho / dot(&shadow, &v);
            axpy(&mut residual, -alpha, &v);
            self.defect(&residual, &mut t);
            let omega = dot(&t, &residual) / dot(&t, &t);
            axpy(&mut solution, alpha, &direction);
            axpy(&mut solution, omega, &residual);
            axpy(&mut residual, -omega, &t);
            steps += 2;
            let next = dot(&shadow, &residual);
            let beta = next / rho * (alpha / omega);
            rho = next;
            // direction ← residual + β (direction − ω v)
            axpy(&mut direction, -omega, &v);
            scale_add(&mut direction, beta, &residual);
            if iteration % 5 == 4 || steps >= max_steps {
                let (flow, spread) = self.flow(&solution);
                let change = (flow - before).abs() / flow.abs();
                let progress = Progress { steps, flow, spread };
                if std::env::var("LBM_TRACE").is_ok() { eprintln!("{progress:?} res {}", dot(&residual,&residual).sqrt()); }
                if spread <= tolerance && change <= tolerance {
                    return (progress, true);
                }
                if steps >= max_steps || !(rho.is_finite() && flow.is_finite()) {
                    return (progress, false);
                }
                before = flow;
            }
        }
        unreachable!("the loop has no end of its own")
    }

    /// `out ← f − A f`.
    fn defect(&self, f: &[f32], out: &mut [f32]) {
        self.step(f, out, 0.0);
        for_each_chunk(out, CHUNK, |index, part| {
            for (out, f) in part.iter_mut().zip(&f[index * CHUNK..]) {
                *out = f - *out;
            }
        });
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

    /// Sum of velocities along the axis and its relative spread over the cross-sections.
    fn flow(&self, f: &[f32]) -> (f64, f64) {
        let mut sections = vec![0.0f64; self.slices];
        for (block, slices) in f.chunks_exact(BLOCK).zip(self.domain.slices.chunks(LANES)) {
            let velocity = Collision::velocity(block, self.axis, FORCE);
            for (&slice, u) in slices.iter().zip(velocity) {
                sections[slice as usize] += f64::from(u);
            }
        }
        let total: f64 = sections.iter().sum();
        let mean = total / self.slices as f64;
        let squares: f64 = sections.iter().map(|q| (q - mean) * (q - mean)).sum();
        (total, (squares / self.slices as f64).sqrt() / mean.abs())
    }
}

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

/// `a ← factor · a + b`.
fn scale_add(a: &mut [f32], factor: f64, b: &[f32]) {
    let factor = factor as f32;
    for_each_chunk(a, CHUNK, |index, part| {
        for (a, b) in part.iter_mut().zip(&b[index * CHUNK..]) {
            *a = factor * *a + b;
        }
    });
}

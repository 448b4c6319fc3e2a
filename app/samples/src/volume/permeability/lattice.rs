//! D3Q19: the velocities, their weights, and the collision of two relaxation times.

use super::domain::LANES;

/// Number of populations at a node.
pub(crate) const POPULATIONS: usize = 19;

/// Velocities `[z, y, x]`: rest, then nine pairs of opposites, `2p + 1` and `2p + 2`.
pub(crate) const VELOCITIES: [[i8; 3]; POPULATIONS] = [
    [0, 0, 0],
    [1, 0, 0],
    [-1, 0, 0],
    [0, 1, 0],
    [0, -1, 0],
    [0, 0, 1],
    [0, 0, -1],
    [1, 1, 0],
    [-1, -1, 0],
    [1, -1, 0],
    [-1, 1, 0],
    [1, 0, 1],
    [-1, 0, -1],
    [1, 0, -1],
    [-1, 0, 1],
    [0, 1, 1],
    [0, -1, -1],
    [0, 1, -1],
    [0, -1, 1],
];

const PAIRS: usize = POPULATIONS / 2;
const REST_WEIGHT: f32 = 1.0 / 3.0;
const AXIS_WEIGHT: f32 = 1.0 / 18.0;
const DIAGONAL_WEIGHT: f32 = 1.0 / 36.0;

/// Share of a population in the density at rest.
pub(crate) fn weight(population: usize) -> f32 {
    match population {
        0 => REST_WEIGHT,
        1..=6 => AXIS_WEIGHT,
        _ => DIAGONAL_WEIGHT,
    }
}

/// The population that flies the other way.
pub(crate) fn opposite(population: usize) -> usize {
    match population {
        0 => 0,
        odd if odd % 2 == 1 => odd + 1,
        even => even - 1,
    }
}

/// Populations of [`LANES`] nodes.
pub(crate) type Block = [[f32; LANES]; POPULATIONS];

/// `(1/ω₊ − ½)(1/ω₋ − ½)`, which alone decides where a wall acts, whatever the viscosity (Ginzburg, Verhaeghe
/// & d'Humières 2008). In a plane channel of h nodes the velocities at the nodes lie on a parabola, and their
/// mean gives `k = h²/12 + 1/24 + (16 Λ − 3)/24`: 3/16 makes the velocities exact, 1/8 makes the flow exact.
const MAGIC: f64 = 1.0 / 8.0;

/// Relaxation by two rates: even moments by the viscosity, odd ones by [`MAGIC`].
#[derive(Clone, Copy)]
pub(crate) struct Collision {
    even: f32,
    odd: f32,
    /// Kinematic viscosity, voxel² per step.
    pub(crate) viscosity: f64,
}

impl Collision {
    pub(crate) fn new(relaxation_time: f64) -> Self {
        let excess = relaxation_time - 0.5;
        let odd_time = 0.5 + MAGIC / excess;
        Self { even: (1.0 / relaxation_time) as f32, odd: (1.0 / odd_time) as f32, viscosity: excess / 3.0 }
    }

    /// Collides `block` in place under a body force `force` along `axis`.
    ///
    /// The populations are deviations from rest, and the equilibrium is linear: Stokes flow, in which the
    /// force's size does not matter.
    #[inline]
    pub(crate) fn collide(&self, block: &mut Block, axis: usize, force: f32) {
        let mut density = block[0];
        let mut flow = [[0.0f32; LANES]; 3];
        for pair in 0..PAIRS {
            let c = VELOCITIES[2 * pair + 1];
            for lane in 0..LANES {
                let (forth, back) = (block[2 * pair + 1][lane], block[2 * pair + 2][lane]);
                density[lane] += forth + back;
                for (flow, c) in flow.iter_mut().zip(c) {
                    flow[lane] += f32::from(c) * (forth - back);
                }
            }
        }
        for flow in &mut flow[axis] {
            *flow += 0.5 * force;
        }
        for lane in 0..LANES {
            block[0][lane] -= self.even * (block[0][lane] - REST_WEIGHT * density[lane]);
        }
        for pair in 0..PAIRS {
            let c = VELOCITIES[2 * pair + 1];
            let weight = if pair < 3 { AXIS_WEIGHT } else { DIAGONAL_WEIGHT };
            let push = (1.0 - 0.5 * self.odd) * 3.0 * weight * f32::from(c[axis]) * force;
            for lane in 0..LANES {
                let (forth, back) = (block[2 * pair + 1][lane], block[2 * pair + 2][lane]);
                let along =
                    f32::from(c[0]) * flow[0][lane] + f32::from(c[1]) * flow[1][lane] + f32::from(c[2]) * flow[2][lane];
                let even = self.even * (0.5 * (forth + back) - weight * density[lane]);
                let odd = self.odd * (0.5 * (forth - back) - 3.0 * weight * along) - push;
                block[2 * pair + 1][lane] = forth - even - odd;
                block[2 * pair + 2][lane] = back - even + odd;
            }
        }
    }

    /// Velocity along `axis` from populations after the collision, for each lane.
    #[inline]
    pub(crate) fn velocity(block: &[f32], axis: usize, force: f32) -> [f32; LANES] {
        // Before the collision u = j + F/2; the collision adds F to j.
        let mut velocity = [-0.5 * force; LANES];
        for (population, c) in VELOCITIES.iter().enumerate() {
            let c = f32::from(c[axis]);
            for (u, f) in velocity.iter_mut().zip(&block[population * LANES..][..LANES]) {
                *u += c * f;
            }
        }
        velocity
    }
}

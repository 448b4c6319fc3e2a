//! A coarse picture of the pressure: a network of small pieces of pore space, with conductances guessed
//! from how wide the pore is. It does not decide the result, only how soon the solver gets there.

use super::{
    super::Volume,
    domain::{LANES, OUTSIDE},
    lattice::{POPULATIONS, weight},
};

/// A piece of the network lies within a cell of this many voxels a side.
const CELL: usize = 4;
/// Speed of sound squared: pressure per density.
const SOUND_SQUARED: f64 = 1.0 / 3.0;

/// The network: a symmetric, positive definite matrix in rows, and which piece each node belongs to.
pub(crate) struct Network {
    pieces: Vec<u32>,
    diagonal: Vec<f64>,
    starts: Vec<usize>,
    /// Other piece and conductance to it: mass a step per difference of density.
    links: Vec<(u32, f64)>,
}

impl Network {
    /// From the node numbers by voxel ([`OUTSIDE`] for none). Flow is driven along `axis`, at whose faces
    /// the pressure is held.
    pub(crate) fn new(volume: &Volume, numbers: &[u32], nodes: usize, axis: usize, viscosity: f64) -> Self {
        let shape = volume.shape();
        let strides = [shape[1] * shape[2], shape[2], 1];
        let positions: Vec<u32> =
            (0..numbers.len() as u32).filter(|&voxel| numbers[voxel as usize] != OUTSIDE).collect();
        let pieces = pieces(numbers, &positions, shape, strides);
        let count = pieces.iter().max().map_or(0, |&last| last as usize + 1);
        let at = |voxel: u32, a: usize| voxel as usize / strides[a] % shape[a];
        let mut centres = vec![[0.0f64; 4]; count];
        for (&piece, &voxel) in pieces.iter().zip(&positions) {
            let sum = &mut centres[piece as usize];
            (0..3).for_each(|a| sum[a] += at(voxel, a) as f64);
            sum[3] += 1.0;
        }
        let centre = |piece: u32, a: usize| centres[piece as usize][a] / centres[piece as usize][3];

        let widths: [Vec<f64>; 3] = [0, 1, 2].map(|a| widths(numbers, nodes, shape, strides, a));
        let mut diagonal = vec![0.0; count];
        let mut found: Vec<(u32, u32, f64)> = Vec::new();
        for a in 0..3 {
            let (b, c) = ((a + 1) % 3, (a + 2) % 3);
            // Between walls at distances s and h − s, the flow under a unit force is s (h − s)/2ν.
            let mobility =
                |node: usize| SOUND_SQUARED / (2.0 * viscosity * (1.0 / widths[b][node] + 1.0 / widths[c][node]));
            for (node, &voxel) in positions.iter().enumerate() {
                let place = at(voxel, a);
                let piece = pieces[node];
                if a == axis {
                    for beyond in [place == 0, place + 1 == shape[a]].iter().zip([-0.5, shape[a] as f64 - 0.5]) {
                        if *beyond.0 {
                            diagonal[piece as usize] += mobility(node) / (centre(piece, a) - beyond.1).abs();
                        }
                    }
                }
                let next = if place + 1 < shape[a] { numbers[voxel as usize + strides[a]] } else { OUTSIDE };
                if next != OUTSIDE && pieces[next as usize] != piece {
                    let other = pieces[next as usize];
                    let distance = (centre(other, a) - centre(piece, a)).abs().max(1.0);
                    let (m, n) = (mobility(node), mobility(next as usize));
                    let conductance = 2.0 * m * n / (m + n) / distance;
                    found.push((piece, other, conductance));
                    found.push((other, piece, conductance));
                }
            }
        }
        found.sort_unstable_by_key(|&(piece, other, _)| (piece, other));
        let mut starts = vec![0; count + 1];
        let mut links: Vec<(u32, f64)> = Vec::new();
        let mut last = None;
        for (piece, other, conductance) in found {
            diagonal[piece as usize] += conductance;
            if last == Some((piece, other)) {
                if let Some(link) = links.last_mut() {
                    link.1 += conductance;
                }
            } else {
                links.push((other, conductance));
                starts[piece as usize + 1] += 1;
                last = Some((piece, other));
            }
        }
        (0..count).for_each(|piece| starts[piece + 1] += starts[piece]);
        Self { pieces, diagonal, starts, links }
    }

    /// Adds to `f`, which is what `steps` steps changed, the density that would have to be there for the
    /// network to change it so: the slow part of the answer.
    pub(crate) fn correct(&self, f: &mut [f32], steps: usize) {
        let mut mass = vec![0.0f64; self.diagonal.len()];
        let place = |node: usize, population: usize| (node / LANES * POPULATIONS + population) * LANES + node % LANES;
        for (node, &piece) in self.pieces.iter().enumerate() {
            let sum: f32 = (0..POPULATIONS).map(|population| f[place(node, population)]).sum();
            mass[piece as usize] += f64::from(sum) / steps as f64;
        }
        let density = self.solve(&mass);
        for (node, &piece) in self.pieces.iter().enumerate() {
            let density = density[piece as usize] as f32;
            for population in 0..POPULATIONS {
                f[place(node, population)] += weight(population) * density;
            }
        }
    }

    /// Conjugate gradients with the diagonal as preconditioner.
    fn solve(&self, right: &[f64]) -> Vec<f64> {
        const TOLERANCE: f64 = 1e-4;
        const MAX_ITERATIONS: usize = 1000;
        let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let scaled = |r: &[f64]| -> Vec<f64> { r.iter().zip(&self.diagonal).map(|(r, d)| r / d).collect() };
        let mut x = vec![0.0; right.len()];
        let mut residual = right.to_vec();
        let mut z = scaled(&residual);
        let mut direction = z.clone();
        let mut rz = inner(&residual, &z);
        let target = rz * TOLERANCE * TOLERANCE;
        for _ in 0..MAX_ITERATIONS {
            if rz <= target {
                break;
            }
            let image: Vec<f64> = (0..x.len())
                .map(|i| {
                    let links = &self.links[self.starts[i]..self.starts[i + 1]];
                    self.diagonal[i] * direction[i] - links.iter().map(|&(j, g)| g * direction[j as usize]).sum::<f64>()
                })
                .collect();
            let alpha = rz / inner(&direction, &image);
            for i in 0..x.len() {
                x[i] += alpha * direction[i];
                residual[i] -= alpha * image[i];
            }
            z = scaled(&residual);
            let next = inner(&residual, &z);
            let beta = next / rz;
            rz = next;
            direction.iter_mut().zip(&z).for_each(|(d, z)| *d = z + beta * *d);
        }
        x
    }
}

/// Number of the piece of each node: nodes joined face to face within one cell.
fn pieces(numbers: &[u32], positions: &[u32], shape: [usize; 3], strides: [usize; 3]) -> Vec<u32> {
    let mut pieces = vec![OUTSIDE; positions.len()];
    let mut count = 0;
    let mut front = Vec::new();
    for first in 0..positions.len() {
        if pieces[first] != OUTSIDE {
            continue;
        }
        pieces[first] = count;
        front.push(first);
        while let Some(node) = front.pop() {
            let voxel = positions[node] as usize;
            for (stride, side) in strides.into_iter().zip(shape) {
                let place = voxel / stride % side;
                let back = (!place.is_multiple_of(CELL)).then(|| voxel - stride);
                let forth = (place % CELL < CELL - 1 && place + 1 < side).then(|| voxel + stride);
                for next in [back, forth].into_iter().flatten().map(|voxel| numbers[voxel]) {
                    if next != OUTSIDE && pieces[next as usize] == OUTSIDE {
                        pieces[next as usize] = count;
                        front.push(next as usize);
                    }
                }
            }
        }
        count += 1;
    }
    pieces
}

/// For each node `s (h − s)` of the run of nodes through it along `axis`: h its length, s the distance to
/// one end. A run that ends at the volume's face goes on as its mirror image; for one without any end, the
/// volume's side stands for both.
fn widths(numbers: &[u32], nodes: usize, shape: [usize; 3], strides: [usize; 3], axis: usize) -> Vec<f64> {
    let mut widths = vec![0.0; nodes];
    let (stride, side) = (strides[axis], shape[axis]);
    for start in (0..numbers.len()).filter(|voxel| voxel / stride % side == 0) {
        let at = |i: usize| numbers[start + i * stride];
        let mut begin = 0;
        while begin < side {
            if at(begin) == OUTSIDE {
                begin += 1;
                continue;
            }
            let end = (begin..side).find(|&i| at(i) == OUTSIDE).unwrap_or(side);
            let (low, high) = match (begin == 0, end == side) {
                (true, true) => (-(side as f64), 2.0 * side as f64),
                (true, false) => (-(end as f64), end as f64),
                (false, true) => (begin as f64, (2 * side - begin) as f64),
                (false, false) => (begin as f64, end as f64),
            };
            for i in begin..end {
                let place = i as f64 + 0.5;
                widths[at(i) as usize] = (place - low) * (high - place);
            }
            begin = end;
        }
    }
    widths
}

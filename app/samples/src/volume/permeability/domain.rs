//! The fluid nodes and where each of their populations comes from.

use super::{
    super::{PORE, Volume},
    FlowError, MAX_FLOW_NODES,
    lattice::{POPULATIONS, VELOCITIES, opposite},
    pressure::Network,
};

/// Nodes are handled this many at a time, side by side.
pub(crate) const LANES: usize = 16;

/// Set in a link whose population changes sign on its way.
pub(crate) const NEGATED: u32 = 1 << 31;

/// The number of a voxel that is no node.
pub(crate) const OUTSIDE: u32 = u32::MAX;

/// The pore voxels through which flow along one axis is possible, and the links between them.
///
/// Populations are stored `[block][population][lane]`, node = block · [`LANES`] + lane.
pub(crate) struct Domain {
    /// Number of nodes that are voxels; the last block is filled up with idle ones.
    pub(crate) nodes: usize,
    /// Position along the flow axis, by node.
    pub(crate) slices: Vec<u16>,
    /// Where a population (1 to 18) of a node comes from: `[block][population − 1][lane]` → position in
    /// the state, with [`NEGATED`].
    pub(crate) links: Vec<u32>,
    /// The coarse picture of the pressure.
    pub(crate) network: Network,
}

impl Domain {
    /// The nodes of the pieces of the 6-connected pore space that touch both faces across `axis`; none if
    /// nothing percolates.
    ///
    /// A population that comes from a grain voxel is the node's own, bounced back half-way. At the four
    /// side faces the rock continues as its mirror image. At the inlet and the outlet it does so too, and
    /// under a force along the axis the mirrored flow has the same component along the axis, opposite
    /// components across, and opposite excess pressure: populations come back mirrored and negated. So
    /// one period of the mirrored medium is solved at half its cost.
    pub(crate) fn new(volume: &Volume, axis: usize, viscosity: f64) -> Result<Self, FlowError> {
        let shape = volume.shape();
        let mut numbers = percolating(volume, axis);
        let mut nodes = 0u32;
        for number in numbers.iter_mut().filter(|number| **number != OUTSIDE) {
            *number = nodes;
            nodes += 1;
        }
        if nodes as usize > MAX_FLOW_NODES {
            return Err(FlowError::Nodes(nodes as usize));
        }
        let blocks = (nodes as usize).div_ceil(LANES);
        let mut domain = Self {
            nodes: nodes as usize,
            slices: vec![0; nodes as usize],
            links: vec![0; blocks * 18 * LANES],
            network: Network::new(volume, &numbers, nodes as usize, axis, viscosity),
        };
        for node in 0..blocks * LANES {
            // Idle nodes are single voxels between walls.
            domain.link(node, |population| state_index(node, opposite(population)));
        }
        let mut voxel = 0;
        for z in 0..shape[0] {
            for y in 0..shape[1] {
                for x in 0..shape[2] {
                    let number = numbers[voxel];
                    voxel += 1;
                    if number == OUTSIDE {
                        continue;
                    }
                    let node = number as usize;
                    domain.slices[node] = [z, y, x][axis] as u16;
                    domain.link(node, |population| {
                        let (source, arriving, sign) = mirrored_source([z, y, x], shape, axis, population);
                        match numbers[volume.index(source[0], source[1], source[2])] {
                            OUTSIDE => state_index(node, opposite(population)),
                            other => state_index(other as usize, arriving) | sign,
                        }
                    });
                }
            }
        }
        Ok(domain)
    }

    /// Length of a state: all populations of all blocks.
    pub(crate) fn state_len(&self) -> usize {
        self.links.len() / 18 * POPULATIONS
    }

    fn link(&mut self, node: usize, source: impl Fn(usize) -> u32) {
        let base = node / LANES * 18 * LANES + node % LANES;
        for population in 1..POPULATIONS {
            self.links[base + (population - 1) * LANES] = source(population);
        }
    }
}

fn state_index(node: usize, population: usize) -> u32 {
    ((node / LANES * POPULATIONS + population) * LANES + node % LANES) as u32
}

/// The voxel inside the volume, the population there and the sign that stand for what flies into
/// `position` as `population`.
fn mirrored_source(
    position: [usize; 3],
    shape: [usize; 3],
    flow_axis: usize,
    population: usize,
) -> ([usize; 3], usize, u32) {
    let mut velocity = VELOCITIES[population];
    let mut source = position;
    let mut sign = 0;
    for axis in 0..3 {
        let from = source[axis].checked_add_signed(-isize::from(velocity[axis]));
        match from.filter(|&from| from < shape[axis]) {
            Some(from) => source[axis] = from,
            // The image of the voxel beyond the face is the voxel before it.
            None => {
                velocity[axis] = -velocity[axis];
                if axis == flow_axis {
                    sign = NEGATED;
                }
            }
        }
    }
    let arriving = VELOCITIES.iter().position(|v| *v == velocity).unwrap_or(population);
    (source, arriving, sign)
}

/// 0 for voxels of pieces that touch both faces across `axis`, [`OUTSIDE`] for all others.
fn percolating(volume: &Volume, axis: usize) -> Vec<u32> {
    let last = volume.shape()[axis] - 1;
    let from_inlet = flood(volume, axis, 0, |voxel| volume.voxels()[voxel] == PORE);
    flood(volume, axis, last, |voxel| from_inlet[voxel] == 0)
}

/// 0 for the voxels that are joined, through `open` voxels, to the face at `start` along `axis`.
fn flood(volume: &Volume, axis: usize, start: usize, open: impl Fn(usize) -> bool) -> Vec<u32> {
    let shape = volume.shape();
    let strides = [shape[1] * shape[2], shape[2], 1];
    let mut reached = vec![OUTSIDE; volume.voxels().len()];
    let mut front = Vec::new();
    let mut visit = |voxel: usize, front: &mut Vec<u32>| {
        if reached[voxel] == OUTSIDE && open(voxel) {
            reached[voxel] = 0;
            front.push(voxel as u32);
        }
    };
    let (across, other) = ([1, 0, 0][axis], [2, 2, 1][axis]);
    for i in 0..shape[across] {
        for j in 0..shape[other] {
            visit(start * strides[axis] + i * strides[across] + j * strides[other], &mut front);
        }
    }
    while let Some(voxel) = front.pop() {
        let voxel = voxel as usize;
        for (stride, side) in strides.into_iter().zip(shape) {
            let position = voxel / stride % side;
            if position > 0 {
                visit(voxel - stride, &mut front);
            }
            if position + 1 < side {
                visit(voxel + stride, &mut front);
            }
        }
    }
    reached
}

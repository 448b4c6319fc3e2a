//! Pairs of atoms within a distance, in time proportional to their number.

use thiserror::Error;

use super::{
    Lattice,
    crystal::{cross, dot},
};

/// Atoms so close together that listing their neighbours would take more than [`Budget::for_atoms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the atoms lie too close together, or the cell is too flat, for neighbours to mean anything")]
pub struct TooDense;

/// Work allowed: bins looked into and pairs compared. Real structures need a tenth of it at the distances of bonds.
struct Budget(u64);

impl Budget {
    fn for_atoms(atoms: usize) -> Self {
        Self(1_000_000 + 1_500 * atoms as u64)
    }

    fn spend(&mut self) -> Result<(), TooDense> {
        self.0 = self.0.checked_sub(1).ok_or(TooDense)?;
        Ok(())
    }
}

/// Calls `visit(i, j, image, distance²)` once for every pair within `cutoff` Å, periodic images included: `image` is
/// the cell of atom j relative to atom i, i ≤ j, and of an atom's own images one of each two opposite ones.
pub(super) fn periodic_pairs(
    lattice: &Lattice,
    fractional: &[[f64; 3]],
    cutoff: f64,
    mut visit: impl FnMut(usize, usize, [i64; 3], f64) -> Result<(), TooDense>,
) -> Result<(), TooDense> {
    let bins = Bins::new(lattice, fractional, cutoff);
    let positions: Vec<[f64; 3]> = fractional.iter().map(|&f| lattice.to_cartesian(f)).collect();
    let mut budget = Budget::for_atoms(fractional.len());
    let [reach_a, reach_b, reach_c] = bins.reach;
    for (i, r) in positions.iter().enumerate() {
        let home = bins.bin_of(fractional[i]);
        for da in -reach_a..=reach_a {
            for db in -reach_b..=reach_b {
                for dc in -reach_c..=reach_c {
                    budget.spend()?;
                    let (bin, image) = bins.neighbour(home, [da, db, dc]);
                    let shift = lattice.to_cartesian(image.map(|n| n as f64));
                    for &j in bins.atoms(bin) {
                        budget.spend()?;
                        let j = j as usize;
                        if j < i || (j == i && image <= [0; 3]) {
                            continue;
                        }
                        let other = positions[j];
                        let d: [f64; 3] = std::array::from_fn(|axis| other[axis] + shift[axis] - r[axis]);
                        let distance_squared = dot(&d, &d);
                        if distance_squared <= cutoff * cutoff {
                            visit(i, j, image, distance_squared)?;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// Atoms sorted into boxes of the cell, each about `cutoff` high or more.
struct Bins {
    /// Boxes along a, b, c.
    counts: [i64; 3],
    /// Boxes to look at on either side.
    reach: [i64; 3],
    /// Where each box's atoms begin in `order`.
    starts: Vec<u32>,
    order: Vec<u32>,
}

impl Bins {
    fn new(lattice: &Lattice, fractional: &[[f64; 3]], cutoff: f64) -> Self {
        let [a, b, c] = lattice.rows();
        let volume = lattice.volume();
        let heights = [cross(b, c), cross(c, a), cross(a, b)].map(|normal| volume / dot(&normal, &normal).sqrt());
        let mut counts = heights.map(|height| (height / cutoff).floor().clamp(1.0, 1e6) as i64);
        // A large and empty cell needs no more boxes than a few per atom.
        let limit = 4 * fractional.len() as i64 + 64;
        while counts.iter().product::<i64>() > limit {
            if let Some(largest) = counts.iter_mut().max() {
                *largest = (*largest / 2).max(1);
            }
        }
        let reach = std::array::from_fn(|k| (cutoff * counts[k] as f64 / heights[k]).ceil().clamp(1.0, 1e9) as i64);
        let mut bins = Self { counts, reach, starts: Vec::new(), order: vec![0; fractional.len()] };
        // At most `limit` boxes: they fit into memory and indices.
        let index = |f: &[f64; 3]| bins.index(bins.bin_of(*f));
        let mut starts = vec![0_u32; counts.iter().product::<i64>() as usize + 1];
        fractional.iter().for_each(|f| starts[index(f) + 1] += 1);
        for bin in 1..starts.len() {
            starts[bin] += starts[bin - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0; fractional.len()];
        for (atom, f) in (0_u32..).zip(fractional) {
            let slot = &mut next[index(f)];
            order[*slot as usize] = atom;
            *slot += 1;
        }
        bins.starts = starts;
        bins.order = order;
        bins
    }

    fn bin_of(&self, fractional: [f64; 3]) -> [i64; 3] {
        std::array::from_fn(|k| ((fractional[k] * self.counts[k] as f64) as i64).clamp(0, self.counts[k] - 1))
    }

    fn index(&self, [a, b, c]: [i64; 3]) -> usize {
        ((a * self.counts[1] + b) * self.counts[2] + c) as usize
    }

    /// The box some steps away, and the cell it lies in.
    fn neighbour(&self, home: [i64; 3], step: [i64; 3]) -> (usize, [i64; 3]) {
        let target: [i64; 3] = std::array::from_fn(|k| home[k] + step[k]);
        let bin = std::array::from_fn(|k| target[k].rem_euclid(self.counts[k]));
        (self.index(bin), std::array::from_fn(|k| target[k].div_euclid(self.counts[k])))
    }

    fn atoms(&self, bin: usize) -> &[u32] {
        &self.order[self.starts[bin] as usize..self.starts[bin + 1] as usize]
    }
}

/// Calls `visit(i, j, distance²)` once for every pair within `cutoff` Å, i < j.
pub(super) fn open_pairs(
    positions: &[[f64; 3]],
    cutoff: f64,
    mut visit: impl FnMut(usize, usize, f64) -> Result<(), TooDense>,
) -> Result<(), TooDense> {
    // Boxes by their numbers, sorted: far-away atoms cost nothing, however far. `as` saturates.
    let key = |r: &[f64; 3]| r.map(|x| (x / cutoff).floor() as i64);
    let mut atoms: Vec<([i64; 3], u32)> = positions.iter().map(key).zip(0..).collect();
    atoms.sort_unstable();
    let mut budget = Budget::for_atoms(positions.len());
    for &([x, y, z], i) in &atoms {
        let i = i as usize;
        for (dx, dy) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))) {
            budget.spend()?;
            let column = [x.saturating_add(dx), y.saturating_add(dy)];
            let first = [column[0], column[1], z.saturating_sub(1)];
            let last = [column[0], column[1], z.saturating_add(1)];
            let start = atoms.partition_point(|(key, _)| *key < first);
            for &(_, j) in atoms[start..].iter().take_while(|(key, _)| *key <= last) {
                budget.spend()?;
                let j = j as usize;
                if j <= i {
                    continue;
                }
                let d: [f64; 3] = std::array::from_fn(|axis| positions[j][axis] - positions[i][axis]);
                let distance_squared = dot(&d, &d);
                if distance_squared <= cutoff * cutoff {
                    visit(i, j, distance_squared)?;
                }
            }
        }
    }
    Ok(())
}

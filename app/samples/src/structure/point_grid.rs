//! Points of a cell in boxes, to be asked for what is near.

use super::{
    Lattice, StructureError,
    crystal::{cross, dot},
};

/// Å: boxes are no smaller, so that most questions concern one box only.
const BOX: f64 = 0.5;

/// The end of a bucket.
const NONE: u32 = u32::MAX;

/// Points of one bucket. A box has room for a few atoms, for dozens where one is spread over the images of a site of high
/// symmetry, and others share a bucket only by chance; with all of a file in one bucket every question would ask them all.
const MOST_IN_A_BUCKET: usize = 128;

/// Points in [0, 1)³ of a cell, found again within a tolerance, periodic images included.
pub(super) struct PointGrid {
    lattice: Lattice,
    tolerance: f64,
    /// Boxes along a, b, c.
    counts: [i64; 3],
    /// The tolerance in fractional coordinates.
    padding: [f64; 3],
    points: Vec<[f64; 3]>,
    /// Boxes hashed into buckets: the point inserted last of each bucket, and for each point the one before. Points of
    /// other boxes in a bucket are told apart by their distance.
    last: Vec<u32>,
    before: Vec<u32>,
}

impl PointGrid {
    /// An empty grid for a tolerance in Å, which should be small against the cell: differences are wrapped to the
    /// nearest image by rounding, which is right within half the cell's heights.
    pub(super) fn new(lattice: Lattice, tolerance: f64) -> Self {
        let [a, b, c] = lattice.rows();
        let heights =
            [cross(b, c), cross(c, a), cross(a, b)].map(|normal| lattice.volume() / dot(&normal, &normal).sqrt());
        let side = tolerance.max(BOX);
        Self {
            lattice,
            tolerance,
            counts: heights.map(|height| (height / side).floor().clamp(1.0, 1e6) as i64),
            padding: heights.map(|height| tolerance / height),
            points: Vec::new(),
            last: vec![NONE; 64],
            before: Vec::new(),
        }
    }

    /// The points inserted, in order.
    pub(super) fn into_points(self) -> Vec<[f64; 3]> {
        self.points
    }

    /// Adds a point; there are never more than `MAX_ATOMS`.
    ///
    /// # Errors
    /// If a crowd is there already.
    pub(super) fn insert(&mut self, point: [f64; 3]) -> Result<(), StructureError> {
        let mut index = self.last[self.bucket(self.home(point))];
        for _ in 0..MOST_IN_A_BUCKET {
            match self.before.get(index as usize) {
                Some(&before) => index = before,
                None => {
                    self.push(point);
                    return Ok(());
                }
            }
        }
        Err(StructureError::Crowded(point))
    }

    fn push(&mut self, point: [f64; 3]) {
        self.points.push(point);
        self.before.push(NONE);
        if self.points.len() > self.last.len() {
            self.last = vec![NONE; 2 * self.last.len()];
            (0..self.points.len()).for_each(|index| self.link(index));
        } else {
            self.link(self.points.len() - 1);
        }
    }

    fn link(&mut self, index: usize) {
        let bucket = self.bucket(self.home(self.points[index]));
        self.before[index] = std::mem::replace(&mut self.last[bucket], index as u32);
    }

    fn home(&self, point: [f64; 3]) -> [i64; 3] {
        std::array::from_fn(|k| self.box_along(k, point[k]))
    }

    fn box_along(&self, k: usize, x: f64) -> i64 {
        ((x * self.counts[k] as f64).floor() as i64).rem_euclid(self.counts[k])
    }

    fn bucket(&self, [a, b, c]: [i64; 3]) -> usize {
        // Fibonacci hashing; the number of buckets is a power of two.
        let key = (a * self.counts[1] + b).wrapping_mul(self.counts[2]).wrapping_add(c) as u64;
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (self.last.len() - 1)
    }

    /// The nearest inserted point within the tolerance, with the vector to it in fractional coordinates.
    pub(super) fn nearest(&self, point: [f64; 3]) -> Option<(usize, [f64; 3])> {
        // The boxes that the ball around the point touches, each once: usually one, at most three along an axis.
        let boxes: [([i64; 3], usize); 3] = std::array::from_fn(|k| {
            let mut along = [0; 3];
            let mut count = 0;
            for x in [point[k], point[k] - self.padding[k], point[k] + self.padding[k]] {
                let index = self.box_along(k, x);
                if !along[..count].contains(&index) {
                    along[count] = index;
                    count += 1;
                }
            }
            (along, count)
        });
        let mut best = None;
        let mut best_squared = self.tolerance * self.tolerance;
        let along = |k: usize| boxes[k].0.into_iter().take(boxes[k].1);
        for a in along(0) {
            for b in along(1) {
                for c in along(2) {
                    let mut index = self.last[self.bucket([a, b, c])];
                    while let Some(&other) = self.points.get(index as usize) {
                        let difference: [f64; 3] = std::array::from_fn(|k| {
                            let d: f64 = other[k] - point[k];
                            d - d.round()
                        });
                        let d = self.lattice.to_cartesian(difference);
                        let squared = dot(&d, &d);
                        if squared < best_squared {
                            best_squared = squared;
                            best = Some((index as usize, difference));
                        }
                        index = self.before[index as usize];
                    }
                }
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Lattice, PointGrid, dot};
    use crate::structure::crystal::wrap;

    proptest! {
        #[test]
        fn the_nearest_is_the_nearest(
            points in prop::collection::vec(prop::array::uniform3(0.0..1.0_f64), 1..150),
            query in prop::array::uniform3(0.0..1.0_f64),
            edges in prop::array::uniform3(3.0..9.0_f64),
            tolerance in 0.01..1.2_f64,
        ) {
            let lattice = Lattice::from_parameters(edges, [80.0, 95.0, 110.0]).unwrap();
            let mut grid = PointGrid::new(lattice, tolerance);
            points.iter().for_each(|&point| grid.insert(point).unwrap());
            let distance = |point: &[f64; 3]| {
                let d = lattice.to_cartesian(std::array::from_fn(|k| {
                    let d: f64 = point[k] - query[k];
                    d - d.round()
                }));
                dot(&d, &d).sqrt()
            };
            let expected = points.iter().map(distance).fold(f64::INFINITY, f64::min);
            match grid.nearest(query.map(wrap)) {
                Some((index, _)) => prop_assert!((distance(&points[index]) - expected).abs() < 1e-12),
                None => prop_assert!(expected >= tolerance - 1e-12),
            }
        }
    }
}

//! Points of a cell in boxes, to be asked for what is near.

use std::collections::HashMap;

use super::{
    Lattice,
    crystal::{cross, dot},
};

/// Points in [0, 1)³ of a cell, found again within a tolerance, periodic images included.
pub(super) struct PointGrid {
    lattice: Lattice,
    tolerance: f64,
    counts: [i64; 3],
    boxes: HashMap<[i64; 3], Vec<u32>>,
    points: Vec<[f64; 3]>,
}

impl PointGrid {
    /// An empty grid for a tolerance in Å, which should be small against the cell: differences are wrapped to the
    /// nearest image by rounding, which is right within half the cell's heights.
    pub(super) fn new(lattice: Lattice, tolerance: f64) -> Self {
        let [a, b, c] = lattice.rows();
        let heights = [cross(b, c), cross(c, a), cross(a, b)].map(|normal| lattice.volume() / dot(&normal, &normal).sqrt());
        let counts = heights.map(|height| (height / tolerance).floor().clamp(1.0, 1e8) as i64);
        Self { lattice, tolerance, counts, boxes: HashMap::new(), points: Vec::new() }
    }

    /// The points inserted, in order.
    pub(super) fn points(&self) -> &[[f64; 3]] {
        &self.points
    }

    pub(super) fn into_points(self) -> Vec<[f64; 3]> {
        self.points
    }

    pub(super) fn insert(&mut self, point: [f64; 3]) {
        let key = self.box_of(point);
        // At most MAX_ATOMS.
        self.boxes.entry(key).or_default().push(self.points.len() as u32);
        self.points.push(point);
    }

    fn box_of(&self, point: [f64; 3]) -> [i64; 3] {
        std::array::from_fn(|k| ((point[k] * self.counts[k] as f64) as i64).clamp(0, self.counts[k] - 1))
    }

    /// The nearest inserted point within the tolerance, with the vector to it in fractional coordinates.
    pub(super) fn nearest(&self, point: [f64; 3]) -> Option<(usize, [f64; 3])> {
        let home = self.box_of(point);
        let mut best = None;
        let mut best_squared = self.tolerance * self.tolerance;
        let steps = |k: usize| {
            let n = self.counts[k];
            // Fewer than three boxes are neighbours of one another on both sides: look into each once.
            (if n < 3 { 0..=n - 1 } else { -1..=1 }).map(move |step| (home[k] + step).rem_euclid(n))
        };
        for a in steps(0) {
            for b in steps(1) {
                for c in steps(2) {
                    for &index in self.boxes.get(&[a, b, c]).into_iter().flatten() {
                        let other = self.points[index as usize];
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
                    }
                }
            }
        }
        best
    }
}

//! The shortest vector between two atoms of a lattice.

use super::{
    super::crystal::{cross, dot},
    linear::{times, wrap_difference},
};

/// Finds shortest vectors in a lattice whose cell is reduced: there the nearest of the 27 images around the wrapped
/// difference is the nearest of all.
#[derive(Clone, Debug)]
pub struct NearestImage {
    rows: [[f64; 3]; 3],
    images: [[f64; 3]; 27],
    /// A vector no longer than half the shortest lattice vector has no shorter image; its square.
    safe: f64,
}

impl NearestImage {
    /// For reduced cell vectors.
    pub fn new(rows: [[f64; 3]; 3]) -> Self {
        let steps = [0.0, -1.0, 1.0];
        let images: [[f64; 3]; 27] =
            std::array::from_fn(|n| times(&[steps[n % 3], steps[n / 3 % 3], steps[n / 9]], &rows));
        let shortest = images[1..].iter().map(|image| dot(image, image)).fold(f64::INFINITY, f64::min);
        Self { rows, images, safe: shortest / 4.0 }
    }

    /// Of a difference of fractional coordinates in this cell: the shortest vector, Å, and its square.
    pub fn shortest(&self, difference: &[f64; 3]) -> ([f64; 3], f64) {
        let near = times(&difference.map(wrap_difference), &self.rows);
        let mut best = (near, dot(&near, &near));
        if best.1 > self.safe {
            for image in &self.images[1..] {
                let vector = [near[0] + image[0], near[1] + image[1], near[2] + image[2]];
                let square = dot(&vector, &vector);
                if square < best.1 {
                    best = (vector, square);
                }
            }
        }
        best
    }

    /// The length of the shortest lattice vector, Å.
    pub(super) fn shortest_period(&self) -> f64 {
        2.0 * self.safe.sqrt()
    }
}

/// 1/Å: the lengths of the reciprocal vectors (without 2π), that is one over the distances between lattice planes.
pub(super) fn reciprocal_lengths([a, b, c]: &[[f64; 3]; 3]) -> [f64; 3] {
    let volume = dot(a, &cross(b, c)).abs();
    [cross(b, c), cross(c, a), cross(a, b)].map(|normal| dot(&normal, &normal).sqrt() / volume)
}

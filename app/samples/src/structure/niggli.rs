//! Niggli reduction: the one cell that describes a lattice.
//!
//! Křivý & Gruber, Acta Cryst. A32 (1976) 297, with the tolerances of Grosse-Kunstleve, Sauter & Adams, Acta Cryst.
//! A60 (2004) 1.

use super::{
    Crystal, Lattice, StructureError,
    crystal::{cross, dot},
};

/// Comparisons in Å² allow this much per Å of the cube root of the volume, as pymatgen does.
const TOLERANCE: f64 = 1e-5;

/// Passes through the eight steps. A dozen is usual: oblique cells take whole multiples at a time.
const MAX_PASSES: usize = 1_000;

/// A reduced cell and how it came from the old one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reduction {
    /// The reduced cell, in the old one's orientation in space.
    pub lattice: Lattice,
    /// New rows in terms of the old: row i of the new cell is Σⱼ `transformation[i][j]` × row j of the old. Its
    /// determinant is 1.
    pub transformation: [[i64; 3]; 3],
}

impl Reduction {
    /// Fractional coordinates in the old cell → in the new one, not wrapped.
    pub fn to_reduced(&self, fractional: [f64; 3]) -> [f64; 3] {
        let [a, b, c] = self.transformation.map(|row| row.map(|n| n as f64));
        // x = f·L = f'·(T·L), so f' = f·T⁻¹, and T⁻¹ has the columns b×c, c×a, a×b because det T = 1.
        [cross(&b, &c), cross(&c, &a), cross(&a, &b)].map(|column| dot(&fractional, &column))
    }
}

impl Lattice {
    /// The Niggli-reduced cell of this lattice.
    ///
    /// # Errors
    /// If the cell is so oblique that the reduction does not end within double precision.
    pub fn niggli_reduced(&self) -> Result<Reduction, StructureError> {
        let epsilon = TOLERANCE * self.volume().cbrt();
        let mut transformation = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
        let mut seen = Vec::new();
        for _ in 0..MAX_PASSES {
            let metric = Metric::new(&apply(&transformation, self.rows()));
            let change = metric.next_change(epsilon);
            // Angles just beyond the tolerance from 90° can send the steps round in circles among cells that are all
            // reduced within it; any of them will do.
            let circles = seen.contains(&transformation) && metric.is_shortest(10.0 * epsilon);
            let Some(change) = change.filter(|_| !circles) else {
                let lattice = Self::new(apply(&transformation, self.rows()))?;
                return Ok(Reduction { lattice, transformation });
            };
            seen.push(transformation);
            transformation = multiply(&change, &transformation).ok_or(StructureError::Irreducible)?;
        }
        Err(StructureError::Irreducible)
    }
}

impl Crystal {
    /// The same crystal in its Niggli cell; the atoms keep their order.
    ///
    /// # Errors
    /// As [`Lattice::niggli_reduced`].
    pub fn niggli_reduced(&self) -> Result<Self, StructureError> {
        let reduction = self.lattice().niggli_reduced()?;
        let coordinates = self.fractional_coordinates().iter().map(|&f| reduction.to_reduced(f)).collect();
        Self::new(reduction.lattice, self.elements().to_vec(), coordinates)
    }
}

fn apply(transformation: &[[i64; 3]; 3], rows: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    transformation
        .map(|n| std::array::from_fn(|axis| n.iter().zip(rows).map(|(&n, row)| n as f64 * row[axis]).sum::<f64>()))
}

/// `None` on overflow.
fn multiply(a: &[[i64; 3]; 3], b: &[[i64; 3]; 3]) -> Option<[[i64; 3]; 3]> {
    let mut product = [[0_i64; 3]; 3];
    for (row, a_row) in product.iter_mut().zip(a) {
        for (n, b_row) in a_row.iter().zip(b) {
            for (entry, b_entry) in row.iter_mut().zip(b_row) {
                *entry = entry.checked_add(n.checked_mul(*b_entry)?)?;
            }
        }
    }
    Some(product)
}

/// The six numbers of the reduction, Å²: a·a, b·b, c·c, 2 b·c, 2 a·c, 2 a·b.
struct Metric {
    a: f64,
    b: f64,
    c: f64,
    xi: f64,
    eta: f64,
    zeta: f64,
}

impl Metric {
    fn new([a, b, c]: &[[f64; 3]; 3]) -> Self {
        Self {
            a: dot(a, a),
            b: dot(b, b),
            c: dot(c, c),
            xi: 2.0 * dot(b, c),
            eta: 2.0 * dot(a, c),
            zeta: 2.0 * dot(a, b),
        }
    }

    /// Whether no edge can be made shorter by more than the tolerance.
    fn is_shortest(&self, epsilon: f64) -> bool {
        let Self { a, b, c, xi, eta, zeta } = *self;
        let within = |x: f64, y: f64| x <= y + epsilon;
        within(a, b)
            && within(b, c)
            && within(xi.abs(), b)
            && within(eta.abs(), a)
            && within(zeta.abs(), a)
            && within(0.0, xi + eta + zeta + a + b)
    }

    /// The first of the eight steps that has something to do, as a matrix to apply to the rows; `None` when reduced.
    /// Steps 1 to 4 of the paper run into one another; here each returns to the start, which changes nothing but the
    /// order of the work.
    fn next_change(&self, epsilon: f64) -> Option<[[i64; 3]; 3]> {
        let Self { a, b, c, xi, eta, zeta } = *self;
        let less = |x: f64, y: f64| x < y - epsilon;
        let equal = |x: f64, y: f64| !less(x, y) && !less(y, x);
        if less(b, a) || (equal(a, b) && less(eta.abs(), xi.abs())) {
            return Some([[0, -1, 0], [-1, 0, 0], [0, 0, -1]]);
        }
        if less(c, b) || (equal(b, c) && less(zeta.abs(), eta.abs())) {
            return Some([[-1, 0, 0], [0, 0, -1], [0, -1, 0]]);
        }
        if let Some(signs) = self.sign_change(epsilon) {
            return Some(signs);
        }
        // Whole multiples where the paper takes one: the same end, sooner.
        let multiple = |projection: f64, edge: f64| -> i64 {
            let nearest = (projection / (2.0 * edge)).round();
            if nearest == 0.0 { projection.signum() as i64 } else { nearest as i64 }
        };
        if less(b, xi.abs()) || (equal(xi, b) && less(2.0 * eta, zeta)) || (equal(xi, -b) && less(zeta, 0.0)) {
            return Some([[1, 0, 0], [0, 1, 0], [0, -multiple(xi, b), 1]]);
        }
        if less(a, eta.abs()) || (equal(eta, a) && less(2.0 * xi, zeta)) || (equal(eta, -a) && less(zeta, 0.0)) {
            return Some([[1, 0, 0], [0, 1, 0], [-multiple(eta, a), 0, 1]]);
        }
        if less(a, zeta.abs()) || (equal(zeta, a) && less(2.0 * xi, eta)) || (equal(zeta, -a) && less(eta, 0.0)) {
            return Some([[1, 0, 0], [-multiple(zeta, a), 1, 0], [0, 0, 1]]);
        }
        let sum = xi + eta + zeta + a + b;
        if less(sum, 0.0) || (equal(sum, 0.0) && less(0.0, 2.0 * (a + eta) + zeta)) {
            return Some([[1, 0, 0], [0, 1, 0], [1, 1, 1]]);
        }
        None
    }

    /// Steps 3 and 4: all angles acute, or none. `None` if the signs are right already.
    fn sign_change(&self, epsilon: f64) -> Option<[[i64; 3]; 3]> {
        let sign = |x: f64| i64::from(x > epsilon) - i64::from(x < -epsilon);
        let signs = [self.xi, self.eta, self.zeta].map(sign);
        let mut flips = [1_i64; 3];
        if signs.iter().product::<i64>() > 0 {
            flips = signs;
        } else {
            for (flip, &sign) in flips.iter_mut().zip(&signs) {
                if sign > 0 {
                    *flip = -1;
                }
            }
            if flips.iter().product::<i64>() < 0 {
                // An angle of 90° does not mind which way its opposite axis points.
                let free = signs.iter().rposition(|&sign| sign == 0)?;
                flips[free] = -flips[free];
            }
        }
        // Flipping row i changes the sign of the two dot products it takes part in.
        let [i, j, k] = flips;
        let changed = [(signs[0], j * k), (signs[1], i * k), (signs[2], i * j)].iter().any(|&(s, f)| s != 0 && f < 0);
        changed.then_some([[i, 0, 0], [0, j, 0], [0, 0, k]])
    }
}

//! Reduction of three lattice vectors to short, nearly orthogonal ones.
//!
//! A. K. Lenstra, H. W. Lenstra & L. Lovász, Math. Ann. 261 (1982) 515, with δ = 3⁄4.

use super::super::crystal::dot;

/// δ of the Lovász condition.
const DELTA: f64 = 0.75;

/// Steps; three vectors near reduced need fewer than ten.
const MAX_STEPS: usize = 1_000;

/// Reduces `rows`. Gives the new rows and the whole numbers that make them: new row i = Σⱼ `transformation[i][j]` ×
/// row j. Cells so oblique that the reduction does not end come back as far as it went.
pub(super) fn reduce(mut rows: [[f64; 3]; 3]) -> ([[f64; 3]; 3], [[i64; 3]; 3]) {
    let mut transformation = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    let mut k = 1;
    for _ in 0..MAX_STEPS {
        if k > 2 {
            break;
        }
        for i in (0..k).rev() {
            let (_, coefficients) = orthogonalise(&rows);
            let multiple = coefficients[k][i].round_ties_even();
            if multiple != 0.0 {
                for axis in 0..3 {
                    rows[k][axis] -= multiple * rows[i][axis];
                    let change = (multiple as i64).saturating_mul(transformation[i][axis]);
                    transformation[k][axis] = i64::saturating_sub(transformation[k][axis], change);
                }
            }
        }
        let (orthogonal, coefficients) = orthogonalise(&rows);
        let mu = coefficients[k][k - 1];
        let [now, before] = [k, k - 1].map(|i| dot(&orthogonal[i], &orthogonal[i]));
        if now >= (DELTA - mu * mu) * before {
            k += 1;
        } else {
            rows.swap(k, k - 1);
            transformation.swap(k, k - 1);
            k = (k - 1).max(1);
        }
    }
    (rows, transformation)
}

/// Gram–Schmidt: orthogonal vectors, and how much of each earlier one is in each row.
fn orthogonalise(rows: &[[f64; 3]; 3]) -> ([[f64; 3]; 3], [[f64; 3]; 3]) {
    let mut orthogonal = *rows;
    let mut coefficients = [[0.0; 3]; 3];
    for i in 1..3 {
        for j in 0..i {
            let earlier = orthogonal[j];
            let mu = dot(&rows[i], &earlier) / dot(&earlier, &earlier);
            coefficients[i][j] = mu;
            orthogonal[i] = std::array::from_fn(|axis| orthogonal[i][axis] - mu * earlier[axis]);
        }
    }
    (orthogonal, coefficients)
}

#[cfg(test)]
mod tests {
    use super::{super::linear::combine, *};

    #[test]
    fn an_oblique_cubic_cell_becomes_cubic() {
        let oblique = [[1.0, 0.0, 0.0], [7.0, 1.0, 0.0], [-3.0, 12.0, 1.0]];
        let (rows, transformation) = reduce(oblique);
        assert_eq!(combine(&transformation, &oblique), rows);
        for row in rows {
            assert!((dot(&row, &row) - 1.0).abs() < 1e-12, "{rows:?}");
        }
    }
}

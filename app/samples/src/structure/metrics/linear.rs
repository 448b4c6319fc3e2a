//! Products of three-by-three matrices and triples: rows are vectors, coordinates multiply from the left.

/// `row · matrix`.
pub(super) fn times(row: &[f64; 3], matrix: &[[f64; 3]; 3]) -> [f64; 3] {
    std::array::from_fn(|k| row[0] * matrix[0][k] + row[1] * matrix[1][k] + row[2] * matrix[2][k])
}

/// Rows of whole numbers times a matrix: new cell vectors in terms of the old.
#[cfg(test)]
pub(super) fn combine(rows: &[[i64; 3]; 3], matrix: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    rows.map(|row| times(&row.map(|n| n as f64), matrix))
}

/// The determinant.
pub(super) fn determinant(m: &[[i64; 3]; 3]) -> i64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

/// The inverse of a matrix with determinant ±1, which is its adjugate times that sign: exact.
pub(super) fn inverse_unimodular(m: &[[i64; 3]; 3]) -> [[f64; 3]; 3] {
    let sign = determinant(m);
    let cofactor = |i: usize, j: usize| {
        let ([a, b], [c, d]) = ([(i + 1) % 3, (i + 2) % 3], [(j + 1) % 3, (j + 2) % 3]);
        m[a][c] * m[b][d] - m[a][d] * m[b][c]
    };
    std::array::from_fn(|i| std::array::from_fn(|j| (sign * cofactor(j, i)) as f64))
}

/// The nearest equivalent of a difference of fractional coordinates, in [−½, ½].
pub(super) fn wrap_difference(x: f64) -> f64 {
    x - x.round_ties_even()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unimodular_matrix_times_its_inverse_is_one() {
        for m in
            [[[1, 2, 3], [0, 1, 4], [0, 0, 1]], [[0, 1, 0], [1, 0, 0], [2, -3, 1]], [[2, 3, 1], [1, 2, 5], [0, 0, -1]]]
        {
            assert_eq!(determinant(&m).abs(), 1);
            let one = combine(&m, &inverse_unimodular(&m));
            assert_eq!(one, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        }
    }
}

//! Symmetry operations as triplets, such as `-y+1/2, x-y, z+2/3`.

/// x ↦ W x + w in fractional coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Operation {
    pub(super) rotation: [[i8; 3]; 3],
    pub(super) translation: [f64; 3],
}

/// Characters that a triplet may have.
const MAX_LENGTH: usize = 200;

impl Operation {
    pub(super) const IDENTITY: Self = Self { rotation: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], translation: [0.0; 3] };

    /// `None` if it is not three expressions in x, y, z with coefficients −1, 0, 1 that keep volumes.
    pub(super) fn parse(triplet: &str) -> Option<Self> {
        if triplet.len() > MAX_LENGTH {
            return None;
        }
        let mut operation = Self { rotation: [[0; 3]; 3], translation: [0.0; 3] };
        let mut expressions = triplet.split(',');
        for (row, shift) in operation.rotation.iter_mut().zip(&mut operation.translation) {
            *shift = parse_expression(expressions.next()?, row)?;
        }
        let [[a, b, c], [d, e, f], [g, h, i]] = operation.rotation.map(|row| row.map(i32::from));
        let determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        (expressions.next().is_none() && determinant.abs() == 1).then_some(operation)
    }

    /// What an operation of a magnetic group, such as `-x,y,z+1/2,-1`, does to places; the last part is for time.
    pub(super) fn parse_magnetic(operation: &str) -> Option<Self> {
        let reversal = |text: &str| matches!(text.trim(), "+1" | "1" | "-1");
        match operation.rsplit_once(',') {
            Some((triplet, last)) if reversal(last) => Self::parse(triplet),
            _ => Self::parse(operation),
        }
    }

    /// This one after `first`.
    pub(super) fn after(&self, first: &Self) -> Self {
        let entry = |k: usize, axis: usize| (0..3).map(|l| self.rotation[k][l] * first.rotation[l][axis]).sum::<i8>();
        Self {
            rotation: std::array::from_fn(|k| std::array::from_fn(|axis| entry(k, axis))),
            translation: self.apply(first.translation).map(|shift| shift % 1.0),
        }
    }

    /// The image of a point, not wrapped.
    pub(super) fn apply(&self, x: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|k| {
            let row = &self.rotation[k];
            self.translation[k] + row.iter().zip(&x).map(|(&w, x)| f64::from(w) * x).sum::<f64>()
        })
    }
}

/// Fills one row of the matrix and gives the translation.
fn parse_expression(expression: &str, row: &mut [i8; 3]) -> Option<f64> {
    let mut rest = expression.trim_start();
    let mut shift = 0.0;
    if rest.is_empty() {
        return None;
    }
    let mut is_first = true;
    while !rest.is_empty() {
        let sign = match rest.as_bytes()[0] {
            b'+' => 1,
            b'-' => -1,
            _ if is_first => 0,
            _ => return None,
        };
        is_first = false;
        if sign != 0 {
            rest = rest[1..].trim_start();
        }
        let sign = if sign < 0 { -1 } else { 1 };
        let axis = match rest.as_bytes().first()? {
            b'x' | b'X' => 0,
            b'y' | b'Y' => 1,
            b'z' | b'Z' => 2,
            _ => {
                let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
                let number: f64 = rest[..end].parse().ok()?;
                rest = rest[end..].trim_start();
                let mut divisor = 1.0;
                if let Some(after) = rest.strip_prefix('/') {
                    let after = after.trim_start();
                    let end = after.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(after.len());
                    divisor = after[..end].parse().ok().filter(|&divisor| divisor != 0.0)?;
                    rest = after[end..].trim_start();
                }
                shift += f64::from(sign) * number / divisor;
                continue;
            }
        };
        if row[axis] != 0 {
            return None;
        }
        row[axis] = sign;
        rest = rest[1..].trim_start();
    }
    shift.is_finite().then_some(shift % 1.0)
}

#[cfg(test)]
mod tests {
    use super::Operation;

    #[test]
    fn triplets_are_read() {
        let operation = Operation::parse(" -Y+1/2 , x-y, 0.25 + z").unwrap();
        assert_eq!(operation.rotation, [[0, -1, 0], [1, -1, 0], [0, 0, 1]]);
        assert_eq!(operation.translation, [0.5, 0.0, 0.25]);
        assert_eq!(operation.apply([0.1, 0.2, 0.3]), [0.3, -0.1, 0.55]);
        assert_eq!(Operation::parse("x,y,z"), Some(Operation::IDENTITY));
        assert_eq!(Operation::parse("2/3+x, 1/3+y,1/3+z").unwrap().translation, [2.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]);
    }

    #[test]
    fn magnetic_operations_are_read_without_time() {
        for last in [",+1", ", -1", ",1", ""] {
            let operation = Operation::parse_magnetic(&format!("-y,x-y,z+1/3{last}"));
            assert_eq!(operation, Operation::parse("-y,x-y,z+1/3"), "{last}");
        }
        for operation in ["", "x,y,+1", "x,y,z,+2", "x,y,z,x", "x,y,z,+1,+1", "x,y,z,"] {
            assert_eq!(Operation::parse_magnetic(operation), None, "{operation}");
        }
    }

    #[test]
    fn operations_follow_each_other() {
        let [first, second] = ["-y,x-y,z+1/3", "y+1/2,x,-z+5/6"].map(|triplet| Operation::parse(triplet).unwrap());
        let both = second.after(&first);
        assert_eq!(both.rotation, [[1, -1, 0], [0, -1, 0], [0, 0, -1]]);
        let x = [0.1, 0.25, 0.4];
        let expected = second.apply(first.apply(x));
        assert!(both.apply(x).iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12));
    }

    #[test]
    fn nonsense_is_refused() {
        for triplet in [
            "", "x,y", "x,y,z,x", "x,x,z", "x+x,y,z", "x y,y,z", "x,y,z/0", "1/0,y,z", "x,y,", "x,y,+", "x,y,w",
            "é,y,z",
        ] {
            assert_eq!(Operation::parse(triplet), None, "{triplet}");
        }
    }
}

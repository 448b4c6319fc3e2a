//! Symmetry operations as triplets, such as `-y+1/2, x-y, z+2/3`.

use crate::structure::crystal::{cross, dot};

/// x ↦ W x + w in fractional coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Operation {
    /// Whole numbers, unless the axes are not those of a lattice's shortest vectors.
    pub(super) rotation: [[f64; 3]; 3],
    pub(super) translation: [f64; 3],
}

/// Characters that a triplet may have.
const MAX_LENGTH: usize = 200;

/// Multiples of x, y or z that a triplet may have: a few in unusual axes.
const MAX_COEFFICIENT: f64 = 10.0;

impl Operation {
    pub(super) const IDENTITY: Self =
        Self { rotation: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], translation: [0.0; 3] };

    /// `None` if it is not three expressions in x, y, z that keep volumes.
    pub(super) fn parse(triplet: &str) -> Option<Self> {
        if triplet.len() > MAX_LENGTH {
            return None;
        }
        let mut operation = Self { rotation: [[0.0; 3]; 3], translation: [0.0; 3] };
        let mut expressions = triplet.split(',');
        for (row, shift) in operation.rotation.iter_mut().zip(&mut operation.translation) {
            *shift = parse_expression(expressions.next()?, row)?;
        }
        let [a, b, c] = &operation.rotation;
        // Thirds may be rounded.
        let keeps_volumes = (dot(a, &cross(b, c)).abs() - 1.0).abs() < 1e-3;
        (expressions.next().is_none() && keeps_volumes).then_some(operation)
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
        let entry = |k: usize, axis: usize| (0..3).map(|l| self.rotation[k][l] * first.rotation[l][axis]).sum::<f64>();
        Self {
            rotation: std::array::from_fn(|k| std::array::from_fn(|axis| entry(k, axis))),
            translation: self.apply(first.translation).map(|shift| shift % 1.0),
        }
    }

    /// The image of a point, not wrapped.
    pub(super) fn apply(&self, x: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|k| self.translation[k] + dot(&self.rotation[k], &x))
    }
}

/// Fills one row of the matrix and gives the translation.
fn parse_expression(expression: &str, row: &mut [f64; 3]) -> Option<f64> {
    let mut rest = expression.trim_start();
    let mut shift = 0.0;
    if rest.is_empty() {
        return None;
    }
    let mut is_first = true;
    while !rest.is_empty() {
        let (sign, term) = match rest.as_bytes()[0] {
            b'+' => (1.0, rest[1..].trim_start()),
            b'-' => (-1.0, rest[1..].trim_start()),
            _ if is_first => (1.0, rest),
            _ => return None,
        };
        is_first = false;
        let (number, after) = parse_number(term)?;
        let factor = after.strip_prefix('*').filter(|_| number.is_some()).map_or(after, str::trim_start);
        let Some(axis) = axis_of(factor) else {
            shift += sign * number?;
            rest = after;
            continue;
        };
        let coefficient = sign * number.unwrap_or(1.0);
        if row[axis] != 0.0 || coefficient.abs() > MAX_COEFFICIENT {
            return None;
        }
        row[axis] = coefficient;
        rest = factor[1..].trim_start();
    }
    shift.is_finite().then_some(shift % 1.0)
}

fn axis_of(text: &str) -> Option<usize> {
    match text.as_bytes().first()? {
        b'x' | b'X' => Some(0),
        b'y' | b'Y' => Some(1),
        b'z' | b'Z' => Some(2),
        _ => None,
    }
}

/// The number or fraction that a text begins with, if it begins with one, and what follows it. `None` if it is none.
fn parse_number(text: &str) -> Option<(Option<f64>, &str)> {
    let split = |text: &str| text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (digits, rest) = text.split_at(split(text));
    if digits.is_empty() {
        return Some((None, text));
    }
    let number: f64 = digits.parse().ok()?;
    let rest = rest.trim_start();
    let Some(below) = rest.strip_prefix('/').map(str::trim_start) else { return Some((Some(number), rest)) };
    let (digits, rest) = below.split_at(split(below));
    let divisor: f64 = digits.parse().ok().filter(|&divisor| divisor != 0.0)?;
    Some((Some(number / divisor), rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::Operation;

    #[test]
    fn triplets_are_read() {
        let operation = Operation::parse(" -Y+1/2 , x-y, 0.25 + z").unwrap();
        assert_eq!(operation.rotation, [[0.0, -1.0, 0.0], [1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]);
        assert_eq!(operation.translation, [0.5, 0.0, 0.25]);
        assert_eq!(operation.apply([0.1, 0.2, 0.3]), [0.3, -0.1, 0.55]);
        assert_eq!(Operation::parse("x,y,z"), Some(Operation::IDENTITY));
        assert_eq!(Operation::parse("1*x, 1y, z"), Some(Operation::IDENTITY));
        let twofold = Operation::parse("-1/2x-3/2y,1/2x-1/2 y,z+1/3").unwrap();
        assert_eq!(twofold.rotation, [[-0.5, -1.5, 0.0], [0.5, -0.5, 0.0], [0.0, 0.0, 1.0]]);
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
        assert_eq!(both.rotation, [[1.0, -1.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]]);
        let x = [0.1, 0.25, 0.4];
        let expected = second.apply(first.apply(x));
        assert!(both.apply(x).iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12));
    }

    #[test]
    fn nonsense_is_refused() {
        for triplet in [
            "",
            "x,y",
            "x,y,z,x",
            "x,x,z",
            "x+x,y,z",
            "x y,y,z",
            "x,y,z/0",
            "1/0,y,z",
            "x,y,",
            "x,y,+",
            "x,y,w",
            "é,y,z",
            "2x,y,z",
            "x/2,2y,z",
            "1/2x,y,z",
            "20x,1/20y,z",
            "*x,y,z",
            "1/x,y,z",
            "x,y,z/",
            ".x,y,z",
            "x,y,1/2/2z",
        ] {
            assert_eq!(Operation::parse(triplet), None, "{triplet}");
        }
    }
}

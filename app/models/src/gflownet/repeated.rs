//! One way of learning, several times from other random numbers: what of its success is luck.

use samples::objects::{Draw, Picture};

use super::race::Contestant;
use crate::ModelError;

/// Learners that differ in their random numbers only. Its measures are their means, and its ranges go from the least to
/// the greatest; what is seen and drawn is the first one's.
pub struct Repeated {
    first: Box<dyn Contestant>,
    others: Vec<Box<dyn Contestant>>,
    ranges: Vec<Option<[f64; 2]>>,
}

impl Repeated {
    /// `first`, and `others` of its kind.
    pub fn new(first: Box<dyn Contestant>, others: Vec<Box<dyn Contestant>>) -> Self {
        Self { first, others, ranges: Vec::new() }
    }
}

impl Contestant for Repeated {
    fn name(&self) -> &str {
        self.first.name()
    }

    fn advance(&mut self) -> Result<(), ModelError> {
        self.first.advance()?;
        self.others.iter_mut().try_for_each(|other| other.advance())
    }

    /// Of each of them, on average.
    fn transitions(&self) -> u64 {
        let others: u64 = self.others.iter().map(|other| other.transitions()).sum();
        (self.first.transitions() + others) / (1 + self.others.len() as u64)
    }

    /// A measure that one of them does not know is not known.
    fn look(&mut self, thorough: bool) -> Result<(Vec<Option<f64>>, Picture), ModelError> {
        let (first, picture) = self.first.look(thorough)?;
        let mut all = vec![first];
        for other in &mut self.others {
            all.push(other.look(thorough)?.0);
        }
        let of = |measure: usize| -> Option<Vec<f64>> {
            all.iter().map(|values| values.get(measure).copied().flatten().filter(|value| value.is_finite())).collect()
        };
        let measures: Vec<Option<Vec<f64>>> = (0..all[0].len()).map(of).collect();
        let range = |values: &Vec<f64>| {
            values.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &v| [low.min(v), high.max(v)])
        };
        self.ranges = match self.others.is_empty() {
            true => Vec::new(),
            false => measures.iter().map(|values| values.as_ref().map(range)).collect(),
        };
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        Ok((measures.into_iter().map(|values| values.map(mean)).collect(), picture))
    }

    fn ranges(&self) -> Vec<Option<[f64; 2]>> {
        self.ranges.clone()
    }

    fn draw(&mut self, count: usize) -> Result<Vec<Draw>, ModelError> {
        self.first.draw(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what it is told to.
    struct Told(Vec<Option<f64>>, u64);

    impl Contestant for Told {
        fn name(&self) -> &str {
            "told"
        }

        fn advance(&mut self) -> Result<(), ModelError> {
            self.1 += 10;
            Ok(())
        }

        fn transitions(&self) -> u64 {
            self.1
        }

        fn look(&mut self, _: bool) -> Result<(Vec<Option<f64>>, Picture), ModelError> {
            Ok((self.0.clone(), Picture::Inclusion { probability: vec![] }))
        }

        fn draw(&mut self, _: usize) -> Result<Vec<Draw>, ModelError> {
            Ok(vec![])
        }
    }

    fn told(values: [Option<f64>; 2], transitions: u64) -> Box<dyn Contestant> {
        Box::new(Told(values.to_vec(), transitions))
    }

    #[test]
    fn measures_are_means_and_ranges_hold_all() {
        let others = vec![told([Some(4.0), None], 4), told([Some(6.0), Some(1.0)], 8)];
        let mut repeated = Repeated::new(told([Some(-1.0), Some(1.0)], 0), others);
        repeated.advance().unwrap();
        assert_eq!(repeated.transitions(), 14);
        assert_eq!(repeated.look(false).unwrap().0, [Some(3.0), None], "one of them does not know the second");
        assert_eq!(repeated.ranges(), [Some([-1.0, 6.0]), None]);
    }

    #[test]
    fn one_alone_has_no_range() {
        let mut alone = Repeated::new(told([Some(2.0), None], 0), vec![]);
        assert_eq!(alone.look(true).unwrap().0, [Some(2.0), None]);
        assert_eq!(alone.ranges(), []);
    }
}

//! Pairs of a person and a garment: for training, and for tests.

use super::{Garment, Person};

/// How many fixed pairs tests have.
pub const TEST_PAIRS: usize = 500;
/// Seeds from here on belong to the tests.
const TEST_SEEDS: u64 = 1 << 63;
/// How far the garments of unpaired tests move on: no garment stays, none comes twice.
const SHIFT: usize = 211;

/// A person and what they wear.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The person.
    pub person: Person,
    /// The garment.
    pub garment: Garment,
}

/// The training pair of a seed. The highest bit of the seed is left out: it marks the tests.
pub fn pair(seed: u64) -> Pair {
    of(seed & !TEST_SEEDS)
}

/// A test pair; indices from [`TEST_PAIRS`] on wrap around.
pub fn test_pair(index: usize) -> Pair {
    of(TEST_SEEDS + (index % TEST_PAIRS) as u64)
}

/// The person of [`test_pair`] with another test pair's garment.
pub fn unpaired_test_pair(index: usize) -> Pair {
    Pair { garment: test_pair(index % TEST_PAIRS + SHIFT).garment, ..test_pair(index) }
}

fn of(seed: u64) -> Pair {
    Pair { person: Person::random(seed), garment: Garment::random(seed) }
}

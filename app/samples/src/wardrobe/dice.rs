//! Random choices that come out alike on every platform.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Dice for one purpose: the same seed falls differently in another `stream`.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream);
        Self(random)
    }

    /// A number from `low` to `high`, all alike likely.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.0.random::<f32>()
    }

    /// A number from `low` to `high`, those in the middle likelier.
    pub(super) fn around(&mut self, low: f32, high: f32) -> f32 {
        (self.between(low, high) + self.between(low, high)) / 2.0
    }

    pub(super) fn chance(&mut self, probability: f32) -> bool {
        self.0.random::<f32>() < probability
    }

    /// A number below `end`, which must not be 0.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        self.0.random_range(0..end)
    }

    /// A seed for other dice.
    pub(super) fn seed(&mut self) -> u64 {
        self.0.random()
    }

    /// One of `options`, which must not be empty.
    pub(super) fn one_of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len() as u32) as usize]
    }
}

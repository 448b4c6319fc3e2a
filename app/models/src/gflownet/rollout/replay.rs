//! Finished objects that are worth another look.

use crate::gflownet::environment::{Cell, States};
use rand::Rng;
use std::collections::HashSet;

/// Distinct finished objects with what they are worth. Log-probabilities are not kept: they age.
#[derive(Clone, Debug)]
pub struct Replay {
    width: usize,
    capacity: usize,
    /// Best first as far as `sorted` goes.
    entries: Vec<(f64, Box<[Cell]>)>,
    sorted: bool,
    known: HashSet<Box<[Cell]>>,
}

impl Replay {
    /// Room for `capacity` objects of `width` cells; the worst make place for new ones.
    pub fn new(width: usize, capacity: usize) -> Self {
        Self { width, capacity, entries: Vec::new(), sorted: true, known: HashSet::new() }
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an object unless it is known or its worth is no number; answers whether it was added.
    pub fn add(&mut self, state: &[Cell], worth: f64) -> bool {
        if worth.is_nan() || state.len() != self.width || self.capacity == 0 || self.known.contains(state) {
            return false;
        }
        // A little slack, so that not every new object costs a sorting.
        if self.entries.len() >= self.capacity + self.capacity / 8 {
            self.sort();
        }
        let state: Box<[Cell]> = state.into();
        self.known.insert(state.clone());
        self.entries.push((worth, state));
        self.sorted = false;
        true
    }

    /// Draws `count` objects with repetition: half of them from the best `top` share, the others from the rest
    /// (OP-GFN, spec §3, with `top` = 0.1). Fewer than `count` only if there are none at all.
    pub fn draw(&mut self, count: usize, top: f64, rng: &mut impl Rng) -> States {
        self.sort();
        let mut drawn = States::new(self.width);
        let objects = self.entries.len();
        if objects == 0 {
            return drawn;
        }
        let best = ((objects as f64 * top.clamp(0.0, 1.0)).ceil() as usize).clamp(1, objects);
        for index in 0..count {
            let range = if index < count.div_ceil(2) || best == objects { 0..best } else { best..objects };
            drawn.push(&self.entries[rng.random_range(range)].1);
        }
        drawn
    }

    /// The best objects with their worth, best first.
    pub fn best(&mut self, count: usize) -> impl ExactSizeIterator<Item = (f64, &[Cell])> {
        self.sort();
        self.entries.iter().take(count).map(|(worth, state)| (*worth, state.as_ref()))
    }

    /// Best first, equals in the order of their cells; forgets what is beyond the capacity.
    fn sort(&mut self) {
        if !self.sorted {
            self.entries.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            for (_, state) in self.entries.drain(self.capacity.min(self.entries.len())..) {
                self.known.remove(&state);
            }
            self.sorted = true;
        }
    }
}

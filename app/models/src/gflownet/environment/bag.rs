//! Bags of letters: multisets that grow letter by letter (the bag task of Shen et al. 2023, as op-gfn §3 uses it).

use rand::Rng;

use super::{
    Cell, Environment, EnvironmentError, Reward,
    indexed::{Indexed, MAX_OBJECTS, no_object},
};
use crate::seed::stream;

/// Multisets of `size` letters. A state is the count of each letter; it is finished once they add up to `size`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bag {
    letters: usize,
    size: usize,
}

impl Bag {
    /// Multisets of `size` among the first `letters` of the alphabet.
    ///
    /// # Errors
    /// If there are not 2 to 26 letters, `size` is 0, or there are more than [`MAX_OBJECTS`] multisets.
    pub fn new(letters: usize, size: usize) -> Result<Self, EnvironmentError> {
        if !(2..=26).contains(&letters) || size == 0 || size > 255 {
            let text = format!("bags of {size} of {letters} letters: 1 to 255 of 2 to 26 letters are possible");
            return Err(EnvironmentError::Size(text));
        }
        let objects = multisets(letters, size);
        if objects > MAX_OBJECTS {
            return Err(EnvironmentError::TooManyStates { states: objects as f64, limit: MAX_OBJECTS });
        }
        Ok(Self { letters, size })
    }

    /// The published size: 13 of 7 letters.
    pub fn published() -> Self {
        Self { letters: 7, size: 13 }
    }
}

/// Number of multisets of `size` among `letters`: C(size + letters − 1, letters − 1), at most `usize::MAX`.
fn multisets(letters: usize, size: usize) -> usize {
    if letters == 0 {
        return usize::from(size == 0);
    }
    let mut number: u128 = 1;
    for i in 1..letters as u128 {
        // Divides exactly: after this step the number is C(size + i, i).
        number = number * (size as u128 + i) / i;
    }
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn total(state: &[Cell]) -> usize {
    state.iter().map(|&c| c as usize).sum()
}

fn letter(number: usize) -> char {
    char::from(b'A' + number as u8)
}

impl Environment for Bag {
    fn width(&self) -> usize {
        self.letters
    }

    fn actions(&self) -> usize {
        self.letters
    }

    fn backward_actions(&self) -> usize {
        self.letters
    }

    fn longest(&self) -> usize {
        self.size
    }

    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }

    fn is_terminal(&self, state: &[Cell]) -> bool {
        total(state) == self.size
    }

    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        legal.fill(!self.is_terminal(state));
    }

    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        for (legal, &c) in legal.iter_mut().zip(state) {
            *legal = c > 0;
        }
    }

    fn step(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] += 1;
        action
    }

    fn step_back(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] -= 1;
        action
    }

    fn features(&self) -> usize {
        self.letters * self.size
    }

    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        let held = state.iter().enumerate().filter(|(_, c)| **c > 0);
        ones.extend(held.map(|(i, &c)| (i * self.size + c as usize - 1) as u32));
    }

    fn write(&self, state: &[Cell]) -> String {
        state.iter().enumerate().flat_map(|(i, &c)| std::iter::repeat_n(letter(i), c as usize)).collect()
    }

    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        let mut state = vec![0; self.letters];
        let last = letter(self.letters - 1);
        if text.len() == self.size && text.bytes().all(|b| (b'A'..=last as u8).contains(&b)) {
            text.bytes().for_each(|b| state[usize::from(b - b'A')] += 1);
            return Ok(state);
        }
        Err(no_object(text, format!("bag of {} letters from A to {last}", self.size)))
    }
}

impl Indexed for Bag {
    fn objects(&self) -> usize {
        multisets(self.letters, self.size)
    }

    /// By the count of A, then of B, …
    fn index_of(&self, state: &[Cell]) -> usize {
        let (mut index, mut left) = (0, self.size);
        for (i, &c) in state.iter().enumerate() {
            let others = self.letters - i - 1;
            index += (0..c as usize).map(|fewer| multisets(others, left - fewer)).sum::<usize>();
            left -= c as usize;
        }
        index
    }

    fn object(&self, index: usize, state: &mut [Cell]) {
        let (mut rest, mut left) = (index, self.size);
        for (i, c) in state.iter_mut().enumerate() {
            let others = self.letters - i - 1;
            *c = 0;
            while left > 0 && rest >= multisets(others, left) {
                rest -= multisets(others, left);
                left -= 1;
                *c += 1;
            }
        }
    }
}

/// 10 if a letter is there seven times or more, 30 if the bag is one of the modes as well, 0.01 otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct BagReward {
    bag: Bag,
    /// Over the bag's objects.
    modes: Vec<bool>,
}

/// How many of one letter make a bag worth something.
const MANY: usize = 7;

/// A seed whose list of modes has as many bags as the published list.
const PUBLISHED_SEED: u64 = 4;

impl BagReward {
    /// Draws the modes: for each letter, seven of it together with a quarter of all rows of fillers from the other
    /// letters, without repetition.
    ///
    /// # Errors
    /// If bags hold fewer than seven letters, or there are more rows of fillers than [`MAX_OBJECTS`].
    pub fn new(bag: Bag, rng: &mut impl Rng) -> Result<Self, EnvironmentError> {
        let others = bag.letters - 1;
        let places = bag.size.checked_sub(MANY);
        let places = places.ok_or_else(|| EnvironmentError::Size(format!("bags of fewer than {MANY} letters")))?;
        let rows = others.saturating_pow(places as u32);
        if rows > MAX_OBJECTS {
            return Err(EnvironmentError::TooManyStates { states: rows as f64, limit: MAX_OBJECTS });
        }
        Ok(Self::drawn(bag, places as u32, rng))
    }

    /// For the published size: 3 160 modes, and 3 308 bags that are worth 10.
    pub fn published() -> Self {
        let bag = Bag::published();
        let places = bag.size - MANY;
        Self::drawn(bag, places as u32, &mut stream(PUBLISHED_SEED, 0))
    }

    fn drawn(bag: Bag, places: u32, rng: &mut impl Rng) -> Self {
        let others = bag.letters - 1;
        let rows = others.pow(places);
        let mut modes = vec![false; bag.objects()];
        for many in 0..bag.letters {
            for mut row in rand::seq::index::sample(rng, rows, rows.div_ceil(4)) {
                let mut state = vec![0; bag.letters];
                state[many] = MANY as Cell;
                for _ in 0..places {
                    let filler = row % others;
                    state[filler + usize::from(filler >= many)] += 1;
                    row /= others;
                }
                modes[bag.index_of(&state)] = true;
            }
        }
        Self { bag, modes }
    }

    /// Whether a finished bag is one of the modes.
    pub fn is_mode(&self, state: &[Cell]) -> bool {
        self.modes[self.bag.index_of(state)]
    }

    /// Number of modes.
    pub fn modes(&self) -> usize {
        self.modes.iter().filter(|m| **m).count()
    }
}

impl Reward for BagReward {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        let many = state.iter().any(|&c| c as usize >= MANY);
        let reward: f64 = match (many, self.is_mode(state)) {
            (true, true) => 30.0,
            (true, false) => 10.0,
            _ => 0.01,
        };
        reward.ln()
    }
}

//! Bit strings made of words that are put into empty slots (Malkin et al. 2022; any order as in gfnx).

use rand::Rng;

use super::{
    Cell, Environment, EnvironmentError, MAX_WIDTH, Reward,
    indexed::{Indexed, no_object},
};
use crate::gflownet::metrics::{hamming, levenshtein};

/// Most bits of a word.
pub const MAX_WORD_BITS: usize = 8;

/// The order in which slots are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotOrder {
    /// Any empty slot next: a string of m words has m! histories.
    Any,
    /// The first empty slot next: the decisions are a tree.
    LeftToRight,
}

/// Strings of `bits` bits in words of `word_bits`. A state holds per slot 0 (empty) or the word's value plus 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitWords {
    slots: usize,
    word_bits: usize,
    order: SlotOrder,
}

impl BitWords {
    /// The strings.
    ///
    /// # Errors
    /// If words are empty or longer than [`MAX_WORD_BITS`], do not divide the string, or there are more than
    /// [`MAX_WIDTH`] of them.
    pub fn new(bits: usize, word_bits: usize, order: SlotOrder) -> Result<Self, EnvironmentError> {
        if word_bits == 0 || word_bits > MAX_WORD_BITS || bits == 0 || !bits.is_multiple_of(word_bits) {
            let text = format!("{bits} bits cannot be cut into words of {word_bits} bits (1 to {MAX_WORD_BITS})");
            return Err(EnvironmentError::Size(text));
        }
        let slots = bits / word_bits;
        if slots > MAX_WIDTH {
            return Err(EnvironmentError::Size(format!("{slots} words are more than {MAX_WIDTH}")));
        }
        Ok(Self { slots, word_bits, order })
    }

    /// Bits of a string.
    pub fn bits(&self) -> usize {
        self.slots * self.word_bits
    }

    fn words(&self) -> usize {
        1 << self.word_bits
    }

    /// The bits of a state, in order: `None` where the slot is empty.
    fn bits_of(&self, state: &[Cell]) -> impl Iterator<Item = Option<u8>> {
        let width = self.word_bits;
        state
            .iter()
            .flat_map(move |&c| (0..width).rev().map(move |bit| (c != 0).then_some((((c - 1) >> bit) & 1) as u8)))
    }
}

impl Environment for BitWords {
    fn width(&self) -> usize {
        self.slots
    }

    fn actions(&self) -> usize {
        self.slots * self.words()
    }

    fn backward_actions(&self) -> usize {
        self.slots
    }

    fn longest(&self) -> usize {
        self.slots
    }

    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }

    fn is_terminal(&self, state: &[Cell]) -> bool {
        state.iter().all(|&c| c != 0)
    }

    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let mut earlier = false;
        for (legal, &c) in legal.chunks_exact_mut(self.words()).zip(state) {
            legal.fill(c == 0 && !earlier);
            earlier |= c == 0 && self.order == SlotOrder::LeftToRight;
        }
    }

    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let mut later = false;
        for (legal, &c) in legal.iter_mut().zip(state).rev() {
            *legal = c != 0 && !later;
            later |= c != 0 && self.order == SlotOrder::LeftToRight;
        }
    }

    fn step(&self, state: &mut [Cell], action: usize) -> usize {
        let slot = action / self.words();
        state[slot] = (action % self.words()) as Cell + 1;
        slot
    }

    fn step_back(&self, state: &mut [Cell], action: usize) -> usize {
        action * self.words() + std::mem::take(&mut state[action]) as usize - 1
    }

    fn features(&self) -> usize {
        self.slots * self.words()
    }

    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        let filled = state.iter().enumerate().filter(|(_, c)| **c != 0);
        ones.extend(filled.map(|(slot, &c)| (slot * self.words() + c as usize - 1) as u32));
    }

    /// Bits, with a dot for each one that is not set yet.
    fn write(&self, state: &[Cell]) -> String {
        self.bits_of(state).map(|bit| bit.map_or('.', |b| char::from(b'0' + b))).collect()
    }

    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        let bytes = text.as_bytes();
        if bytes.len() != self.bits() || bytes.iter().any(|b| !matches!(b, b'0' | b'1')) {
            return Err(no_object(text, format!("string of {} bits", self.bits())));
        }
        let word = |word: &[u8]| word.iter().fold(0, |value, b| 2 * value + Cell::from(b - b'0')) + 1;
        Ok(bytes.chunks_exact(self.word_bits).map(word).collect())
    }
}

impl Indexed for BitWords {
    fn objects(&self) -> usize {
        u32::try_from(self.bits()).ok().and_then(|bits| 1usize.checked_shl(bits)).unwrap_or(usize::MAX)
    }

    /// The string as a number, its first bit the highest.
    fn index_of(&self, state: &[Cell]) -> usize {
        state.iter().fold(0, |index, &c| (index << self.word_bits) | (c as usize - 1))
    }

    fn object(&self, index: usize, state: &mut [Cell]) {
        let mut rest = index;
        for c in state.iter_mut().rev() {
            *c = (rest % self.words()) as Cell + 1;
            rest >>= self.word_bits;
        }
    }
}

/// The chunks that reference strings are made of (Malkin et al. 2022, §4.3).
const CHUNKS: [u8; 5] = [0b0000_0000, 0b1111_1111, 0b1111_0000, 0b0000_1111, 0b0011_1100];

/// `count` strings of `bits` bits, each a row of chunks drawn at random.
///
/// # Errors
/// If `bits` is no multiple of 8 of at most 2048, or `count` is 0 or above 4096.
pub fn reference_strings(bits: usize, count: usize, rng: &mut impl Rng) -> Result<Vec<Vec<u8>>, EnvironmentError> {
    if bits == 0 || !bits.is_multiple_of(8) || bits > MAX_WIDTH * MAX_WORD_BITS || count == 0 || count > 4096 {
        return Err(EnvironmentError::Size(format!(
            "{count} references of {bits} bits: 1 to 4096 of eight-bit chunks"
        )));
    }
    let mut string = || {
        let mut bytes = Vec::with_capacity(bits);
        for _ in 0..bits / 8 {
            let chunk = CHUNKS[rng.random_range(0..CHUNKS.len())];
            bytes.extend((0..8).rev().map(|bit| (chunk >> bit) & 1));
        }
        bytes
    };
    Ok((0..count).map(|_| string()).collect())
}

/// How far two strings are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitDistance {
    /// Bits that differ; unset bits do not, so that unfinished strings have a distance too.
    Hamming,
    /// Insertions, deletions and replacements.
    Edit,
}

/// `R(x) = exp(−scale·min over references of the distance)`. `scale` is 1 with the edit distance in Malkin et al. 2022,
/// 3/bits with the Hamming distance in gfnx.
#[derive(Clone, Debug, PartialEq)]
pub struct BitReward {
    environment: BitWords,
    references: Vec<Vec<u8>>,
    distance: BitDistance,
    scale: f64,
}

impl BitReward {
    /// The reward.
    ///
    /// # Errors
    /// If there is no reference, one has another length, or `scale` is not a number ≥ 0.
    pub fn new(
        environment: BitWords,
        references: Vec<Vec<u8>>,
        distance: BitDistance,
        scale: f64,
    ) -> Result<Self, EnvironmentError> {
        if references.is_empty() || references.iter().any(|r| r.len() != environment.bits()) {
            let text = format!("references must be strings of {} bits, and one at least", environment.bits());
            return Err(EnvironmentError::Reward(text));
        }
        if !(scale >= 0.0 && scale.is_finite()) {
            return Err(EnvironmentError::Reward(format!("a scale of {scale} is not a number ≥ 0")));
        }
        Ok(Self { environment, references, distance, scale })
    }

    /// Distance of a finished string from the nearest reference.
    pub fn nearest(&self, state: &[Cell]) -> usize {
        let bits: Vec<u8> = self.environment.bits_of(state).map(|b| b.unwrap_or(0)).collect();
        let distance = |reference: &Vec<u8>| match self.distance {
            BitDistance::Hamming => hamming(reference, &bits),
            BitDistance::Edit => levenshtein(reference, &bits),
        };
        self.references.iter().map(distance).min().unwrap_or(0)
    }
}

impl Reward for BitReward {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        -self.scale * self.nearest(state) as f64
    }

    fn partial(&self, state: &[Cell]) -> Option<f64> {
        let wrong = |reference: &Vec<u8>| {
            self.environment.bits_of(state).zip(reference).filter(|(bit, r)| bit.is_some_and(|b| b != **r)).count()
        };
        (self.distance == BitDistance::Hamming)
            .then(|| -self.scale * self.references.iter().map(wrong).min().unwrap_or(0) as f64 + 0.0)
    }
}

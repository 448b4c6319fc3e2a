//! Words over an alphabet: letters are put at the end, or at either end.

use super::{
    Cell, Environment, EnvironmentError, MAX_WIDTH,
    indexed::{Indexed, no_object},
};

/// Where letters may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// At the end: a word has one history, and the decisions are a tree.
    Append,
    /// At the beginning or the end. Both lead to the same word exactly if it repeats one letter; then, as on the
    /// empty word, only the end is allowed, and such a word has one parent.
    PrependAppend,
}

/// Words of `shortest` to `longest` letters. A state holds letters counted from 1 and 0 behind the last one; words that
/// may stop early have one cell more, 1 once stopped. A word of full length is finished by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    alphabet: Vec<char>,
    growth: Growth,
    shortest: usize,
    longest: usize,
}

impl Sequence {
    /// Words of exactly `length` letters of `alphabet`.
    ///
    /// # Errors
    /// If the alphabet has fewer than two letters, one twice, or white space, or the length is 0 or above
    /// [`MAX_WIDTH`].
    pub fn fixed(alphabet: &str, length: usize, growth: Growth) -> Result<Self, EnvironmentError> {
        Self::checked(alphabet, length, length, growth)
    }

    /// Words of `shortest` to `longest` letters that grow at the end and may stop in between.
    ///
    /// # Errors
    /// As for [`Self::fixed`], or if `shortest` is 0 or above `longest`.
    pub fn variable(alphabet: &str, shortest: usize, longest: usize) -> Result<Self, EnvironmentError> {
        Self::checked(alphabet, shortest, longest, Growth::Append)
    }

    fn checked(alphabet: &str, shortest: usize, longest: usize, growth: Growth) -> Result<Self, EnvironmentError> {
        // More letters than that are no alphabet; the bound comes before anything is allocated.
        let alphabet: Vec<char> = alphabet.chars().take(MAX_WIDTH + 1).collect();
        let twice = (1..alphabet.len()).any(|i| alphabet[..i].contains(&alphabet[i]));
        let strange = alphabet.iter().any(|c| c.is_whitespace() || c.is_control());
        if alphabet.len() < 2 || alphabet.len() > MAX_WIDTH || twice || strange {
            return Err(EnvironmentError::Size("an alphabet is 2 to 256 different visible letters".into()));
        }
        if shortest == 0 || shortest > longest || longest >= MAX_WIDTH {
            let text = format!("words of {shortest} to {longest} letters are not between 1 and {}", MAX_WIDTH - 1);
            return Err(EnvironmentError::Size(text));
        }
        Ok(Self { alphabet, growth, shortest, longest })
    }

    /// The letters, in the order of their numbers.
    pub fn alphabet(&self) -> &[char] {
        &self.alphabet
    }

    /// Most letters of a word.
    pub fn longest_word(&self) -> usize {
        self.longest
    }

    /// The letters of a state, counted from 0.
    pub fn letters(&self, state: &[Cell]) -> impl Iterator<Item = usize> {
        state[..self.longest].iter().take_while(|c| **c != 0).map(|c| *c as usize - 1)
    }

    fn stops(&self) -> bool {
        self.shortest < self.longest
    }

    fn stopped(&self, state: &[Cell]) -> bool {
        self.stops() && state[self.longest] != 0
    }

    fn length(&self, state: &[Cell]) -> usize {
        state[..self.longest].iter().position(|c| *c == 0).unwrap_or(self.longest)
    }

    /// Number of words of `length` letters, at most `usize::MAX`.
    fn words(&self, length: usize) -> usize {
        self.alphabet.len().saturating_pow(length as u32)
    }
}

/// Whether all letters are the same one; so they are where there are none.
fn repeats_one_letter(word: &[Cell]) -> bool {
    word.windows(2).all(|pair| pair[0] == pair[1])
}

impl Environment for Sequence {
    fn width(&self) -> usize {
        self.longest + usize::from(self.stops())
    }

    fn actions(&self) -> usize {
        match self.growth {
            Growth::Append => self.alphabet.len() + usize::from(self.stops()),
            Growth::PrependAppend => 2 * self.alphabet.len(),
        }
    }

    fn backward_actions(&self) -> usize {
        match self.growth {
            Growth::Append => 1 + usize::from(self.stops()),
            Growth::PrependAppend => 2,
        }
    }

    fn longest(&self) -> usize {
        self.longest
    }

    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }

    fn is_terminal(&self, state: &[Cell]) -> bool {
        state[self.longest - 1] != 0 || self.stopped(state)
    }

    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let open = !self.is_terminal(state);
        let letters = self.alphabet.len();
        let length = self.length(state);
        legal[..letters].fill(open);
        match self.growth {
            Growth::Append if self.stops() => legal[letters] = open && length >= self.shortest,
            Growth::Append => {}
            Growth::PrependAppend => {
                legal[letters..].fill(open && length > 0);
                if length > 0 && repeats_one_letter(&state[..length]) {
                    legal[letters + state[0] as usize - 1] = false;
                }
            }
        }
    }

    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let length = self.length(state);
        let stopped = self.stopped(state);
        legal[0] = length > 0 && !stopped;
        match self.growth {
            Growth::Append if self.stops() => legal[1] = stopped,
            Growth::Append => {}
            Growth::PrependAppend => legal[1] = !repeats_one_letter(&state[..length]),
        }
    }

    fn step(&self, state: &mut [Cell], action: usize) -> usize {
        let letters = self.alphabet.len();
        if action < letters {
            let length = self.length(state);
            state[length] = action as Cell + 1;
            return 0;
        }
        match self.growth {
            Growth::Append => state[self.longest] = 1,
            Growth::PrependAppend => {
                state[..self.longest].rotate_right(1);
                state[0] = (action - letters) as Cell + 1;
            }
        }
        1
    }

    fn step_back(&self, state: &mut [Cell], action: usize) -> usize {
        let letters = self.alphabet.len();
        if action == 0 {
            let last = self.length(state) - 1;
            return std::mem::take(&mut state[last]) as usize - 1;
        }
        match self.growth {
            Growth::Append => {
                state[self.longest] = 0;
                letters
            }
            Growth::PrependAppend => {
                let first = std::mem::take(&mut state[0]) as usize - 1;
                state[..self.longest].rotate_left(1);
                letters + first
            }
        }
    }

    fn features(&self) -> usize {
        self.longest * self.alphabet.len() + usize::from(self.stops())
    }

    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        let letters = self.alphabet.len();
        ones.extend(self.letters(state).enumerate().map(|(place, letter)| (place * letters + letter) as u32));
        if self.stopped(state) {
            ones.push((self.longest * letters) as u32);
        }
    }

    fn write(&self, state: &[Cell]) -> String {
        self.letters(state).map(|letter| self.alphabet[letter]).collect()
    }

    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        let mut state = vec![0; self.width()];
        let mut length = 0;
        for c in text.chars() {
            match self.alphabet.iter().position(|&a| a == c) {
                Some(letter) if length < self.longest => state[length] = letter as Cell + 1,
                _ => return Err(self.no_word(text)),
            }
            length += 1;
        }
        if length < self.shortest {
            return Err(self.no_word(text));
        }
        if length < self.longest {
            state[self.longest] = 1;
        }
        Ok(state)
    }
}

impl Sequence {
    fn no_word(&self, text: &str) -> EnvironmentError {
        let length = match self.stops() {
            true => format!("{} to {}", self.shortest, self.longest),
            false => self.longest.to_string(),
        };
        no_object(text, format!("word of {length} letters of {}", self.alphabet.iter().collect::<String>()))
    }
}

impl Indexed for Sequence {
    fn objects(&self) -> usize {
        (self.shortest..=self.longest).fold(0, |sum, length| sum.saturating_add(self.words(length)))
    }

    /// Shorter words first, then by the alphabet.
    fn index_of(&self, state: &[Cell]) -> usize {
        let length = self.length(state);
        let before = (self.shortest..length).fold(0, |sum: usize, l| sum.saturating_add(self.words(l)));
        let place = self
            .letters(state)
            .fold(0, |at: usize, letter| at.saturating_mul(self.alphabet.len()).saturating_add(letter));
        before.saturating_add(place)
    }

    fn object(&self, index: usize, state: &mut [Cell]) {
        state.fill(0);
        let (mut length, mut rest) = (self.shortest, index);
        while length < self.longest && rest >= self.words(length) {
            rest -= self.words(length);
            length += 1;
        }
        for cell in state[..length].iter_mut().rev() {
            *cell = (rest % self.alphabet.len()) as Cell + 1;
            rest /= self.alphabet.len();
        }
        if length < self.longest {
            state[self.longest] = 1;
        }
    }
}

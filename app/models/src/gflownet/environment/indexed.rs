//! Numbers for finished objects, so that tables can speak about them.

use super::{Cell, Environment, EnvironmentError};

/// Most objects that a table may list.
pub const MAX_OBJECTS: usize = 1 << 22;

/// Characters of a foreign text that an error repeats.
const QUOTED: usize = 40;

/// An environment whose finished objects are numbered `0..objects()`.
pub trait Indexed: Environment {
    /// How many finished objects there are; `usize::MAX` if they cannot be counted.
    fn objects(&self) -> usize;

    /// The number of a terminal state.
    fn index_of(&self, state: &[Cell]) -> usize;

    /// Writes the terminal state with number `index`, below [`Self::objects`].
    fn object(&self, index: usize, state: &mut [Cell]);

    /// The number of the object that an unfinished state would be if it were finished now; `None` where that makes no
    /// sense.
    fn partial_index(&self, _state: &[Cell]) -> Option<usize> {
        None
    }
}

/// The error for a `text` that is no object of an environment, with the text cut to a readable length.
pub fn no_object(text: &str, what: impl Into<String>) -> EnvironmentError {
    EnvironmentError::Object { text: quoted(text), what: what.into() }
}

/// At most the first 40 characters of a text, control characters made visible.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTED).flat_map(char::escape_debug).collect();
    if text.chars().nth(QUOTED).is_some() {
        short.push('…');
    }
    short
}

/// Reads `count` whole numbers below `limit` between commas.
pub(super) fn read_numbers(text: &str, count: usize, limit: usize) -> Option<Vec<Cell>> {
    let numbers: Vec<Cell> = text
        .split(',')
        .take(count + 1)
        .map(|part| part.trim().parse::<Cell>().ok().filter(|&n| n >= 0 && (n as usize) < limit))
        .collect::<Option<_>>()?;
    (numbers.len() == count).then_some(numbers)
}

/// Writes whole numbers with commas between them.
pub(super) fn write_numbers(numbers: impl Iterator<Item = usize>) -> String {
    numbers.map(|n| n.to_string()).collect::<Vec<_>>().join(",")
}

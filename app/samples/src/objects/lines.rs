//! Objects as JSON lines: one draw a line, `{"object": "3,5", "log_prob": -4.1, …}`, the other fields where a task has
//! them. What stands around the draws (history, laws, measures) is not part of the file.

use thiserror::Error;

use super::Draw;

/// Bytes that a file may have: 64 MiB.
pub const MAX_BYTES: usize = 64 << 20;
/// Bytes that a line may have.
pub const MAX_LINE: usize = 1 << 18;
/// Draws that a file may hold.
pub const MAX_DRAWS: usize = 200_000;
/// Bytes that an object, or a state on the way to it, may take.
pub const MAX_OBJECT: usize = 1 << 14;
/// Objectives that a draw may have.
pub const MAX_OBJECTIVES: usize = 16;
/// States that a path may have.
pub const MAX_PATH: usize = 4096;

/// Why a file of draws cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LinesError {
    /// More bytes than [`MAX_BYTES`].
    #[error("it has {0} bytes, more than {MAX_BYTES}")]
    TooLarge(usize),
    /// No line at all.
    #[error("it holds no draws")]
    Empty,
    /// A line that is wrong, counted from 1.
    #[error("line {line}: {what}")]
    Line {
        /// Number of the line.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// One line for every draw. Numbers must be finite, but for `log_reward`: a reward of zero has no logarithm, and is left
/// out.
pub fn write_lines(draws: &[Draw]) -> String {
    let mut text = String::new();
    for draw in draws {
        let mut draw = std::borrow::Cow::Borrowed(draw);
        if draw.log_reward.is_some_and(|log_reward| !log_reward.is_finite()) {
            draw.to_mut().log_reward = None;
        }
        // Text and numbers: there is nothing in a draw that JSON refuses.
        text.push_str(&serde_json::to_string(&draw).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// The draws of a file. Blank lines are skipped, unknown keys ignored; nothing is reserved for what is not there.
///
/// # Errors
/// A file over the bounds of this module, or the first line that is not a draw.
pub fn read_lines(bytes: &[u8]) -> Result<Vec<Draw>, LinesError> {
    if bytes.len() > MAX_BYTES {
        return Err(LinesError::TooLarge(bytes.len()));
    }
    let mut draws = Vec::new();
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if !line.is_empty() {
            let draw = read_line(line, draws.len());
            draws.push(draw.map_err(|what| LinesError::Line { line: number + 1, what })?);
        }
    }
    if draws.is_empty() { Err(LinesError::Empty) } else { Ok(draws) }
}

fn read_line(line: &[u8], before: usize) -> Result<Draw, String> {
    if before == MAX_DRAWS {
        return Err(format!("more than {MAX_DRAWS} draws"));
    }
    if line.len() > MAX_LINE {
        return Err(format!("it has {} bytes, more than {MAX_LINE}", line.len()));
    }
    // serde_json counts lines too, always 1 here: the column alone is news.
    let draw: Draw = serde_json::from_slice(line).map_err(|error| {
        let text = error.to_string();
        text.replace(" at line 1 column", ", at column")
    })?;
    let longest = draw.path.iter().map(String::len).fold(draw.object.len(), usize::max);
    if draw.object.is_empty() {
        return Err("the object is empty".to_owned());
    }
    if longest > MAX_OBJECT {
        return Err(format!("an object or state of {longest} bytes, more than {MAX_OBJECT}"));
    }
    if draw.objectives.len() > MAX_OBJECTIVES {
        return Err(format!("{} objectives, more than {MAX_OBJECTIVES}", draw.objectives.len()));
    }
    if draw.path.len() > MAX_PATH {
        return Err(format!("a path of {} states, more than {MAX_PATH}", draw.path.len()));
    }
    if draw.log_prob > 0.0 {
        return Err(format!("log_prob is {}: a probability is at most 1", draw.log_prob));
    }
    Ok(draw)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn draw() -> impl Strategy<Value = Draw> {
        let number = || prop_oneof![-1e3..1e3f64, prop::num::f64::NORMAL, Just(0.0)];
        let text = || prop_oneof!["[ -~]{1,12}", "\\PC{1,8}", Just("\"\\\n\u{2028}".to_owned())];
        (
            text(),
            number(),
            prop::option::of(number()),
            prop::collection::vec(number(), 0..4),
            prop::collection::vec(text(), 0..4),
        )
            .prop_map(|(object, log_prob, log_reward, objectives, path)| Draw {
                object,
                log_prob: -log_prob.abs(),
                log_reward,
                objectives,
                path,
            })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(draws in prop::collection::vec(draw(), 1..8)) {
            let text = write_lines(&draws);
            prop_assert_eq!(text.lines().count(), draws.len());
            prop_assert_eq!(read_lines(text.as_bytes()), Ok(draws));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            drop(read_lines(&bytes));
        }

        #[test]
        fn a_damaged_file_is_read_or_refused(draws in prop::collection::vec(draw(), 1..4), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = write_lines(&draws).into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Err(LinesError::Line { line, .. }) = read_lines(&bytes) {
                // Another newline makes one line more.
                prop_assert!((1..=draws.len() + 1).contains(&line));
            }
        }
    }

    fn refusal(text: &str) -> String {
        read_lines(text.as_bytes()).expect_err("a bad file").to_string()
    }

    #[test]
    fn the_two_fields_that_everyone_writes_are_enough() {
        let draws = read_lines(b"\n{\"object\":\"3,5\",\"log_prob\":-4.25,\"by\":\"others\"}\r\n\n").expect("a draw");
        assert_eq!(draws.len(), 1);
        assert_eq!((draws[0].object.as_str(), draws[0].log_prob, draws[0].log_reward), ("3,5", -4.25, None));
    }

    #[test]
    fn a_bad_line_is_named() {
        let good = "{\"object\":\"a\",\"log_prob\":-1}\n";
        assert!(refusal(&format!("{good}\n{{\"object\":\"b\"}}")).starts_with("line 3: missing field `log_prob`"));
        assert!(refusal("{\"object\":\"b\",\"log_prob\":1e-3}").contains("at most 1"));
        assert!(refusal("{\"object\":\"b\",\"log_prob\":null}").starts_with("line 1: "));
        assert!(refusal("{\"object\":\"b\",\"log_prob\":-1e999}").starts_with("line 1: "));
        assert!(refusal("{\"object\":\"\",\"log_prob\":-1}").contains("empty"));
        assert!(refusal("[1,2]").starts_with("line 1: "));
        assert_eq!(refusal(" \n"), "it holds no draws");
    }

    #[test]
    fn sizes_are_bounded() {
        let long = "x".repeat(MAX_OBJECT + 1);
        assert!(refusal(&format!("{{\"object\":\"{long}\",\"log_prob\":-1}}")).contains("more than"));
        assert!(refusal(&format!("{{\"object\":\"{}\",\"log_prob\":-1}}", "x".repeat(MAX_LINE))).contains("bytes"));
        let path = vec!["\"s\""; MAX_PATH + 1].join(",");
        assert!(refusal(&format!("{{\"object\":\"b\",\"log_prob\":-1,\"path\":[{path}]}}")).contains("states"));
        let objectives = vec!["1"; MAX_OBJECTIVES + 1].join(",");
        assert!(
            refusal(&format!("{{\"object\":\"b\",\"log_prob\":-1,\"objectives\":[{objectives}]}}"))
                .contains("objectives")
        );
        assert!(refusal(&"[".repeat(MAX_LINE)).starts_with("line 1: "));
    }

    #[test]
    fn a_reward_of_zero_is_left_out() {
        let draw = Draw {
            object: "0".to_owned(),
            log_prob: -1.0,
            log_reward: Some(f64::NEG_INFINITY),
            objectives: vec![],
            path: vec![],
        };
        let read = read_lines(write_lines(&[draw]).as_bytes()).expect("a draw");
        assert_eq!(read[0].log_reward, None);
    }
}

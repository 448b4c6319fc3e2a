//! Words of a CIF: names, values, quoted strings, text fields.

use super::{super::text::Lines, FORMAT, FormatError};

/// A value, with or without quotes.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) text: &'a str,
    pub(super) is_quoted: bool,
    /// Whether the closing quote is missing.
    pub(super) is_open: bool,
}

impl<'a> Value<'a> {
    /// `None` for `?` (unknown) and `.` (not applicable).
    pub(super) fn known(self) -> Option<&'a str> {
        let is_missing = !self.is_quoted && matches!(self.text, "?" | ".");
        (!is_missing).then_some(self.text)
    }

    /// Whether it is `.`, for which the dictionary's default holds.
    pub(super) fn is_default(self) -> bool {
        !self.is_quoted && self.text == "."
    }
}

pub(super) enum Token<'a> {
    /// `data_name`
    Data(&'a str),
    /// `loop_`
    Loop,
    /// `_name`
    Tag(&'a str),
    Value(Value<'a>),
    /// `global_`, `stop_`, `save_…`: words that hold nothing here.
    Reserved,
}

pub(super) struct Tokens<'a> {
    lines: Lines<'a>,
    /// Not yet read of the current line.
    rest: &'a str,
    /// Of the token read last.
    line: usize,
    at_line_start: bool,
    /// The first line with a quote that is not closed.
    open_quote: Option<usize>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { lines: Lines::new(FORMAT, text), rest: "", line: 0, at_line_start: false, open_quote: None }
    }

    /// The line on which the token read last began.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The first line with a quote that is not closed.
    pub(super) fn open_quote(&self) -> Option<usize> {
        self.open_quote
    }

    /// An error at the line read last.
    pub(super) fn error(&self, what: impl Into<String>) -> FormatError {
        self.lines.error(what)
    }

    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, FormatError> {
        loop {
            if self.at_line_start && self.rest.starts_with(';') {
                return self.text_field().map(Some);
            }
            self.at_line_start = false;
            self.rest = self.rest.trim_start();
            if !self.rest.is_empty() && !self.rest.starts_with('#') {
                break;
            }
            let Some(line) = self.lines.next()? else { return Ok(None) };
            self.rest = line;
            self.at_line_start = true;
        }
        self.line = self.lines.number();
        if let Some(quote @ ('\'' | '"')) = self.rest.chars().next() {
            return Ok(Some(Token::Value(self.quoted(quote))));
        }
        let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Some(classify(word)))
    }

    /// `;` in the first column, up to the next one there.
    fn text_field(&mut self) -> Result<Token<'a>, FormatError> {
        self.line = self.lines.number();
        let opened = self.line;
        // What begins beside the `;` is needed up to the end of that line only: what may take more begins below.
        let first = self.rest[1..].trim();
        let whole = self.lines.remaining();
        let mut length = 0;
        loop {
            let Some(line) = self.lines.next()? else {
                return Err(FormatError::at(
                    FORMAT,
                    opened,
                    "the text field is not closed by a `;` in the first column",
                ));
            };
            if let Some(rest) = line.strip_prefix(';') {
                self.rest = rest;
                self.at_line_start = false;
                let text = if first.is_empty() { whole[..length].trim() } else { first };
                return Ok(Token::Value(Value { text, is_quoted: true, is_open: false }));
            }
            length = whole.len() - self.lines.remaining().len();
        }
    }

    /// Up to the same quote followed by a space or the end of the line: `'O5'-H'` holds quotes. Without that quote up to
    /// the end of the line, for a quote never goes on.
    fn quoted(&mut self, quote: char) -> Value<'a> {
        let body = &self.rest[1..];
        let closes = |&(at, _): &(usize, &str)| body[at + 1..].chars().next().is_none_or(char::is_whitespace);
        let end = body.match_indices(quote).find(closes).map(|(end, _)| end);
        self.rest = end.map_or("", |end| &body[end + 1..]);
        if end.is_none() {
            self.open_quote.get_or_insert(self.line);
        }
        Value { text: end.map_or(body, |end| &body[..end]), is_quoted: true, is_open: end.is_none() }
    }
}

fn classify(word: &str) -> Token<'_> {
    let prefix = |prefix: &str| word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if word.starts_with('_') {
        Token::Tag(word)
    } else if prefix("data_") {
        Token::Data(&word[5..])
    } else if word.eq_ignore_ascii_case("loop_") {
        Token::Loop
    } else if prefix("save_") || word.eq_ignore_ascii_case("stop_") || word.eq_ignore_ascii_case("global_") {
        Token::Reserved
    } else {
        Token::Value(Value { text: word, is_quoted: false, is_open: false })
    }
}

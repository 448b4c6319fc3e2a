//! Words of a CIF: names, values, quoted strings, text fields.

use super::{super::text::Lines, FORMAT, FormatError};

/// How files of version 2.0 begin. In others a bracket is a letter, and three quotes are an empty string and a quote.
const VERSION_2: &str = "#\\#CIF_2.0";

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
    is_version_2: bool,
    /// Of lists and tables in one another.
    depth: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            lines: Lines::new(FORMAT, text),
            rest: "",
            line: 0,
            at_line_start: false,
            open_quote: None,
            is_version_2: text.starts_with(VERSION_2),
            depth: 0,
        }
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
        if !self.advance()? {
            return Ok(None);
        }
        if self.is_version_2 && self.rest.starts_with(['[', '{']) {
            return self.composite().map(Some);
        }
        self.simple().map(Some)
    }

    /// Goes on to the next token; whether there is one.
    fn advance(&mut self) -> Result<bool, FormatError> {
        loop {
            if self.at_line_start && self.rest.starts_with(';') {
                return Ok(true);
            }
            self.at_line_start = false;
            self.rest = self.rest.trim_start();
            if !self.rest.is_empty() && !self.rest.starts_with('#') {
                return Ok(true);
            }
            let Some(line) = self.lines.next()? else { return Ok(false) };
            self.rest = line;
            self.at_line_start = true;
        }
    }

    /// The token that stands next, which is no list.
    fn simple(&mut self) -> Result<Token<'a>, FormatError> {
        self.line = self.lines.number();
        if std::mem::take(&mut self.at_line_start) && self.rest.starts_with(';') {
            return self.text_field();
        }
        for quotes in ["'''", "\"\"\""] {
            if self.is_version_2 && self.rest.starts_with(quotes) {
                return self.triple_quoted(quotes);
            }
        }
        if let Some(quote @ ('\'' | '"')) = self.rest.chars().next() {
            return Ok(Token::Value(self.quoted(quote)));
        }
        let ends = |c: char| c.is_whitespace() || (self.depth > 0 && "[]{}".contains(c));
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(classify(word))
    }

    /// A list or a table with all that is in it. Its text, which only messages show, goes to the end of the line.
    fn composite(&mut self) -> Result<Token<'a>, FormatError> {
        let (opened, text) = (self.lines.number(), self.rest);
        loop {
            match self.rest.as_bytes().first() {
                Some(mark @ (b'[' | b'{' | b']' | b'}' | b':')) => {
                    match mark {
                        b'[' | b'{' => self.depth += 1,
                        b']' | b'}' => self.depth -= 1,
                        _ => {}
                    }
                    self.rest = &self.rest[1..];
                    self.at_line_start = false;
                }
                _ => {
                    self.simple()?;
                }
            }
            if self.depth == 0 {
                self.line = opened;
                return Ok(Token::Value(Value { text, is_quoted: true, is_open: false }));
            }
            if !self.advance()? {
                return Err(FormatError::at(FORMAT, opened, "the list or table is not closed"));
            }
        }
    }

    /// `;` in the first column, up to the next one there.
    fn text_field(&mut self) -> Result<Token<'a>, FormatError> {
        // What begins beside the `;` is needed up to the end of that line only: what may take more begins below.
        let first = self.rest[1..].trim();
        let close = |line: &'a str| line.strip_prefix(';').map(|rest| ("", rest));
        self.up_to(first, close, "the text field is not closed by a `;` in the first column")
    }

    /// Three quotes, up to the next three.
    fn triple_quoted(&mut self, quotes: &str) -> Result<Token<'a>, FormatError> {
        let body = &self.rest[quotes.len()..];
        if let Some((text, rest)) = body.split_once(quotes) {
            self.rest = rest;
            return Ok(Token::Value(Value { text, is_quoted: true, is_open: false }));
        }
        self.up_to(body.trim(), |line| line.split_once(quotes), "the three quotes are not closed by three more")
    }

    /// A value of which `first` is on its first line, up to the line that `close` parts into what is before its end and
    /// what is after.
    fn up_to(
        &mut self,
        first: &'a str,
        close: impl Fn(&'a str) -> Option<(&'a str, &'a str)>,
        unclosed: &str,
    ) -> Result<Token<'a>, FormatError> {
        let whole = self.lines.remaining();
        loop {
            let length = whole.len() - self.lines.remaining().len();
            let Some(line) = self.lines.next()? else { return Err(FormatError::at(FORMAT, self.line, unclosed)) };
            if let Some((inside, rest)) = close(line) {
                self.rest = rest;
                let text = if first.is_empty() { whole[..length + inside.len()].trim() } else { first };
                return Ok(Token::Value(Value { text, is_quoted: true, is_open: false }));
            }
        }
    }

    /// Up to the same quote followed by a space or the end of the line: `'O5'-H'` holds quotes. Without that quote up to
    /// the end of the line, for a quote never goes on.
    fn quoted(&mut self, quote: char) -> Value<'a> {
        let body = &self.rest[1..];
        // In a list, a bracket or a colon may come next.
        let in_list = self.depth > 0;
        let closes =
            |&(at, _): &(usize, &str)| in_list || body[at + 1..].chars().next().is_none_or(char::is_whitespace);
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

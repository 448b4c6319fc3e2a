//! Lines, fields and numbers of untrusted text.

use super::{FormatError, MAX_COORDINATE, MAX_LINE, StructureFormat};
use crate::structure::Element;

/// The lines of a text, one after another, with their numbers. Ends with LF, CR LF or CR.
pub(super) struct Lines<'a> {
    format: StructureFormat,
    rest: &'a str,
    /// Of the line read last; 0 before the first.
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(format: StructureFormat, text: &'a str) -> Self {
        Self { format, rest: text, number: 0 }
    }

    /// The number of the line read last.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Bytes not read yet.
    pub(super) fn remaining(&self) -> &'a str {
        self.rest
    }

    /// An error at the line read last.
    pub(super) fn error(&self, what: impl Into<String>) -> FormatError {
        FormatError::at(self.format, self.number, what)
    }

    /// The next line without its end; `None` at the end of the text.
    pub(super) fn next(&mut self) -> Result<Option<&'a str>, FormatError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let bytes = self.rest.as_bytes();
        let window = &bytes[..bytes.len().min(MAX_LINE + 1)];
        let end = match window.iter().position(|&byte| byte == b'\n' || byte == b'\r') {
            Some(end) => end,
            None if window.len() > MAX_LINE => {
                return Err(self.error(format!("the line is longer than {MAX_LINE} bytes")));
            }
            None => window.len(),
        };
        let line = &self.rest[..end];
        let skip = if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
        self.rest = self.rest.get(end + skip..).unwrap_or("");
        Ok(Some(line))
    }

    /// The next line, which must be there.
    pub(super) fn expect(&mut self, what: &str) -> Result<&'a str, FormatError> {
        match self.next()? {
            Some(line) => Ok(line),
            None => {
                self.number += 1;
                Err(self.error(format!("the file ends where {what} should be")))
            }
        }
    }

    /// A finite number.
    pub(super) fn number_in(&self, field: Option<&str>, what: &str) -> Result<f64, FormatError> {
        let field = field.ok_or_else(|| self.error(format!("{what} is missing")))?;
        finite(field).ok_or_else(|| self.error(format!("{what} is `{}`, not a number", shorten(field))))
    }

    /// A Cartesian coordinate, Å.
    pub(super) fn coordinate(&self, field: Option<&str>) -> Result<f64, FormatError> {
        let value = self.number_in(field, "a coordinate")?;
        if value.abs() > MAX_COORDINATE {
            return Err(self.error(format!("a coordinate is {value:e} Å; at most {MAX_COORDINATE:e} is read")));
        }
        Ok(value)
    }

    /// Three Cartesian coordinates, Å, from the next fields.
    pub(super) fn position<'f>(&self, fields: &mut impl Iterator<Item = &'f str>) -> Result<[f64; 3], FormatError> {
        Ok([self.coordinate(fields.next())?, self.coordinate(fields.next())?, self.coordinate(fields.next())?])
    }

    /// Three finite numbers from the next fields.
    pub(super) fn vector<'f>(
        &self,
        fields: &mut impl Iterator<Item = &'f str>,
        what: &str,
    ) -> Result<[f64; 3], FormatError> {
        Ok([
            self.number_in(fields.next(), what)?,
            self.number_in(fields.next(), what)?,
            self.number_in(fields.next(), what)?,
        ])
    }

    /// A whole number, not negative.
    pub(super) fn count(&self, field: Option<&str>, what: &str) -> Result<usize, FormatError> {
        let field = field.ok_or_else(|| self.error(format!("{what} is missing")))?;
        field.parse().map_err(|_| self.error(format!("{what} is `{}`, not a whole number", shorten(field))))
    }

    /// An element's symbol.
    pub(super) fn element(&self, symbol: &str) -> Result<Element, FormatError> {
        symbol.parse().map_err(|_| self.error(format!("`{}` is not a chemical element (H to Lr)", shorten(symbol))))
    }
}

/// What is said of vacancies in a list of atoms.
pub(super) const VACANCIES: &str = "Vacancies are no atoms and are left out.";

/// Whether a symbol stands for a vacancy: `Va` as in thermodynamics, or `Vac`.
pub(super) fn is_vacancy(symbol: &str) -> bool {
    ["va", "vac"].iter().any(|name| symbol.eq_ignore_ascii_case(name))
}

/// A finite number, with `D` for the exponent as Fortran writes it.
pub(super) fn finite(field: &str) -> Option<f64> {
    let value = field.parse::<f64>().ok().or_else(|| {
        let is_fortran = field.len() < 40 && field.contains(['D', 'd']);
        is_fortran.then(|| field.replace(['D', 'd'], "e").parse().ok()).flatten()
    });
    value.filter(|value| value.is_finite())
}

/// At most 30 characters of a field, for a message.
pub(super) fn shorten(field: &str) -> String {
    match field.char_indices().nth(30) {
        Some((end, _)) => format!("{}…", &field[..end]),
        None => field.to_owned(),
    }
}

/// The element that an atom's label begins with, such as `Fe1`, `O2W`, `HN3`, `CL12`.
///
/// A capital with a small letter is an element of two letters, or nothing. Two capitals are the element of the first
/// letter (`CA` is a carbon), and of both only where the first alone is none (`ZN`, `LI`).
pub(super) fn element_of_label(label: &str) -> Option<Element> {
    let letters = label.find(|c: char| !c.is_ascii_alphabetic()).map_or(label, |end| &label[..end]);
    let first = letters.get(..1)?;
    match letters.as_bytes().get(1) {
        Some(second) if second.is_ascii_lowercase() => letters[..2].parse().ok(),
        Some(_) => first.parse().ok().or_else(|| letters[..2].parse().ok()),
        None => first.parse().ok(),
    }
}

/// A text that stays on one line of a file.
pub(super) fn one_line(text: &str, limit: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(limit).collect()
}

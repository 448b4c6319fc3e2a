//! The comment line of extended XYZ: `Lattice="…" Properties=species:S:1:pos:R:3 pbc="T T T"`.
//!
//! <https://github.com/libAtoms/extxyz#extended-xyz-specification-and-parsing-tools>

use std::fmt::Write;

use super::{
    FormatError, Moment, StructureFormat,
    text::{Lines, one_line, shorten},
    xyz::write_atoms,
};
use crate::structure::{AtomVectors, Lattice, Structure};

/// Columns that `Properties` may describe.
const MAX_COLUMNS: usize = 1_000;

/// Where the element, the three coordinates and perhaps the three components of another vector stand among the fields of
/// an atom's line.
pub(super) struct Columns<'a> {
    pub(super) species: usize,
    pub(super) position: usize,
    /// With its name; forces before any other.
    pub(super) vector: Option<(&'a str, usize)>,
}

/// What a comment line says.
pub(super) struct Comment<'a> {
    pub(super) columns: Columns<'a>,
    /// `None` where no direction is periodic, or one that is not has no vector.
    pub(super) lattice: Option<Lattice>,
    pub(super) label: &'a str,
    pub(super) notes: Vec<&'static str>,
}

impl<'a> Comment<'a> {
    /// Reads the line that `lines` stands at.
    pub(super) fn read(comment: &'a str, lines: &Lines<'_>) -> Result<Self, FormatError> {
        let columns = Columns { species: 0, position: 1, vector: None };
        let mut this = Self { columns, lattice: None, label: comment, notes: vec![] };
        // Prose is a comment, too: only these two keys make it extended.
        if !["lattice=", "properties="].iter().any(|key| comment.to_ascii_lowercase().contains(key)) {
            return Ok(this);
        }
        this.label = "";
        let mut rows = None;
        let mut periodic = [true; 3];
        let mut pairs = Pairs { rest: comment, has_odd_quote: false };
        while let Some((key, value)) = pairs.next(lines)? {
            match key.to_ascii_lowercase().as_str() {
                "lattice" => rows = Some(read_rows(value, lines)?),
                "properties" => this.columns = read_columns(value, lines)?,
                "pbc" => periodic = read_periodic(value, lines)?,
                "name" | "label" | "step" => this.label = value,
                _ => {}
            }
        }
        if let Some(rows) = rows {
            this.take_cell(rows, periodic, lines)?;
        }
        Ok(this)
    }

    /// Takes the cell if there is one. Programs write zeros where there is none: for all vectors of a molecule, for
    /// those of a slab or a wire across it.
    fn take_cell(&mut self, rows: [[f64; 3]; 3], periodic: [bool; 3], lines: &Lines<'_>) -> Result<(), FormatError> {
        let is_zero = |row: &[f64; 3]| *row == [0.0; 3];
        if periodic == [false; 3] || rows.iter().all(is_zero) {
            return Ok(());
        }
        if rows.iter().zip(periodic).any(|(row, is_periodic)| !is_periodic && is_zero(row)) {
            self.notes.push(
                "The structure is periodic in fewer than three directions, with no cell vector along the others; \
                 it is shown as a molecule.",
            );
            return Ok(());
        }
        if periodic != [true; 3] {
            self.notes
                .push("The structure is periodic in fewer than three directions; it is taken as periodic in all.");
        }
        self.lattice = Some(Lattice::new(rows).map_err(|error| lines.error(error.to_string()))?);
        Ok(())
    }
}

/// What a comment line has yet to say.
struct Pairs<'a> {
    rest: &'a str,
    /// Whether quotes in brackets are not in pairs: then they are letters from there on.
    has_odd_quote: bool,
}

impl<'a> Pairs<'a> {
    /// Takes the next `key=value`, `key="value"`, `key={value}`, `key=[value]` or bare `key`.
    fn next(&mut self, lines: &Lines<'_>) -> Result<Option<(&'a str, &'a str)>, FormatError> {
        let text = self.rest.trim_start();
        if text.is_empty() {
            return Ok(None);
        }
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        let (key, after) = text.split_at(end);
        let key = key.trim_matches('"');
        let Some(after) = after.trim_start().strip_prefix('=') else {
            self.rest = after;
            return Ok(Some((key, "")));
        };
        let after = after.trim_start();
        let inner = after.get(1..).unwrap_or("");
        let (end, mark) = match after.as_bytes().first() {
            Some(b'"') => (inner.find('"'), "quote"),
            Some(b'\'') => (inner.find('\''), "quote"),
            Some(b'{') => (self.closing_bracket(inner, '{', '}'), "bracket"),
            Some(b'[') => (self.closing_bracket(inner, '[', ']'), "bracket"),
            _ => {
                let end = after.find(char::is_whitespace).unwrap_or(after.len());
                let (value, after) = after.split_at(end);
                self.rest = after;
                return Ok(Some((key, value)));
            }
        };
        let end = end.ok_or_else(|| lines.error(format!("the value of `{}` has no closing {mark}", shorten(key))))?;
        self.rest = &inner[end + 1..];
        Ok(Some((key, &inner[..end])))
    }

    /// Where the bracket closes whose inside `text` begins with.
    fn closing_bracket(&mut self, text: &str, opening: char, closing: char) -> Option<usize> {
        if !self.has_odd_quote {
            let end = closing_bracket(text, opening, closing, true);
            self.has_odd_quote = end.is_none();
            if end.is_some() {
                return end;
            }
        }
        closing_bracket(text, opening, closing, false)
    }
}

/// Where the bracket closes whose inside `text` begins with; those in one another or in quotes do not count. A quote
/// after a letter or digit opens nothing: it is of inches, or odd.
fn closing_bracket(text: &str, opening: char, closing: char, has_quotes: bool) -> Option<usize> {
    let mut depth: usize = 1;
    let mut is_quoted = false;
    let mut previous = opening;
    for (place, character) in text.char_indices() {
        if character == '"' {
            is_quoted = has_quotes && !is_quoted && !previous.is_alphanumeric();
        } else if character == opening && !is_quoted {
            depth += 1;
        } else if character == closing && !is_quoted {
            depth -= 1;
            if depth == 0 {
                return Some(place);
            }
        }
        previous = character;
    }
    None
}

fn read_rows(value: &str, lines: &Lines<'_>) -> Result<[[f64; 3]; 3], FormatError> {
    let mut fields = value.split(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']')).filter(|f| !f.is_empty());
    let mut rows = [[0.0; 3]; 3];
    for row in &mut rows {
        *row = lines.vector(&mut fields, "a component of the lattice")?;
    }
    Ok(rows)
}

fn read_periodic(value: &str, lines: &Lines<'_>) -> Result<[bool; 3], FormatError> {
    let mut periodic = [true; 3];
    let mut fields = value.split(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']')).filter(|f| !f.is_empty());
    for direction in &mut periodic {
        *direction = match fields.next() {
            Some("T" | "t" | "1" | "true" | "True" | "TRUE") => true,
            Some("F" | "f" | "0" | "false" | "False" | "FALSE") => false,
            _ => return Err(lines.error(format!("pbc is `{}`, not three of T and F", shorten(value)))),
        };
    }
    Ok(periodic)
}

/// `species:S:1:pos:R:3:forces:R:3`: name, type, number of columns.
fn read_columns<'a>(value: &'a str, lines: &Lines<'_>) -> Result<Columns<'a>, FormatError> {
    let mut fields = value.split(':');
    let (mut species, mut position, mut column) = (None, None, 0);
    let mut vector: Option<(&str, usize)> = None;
    let is_force = |name: &str| name.to_ascii_lowercase().contains("force");
    while let Some(name) = fields.next() {
        let kind = fields.next();
        let width = lines.count(fields.next(), "a number of columns in Properties")?;
        match (name.to_ascii_lowercase().as_str(), kind, width) {
            ("species" | "element" | "z" | "numbers", _, 1) if species.is_none() => species = Some(column),
            ("pos" | "positions", Some("R"), 3) => position = Some(column),
            (_, Some("R"), 3) if vector.is_none_or(|(other, _)| is_force(name) && !is_force(other)) => {
                vector = Some((name, column));
            }
            _ => {}
        }
        column += width.min(MAX_COLUMNS + 1);
        if column > MAX_COLUMNS {
            return Err(lines.error(format!("Properties describe more than {MAX_COLUMNS} columns")));
        }
    }
    match (species, position) {
        (Some(species), Some(position)) => Ok(Columns { species, position, vector }),
        _ => Err(lines.error("Properties name no `species:S:1` or no `pos:R:3`")),
    }
}

/// The name of the vectors, if it can be that of a column beside the positions.
fn column_name(vectors: &AtomVectors) -> &str {
    let name = vectors.name.as_str();
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || ":=\"'\\,[]{}".contains(c);
    let is_position = ["pos", "positions"].iter().any(|position| name.eq_ignore_ascii_case(position));
    if name.is_empty() || name.contains(is_odd) || is_position { "forces" } else { name }
}

pub(super) fn write<'a>(frames: impl Iterator<Item = Moment<'a>>) -> Result<Vec<u8>, FormatError> {
    let mut out = String::new();
    for Moment { structure, label, vectors } in frames {
        // A String takes whatever is written to it.
        let _ = writeln!(out, "{}", structure.elements().len());
        let positions = match structure {
            Structure::Crystal(crystal) => {
                let rows = crystal.lattice().rows().iter().flatten();
                let rows: Vec<String> = rows.map(|x| format!("{x:.12}")).collect();
                let _ = write!(out, "Lattice=\"{}\" ", rows.join(" "));
                &crystal.positions()
            }
            Structure::Molecule(molecule) => molecule.positions(),
        };
        let periodic = if matches!(structure, Structure::Crystal(_)) { "T T T" } else { "F F F" };
        // One per atom, or it is no column.
        let vectors = vectors.filter(|vectors| vectors.values.len() == positions.len());
        let column = vectors.map_or(String::new(), |vectors| format!(":{}:R:3", column_name(vectors)));
        let _ = write!(out, "Properties=species:S:1:pos:R:3{column} pbc=\"{periodic}\"");
        let label = one_line(label, 200).replace(['"', '\\'], "'");
        if label.trim().is_empty() {
            out.push('\n');
        } else {
            let _ = writeln!(out, " label=\"{}\"", label.trim());
        }
        write_atoms(&mut out, structure.elements(), positions, vectors.map(|vectors| vectors.values.as_slice()));
    }
    if out.is_empty() {
        return Err(FormatError::Nothing(StructureFormat::ExtendedXyz));
    }
    Ok(out.into_bytes())
}

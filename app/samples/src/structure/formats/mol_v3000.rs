//! The table of a V3000 molfile: atoms and bonds in lines of free format, each after `M  V30 `.
//!
//! BIOVIA, CTfile Formats (2020).

use std::{borrow::Cow, collections::HashMap};

use super::{
    FormatError, Frames, MAX_LINE, StructureFormat,
    mol::{Parts, Record, bond_order, charge},
    text::{Lines, shorten},
};
use crate::structure::{Bond, MAX_ATOMS};

/// From `BEGIN CTAB` to `END CTAB`; of other blocks, which may come after it, nothing is read.
pub(super) fn read(record: &mut Record<'_, '_>, frames: &mut Frames) -> Result<Parts, FormatError> {
    let mut table = Table::default();
    let first = entry(record)?;
    if words(first) != ["BEGIN", "CTAB"] {
        return Err(record.lines.error(format!("`{}` stands where `BEGIN CTAB` should", shorten(first))));
    }
    loop {
        let line = entry(record)?;
        match words(line) {
            ["END", "CTAB"] => break,
            ["BEGIN", block] => table.read_block(record, block, frames)?,
            ["COUNTS", _] => {
                let line = continued(record, line)?;
                table.read_counts(record.lines, &line)?;
            }
            // `LINKNODE` and the like.
            _ => pass_over(record, line)?,
        }
    }
    table.finish(record.lines)
}

/// The first two words of a line, empty where there are none.
fn words(line: &str) -> [&str; 2] {
    let mut words = line.split_whitespace();
    [words.next().unwrap_or(""), words.next().unwrap_or("")]
}

/// What the next line holds after `M  V30 `. It may go on in the line after it.
fn entry<'a>(record: &mut Record<'_, 'a>) -> Result<&'a str, FormatError> {
    let line = record.expect("a line of the V3000 table")?;
    let rest = line.strip_prefix("M  V30");
    let rest = rest.ok_or_else(|| record.lines.error(format!("`{}` does not begin with `M  V30`", shorten(line))))?;
    Ok(rest.strip_prefix(' ').unwrap_or(rest).trim_end())
}

/// A line with those that it goes on in: each but the last ends in a hyphen, which may part a word.
fn continued<'a>(record: &mut Record<'_, 'a>, first: &'a str) -> Result<Cow<'a, str>, FormatError> {
    let mut whole = Cow::Borrowed(first);
    while whole.ends_with('-') {
        let next = entry(record)?;
        if whole.len() + next.len() > MAX_LINE {
            let what = format!("the line, with those before that it continues, exceeds {MAX_LINE} bytes");
            return Err(record.lines.error(what));
        }
        let whole = whole.to_mut();
        whole.pop();
        whole.push_str(next);
    }
    Ok(whole)
}

/// Leaves out a line with those that it goes on in.
fn pass_over(record: &mut Record<'_, '_>, first: &str) -> Result<(), FormatError> {
    let mut continues = first.ends_with('-');
    while continues {
        continues = entry(record)?.ends_with('-');
    }
    Ok(())
}

/// Fields of a line. Spaces in quotes or brackets are a part of them.
fn fields(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let (mut is_quoted, mut depth) = (false, 0_usize);
        let end = rest.find(|c: char| {
            match c {
                '"' => is_quoted = !is_quoted,
                '(' if !is_quoted => depth += 1,
                ')' if !is_quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            c.is_whitespace() && !is_quoted && depth == 0
        });
        let (field, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        (!field.is_empty()).then_some(field)
    })
}

#[derive(Default)]
struct Table {
    molecule: Parts,
    /// Of every atom by its number.
    indices: HashMap<usize, u32>,
    /// Atoms and bonds announced, and the line that says so.
    announced: Option<([usize; 2], usize)>,
    /// Bonds listed, kept or not.
    bonds: usize,
}

impl Table {
    /// `COUNTS atoms bonds …`
    fn read_counts(&mut self, lines: &Lines<'_>, line: &str) -> Result<(), FormatError> {
        let mut fields = fields(line).skip(1);
        let atoms = lines.count(fields.next(), "the number of atoms")?;
        let bonds = lines.count(fields.next(), "the number of bonds")?;
        self.announced = Some(([atoms, bonds], lines.number()));
        Ok(())
    }

    /// What is between `BEGIN` and `END`; only atoms and bonds are read.
    fn read_block(&mut self, record: &mut Record<'_, '_>, block: &str, frames: &mut Frames) -> Result<(), FormatError> {
        loop {
            let line = entry(record)?;
            match block {
                _ if words(line) == ["END", block] => return Ok(()),
                "ATOM" => {
                    let line = continued(record, line)?;
                    self.read_atom(record.lines, &line)?;
                }
                "BOND" => {
                    let line = continued(record, line)?;
                    self.read_bond(record.lines, &line, frames)?;
                }
                _ => pass_over(record, line)?,
            }
        }
    }

    /// `index type x y z aamap [CHG=val] …`
    fn read_atom(&mut self, lines: &Lines<'_>, line: &str) -> Result<(), FormatError> {
        let mut fields = fields(line);
        let number = lines.count(fields.next(), "the atom's number")?;
        let kind = fields.next().ok_or_else(|| lines.error("the element is missing"))?.trim_matches('"');
        if self.indices.len() == MAX_ATOMS {
            return Err(lines.error(format!("more than {MAX_ATOMS} atoms")));
        }
        let element = lines.element(kind)?;
        // At most MAX_ATOMS.
        let index = self.indices.len() as u32;
        if number == 0 {
            return Err(lines.error("the atom's number is 0; they begin with 1"));
        }
        if self.indices.insert(number, index).is_some() {
            return Err(lines.error(format!("atom {number} is listed twice")));
        }
        let position = lines.position(&mut fields)?;
        let mut charge_of_atom = 0;
        for (key, value) in fields.filter_map(|field| field.split_once('=')) {
            match key {
                "CHG" => charge_of_atom = charge(lines, Some(value))?,
                // `C` may be cytosine.
                "CLASS" => {
                    return Err(lines.error(format!("`{kind}` is a template of class {}, no atom", shorten(value))));
                }
                _ => {}
            }
        }
        self.molecule.elements.push(element);
        self.molecule.positions.push(position);
        self.molecule.charges.push(charge_of_atom);
        Ok(())
    }

    /// `index type atom1 atom2 …`
    fn read_bond(&mut self, lines: &Lines<'_>, line: &str, frames: &mut Frames) -> Result<(), FormatError> {
        let mut fields = fields(line).skip(1);
        let kind = fields.next().unwrap_or("");
        let mut atom = || {
            let number = lines.count(fields.next(), "an atom of a bond")?;
            let index = self.indices.get(&number).copied();
            index.ok_or_else(|| lines.error(format!("there is no atom {number} among {}", self.indices.len())))
        };
        let atoms = [atom()?, atom()?];
        if atoms[0] == atoms[1] {
            return Err(lines.error("the bond joins an atom to itself"));
        }
        let order = bond_order(lines, kind, frames)?;
        self.molecule.bonds.extend(order.map(|order| Bond { atoms, order }));
        self.bonds += 1;
        Ok(())
    }

    /// The atoms and bonds, if they are as many as announced: some may have been lost.
    fn finish(self, lines: &Lines<'_>) -> Result<Parts, FormatError> {
        let (announced, line) = self.announced.ok_or_else(|| lines.error("the table has no `COUNTS`"))?;
        let listed = [self.indices.len(), self.bonds];
        for ((what, announced), listed) in ["atoms", "bonds"].into_iter().zip(announced).zip(listed) {
            if announced != listed {
                let what = format!("{announced} {what} are announced, but {listed} are listed");
                return Err(FormatError::at(StructureFormat::Sdf, line, what));
            }
        }
        Ok(self.molecule)
    }
}

//! Tripos MOL2: atoms with SYBYL types, bonds, and a cell in `CRYSIN`.
//!
//! Tripos, MOL2 File Format (2005).

use std::{borrow::Cow, collections::HashMap};

use super::{
    FormatError, Frames, MAX_LINE, StructureFormat,
    orientation::a_along_x,
    sybyl,
    text::{Lines, shorten},
};
use crate::structure::{Bond, BondOrder, Crystal, Element, Lattice, MAX_ATOMS, Molecule, Structure};

const FORMAT: StructureFormat = StructureFormat::Mol2;

pub(super) fn read(text: &str, frames: &mut Frames) -> Result<(), FormatError> {
    let mut lines = Lines::new(FORMAT, text);
    let mut record: Option<Record<'_>> = None;
    let mut section = "";
    while let Some(line) = lines.next()? {
        if let Some(name) = line.strip_prefix("@<TRIPOS>") {
            section = name.trim();
            if section == "MOLECULE"
                && let Some(finished) = record.replace(Record::new(lines.number()))
            {
                finished.finish(frames, lines.number())?;
            }
            continue;
        }
        let content = line.trim();
        let is_title = section == "MOLECULE" && record.as_ref().is_some_and(|record| record.title.is_none());
        if !is_title && (content.is_empty() || content.starts_with('#')) {
            continue;
        }
        let Some(record) = &mut record else {
            if section.is_empty() {
                continue;
            }
            return Err(lines.error("the section comes before `@<TRIPOS>MOLECULE`"));
        };
        if is_title {
            // A backslash at its end is a part of it.
            record.title = Some(content);
            continue;
        }
        let is_counts = section == "MOLECULE" && record.announced.is_none();
        if !is_counts && !matches!(section, "ATOM" | "BOND" | "CRYSIN") {
            continue;
        }
        let content = continued(&mut lines, content)?;
        match section {
            "ATOM" => record.read_atom(&lines, &content, frames)?,
            "BOND" => record.read_bond(&lines, &content)?,
            "CRYSIN" => record.read_cell(&lines, &content, frames)?,
            _ => record.read_counts(&lines, &content)?,
        }
    }
    record.map_or(Ok(()), |record| record.finish(frames, lines.number()))
}

/// A line with those that it goes on in: each but the last ends in a backslash.
fn continued<'a>(lines: &mut Lines<'a>, first: &'a str) -> Result<Cow<'a, str>, FormatError> {
    let mut whole = Cow::Borrowed(first);
    while whole.ends_with('\\') {
        let next = lines.next()?.unwrap_or("").trim();
        if whole.len() + next.len() > MAX_LINE {
            return Err(lines.error(format!("the line, with those before that it continues, exceeds {MAX_LINE} bytes")));
        }
        let whole = whole.to_mut();
        whole.pop();
        whole.push(' ');
        whole.push_str(next);
    }
    Ok(whole)
}

/// What the head of a record says of it.
struct Announced {
    line: usize,
    atoms: usize,
    bonds: Option<usize>,
}

struct Record<'a> {
    line: usize,
    title: Option<&'a str>,
    announced: Option<Announced>,
    /// Of everything listed as an atom, by its id; `None` where it is none.
    indices: HashMap<usize, Option<u32>>,
    elements: Vec<Element>,
    positions: Vec<[f64; 3]>,
    /// Bonds listed, kept or not.
    bond_count: usize,
    bonds: Vec<Bond>,
    lattice: Option<Lattice>,
}

impl Record<'_> {
    fn new(line: usize) -> Self {
        Self {
            line,
            title: None,
            announced: None,
            indices: HashMap::new(),
            elements: vec![],
            positions: vec![],
            bond_count: 0,
            bonds: vec![],
            lattice: None,
        }
    }

    /// `atoms [bonds [substructures …]]`
    fn read_counts(&mut self, lines: &Lines<'_>, line: &str) -> Result<(), FormatError> {
        let mut fields = line.split_whitespace();
        let atoms = lines.count(fields.next(), "the number of atoms")?;
        let bonds = fields.next().map(|field| lines.count(Some(field), "the number of bonds")).transpose()?;
        self.announced = Some(Announced { line: lines.number(), atoms, bonds });
        Ok(())
    }

    /// `id name x y z type …`; ids need not be in order.
    fn read_atom(&mut self, lines: &Lines<'_>, line: &str, frames: &mut Frames) -> Result<(), FormatError> {
        let mut fields = line.split_whitespace();
        let id = lines.count(fields.next(), "the atom's number")?;
        if self.indices.len() == MAX_ATOMS {
            return Err(lines.error(format!("more than {MAX_ATOMS} atoms")));
        }
        let name = fields.next().ok_or_else(|| lines.error("the atom's name is missing"))?;
        let position = lines.position(&mut fields)?;
        let kind = fields.next().ok_or_else(|| lines.error("the atom's type is missing"))?;
        let is_placeholder = sybyl::is_placeholder(kind);
        // At most MAX_ATOMS.
        let index = (!is_placeholder).then_some(self.elements.len() as u32);
        if self.indices.insert(id, index).is_some() {
            return Err(lines.error(format!("atom {id} is listed twice")));
        }
        if is_placeholder {
            frames.note("Dummy atoms, lone pairs and wildcards are no atoms and were left out.".to_owned());
            return Ok(());
        }
        let element = sybyl::element(kind, name)
            .ok_or_else(|| lines.error(format!("`{}` names no chemical element", shorten(kind))))?;
        self.elements.push(element);
        self.positions.push(position);
        if fields.nth(2).is_some_and(|charge| charge.parse::<f64>().is_ok_and(|charge| charge != 0.0)) {
            frames.note("Partial charges are not kept.".to_owned());
        }
        Ok(())
    }

    /// `id first second type`
    fn read_bond(&mut self, lines: &Lines<'_>, line: &str) -> Result<(), FormatError> {
        let mut fields = line.split_whitespace().skip(1);
        let first = lines.count(fields.next(), "an atom of a bond")?;
        let second = lines.count(fields.next(), "an atom of a bond")?;
        if first == second {
            return Err(lines.error("the bond joins an atom to itself"));
        }
        let index = |id: usize| {
            let index = self.indices.get(&id).copied();
            index.ok_or_else(|| lines.error(format!("there is no atom {id} among {}", self.indices.len())))
        };
        let atoms = index(first)?.zip(index(second)?);
        self.bond_count += 1;
        let order = match fields.next().unwrap_or("") {
            // Amide bonds, dummies and unknown bonds are drawn as single.
            "1" | "am" | "du" | "un" => BondOrder::Single,
            "2" => BondOrder::Double,
            "3" => BondOrder::Triple,
            "ar" => BondOrder::Aromatic,
            "nc" => return Ok(()),
            kind => return Err(lines.error(format!("`{}` is not a bond type of MOL2", shorten(kind)))),
        };
        self.bonds.extend(atoms.map(|(first, second)| Bond { atoms: [first, second], order }));
        Ok(())
    }

    /// `a b c alpha beta gamma space-group setting`
    fn read_cell(&mut self, lines: &Lines<'_>, line: &str, frames: &mut Frames) -> Result<(), FormatError> {
        let mut fields = line.split_whitespace();
        let lengths = lines.vector(&mut fields, "a length of the cell")?;
        let angles = lines.vector(&mut fields, "an angle of the cell")?;
        let lattice = a_along_x(lengths, angles).map_err(|error| lines.error(error.to_string()))?;
        if fields.next().is_some_and(|number| number != "1") {
            frames
                .note("The file holds the asymmetric unit of a crystal; only that is shown, as a molecule.".to_owned());
        } else {
            self.lattice = Some(lattice);
        }
        Ok(())
    }

    /// Whether as much is listed as was announced, or more: a file may have been cut off.
    fn check_counts(&self) -> Result<(), FormatError> {
        let Some(announced) = &self.announced else { return Ok(()) };
        let bonds = announced.bonds.unwrap_or(self.bond_count);
        let counts = [("atoms", announced.atoms, self.indices.len()), ("bonds", bonds, self.bond_count)];
        match counts.into_iter().find(|(_, expected, listed)| expected > listed) {
            Some((what, expected, listed)) => {
                let message = format!("{expected} {what} are announced, but {listed} are listed");
                Err(FormatError::at(FORMAT, announced.line, message))
            }
            None => Ok(()),
        }
    }

    fn finish(self, frames: &mut Frames, line: usize) -> Result<(), FormatError> {
        self.check_counts()?;
        let wrong = FormatError::structure(FORMAT, self.line);
        let structure = match self.lattice {
            Some(lattice) => {
                if !self.bonds.is_empty() {
                    frames.note("The bonds that the file lists for the crystal are not kept.".to_owned());
                }
                let coordinates = self.positions.into_iter().map(|position| lattice.to_fractional(position)).collect();
                Structure::Crystal(Crystal::new(lattice, self.elements, coordinates).map_err(wrong)?)
            }
            None => {
                let molecule = Molecule::new(self.elements, self.positions);
                Structure::Molecule(molecule.and_then(|atoms| atoms.with_bonds(self.bonds)).map_err(wrong)?)
            }
        };
        frames.push(structure, self.title.unwrap_or(""), line)
    }
}

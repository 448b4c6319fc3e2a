//! Tripos MOL2: atoms with SYBYL types, bonds, and a cell in `CRYSIN`.
//!
//! Tripos, MOL2 File Format (2005).

use super::{
    FormatError, Frames, StructureFormat,
    orientation::a_along_x,
    text::{Lines, element_of_label, shorten},
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
        match section {
            "MOLECULE" if record.title.is_none() => record.title = Some(content),
            "ATOM" => record.read_atom(&lines, content, frames)?,
            "BOND" => record.read_bond(&lines, content)?,
            "CRYSIN" => record.read_cell(&lines, content, frames)?,
            _ => {}
        }
    }
    record.map_or(Ok(()), |record| record.finish(frames, lines.number()))
}

struct Record<'a> {
    line: usize,
    title: Option<&'a str>,
    elements: Vec<Element>,
    positions: Vec<[f64; 3]>,
    bonds: Vec<Bond>,
    lattice: Option<Lattice>,
}

impl Record<'_> {
    fn new(line: usize) -> Self {
        Self { line, title: None, elements: vec![], positions: vec![], bonds: vec![], lattice: None }
    }

    /// `id name x y z type …`; ids count from 1.
    fn read_atom(&mut self, lines: &Lines<'_>, line: &str, frames: &mut Frames) -> Result<(), FormatError> {
        let mut fields = line.split_whitespace();
        let id = lines.count(fields.next(), "the atom's number")?;
        if id != self.elements.len() + 1 {
            return Err(lines.error(format!("atom {id} where atom {} should be", self.elements.len() + 1)));
        }
        if id > MAX_ATOMS {
            return Err(lines.error(format!("more than {MAX_ATOMS} atoms")));
        }
        let name = fields.next().ok_or_else(|| lines.error("the atom's name is missing"))?;
        let position = lines.position(&mut fields)?;
        let kind = fields.next().ok_or_else(|| lines.error("the atom's type is missing"))?;
        let symbol = kind.split('.').next().unwrap_or(kind);
        let element = match symbol.parse() {
            Ok(element) => element,
            // Programs without SYBYL types write their own; the name then says what the atom is.
            Err(_) => element_of_label(name)
                .ok_or_else(|| lines.error(format!("`{}` names no chemical element", shorten(kind))))?,
        };
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
        let mut atoms = [0; 2];
        for atom in &mut atoms {
            let number = lines.count(fields.next(), "an atom of a bond")?;
            if number == 0 || number > self.elements.len() {
                return Err(lines.error(format!("there is no atom {number} among {}", self.elements.len())));
            }
            // At most MAX_ATOMS.
            *atom = number as u32 - 1;
        }
        if atoms[0] == atoms[1] {
            return Err(lines.error("the bond joins an atom to itself"));
        }
        let order = match fields.next().unwrap_or("") {
            // Amide bonds, dummies and unknown bonds are drawn as single.
            "1" | "am" | "du" | "un" => BondOrder::Single,
            "2" => BondOrder::Double,
            "3" => BondOrder::Triple,
            "ar" => BondOrder::Aromatic,
            "nc" => return Ok(()),
            kind => return Err(lines.error(format!("`{}` is not a bond type of MOL2", shorten(kind)))),
        };
        self.bonds.push(Bond { atoms, order });
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

    fn finish(self, frames: &mut Frames, line: usize) -> Result<(), FormatError> {
        let wrong = FormatError::structure(FORMAT, self.line);
        let structure = match self.lattice {
            Some(lattice) => {
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

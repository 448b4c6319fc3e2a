//! MDL molfiles and structure-data files, which are molfiles with `$$$$` between them. Tables of V2000 are read and
//! written here, those of V3000 read next door.
//!
//! Dalby et al., J. Chem. Inf. Comput. Sci. 32 (1992) 244; BIOVIA, CTfile Formats (2020).

use std::{borrow::Cow, fmt::Write};

use super::{
    FormatError, Frames, StructureFormat, mol_v3000,
    text::{Lines, finite, one_line, shorten},
};
use crate::structure::{Bond, BondOrder, Element, Molecule, Structure, bonds::listed_or_perceived};

const FORMAT: StructureFormat = StructureFormat::Sdf;

/// What three columns can count.
const MAX_COUNT: usize = 999;

pub(super) fn read(text: &str, frames: &mut Frames) -> Result<(), FormatError> {
    let mut lines = Lines::new(FORMAT, text);
    let mut left_out: usize = 0;
    let mut first_error = None;
    while !lines.remaining().trim_start().is_empty() {
        let mut record = Record { lines: &mut lines, is_over: false, is_blank: true };
        match read_record(&mut record, frames) {
            Ok((molecule, title)) => frames.push(Structure::Molecule(molecule), title, lines.number())?,
            Err(error) => {
                // Beyond a line that is too long, no end is found.
                if record.skip().is_err() {
                    return Err(error);
                }
                // Some programs close an empty record after the last.
                if !record.is_blank {
                    left_out += 1;
                    first_error.get_or_insert(error);
                }
            }
        }
    }
    match first_error {
        Some(error) if frames.is_empty() => return Err(error),
        Some(error) if left_out == 1 => frames.note(format!("A record could not be read and was left out: {error}.")),
        Some(error) => {
            frames.note(format!("{left_out} records could not be read and were left out; of the first: {error}."));
        }
        None => {}
    }
    Ok(())
}

/// The lines of a record, up to its `$$$$` or the end of the file.
pub(super) struct Record<'l, 'a> {
    pub(super) lines: &'l mut Lines<'a>,
    /// Its `$$$$` was read.
    is_over: bool,
    /// Nothing was read but white space.
    is_blank: bool,
}

impl<'a> Record<'_, 'a> {
    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<&'a str>, FormatError> {
        if self.is_over {
            return Ok(None);
        }
        let line = self.lines.next()?;
        Ok(line.filter(|line| self.take(line)))
    }

    /// The next line, which must be there.
    pub(super) fn expect(&mut self, what: &str) -> Result<&'a str, FormatError> {
        let line = self.lines.expect(what)?;
        if self.take(line) {
            return Ok(line);
        }
        Err(self.lines.error(format!("the record ends where {what} should be")))
    }

    /// Takes note of a line; whether it belongs to the record.
    fn take(&mut self, line: &str) -> bool {
        self.is_over = line.starts_with("$$$$");
        self.is_blank &= self.is_over || line.trim().is_empty();
        !self.is_over
    }

    /// Passes over what is left.
    fn skip(&mut self) -> Result<(), FormatError> {
        while self.next()?.is_some() {}
        Ok(())
    }
}

/// A molecule and its title.
fn read_record<'a>(record: &mut Record<'_, 'a>, frames: &mut Frames) -> Result<(Molecule, &'a str), FormatError> {
    let title = record.expect("the title")?;
    record.expect("the program's line")?;
    record.expect("the comment")?;
    let counts = record.expect("the counts")?;
    let header = record.lines.number();
    let molecule = if counts.contains("V3000") {
        let molecule = mol_v3000::read(record, frames)?;
        read_to_end(record, frames, |_, _| Ok(()))?;
        molecule
    } else {
        read_v2000(record, counts, frames)?
    };
    let molecule = Molecule::new(molecule.elements, molecule.positions)
        .and_then(|atoms| atoms.with_bonds(molecule.bonds))
        .and_then(|atoms| atoms.with_charges(molecule.charges))
        .map_err(FormatError::structure(FORMAT, header))?;
    Ok((molecule, title))
}

fn read_v2000(record: &mut Record<'_, '_>, counts: &str, frames: &mut Frames) -> Result<Parts, FormatError> {
    let atoms = record.lines.count(columns(counts, 0, 3), "the number of atoms")?;
    let bonds = record.lines.count(columns(counts, 3, 6), "the number of bonds")?;
    let mut molecule = Parts::default();
    for _ in 0..atoms {
        let line = record.expect("an atom")?;
        molecule.read_atom(record.lines, line)?;
    }
    for _ in 0..bonds {
        let line = record.expect("a bond")?;
        molecule.read_bond(record.lines, line, frames)?;
    }
    let mut supersedes = false;
    read_to_end(record, frames, |lines, line| molecule.read_property(lines, line, &mut supersedes))?;
    Ok(molecule)
}

/// Up to `M  END` or, in old files, to the end of the record, which `property` is told of; then the data fields up to
/// `$$$$`. A molfile that stands alone may end without either.
fn read_to_end(
    record: &mut Record<'_, '_>,
    frames: &Frames,
    mut property: impl FnMut(&Lines<'_>, &str) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let mut in_molfile = true;
    while let Some(line) = record.next()? {
        if line.starts_with("M  END") || line.starts_with('>') {
            in_molfile = false;
        }
        if in_molfile {
            property(record.lines, line)?;
        }
    }
    if in_molfile && !record.is_over && !frames.is_empty() {
        return Err(record.lines.error("the file ends before `M  END`"));
    }
    Ok(())
}

/// The order of a bond by its type; `None` for those that are no bonds of the molecule.
pub(super) fn bond_order(lines: &Lines<'_>, kind: &str, frames: &mut Frames) -> Result<Option<BondOrder>, FormatError> {
    Ok(Some(match kind {
        "1" => BondOrder::Single,
        "2" => BondOrder::Double,
        "3" => BondOrder::Triple,
        "4" => BondOrder::Aromatic,
        "8" => {
            frames.note("Bonds of type 8, which may be of any order, were left out.".into());
            return Ok(None);
        }
        "9" | "10" => {
            frames.note("Coordination and hydrogen bonds are not bonds of the molecule and were left out.".into());
            return Ok(None);
        }
        kind => return Err(lines.error(format!("the bond's type is `{}`; 1 to 4 are read", shorten(kind)))),
    }))
}

/// A charge that the format allows.
pub(super) fn charge(lines: &Lines<'_>, field: Option<&str>) -> Result<i8, FormatError> {
    let charge = field.and_then(|field| field.parse::<i8>().ok());
    charge.filter(|charge| charge.abs() <= 15).ok_or_else(|| lines.error("a charge is not −15 to 15"))
}

/// Columns `start..end` of a line without the spaces around; `None` if there is nothing.
fn columns(line: &str, start: usize, end: usize) -> Option<&str> {
    let field = line.get(start..end.min(line.len()))?.trim();
    (!field.is_empty()).then_some(field)
}

#[derive(Default)]
pub(super) struct Parts {
    pub(super) elements: Vec<Element>,
    pub(super) positions: Vec<[f64; 3]>,
    pub(super) charges: Vec<i8>,
    pub(super) bonds: Vec<Bond>,
}

impl Parts {
    /// `xxxxx.xxxxyyyyy.yyyyzzzzz.zzzz aaaddcccssshhh…`
    fn read_atom(&mut self, lines: &Lines<'_>, line: &str) -> Result<(), FormatError> {
        let position = [columns(line, 0, 10), columns(line, 10, 20), columns(line, 20, 30)];
        let symbol = columns(line, 31, 34).ok_or_else(|| lines.error("the element is missing"))?;
        self.elements.push(lines.element(symbol)?);
        self.positions.push(lines.position(&mut position.into_iter().flatten())?);
        // Codes, not charges; 4 marks a doublet radical.
        self.charges.push(match columns(line, 36, 39).unwrap_or("0") {
            "0" | "4" => 0,
            "1" => 3,
            "2" => 2,
            "3" => 1,
            "5" => -1,
            "6" => -2,
            "7" => -3,
            code => return Err(lines.error(format!("the charge code is `{}`, not 0 to 7", shorten(code)))),
        });
        Ok(())
    }

    /// `111222tttsss…`
    fn read_bond(&mut self, lines: &Lines<'_>, line: &str, frames: &mut Frames) -> Result<(), FormatError> {
        let first = self.atom(lines, columns(line, 0, 3))?;
        let second = self.atom(lines, columns(line, 3, 6))?;
        if first == second {
            return Err(lines.error("the bond joins an atom to itself"));
        }
        let order = bond_order(lines, columns(line, 6, 9).unwrap_or(""), frames)?;
        self.bonds.extend(order.map(|order| Bond { atoms: [first, second], order }));
        Ok(())
    }

    /// An atom's number, from 1, as an index.
    fn atom(&self, lines: &Lines<'_>, field: Option<&str>) -> Result<u32, FormatError> {
        let number = lines.count(field, "an atom of a bond or property")?;
        if number == 0 || number > self.elements.len() {
            return Err(lines.error(format!("there is no atom {number} among {}", self.elements.len())));
        }
        // At most 999 atoms: three columns.
        Ok(number as u32 - 1)
    }

    /// `M  CHGnn8 aaa vvv …`, `M  RADnn8 aaa vvv …`
    fn read_property(&mut self, lines: &Lines<'_>, line: &str, supersedes: &mut bool) -> Result<(), FormatError> {
        let charges = line.strip_prefix("M  CHG");
        if charges.is_none() && !line.starts_with("M  RAD") {
            return Ok(());
        }
        // The first line of either kind replaces all charges of the atom block.
        if !std::mem::replace(supersedes, true) {
            self.charges.fill(0);
        }
        let Some(charges) = charges else { return Ok(()) };
        let mut fields = charges.split_whitespace();
        for _ in 0..lines.count(fields.next(), "the number of charges")?.min(MAX_COUNT) {
            let atom = self.atom(lines, fields.next())?;
            self.charges[atom as usize] = charge(lines, fields.next())?;
        }
        Ok(())
    }
}

pub(super) fn write<'a>(frames: impl Iterator<Item = (&'a Structure, &'a str)>) -> Result<Vec<u8>, FormatError> {
    let mut out = String::new();
    for (structure, label) in frames {
        let cannot = |what: String| FormatError::CannotCarry { format: FORMAT, what };
        let Structure::Molecule(molecule) = structure else {
            return Err(cannot("a crystal, whose cell and periodic bonds it has no place for".to_owned()));
        };
        let countable = |count: usize, what: &str| {
            if count > MAX_COUNT {
                return Err(cannot(format!("{count} {what}; V2000 counts up to {MAX_COUNT}")));
            }
            Ok(count)
        };
        let atoms = countable(molecule.elements().len(), "atoms")?;
        // Atoms in a heap, as early steps of a sampling are, have none; nor are there any where only what is found by
        // distance is more than fits.
        let listed = listed_or_perceived(molecule).unwrap_or_default();
        let listed = if molecule.bonds().is_empty() && listed.len() > MAX_COUNT { Cow::default() } else { listed };
        let bonds = countable(listed.len(), "bonds")?;
        // `$$$$` would end the record, and a title is 80 characters.
        let title = one_line(label, 80).replace("$$$$", "");
        let _ = writeln!(out, "{title}\n  Vitrine           3D\n\n{atoms:3}{bonds:3}  0  0  0  0  0  0  0  0999 V2000");
        for (element, position) in molecule.elements().iter().zip(molecule.positions()) {
            for x in position {
                // What is written must be what is read back: ten columns, four decimals.
                let field = format!("{x:10.4}");
                if field.len() > 10 || finite(field.trim()).is_none() {
                    return Err(cannot(format!("the coordinate {x} Å in ten columns")));
                }
                out.push_str(&field);
            }
            let _ = writeln!(out, " {:<3} 0  0  0  0  0  0  0  0  0  0  0  0", element.symbol());
        }
        for bond in listed.iter() {
            let order = match bond.order {
                BondOrder::Single => 1,
                BondOrder::Double => 2,
                BondOrder::Triple => 3,
                BondOrder::Aromatic => 4,
            };
            let [first, second] = bond.atoms.map(|atom| atom + 1);
            let _ = writeln!(out, "{first:3}{second:3}{order:3}  0");
        }
        write_charges(&mut out, molecule.charges())?;
        out.push_str("M  END\n$$$$\n");
    }
    if out.is_empty() { Err(FormatError::Nothing(FORMAT)) } else { Ok(out.into_bytes()) }
}

/// Eight to a line.
fn write_charges(out: &mut String, charges: &[i8]) -> Result<(), FormatError> {
    let charged: Vec<(usize, i8)> = (1..).zip(charges.iter().copied()).filter(|&(_, charge)| charge != 0).collect();
    if let Some((atom, charge)) = charged.iter().find(|(_, charge)| charge.unsigned_abs() > 15) {
        let what = format!("the charge {charge} of atom {atom}; the format allows −15 to 15");
        return Err(FormatError::CannotCarry { format: FORMAT, what });
    }
    for line in charged.chunks(8) {
        let _ = write!(out, "M  CHG{:3}", line.len());
        for (atom, charge) in line {
            let _ = write!(out, " {atom:3} {charge:3}");
        }
        out.push('\n');
    }
    Ok(())
}

//! Protein Data Bank files: ATOM, HETATM, CONECT, CRYST1, MODEL.
//!
//! <https://www.wwpdb.org/documentation/file-format-content/format33/v3.3.html>

use std::collections::HashMap;

use super::{
    FormatError, Frames, StructureFormat,
    locations::{AtomName, Locations},
    orientation::a_along_x,
    text::{Lines, element_of_label, finite},
};
use crate::structure::{
    Bond, BondOrder, Crystal, Element, Lattice, MAX_ATOMS, Molecule, Structure, bonds::perceive_molecule,
};

pub(super) use super::pdb_write::write;

const FORMAT: StructureFormat = StructureFormat::Pdb;

/// Bonds that CONECT records may name: eight per atom.
const MAX_CONECT: usize = 8 * MAX_ATOMS;

/// Bonds that they may name of one atom: more than any has, metals in clusters too.
const MAX_PARTNERS: usize = 64;

pub(super) fn read(text: &str, frames: &mut Frames) -> Result<(), FormatError> {
    let mut lines = Lines::new(FORMAT, text);
    let mut file = File::default();
    let mut model = Model::default();
    let mut title = String::new();
    while let Some(line) = lines.next()? {
        match line.get(..6).unwrap_or(line).trim_end() {
            record @ ("ATOM" | "HETATM") => model.read_atom(&lines, line, record == "ATOM")?,
            "CRYST1" => file.read_cell(&lines, line, frames)?,
            "CONECT" => file.read_conect(&lines, line, frames)?,
            "MODEL" => {
                // Atoms before the first MODEL record make a model of their own.
                file.finish_model(&mut model, &title, lines.number());
                title = format!("model {}", line.get(6..).unwrap_or("").trim());
            }
            // Some programs end every frame with END.
            "ENDMDL" | "END" => file.finish_model(&mut model, &title, lines.number()),
            "TITLE" | "COMPND" if title.is_empty() => title = line.get(10..).unwrap_or("").trim().to_owned(),
            _ => {}
        }
        if file.models.len() > super::MAX_FRAMES {
            return Err(lines.error(format!("more than {} models", super::MAX_FRAMES)));
        }
    }
    file.finish_model(&mut model, &title, lines.number());
    file.finish(frames)
}

/// The atoms of one model.
#[derive(Default)]
struct Model<'a> {
    first_line: usize,
    elements: Vec<Element>,
    positions: Vec<[f64; 3]>,
    charges: Vec<i8>,
    /// As the file numbers them; `None` where the columns hold no number, as in some files of more than 99 999 atoms.
    serials: Vec<Option<u32>>,
    has_polymer: bool,
    locations: Locations<'a>,
    left_out: usize,
}

impl<'a> Model<'a> {
    fn read_atom(&mut self, lines: &Lines<'_>, line: &'a str, is_polymer: bool) -> Result<(), FormatError> {
        if !line.is_ascii() {
            return Err(lines.error("an atom's record holds letters that are not ASCII"));
        }
        if self.elements.is_empty() {
            self.first_line = lines.number();
        }
        if self.elements.len() == MAX_ATOMS {
            return Err(lines.error(format!("more than {MAX_ATOMS} atoms")));
        }
        let location = columns(line, 16, 17);
        if !location.is_empty() && !self.locations.keep(atom_name(line), location) {
            self.left_out += 1;
            return Ok(());
        }
        let position = [(30, 38), (38, 46), (46, 54)].map(|(start, end)| columns(line, start, end));
        self.positions.push(lines.position(&mut position.into_iter().filter(|field| !field.is_empty()))?);
        self.elements.push(element(lines, line)?);
        self.serials.push(serial_number(columns(line, 6, 11)));
        self.charges.push(charge(columns(line, 78, 80)));
        self.has_polymer |= is_polymer;
        Ok(())
    }
}

/// Columns `start..end` of an ASCII line without the spaces around, as far as the line goes.
fn columns(line: &str, start: usize, end: usize) -> &str {
    line.get(start..end.min(line.len())).unwrap_or("").trim()
}

/// What the columns 13–16 and 18–27 call an atom.
fn atom_name(line: &str) -> AtomName<'_> {
    AtomName {
        residue: [(21, 22), (22, 26), (26, 27)].map(|(start, end)| columns(line, start, end)),
        residue_name: columns(line, 17, 20),
        atom: columns(line, 12, 16),
    }
}

/// The number in five columns: up to 99 999 decimal, beyond that hybrid-36 (Grosse-Kunstleve et al., cctbx), where
/// `A0000` is 100 000 and `a0000` comes after `ZZZZZ`. `None` for anything else, such as the `*****` of programs that
/// cannot count further.
fn serial_number(field: &str) -> Option<u32> {
    /// `A0000` in base 36.
    const FIRST: u32 = 10 * 36_u32.pow(4);
    /// From `A0000` to `ZZZZZ`.
    const CAPITALS: u32 = 26 * 36_u32.pow(4);
    let has_capitals = field.bytes().any(|byte| byte.is_ascii_uppercase());
    let has_small = field.bytes().any(|byte| byte.is_ascii_lowercase());
    let before = match field.as_bytes() {
        [b'A'..=b'Z', ..] if !has_small => 100_000,
        [b'a'..=b'z', ..] if !has_capitals => 100_000 + CAPITALS,
        _ => return field.parse().ok(),
    };
    let number = u32::from_str_radix(field, 36).ok().filter(|_| field.len() == 5)?;
    Some(number - FIRST + before)
}

/// From columns 77–78; where they are blank, from the name in columns 13–16, whose first two columns hold the element
/// right-aligned.
fn element(lines: &Lines<'_>, line: &str) -> Result<Element, FormatError> {
    let symbol = columns(line, 76, 78);
    if !symbol.is_empty() {
        return lines.element(symbol);
    }
    let name = line.get(12..16.min(line.len())).unwrap_or("");
    let found = match name.as_bytes() {
        // ` CA ` is a carbon, `CA  ` a calcium. Names of four letters begin in the first column whatever they are:
        // `HG11` is a hydrogen.
        [b' ' | b'0'..=b'9', ..] => element_of_label(name[1..].trim_start()),
        [a, b, third, ..] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && !third.is_ascii_alphanumeric() => {
            name[..2].parse().ok().or_else(|| element_of_label(name))
        }
        _ => element_of_label(name),
    };
    found.ok_or_else(|| lines.error(format!("neither columns 77–78 nor the name `{}` give an element", name.trim())))
}

/// `2+`, `1-`; anything else is no charge.
fn charge(field: &str) -> i8 {
    match field.as_bytes() {
        [digit @ b'0'..=b'9', b'+'] | [b'+', digit @ b'0'..=b'9'] => (digit - b'0') as i8,
        [digit @ b'0'..=b'9', b'-'] | [b'-', digit @ b'0'..=b'9'] => -((digit - b'0') as i8),
        _ => 0,
    }
}

/// For each serial number those that are bonded to it, each with how often it is named.
#[derive(Default)]
struct Conect {
    partners: HashMap<u32, Vec<(u32, u8)>>,
    pairs: usize,
}

impl Conect {
    /// # Errors
    /// What there would be too much of.
    fn add(&mut self, first: u32, second: u32) -> Result<(), String> {
        let partners = self.partners.entry(first).or_default();
        // Bonds are written from both sides; counting one side counts orders.
        if let Some((_, times)) = partners.iter_mut().find(|(partner, _)| *partner == second) {
            *times = times.saturating_add(1);
        } else if partners.len() == MAX_PARTNERS {
            return Err(format!("{MAX_PARTNERS} bonds of atom {first}"));
        } else if self.pairs == MAX_CONECT {
            return Err(format!("{MAX_CONECT} bonds"));
        } else {
            partners.push((second, 1));
            self.pairs += 1;
        }
        Ok(())
    }

    /// The bonds among the atoms of a model, in order. Numbers that no atom has are bonds to atoms that are not in this
    /// model.
    fn bonds(&self, serials: &[Option<u32>]) -> Vec<Bond> {
        let mut atoms = HashMap::with_capacity(serials.len());
        for (atom, serial) in (0_u32..).zip(serials) {
            if let Some(serial) = serial {
                atoms.entry(*serial).or_insert(atom);
            }
        }
        let mut orders: HashMap<[u32; 2], u8> = HashMap::new();
        for (first, &i) in &atoms {
            for (second, times) in self.partners.get(first).into_iter().flatten() {
                if let Some(&j) = atoms.get(second)
                    && i != j
                {
                    let order = orders.entry([i.min(j), i.max(j)]).or_insert(0);
                    *order = (*times).max(*order);
                }
            }
        }
        let order = |times: u8| match times {
            ..=1 => BondOrder::Single,
            2 => BondOrder::Double,
            3.. => BondOrder::Triple,
        };
        let mut bonds: Vec<Bond> =
            orders.into_iter().map(|(atoms, times)| Bond { atoms, order: order(times) }).collect();
        bonds.sort_by_key(|bond| bond.atoms);
        bonds
    }
}

/// What holds for all models.
#[derive(Default)]
struct File<'a> {
    lattice: Option<Lattice>,
    conect: Conect,
    models: Vec<(Model<'a>, String, usize)>,
}

impl<'a> File<'a> {
    /// `CRYST1    5.640    5.640    5.640  90.00  90.00  90.00 P 1           8`
    fn read_cell(&mut self, lines: &Lines<'_>, line: &str, frames: &mut Frames) -> Result<(), FormatError> {
        let field = |start: usize, end: usize, what: &str| {
            let field = line.get(start..end.min(line.len())).map(str::trim).filter(|field| !field.is_empty());
            lines.number_in(field, what)
        };
        let mut lengths = [0.0; 3];
        let mut angles = [0.0; 3];
        for axis in 0..3 {
            lengths[axis] = field(6 + 9 * axis, 15 + 9 * axis, "a length of the cell")?;
            angles[axis] = field(33 + 7 * axis, 40 + 7 * axis, "an angle of the cell")?;
        }
        // Structures without a cell, from NMR or electron microscopy, have this one by convention.
        if lengths == [1.0; 3] || lengths == [0.0; 3] {
            return Ok(());
        }
        let lattice = a_along_x(lengths, angles).map_err(|error| lines.error(error.to_string()))?;
        let group: String = line.get(55..66.min(line.len())).unwrap_or("").split_whitespace().collect();
        if matches!(group.as_str(), "" | "P1") {
            self.lattice = Some(lattice);
        } else {
            frames.note(format!(
                "The file holds the asymmetric unit of a crystal with space group {group}; only that is shown, as a molecule."
            ));
        }
        Ok(())
    }

    /// Columns 7–11 an atom, 12–31 up to four atoms bonded to it. A bond named twice is a double bond.
    fn read_conect(&mut self, lines: &Lines<'_>, line: &str, frames: &mut Frames) -> Result<(), FormatError> {
        if !line.is_ascii() {
            return Err(lines.error("a CONECT record holds letters that are not ASCII"));
        }
        let fields: [&str; 5] = std::array::from_fn(|index| columns(line, 6 + 5 * index, 11 + 5 * index));
        let serials = fields.map(serial_number);
        if fields.iter().zip(&serials).any(|(field, serial)| !field.is_empty() && serial.is_none()) {
            frames.note("Bonds that the file lists of atoms without a readable number are left out.".to_owned());
        }
        let [Some(first), partners @ ..] = serials else { return Ok(()) };
        for second in partners.into_iter().flatten() {
            self.conect.add(first, second).map_err(|most| lines.error(format!("more than {most}")))?;
        }
        Ok(())
    }

    fn finish_model(&mut self, model: &mut Model<'a>, title: &str, line: usize) {
        if !model.elements.is_empty() {
            // Needed no longer; there may be thousands of models.
            model.locations = Locations::default();
            self.models.push((std::mem::take(model), title.to_owned(), line));
        }
    }

    fn finish(self, frames: &mut Frames) -> Result<(), FormatError> {
        for (model, title, line) in self.models {
            if model.left_out > 0 {
                frames.note("Alternate locations other than the first are left out.".to_owned());
            }
            let wrong = FormatError::structure(FORMAT, model.first_line);
            let structure = match self.lattice {
                Some(lattice) => {
                    let coordinates = model.positions.iter().map(|&position| lattice.to_fractional(position)).collect();
                    Structure::Crystal(Crystal::new(lattice, model.elements, coordinates).map_err(wrong)?)
                }
                None => {
                    let mut bonds = self.conect.bonds(&model.serials);
                    let molecule = Molecule::new(model.elements, model.positions).map_err(&wrong)?;
                    if model.has_polymer {
                        complete(&molecule, &mut bonds, frames);
                    }
                    let molecule = molecule.with_bonds(bonds).and_then(|atoms| atoms.with_charges(model.charges));
                    Structure::Molecule(molecule.map_err(wrong)?)
                }
            };
            frames.push(structure, &title, line)?;
        }
        Ok(())
    }
}

/// Bonds within and between standard residues are implied, not written: those of atoms without any bond are found by
/// distance.
fn complete(molecule: &Molecule, bonds: &mut Vec<Bond>, frames: &mut Frames) {
    let mut has_bond = vec![false; molecule.elements().len()];
    bonds.iter().flat_map(|bond| bond.atoms).for_each(|atom| has_bond[atom as usize] = true);
    if has_bond.iter().all(|&has_bond| has_bond) {
        return;
    }
    let found = match perceive_molecule(molecule) {
        Ok(found) => found,
        Err(error) => return frames.note(format!("Bonds that the file does not list were not found: {error}.")),
    };
    let before = bonds.len();
    bonds.extend(
        found
            .into_iter()
            .filter(|atoms| atoms.iter().any(|&atom| !has_bond[atom as usize]))
            .map(|atoms| Bond { atoms, order: BondOrder::Single }),
    );
    if bonds.len() > before {
        frames.note(
            "Bonds that the file leaves to the residues' names were found by distance, as single bonds.".to_owned(),
        );
    }
}

/// Whether a number fits into fixed columns, to the precision written.
pub(super) fn fits(field: &str, width: usize) -> bool {
    field.len() <= width && finite(field.trim()).is_some()
}

//! Protein Data Bank files: ATOM, HETATM, CONECT, CRYST1, MODEL.
//!
//! <https://www.wwpdb.org/documentation/file-format-content/format33/v3.3.html>

use super::{
    FormatError, Frames, StructureFormat,
    locations::Locations,
    orientation::a_along_x,
    pdb_atom::{atom_name, charge, columns, element, is_virtual_site, serial_number},
    pdb_bonds::{Conect, complete, listed},
    text::{Lines, finite},
};
use crate::structure::{Crystal, Element, Lattice, MAX_ATOMS, Molecule, Structure};

pub(super) use super::pdb_write::write;

const FORMAT: StructureFormat = StructureFormat::Pdb;

pub(super) fn read(text: &str, frames: &mut Frames) -> Result<(), FormatError> {
    let mut lines = Lines::new(FORMAT, text);
    let mut file = File::default();
    let mut title = String::new();
    while let Some(line) = lines.next()? {
        match line.get(..6).unwrap_or(line).trim_end() {
            record @ ("ATOM" | "HETATM") => file.read_atom(&lines, line, record == "ATOM")?,
            "CRYST1" => file.read_cell(&lines, line, frames)?,
            "CONECT" => file.read_conect(&lines, line, frames)?,
            "MODEL" => {
                // Atoms before the first MODEL record make a model of their own.
                file.finish_model(&title, lines.number());
                file.begin_model();
                title = format!("model {}", line.get(6..).unwrap_or("").trim());
            }
            "ENDMDL" => file.finish_model(&title, lines.number()),
            // Some programs end every frame with END.
            "END" => {
                file.finish_model(&title, lines.number());
                file.has_ended = true;
            }
            "TITLE" | "COMPND" if title.is_empty() => title = line.get(10..).unwrap_or("").trim().to_owned(),
            _ => {}
        }
        if file.models.len() > super::MAX_FRAMES {
            return Err(lines.error(format!("more than {} models", super::MAX_FRAMES)));
        }
    }
    file.finish_model(&title, lines.number());
    file.finish(frames)
}

/// The atoms of one model, and what else the file says of it.
#[derive(Default)]
struct Model<'a> {
    /// Whether it has begun.
    is_open: bool,
    title: String,
    first_line: usize,
    last_line: usize,
    elements: Vec<Element>,
    positions: Vec<[f64; 3]>,
    charges: Vec<i8>,
    /// As the file numbers them; `None` where the columns hold no number, as in some files of more than 99 999 atoms.
    serials: Vec<Option<u32>>,
    has_polymer: bool,
    locations: Locations<'a>,
    has_alternatives: bool,
    has_virtual_sites: bool,
    lattice: Option<Lattice>,
    /// What the last CRYST1 record after it says, before the next model.
    lattice_after: Option<Option<Lattice>>,
    /// Bonds that are its own.
    conect: Conect,
    /// Which of the lists in [`File::shared`] holds for it too.
    shared: Option<usize>,
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
        if is_virtual_site(line) {
            self.has_virtual_sites = true;
            return Ok(());
        }
        if !self.locations.keep(atom_name(line), columns(line, 16, 17)) {
            self.has_alternatives = true;
            return Ok(());
        }
        let position = [(30, 38), (38, 46), (46, 54)].map(|(start, end)| columns(line, start, end));
        self.positions.push(lines.position(&mut position.into_iter().filter(|field| !field.is_empty()))?);
        self.elements.push(element(lines, line, is_polymer)?);
        self.serials.push(serial_number(columns(line, 6, 11)));
        self.charges.push(charge(line));
        self.has_polymer |= is_polymer;
        Ok(())
    }

    /// With the bonds of these lists.
    fn into_structure(self, lists: &[&Conect], frames: &mut Frames) -> Result<Structure, FormatError> {
        if self.has_alternatives {
            frames.note("Alternate locations other than the first are left out.".to_owned());
        }
        if self.has_virtual_sites {
            frames.note("Virtual sites of water models are left out.".to_owned());
        }
        let wrong = FormatError::structure(FORMAT, self.first_line);
        let mut bonds = listed(lists, &self.serials);
        if let Some(lattice) = self.lattice {
            if !bonds.is_empty() {
                frames.note("Bonds that the file lists are left out: it holds a crystal.".to_owned());
            }
            if self.charges.iter().any(|&charge| charge != 0) {
                frames.note("Charges that the file lists are left out: it holds a crystal.".to_owned());
            }
            let coordinates = self.positions.iter().map(|&position| lattice.to_fractional(position)).collect();
            return Ok(Structure::Crystal(Crystal::new(lattice, self.elements, coordinates).map_err(wrong)?));
        }
        let molecule = Molecule::new(self.elements, self.positions).map_err(&wrong)?;
        if self.has_polymer {
            complete(&molecule, &mut bonds, frames);
        }
        let molecule = molecule.with_bonds(bonds).and_then(|atoms| atoms.with_charges(self.charges));
        Ok(Structure::Molecule(molecule.map_err(wrong)?))
    }
}

/// All models, and what holds for several of them.
#[derive(Default)]
struct File<'a> {
    /// The one that is being read.
    model: Model<'a>,
    /// Those before it.
    models: Vec<Model<'a>>,
    /// Of the last CRYST1 record.
    lattice: Option<Lattice>,
    has_cell: bool,
    /// Whether there was such a record before the first model ended.
    has_cell_first: bool,
    /// Bonds of CONECT records that stand outside of models: a list for the models since the last END, or since those
    /// that the list before is for. Some programs write them once after all models, some after each.
    shared: Vec<Conect>,
    /// The list of these that was begun last; none since END.
    last_shared: Option<usize>,
    /// The first model that none of them followed.
    first_unlisted: usize,
    /// Whether there was END after the last model.
    has_ended: bool,
    /// Bonds in all lists together.
    listed: usize,
}

impl<'a> File<'a> {
    fn read_atom(&mut self, lines: &Lines<'_>, line: &'a str, is_polymer: bool) -> Result<(), FormatError> {
        if !self.model.is_open {
            self.begin_model();
        }
        self.model.read_atom(lines, line, is_polymer)
    }

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
        self.lattice = None;
        // Structures without a cell, from NMR or electron microscopy, have this one by convention.
        if lengths != [1.0; 3] && lengths != [0.0; 3] {
            let lattice = a_along_x(lengths, angles).map_err(|error| lines.error(error.to_string()))?;
            let group: String = line.get(55..66.min(line.len())).unwrap_or("").split_whitespace().collect();
            if matches!(group.as_str(), "" | "P1") {
                self.lattice = Some(lattice);
            } else {
                frames.note(format!(
                    "The file holds the asymmetric unit of a crystal with space group {group}; only that is shown, as a molecule."
                ));
            }
        }
        // The first holds for models before it too: it may be the only one, and come late.
        if !std::mem::replace(&mut self.has_cell, true) {
            self.models.iter_mut().for_each(|model| model.lattice = self.lattice);
        }
        match self.models.last_mut() {
            Some(model) if !self.model.is_open => model.lattice_after = Some(self.lattice),
            Some(_) => {}
            None => self.has_cell_first = true,
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
        let conect = if self.model.is_open {
            &mut self.model.conect
        } else {
            let list = self.shared_list();
            &mut self.shared[list]
        };
        for second in partners.into_iter().flatten() {
            conect.add(first, second, &mut self.listed).map_err(|most| lines.error(format!("more than {most}")))?;
        }
        Ok(())
    }

    /// Which list takes a record outside of models: the last one until further models end, then a new one.
    fn shared_list(&mut self) -> usize {
        if let Some(list) = self.last_shared
            && self.first_unlisted == self.models.len()
        {
            return list;
        }
        let list = self.shared.len();
        self.shared.push(Conect::default());
        self.models[self.first_unlisted..].iter_mut().for_each(|model| model.shared = Some(list));
        self.first_unlisted = self.models.len();
        self.last_shared = Some(list);
        list
    }

    /// A model begins with MODEL or with its first atom. Only then END has an effect: CONECT records right after END
    /// are for the models before.
    fn begin_model(&mut self) {
        self.model.is_open = true;
        if std::mem::take(&mut self.has_ended) {
            self.last_shared = None;
            self.first_unlisted = self.models.len();
        }
    }

    fn finish_model(&mut self, title: &str, line: usize) {
        let mut model = std::mem::take(&mut self.model);
        if model.elements.is_empty() {
            return;
        }
        // Needed no longer; there may be thousands of models.
        model.locations = Locations::default();
        model.title = title.to_owned();
        model.last_line = line;
        model.lattice = self.lattice;
        // Unless records of its own follow.
        model.shared = self.last_shared;
        self.models.push(model);
    }

    fn finish(self, frames: &mut Frames) -> Result<(), FormatError> {
        // Some programs write the cell after each model.
        let cells_follow = !self.has_cell_first && self.models.iter().all(|model| model.lattice_after.is_some());
        for mut model in self.models {
            if cells_follow {
                model.lattice = model.lattice_after.flatten();
            }
            let own = std::mem::take(&mut model.conect);
            let title = std::mem::take(&mut model.title);
            let line = model.last_line;
            let shared = model.shared.map(|list| &self.shared[list]);
            let lists: Vec<&Conect> = shared.into_iter().chain([&own]).collect();
            let structure = model.into_structure(&lists, frames)?;
            frames.push(structure, &title, line)?;
        }
        Ok(())
    }
}

/// Whether a number fits into fixed columns, to the precision written.
pub(super) fn fits(field: &str, width: usize) -> bool {
    field.len() <= width && finite(field.trim()).is_some()
}

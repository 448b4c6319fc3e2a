//! What is kept of a data block.

use super::{
    super::{
        locations::{AtomName, Locations},
        text::{VACANCIES, shorten},
    },
    FORMAT, FormatError, Frames,
    field::{Field, NAMES, Name, field_of},
    label::{Code, Elements, Reading, shares_of},
    number,
    symmetry::Symmetry,
    tokens::Value,
};
use crate::structure::{Element, Lattice, MAX_ATOMS, Molecule, Structure, StructureError, mixed::MAX_OCCUPANCY};

/// Degrees, where a file leaves out an angle of its cell: the dictionary's default. Lengths have none.
const DEFAULT_ANGLE: f64 = 90.0;

/// An element at a place.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub(super) element: Element,
    /// Fractional, or Cartesian in Å.
    pub(super) position: [f64; 3],
    pub(super) occupancy: f64,
}

/// A row of the sites. What element it is of is known at the end of the block.
struct ListedSite<'a> {
    code: Code<'a>,
    position: [f64; 3],
    occupancy: f64,
    line: usize,
}

/// The row being read.
#[derive(Clone, Copy, Default)]
struct Row<'a> {
    label: Option<&'a str>,
    symbol: Option<&'a str>,
    fractional: [Option<f64>; 3],
    /// Whether a fractional coordinate is given as `.`.
    is_default: [bool; 3],
    cartesian: [Option<f64>; 3],
    occupancy: Option<f64>,
    is_site: bool,
    is_dummy: bool,
    location: Option<&'a str>,
    names: [Option<&'a str>; NAMES],
    model: Option<&'a str>,
}

impl<'a> Row<'a> {
    /// The authors' chains and numbers come first: by the others all waters of a chain are one residue.
    fn atom_name(&self) -> AtomName<'a> {
        let name = |name: Name| self.names[name as usize];
        let atom = name(Name::Atom).or(name(Name::AuthorAtom)).or(self.label).or(self.symbol);
        AtomName {
            residue: [
                name(Name::AuthorChain).or(name(Name::Chain)),
                name(Name::AuthorResidue).or(name(Name::Residue)),
                name(Name::Insertion),
            ]
            .map(Option::unwrap_or_default),
            residue_name: name(Name::Component).unwrap_or_default(),
            atom: atom.unwrap_or_default(),
        }
    }
}

pub(super) struct Block<'a> {
    name: &'a str,
    cell: [Option<f64>; 6],
    symmetry: Symmetry<'a>,
    elements: Elements,
    sites: Vec<ListedSite<'a>>,
    /// Whether the sites are Cartesian, as in mmCIF.
    is_cartesian: bool,
    /// Where the first site was, for errors.
    first_site: usize,
    /// Where the field of a site was read last.
    last_site: usize,
    first_model: Option<&'a str>,
    locations: Locations<'a>,
    row: Row<'a>,
    /// The name read last, if its value may go on: quotes would have closed it.
    unquoted: Option<Field>,
    notes: Vec<String>,
}

impl<'a> Block<'a> {
    pub(super) fn new(name: &'a str, line: usize) -> Self {
        Self {
            name,
            cell: [None; 6],
            symmetry: Symmetry::default(),
            elements: Elements::default(),
            sites: Vec::new(),
            is_cartesian: false,
            first_site: line,
            last_site: line,
            first_model: None,
            locations: Locations::default(),
            row: Row::default(),
            unquoted: None,
            notes: Vec::new(),
        }
    }

    /// A name with its value outside a loop.
    pub(super) fn item(&mut self, tag: &str, value: Value<'a>, line: usize) -> Result<(), FormatError> {
        let field = field_of(tag);
        self.unquoted = field.filter(|_| !value.is_quoted);
        field.map_or(Ok(()), |field| self.set(field, value, line))
    }

    /// A name without a value outside a loop. Only one that is read needs its value.
    pub(super) fn lonely_name(&mut self, tag: &str, line: usize) -> Result<(), FormatError> {
        if field_of(tag).is_some_and(|field| !field.is_hint()) {
            return Err(FormatError::at(FORMAT, line, format!("`{}` has no value", shorten(tag))));
        }
        self.note("Names without a value are left out.");
        Ok(())
    }

    /// A value without a name. It may be part of the value before, which then is not what it seems.
    pub(super) fn lonely_value(&mut self, value: Value, line: usize) -> Result<(), FormatError> {
        match self.unquoted {
            Some(field) if !field.is_hint() => {
                let what = format!("the value `{}` belongs to no name", shorten(value.text));
                return Err(FormatError::at(FORMAT, line, what));
            }
            Some(_) => self.elements = Elements::default(),
            None => {}
        }
        self.note("Values without a name are left out.");
        Ok(())
    }

    pub(super) fn set(&mut self, field: Field, value: Value<'a>, line: usize) -> Result<(), FormatError> {
        let error = |what: String| FormatError::at(FORMAT, line, what);
        if field.is_of_site() {
            self.row.is_site = true;
            self.last_site = line;
            if value.is_open {
                return Err(error(format!("`{}` has no closing quote", shorten(value.text))));
            }
        }
        let Some(text) = value.known().map(str::trim) else {
            if let Field::Fractional(axis) = field {
                self.row.is_default[axis] = value.is_default();
            }
            return Ok(());
        };
        let numeric = || number(text).ok_or_else(|| error(format!("`{}` is not a number", shorten(text))));
        match field {
            Field::Cell(index) => self.cell[index] = Some(numeric()?),
            Field::Formula => self.elements.add_formula(text),
            Field::AtomType => self.elements.add_type(text),
            Field::Label => self.row.label = Some(text),
            Field::Symbol => self.row.symbol = Some(text),
            Field::Fractional(axis) => self.row.fractional[axis] = Some(numeric()?),
            Field::Cartesian(axis) => self.row.cartesian[axis] = Some(numeric()?),
            Field::Occupancy => self.row.occupancy = Some(numeric()?),
            Field::CalculationFlag => self.row.is_dummy = text.eq_ignore_ascii_case("dum"),
            Field::AlternateLocation => self.row.location = Some(text),
            Field::Name(name) => self.row.names[name as usize] = Some(text),
            Field::Model => self.row.model = Some(text),
            Field::Operation
            | Field::MagneticOperation
            | Field::MagneticCentring
            | Field::Hall
            | Field::HermannMauguin
            | Field::Number => self.symmetry.set(field, text, line)?,
        }
        Ok(())
    }

    /// The end of a row of a loop, or of the block for names outside loops.
    pub(super) fn end_row(&mut self, line: usize) -> Result<(), FormatError> {
        let row = std::mem::take(&mut self.row);
        let error = |what: String| FormatError::at(FORMAT, line, what);
        let Some(code) = row.symbol.map(Code::Type).or(row.label.map(Code::Label)) else { return Ok(()) };
        if !row.is_site {
            return Ok(());
        }
        if row.model.is_some() && *self.first_model.get_or_insert(row.model.unwrap_or("")) != row.model.unwrap_or("") {
            self.note("Models after the first are left out.");
            return Ok(());
        }
        if row.is_dummy || code.is_dummy() {
            self.note("Dummy sites, whose coordinates mean nothing, are left out.");
            return Ok(());
        }
        let by_default = |axis: usize| row.fractional[axis].or(row.is_default[axis].then_some(0.0));
        let (position, is_cartesian) = match (row.fractional, row.cartesian, std::array::from_fn(by_default)) {
            ([Some(x), Some(y), Some(z)], ..) => ([x, y, z], false),
            (_, [Some(x), Some(y), Some(z)], _) => ([x, y, z], true),
            (_, _, [Some(x), Some(y), Some(z)]) => {
                self.note("Coordinates given as `.` are taken as 0.");
                ([x, y, z], false)
            }
            _ => {
                self.note("Sites without coordinates are left out.");
                return Ok(());
            }
        };
        // Anisotropic displacements share the label, not the loop; but a block has one kind of coordinates.
        if self.sites.is_empty() {
            (self.is_cartesian, self.first_site) = (is_cartesian, line);
        } else if self.is_cartesian != is_cartesian {
            return Err(error("fractional and Cartesian coordinates in one block".to_owned()));
        }
        if position.iter().any(|x| x.abs() > super::super::MAX_COORDINATE) {
            return Err(error("a coordinate is too large".to_owned()));
        }
        let occupancy = row.occupancy.unwrap_or(1.0);
        if !(0.0..=MAX_OCCUPANCY).contains(&occupancy) {
            return Err(error(format!("the occupancy is {occupancy}, not 0 to 1")));
        }
        if self.sites.len() == MAX_ATOMS {
            return Err(error(format!("more than {MAX_ATOMS} atom sites")));
        }
        if occupancy == 0.0 {
            return Ok(());
        }
        if let Some(location) = row.location
            && !self.locations.keep(row.atom_name(), location)
        {
            self.note("Alternate locations other than the first are left out.");
            return Ok(());
        }
        self.sites.push(ListedSite { code, position, occupancy, line });
        Ok(())
    }

    pub(super) fn note(&mut self, note: &str) {
        if self.notes.len() < 20 && !self.notes.iter().any(|other| other == note) {
            self.notes.push(note.to_owned());
        }
    }

    /// Adds the structure of the block, if it has atoms.
    pub(super) fn finish(mut self, frames: &mut Frames) -> Result<(), FormatError> {
        self.end_row(self.last_site)?;
        if self.sites.is_empty() {
            return Ok(());
        }
        let sites = self.read_elements()?;
        if sites.is_empty() {
            self.notes.into_iter().for_each(|note| frames.note(note));
            return Ok(());
        }
        let structure = if self.is_cartesian {
            if self.cell.iter().any(Option::is_some) {
                self.note("Cell and symmetry are not applied to Cartesian coordinates; the atoms listed are shown as a molecule.");
            }
            let (elements, positions) = sites.iter().map(|site| (site.element, site.position)).unzip();
            let wrong = FormatError::structure(FORMAT, self.first_site);
            Structure::Molecule(Molecule::new(elements, positions).map_err(wrong)?)
        } else {
            let lattice = self.lattice()?;
            Structure::Crystal(self.symmetry.crystal(&lattice, &sites, self.first_site, &mut self.notes)?)
        };
        self.notes.into_iter().for_each(|note| frames.note(note));
        frames.push(structure, self.name, self.first_site)
    }

    /// The sites with their elements, of which the block has told all by now.
    fn read_elements(&mut self) -> Result<Vec<Site>, FormatError> {
        let mut sites = Vec::with_capacity(self.sites.len());
        for ListedSite { code, position, occupancy, line } in std::mem::take(&mut self.sites) {
            let error = |what: String| FormatError::at(FORMAT, line, what);
            if let Some(shares) = shares_of(code).filter(|_| !self.is_cartesian) {
                if shares.is_empty() {
                    self.note(VACANCIES);
                }
                let share = |(element, share)| Site { element, position, occupancy: share * occupancy };
                sites.extend(shares.into_iter().map(share).filter(|site| site.occupancy > 0.0));
                if sites.len() > MAX_ATOMS {
                    return Err(error(format!("more than {MAX_ATOMS} atom sites")));
                }
                continue;
            }
            if self.elements.is_vacancy(code) {
                self.note(VACANCIES);
                continue;
            }
            let Some(Reading { element, note }) = self.elements.read(code) else {
                return Err(error(format!("`{}` is not a chemical element (H to Lr)", shorten(code.text()))));
            };
            note.iter().for_each(|note| self.note(note));
            sites.push(Site { element, position, occupancy });
        }
        Ok(sites)
    }

    fn lattice(&mut self) -> Result<Lattice, FormatError> {
        const NAMES: [&str; 6] = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"];
        let error = |what: String| FormatError::at(FORMAT, self.first_site, what);
        let defaults = [None, None, None, Some(DEFAULT_ANGLE), Some(DEFAULT_ANGLE), Some(DEFAULT_ANGLE)];
        let mut cell = [0.0; 6];
        for (index, (name, default)) in NAMES.into_iter().zip(defaults).enumerate() {
            let number = self.cell[index].or(default);
            let number = number.ok_or_else(|| error(format!("the fractional coordinates need `_cell_{name}`")))?;
            if number <= 0.0 {
                return Err(error(format!("`_cell_{name}` is not positive")));
            }
            cell[index] = number;
        }
        let [a, b, c, alpha, beta, gamma] = cell;
        if [alpha, beta, gamma].iter().any(|&angle| angle >= 180.0) {
            return Err(error("an angle of the cell is not below 180°".to_owned()));
        }
        let lattice = Lattice::from_parameters([a, b, c], [alpha, beta, gamma])
            .map_err(|source: StructureError| error(source.to_string()))?;
        if self.cell.contains(&None) {
            self.note("Angles of the cell that the file does not give are taken as 90°.");
        }
        Ok(lattice)
    }
}

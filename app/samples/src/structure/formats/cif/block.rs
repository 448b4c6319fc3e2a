//! What is kept of a data block.

use super::{
    super::{
        locations::{AtomName, Locations},
        text::{element_of_label, finite, shorten},
    },
    FORMAT, FormatError, Frames,
    expand::expand,
    operation::Operation,
    tables::{Candidate, Named},
    tokens::Value,
};
use crate::structure::{
    Crystal, Element, Lattice, MAX_ATOMS, Molecule, Structure, StructureError, mixed::MAX_OCCUPANCY,
};

/// Operations that a block may list: a primitive cell has at most 48, a centred one 192, supercells more.
const MAX_OPERATIONS: usize = 4_096;

/// The names that are read.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Field {
    Cell(usize),
    Operation,
    MagneticOperation,
    MagneticCentring,
    Hall,
    HermannMauguin,
    Number,
    Label,
    Symbol,
    Fractional(usize),
    Cartesian(usize),
    Occupancy,
    AlternateLocation,
    Name(Name),
    Model,
}

/// What mmCIF names an atom by. The authors have names of their own for most of it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Name {
    Chain,
    AuthorChain,
    Residue,
    AuthorResidue,
    Insertion,
    Component,
    Atom,
    AuthorAtom,
}

/// How many there are.
const NAMES: usize = Name::AuthorAtom as usize + 1;

impl Field {
    /// Whether it is of a row of the sites, and not of the block.
    fn is_of_site(self) -> bool {
        !matches!(
            self,
            Self::Cell(_)
                | Self::Operation
                | Self::MagneticOperation
                | Self::MagneticCentring
                | Self::Hall
                | Self::HermannMauguin
                | Self::Number
        )
    }
}

/// `None` for names that are not read. mmCIF writes a dot where CIF has an underscore.
pub(super) fn field_of(tag: &str) -> Option<Field> {
    let tag = if tag.len() > 60 { return None } else { tag.to_ascii_lowercase().replace('.', "_") };
    let field = match tag.as_str() {
        "_cell_length_a" => Field::Cell(0),
        "_cell_length_b" => Field::Cell(1),
        "_cell_length_c" => Field::Cell(2),
        "_cell_angle_alpha" => Field::Cell(3),
        "_cell_angle_beta" => Field::Cell(4),
        "_cell_angle_gamma" => Field::Cell(5),
        "_symmetry_equiv_pos_as_xyz" | "_space_group_symop_operation_xyz" => Field::Operation,
        "_space_group_symop_magn_operation_xyz" => Field::MagneticOperation,
        "_space_group_symop_magn_centering_xyz" => Field::MagneticCentring,
        "_symmetry_space_group_name_hall" | "_space_group_name_hall" => Field::Hall,
        "_symmetry_space_group_name_h-m" | "_space_group_name_h-m_alt" | "_space_group_name_h-m" => {
            Field::HermannMauguin
        }
        "_symmetry_int_tables_number" | "_space_group_it_number" => Field::Number,
        "_atom_site_label" => Field::Label,
        "_atom_site_type_symbol" => Field::Symbol,
        "_atom_site_fract_x" => Field::Fractional(0),
        "_atom_site_fract_y" => Field::Fractional(1),
        "_atom_site_fract_z" => Field::Fractional(2),
        "_atom_site_cartn_x" => Field::Cartesian(0),
        "_atom_site_cartn_y" => Field::Cartesian(1),
        "_atom_site_cartn_z" => Field::Cartesian(2),
        "_atom_site_occupancy" => Field::Occupancy,
        "_atom_site_label_alt_id" => Field::AlternateLocation,
        "_atom_site_label_asym_id" => Field::Name(Name::Chain),
        "_atom_site_auth_asym_id" => Field::Name(Name::AuthorChain),
        "_atom_site_label_seq_id" => Field::Name(Name::Residue),
        "_atom_site_auth_seq_id" => Field::Name(Name::AuthorResidue),
        "_atom_site_pdbx_pdb_ins_code" => Field::Name(Name::Insertion),
        "_atom_site_label_comp_id" => Field::Name(Name::Component),
        "_atom_site_label_atom_id" => Field::Name(Name::Atom),
        "_atom_site_auth_atom_id" => Field::Name(Name::AuthorAtom),
        "_atom_site_pdbx_pdb_model_num" => Field::Model,
        _ => return None,
    };
    Some(field)
}

/// A number with its standard uncertainty in brackets, `9.143(2)`.
fn number(text: &str) -> Option<f64> {
    let (value, uncertainty) = text.split_once('(').map_or((text, None), |(value, rest)| (value, Some(rest)));
    let is_sound = uncertainty.is_none_or(|rest| {
        let digits = rest.strip_suffix(')').unwrap_or("");
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    finite(value).filter(|_| is_sound)
}

/// An atom site as listed.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub(super) element: Element,
    /// Fractional, or Cartesian in Å.
    pub(super) position: [f64; 3],
    pub(super) occupancy: f64,
}

/// The row being read.
#[derive(Clone, Copy, Default)]
struct Row<'a> {
    label: Option<&'a str>,
    symbol: Option<&'a str>,
    fractional: [Option<f64>; 3],
    cartesian: [Option<f64>; 3],
    occupancy: Option<f64>,
    is_site: bool,
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
    operations: Vec<Operation>,
    magnetic_operations: Vec<Operation>,
    magnetic_centrings: Vec<Operation>,
    named: Named<'a>,
    sites: Vec<Site>,
    /// Whether the sites are Cartesian, as in mmCIF.
    is_cartesian: bool,
    /// Where the first site was, for errors.
    first_site: usize,
    /// Where the field of a site was read last.
    last_site: usize,
    first_model: Option<&'a str>,
    locations: Locations<'a>,
    row: Row<'a>,
    notes: Vec<String>,
}

impl<'a> Block<'a> {
    pub(super) fn new(name: &'a str, line: usize) -> Self {
        Self {
            name,
            cell: [None; 6],
            operations: Vec::new(),
            magnetic_operations: Vec::new(),
            magnetic_centrings: Vec::new(),
            named: Named::default(),
            sites: Vec::new(),
            is_cartesian: false,
            first_site: line,
            last_site: line,
            first_model: None,
            locations: Locations::default(),
            row: Row::default(),
            notes: Vec::new(),
        }
    }

    /// A name with its value outside a loop.
    pub(super) fn item(&mut self, tag: &str, value: Value<'a>, line: usize) -> Result<(), FormatError> {
        field_of(tag).map_or(Ok(()), |field| self.set(field, value, line))
    }

    pub(super) fn set(&mut self, field: Field, value: Value<'a>, line: usize) -> Result<(), FormatError> {
        let error = |what: String| FormatError::at(FORMAT, line, what);
        if field.is_of_site() {
            self.row.is_site = true;
            self.last_site = line;
        }
        let Some(text) = value.known().map(str::trim) else { return Ok(()) };
        let numeric = || number(text).ok_or_else(|| error(format!("`{}` is not a number", shorten(text))));
        match field {
            Field::Cell(index) => self.cell[index] = Some(numeric()?),
            Field::Operation | Field::MagneticOperation | Field::MagneticCentring => {
                let (list, operation) = match field {
                    Field::MagneticOperation => (&mut self.magnetic_operations, Operation::parse_magnetic(text)),
                    Field::MagneticCentring => (&mut self.magnetic_centrings, Operation::parse_magnetic(text)),
                    _ => (&mut self.operations, Operation::parse(text)),
                };
                if list.len() == MAX_OPERATIONS {
                    return Err(error(format!("more than {MAX_OPERATIONS} symmetry operations")));
                }
                list.push(operation.ok_or_else(|| error(format!("`{}` is not a symmetry operation", shorten(text))))?);
            }
            Field::Hall if !text.is_empty() => self.named.hall = Some(text),
            Field::HermannMauguin if !text.is_empty() => self.named.hermann_mauguin = Some(text),
            Field::Hall | Field::HermannMauguin => {}
            Field::Number => {
                let number = text.parse().ok().filter(|number| (1..=230).contains(number));
                self.named.number =
                    Some(number.ok_or_else(|| error(format!("`{}` is not a space group (1 to 230)", shorten(text))))?);
            }
            Field::Label => self.row.label = Some(text),
            Field::Symbol => self.row.symbol = Some(text),
            Field::Fractional(axis) => self.row.fractional[axis] = Some(numeric()?),
            Field::Cartesian(axis) => self.row.cartesian[axis] = Some(numeric()?),
            Field::Occupancy => self.row.occupancy = Some(numeric()?),
            Field::AlternateLocation => self.row.location = Some(text),
            Field::Name(name) => self.row.names[name as usize] = Some(text),
            Field::Model => self.row.model = Some(text),
        }
        Ok(())
    }

    /// The end of a row of a loop, or of the block for names outside loops.
    pub(super) fn end_row(&mut self, line: usize) -> Result<(), FormatError> {
        let row = std::mem::take(&mut self.row);
        let error = |what: String| FormatError::at(FORMAT, line, what);
        if !row.is_site || (row.label.is_none() && row.symbol.is_none()) {
            return Ok(());
        }
        if row.model.is_some() && *self.first_model.get_or_insert(row.model.unwrap_or("")) != row.model.unwrap_or("") {
            self.note("Models after the first are left out.");
            return Ok(());
        }
        let (position, is_cartesian) = match (row.fractional, row.cartesian) {
            ([Some(x), Some(y), Some(z)], _) => ([x, y, z], false),
            (_, [Some(x), Some(y), Some(z)]) => ([x, y, z], true),
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
        if occupancy > 0.0
            && let Some(location) = row.location
            && !self.locations.keep(row.atom_name(), location)
        {
            self.note("Alternate locations other than the first are left out.");
            return Ok(());
        }
        let element = self.element(row, line)?;
        if occupancy > 0.0 {
            self.sites.push(Site { element, position, occupancy });
        }
        Ok(())
    }

    /// From the type symbol (`Ti4+`, `O2-`), or from the label.
    fn element(&mut self, row: Row<'a>, line: usize) -> Result<Element, FormatError> {
        let text = row.symbol.or(row.label).unwrap_or("");
        let letters = text.find(|c: char| !c.is_ascii_alphabetic()).map_or(text, |end| &text[..end]);
        if row.symbol.is_some()
            && let Ok(element) = letters.parse()
        {
            return Ok(element);
        }
        let element = element_of_label(text).ok_or_else(|| {
            FormatError::at(FORMAT, line, format!("`{}` is not a chemical element (H to Lr)", shorten(text)))
        })?;
        if row.symbol.is_some() {
            // `OH2` of a water molecule whose hydrogens have no positions.
            self.note(&format!("Sites of type `{}` are shown as {element}.", shorten(text)));
        }
        Ok(element)
    }

    fn note(&mut self, note: &str) {
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
        let wrong = FormatError::structure(FORMAT, self.first_site);
        let structure = if self.is_cartesian {
            if self.cell.iter().any(Option::is_some) {
                self.note("Cell and symmetry are not applied to Cartesian coordinates; the atoms listed are shown as a molecule.");
            }
            let (elements, positions) = self.sites.iter().map(|site| (site.element, site.position)).unzip();
            Structure::Molecule(Molecule::new(elements, positions).map_err(wrong)?)
        } else {
            let lattice = self.lattice()?;
            Structure::Crystal(self.crystal(&lattice).map_err(wrong)??)
        };
        self.notes.into_iter().for_each(|note| frames.note(note));
        frames.push(structure, self.name, self.first_site)
    }

    fn lattice(&self) -> Result<Lattice, FormatError> {
        const NAMES: [&str; 6] = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"];
        let error = |what: String| FormatError::at(FORMAT, self.first_site, what);
        let mut cell = [0.0; 6];
        for ((value, name), number) in self.cell.iter().zip(NAMES).zip(&mut cell) {
            *number = value.ok_or_else(|| error(format!("the fractional coordinates need `_cell_{name}`")))?;
            if *number <= 0.0 {
                return Err(error(format!("`_cell_{name}` is not positive")));
            }
        }
        let [a, b, c, alpha, beta, gamma] = cell;
        if [alpha, beta, gamma].iter().any(|&angle| angle >= 180.0) {
            return Err(error("an angle of the cell is not below 180°".to_owned()));
        }
        Lattice::from_parameters([a, b, c], [alpha, beta, gamma])
            .map_err(|source: StructureError| error(source.to_string()))
    }

    /// All operations of a magnetic structure: after each one listed each centring. `None` if they are too many.
    fn magnetic(&self) -> Option<Vec<Operation>> {
        // Either list may leave out the one that changes nothing, or be left out for it.
        let with_identity = |list: &[Operation]| -> Vec<Operation> {
            let missing = (!list.contains(&Operation::IDENTITY)).then_some(Operation::IDENTITY);
            missing.into_iter().chain(list.iter().copied()).collect()
        };
        let operations = with_identity(&self.magnetic_operations);
        let centrings = with_identity(&self.magnetic_centrings);
        (operations.len() * centrings.len() <= MAX_OPERATIONS)
            .then(|| operations.iter().flat_map(|first| centrings.iter().map(move |then| then.after(first))).collect())
    }

    /// With the operations listed, or those of the tables, or none.
    fn crystal(&mut self, lattice: &Lattice) -> Result<Result<Crystal, FormatError>, StructureError> {
        // What a file lists beside those of its magnetic group is of the structure without moments.
        if !self.magnetic_operations.is_empty() || !self.magnetic_centrings.is_empty() {
            let Some(operations) = self.magnetic() else {
                let what = format!("more than {MAX_OPERATIONS} symmetry operations with all centrings");
                return Ok(Err(FormatError::at(FORMAT, self.first_site, what)));
            };
            self.operations = operations;
        }
        if self.operations.is_empty() && self.named.is_nothing() {
            self.note("The file gives no symmetry; the atoms listed are taken as the whole cell.");
            self.operations.push(Operation::IDENTITY);
        }
        if !self.operations.is_empty() {
            return expand(lattice, &self.sites, &self.operations, &mut self.notes).map(Ok);
        }
        // Of several origins or choices of axes the one that puts atoms onto special positions is meant: the one with
        // the fewest atoms.
        let candidates = self.named.candidates(lattice);
        let mut best: Option<(Crystal, &Candidate)> = None;
        let mut notes = Vec::new();
        for candidate in &candidates {
            notes.clear();
            let crystal = expand(lattice, &self.sites, &candidate.operations, &mut notes)?;
            if best.as_ref().is_none_or(|(best, _)| crystal.elements().len() < best.elements().len()) {
                best = Some((crystal, candidate));
            }
        }
        let Some((crystal, found)) = best else {
            let what = "no symmetry operations are listed, and no setting of the space group named fits the cell";
            return Ok(Err(FormatError::at(FORMAT, self.first_site, what)));
        };
        if found.number > 1 {
            let choice = match candidates.len() {
                1 => "",
                _ => "; the file leaves the setting open, in this one the cell has the fewest atoms",
            };
            self.notes
                .push(format!("Symmetry operations are not listed; those of {} were applied{choice}.", found.name));
        }
        self.notes.extend(notes);
        Ok(Ok(crystal))
    }
}

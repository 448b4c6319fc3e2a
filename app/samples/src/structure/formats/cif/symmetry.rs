//! What a data block says of its symmetry.

use super::{
    super::text::shorten,
    FORMAT, FormatError,
    block::Site,
    expand::expand,
    field::Field,
    operation::Operation,
    tables::{Candidate, Named},
};
use crate::structure::{Crystal, Lattice};

/// Operations that a block may list: a primitive cell has at most 48, a centred one 192, supercells more.
const MAX_OPERATIONS: usize = 4_096;

#[derive(Default)]
pub(super) struct Symmetry<'a> {
    operations: Vec<Operation>,
    magnetic_operations: Vec<Operation>,
    magnetic_centrings: Vec<Operation>,
    named: Named<'a>,
    /// A number that no group has, and its line. It matters only where nothing else is known.
    wrong_number: Option<(&'a str, usize)>,
}

impl<'a> Symmetry<'a> {
    /// Takes a value of a name of the symmetry.
    pub(super) fn set(&mut self, field: Field, text: &'a str, line: usize) -> Result<(), FormatError> {
        match field {
            // Some programs put quotes around what they do not know.
            Field::Hall | Field::HermannMauguin | Field::Number if matches!(text, "" | "?" | ".") => {}
            Field::Hall => self.named.hall = Some(text),
            Field::HermannMauguin => self.named.hermann_mauguin = Some(text),
            Field::Number => match text.parse().ok().filter(|number| (1..=230).contains(number)) {
                Some(number) => self.named.number = Some(number),
                None => self.wrong_number = Some((text, line)),
            },
            _ => return self.add_operation(field, text).map_err(|what| FormatError::at(FORMAT, line, what)),
        }
        Ok(())
    }

    fn add_operation(&mut self, field: Field, text: &str) -> Result<(), String> {
        let (list, operation) = match field {
            Field::MagneticOperation => (&mut self.magnetic_operations, Operation::parse_magnetic(text)),
            Field::MagneticCentring => (&mut self.magnetic_centrings, Operation::parse_magnetic(text)),
            _ => (&mut self.operations, Operation::parse(text)),
        };
        if list.len() == MAX_OPERATIONS {
            return Err(format!("more than {MAX_OPERATIONS} symmetry operations"));
        }
        list.push(operation.ok_or_else(|| format!("`{}` is not a symmetry operation", shorten(text)))?);
        Ok(())
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

    /// The operations that a file lists, those of its magnetic group first: what it lists beside them is of the structure
    /// without moments.
    fn listed(&self) -> Result<Vec<Operation>, String> {
        if self.magnetic_operations.is_empty() && self.magnetic_centrings.is_empty() {
            return Ok(self.operations.clone());
        }
        self.magnetic().ok_or_else(|| format!("more than {MAX_OPERATIONS} symmetry operations with all centrings"))
    }

    /// The crystal of these sites, of which the first is at `line`: with the operations listed, or those of the tables,
    /// or none.
    pub(super) fn crystal(
        &self,
        lattice: &Lattice,
        sites: &[Site],
        line: usize,
        notes: &mut Vec<String>,
    ) -> Result<Crystal, FormatError> {
        let wrong = FormatError::structure(FORMAT, line);
        let mut operations = self.listed().map_err(|what| FormatError::at(FORMAT, line, what))?;
        if operations.is_empty() && self.named.is_nothing() {
            if let Some((number, line)) = self.wrong_number {
                let what = format!("`{}` is not a space group (1 to 230)", shorten(number));
                return Err(FormatError::at(FORMAT, line, what));
            }
            notes.push("The file gives no symmetry; the atoms listed are taken as the whole cell.".to_owned());
            operations.push(Operation::IDENTITY);
        }
        if !operations.is_empty() {
            return expand(lattice, sites, &operations, notes).map_err(wrong);
        }
        // Of several origins or choices of axes the one that puts atoms onto special positions is meant: the one with
        // the fewest atoms.
        let candidates = self.named.candidates(lattice);
        let mut best: Option<(Crystal, &Candidate, Vec<String>)> = None;
        for candidate in &candidates {
            let mut notes = Vec::new();
            let crystal = expand(lattice, sites, &candidate.operations, &mut notes).map_err(&wrong)?;
            if best.as_ref().is_none_or(|(best, ..)| crystal.elements().len() < best.elements().len()) {
                best = Some((crystal, candidate, notes));
            }
        }
        let Some((crystal, found, more)) = best else {
            let what = "no symmetry operations are listed, and no setting of the space group named fits the cell";
            return Err(FormatError::at(FORMAT, line, what));
        };
        if let Some(name) = self.named.unknown_name() {
            notes.push(format!("The space group `{}` is not known by this name, but by its number.", shorten(name)));
        }
        if found.number > 1 || found.operations.len() > 1 {
            let choice = match candidates.len() {
                1 => "",
                _ => "; the file leaves the setting open, in this one the cell has the fewest atoms",
            };
            notes.push(format!("Symmetry operations are not listed; those of {} were applied{choice}.", found.name));
        }
        notes.extend(more);
        Ok(crystal)
    }
}

//! Which of an atom's alternate locations is kept.

use std::collections::HashMap;

/// What an atom is called, whatever its location. A file that leaves a part out has it empty.
#[derive(Clone, Copy)]
pub(super) struct AtomName<'a> {
    /// Chain, number, insertion code.
    pub(super) residue: [&'a str; 3],
    /// Such as `SER`.
    pub(super) residue_name: &'a str,
    /// Such as `CA`.
    pub(super) atom: &'a str,
}

/// The first of the alternate locations seen so far. There is an entry for each atom kept, at most.
#[derive(Default)]
pub(super) struct Locations<'a> {
    atoms: HashMap<([&'a str; 3], &'a str), &'a str>,
    residue_names: HashMap<[&'a str; 3], &'a str>,
}

impl<'a> Locations<'a> {
    /// Whether an atom with this mark of an alternate location is kept: the first location of each atom is, whichever.
    pub(super) fn keep(&mut self, name: AtomName<'a>, location: &'a str) -> bool {
        // Of two residues that share a place in the chain the second is an alternative, whatever its atoms are called.
        *self.residue_names.entry(name.residue).or_insert(name.residue_name) == name.residue_name
            && *self.atoms.entry((name.residue, name.atom)).or_insert(location) == location
    }
}

#[cfg(test)]
mod tests {
    use super::{AtomName, Locations};

    #[test]
    fn the_first_location_of_each_atom_is_kept() {
        let mut locations = Locations::default();
        let mut keep =
            |number: &'static str, residue_name: &'static str, atom: &'static str, location: &'static str| {
                locations.keep(AtomName { residue: ["A", number, ""], residue_name, atom }, location)
            };
        assert!(keep("1", "ALA", "CA", "B"));
        assert!(!keep("1", "ALA", "CA", "A"));
        assert!(keep("1", "ALA", "CB", "A"));
        // The same mark twice is two atoms of one name, not two locations.
        assert!(keep("1", "ALA", "CB", "A"));
        assert!(keep("2", "ALA", "CA", "C"));
        assert!(keep("3", "PRO", "N", "A"));
        assert!(!keep("3", "SER", "N", "B"));
        assert!(!keep("3", "SER", "OG", "B"));
    }
}

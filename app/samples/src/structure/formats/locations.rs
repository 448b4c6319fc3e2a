//! Which of an atom's alternate locations is kept.

use std::collections::{HashMap, HashSet};

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
    /// The atoms without a mark of the residue that had the last one. Those before are forgotten: most files have no
    /// marks at all, and in large ones the numbers of residues come again.
    unmarked: HashSet<&'a str>,
    /// That residue with its name.
    unmarked_residue: ([&'a str; 3], &'a str),
}

impl<'a> Locations<'a> {
    /// Whether an atom with this mark of an alternate location is kept: the first location of each atom is, whichever.
    /// Without a mark it is: then those with one are alternatives to it.
    pub(super) fn keep(&mut self, name: AtomName<'a>, location: &'a str) -> bool {
        let residue = (name.residue, name.residue_name);
        if location.is_empty() {
            if self.unmarked_residue != residue {
                self.unmarked_residue = residue;
                self.unmarked = HashSet::new();
            }
            self.unmarked.insert(name.atom);
            return true;
        }
        if self.unmarked_residue == residue && self.unmarked.contains(name.atom) {
            return false;
        }
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

    #[test]
    fn an_atom_without_a_mark_is_the_first_location() {
        let mut locations = Locations::default();
        let mut keep = |number: &'static str, atom: &'static str, location: &'static str| {
            locations.keep(AtomName { residue: ["A", number, ""], residue_name: "ARG", atom }, location)
        };
        assert!(keep("1", "CZ", ""));
        assert!(!keep("1", "CZ", "B"));
        assert!(keep("1", "NH1", "A"));
        assert!(!keep("1", "NH1", "B"));
        // Two atoms of one name are two atoms.
        assert!(keep("1", "CZ", ""));
        assert!(keep("2", "CA", ""));
        assert!(keep("2", "CZ", "B"));
    }
}

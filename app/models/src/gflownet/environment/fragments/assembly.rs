//! From blocks to atoms: bonds, hydrogens, aromaticity and hybridisation as RDKit perceives them.

use samples::structure::{Bond, BondOrder, Element, Molecule, StructureError, smiles};

use super::{
    library::{Atom, Library},
    tree::Tree,
};

/// Orbitals of an atom's bonds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hybridisation {
    /// Two.
    Sp,
    /// Three, or four of which one is conjugated.
    Sp2,
    /// Four.
    Sp3,
    /// More, or fewer: no atom of the fragments.
    Other,
}

/// The atoms of a molecule, hydrogens counted and not listed. Atoms are in the order of the state's slots, and within a
/// slot in the order of the fragment's SMILES.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assembly {
    /// Per atom.
    pub elements: Vec<Element>,
    /// Per atom, formal.
    pub charges: Vec<i8>,
    /// Per atom, those bonded to it.
    pub hydrogens: Vec<u8>,
    /// Per atom.
    pub aromatic: Vec<bool>,
    /// Per atom.
    pub hybridisation: Vec<Hybridisation>,
    /// Bonds of the fragments, then the junctions.
    pub bonds: Vec<Bond>,
    /// Atoms with an open stem, ascending.
    pub open: Vec<usize>,
    /// Per slot its first atom.
    pub slots: Vec<usize>,
}

impl Assembly {
    /// In SMILES, not canonical.
    pub fn smiles(&self) -> String {
        // Fragments have few rings and none of the elements that the notation cannot say.
        self.molecule().ok().and_then(|molecule| smiles::write(&molecule, &self.hydrogens).ok()).unwrap_or_default()
    }

    /// As a molecule without hydrogens. Fragments have no coordinates: all atoms are at the origin.
    ///
    /// # Errors
    /// None for the atoms of a state: the molecule's own checks pass.
    pub fn molecule(&self) -> Result<Molecule, StructureError> {
        let positions = vec![[0.0; 3]; self.elements.len()];
        Molecule::new(self.elements.clone(), positions)?
            .with_bonds(self.bonds.clone())?
            .with_charges(self.charges.clone())
    }
}

/// The atoms of a tree. A junction is a single bond in place of a hydrogen on either side.
pub(super) fn assemble(library: &Library, tree: &Tree) -> Assembly {
    let mut made = Assembly::default();
    let mut atoms: Vec<Atom> = Vec::new();
    let order = |order| match order {
        1 => BondOrder::Single,
        2 => BondOrder::Double,
        3 => BondOrder::Triple,
        _ => BondOrder::Aromatic,
    };
    for (slot, node) in tree.0.iter().enumerate() {
        let fragment = library.fragment(node.kind);
        let start = atoms.len();
        made.slots.push(start);
        atoms.extend(&fragment.atoms);
        let number = |atom: u8| (start + usize::from(atom)) as u32;
        let bonds = fragment.bonds.iter().map(|&(a, b, o)| Bond { atoms: [number(a), number(b)], order: order(o) });
        made.bonds.extend(bonds);
        let stems = library.kinds[node.kind].stems.iter().enumerate();
        let open = stems.filter(|&(stem, _)| tree.room(library, slot, stem) > 0);
        made.open.extend(open.map(|(_, &(atom, _))| start + usize::from(atom)));
    }
    let mut junctions = vec![0; atoms.len()];
    for (slot, node) in tree.0.iter().enumerate().skip(1) {
        let Some(up) = node.edges.first() else { continue };
        let atom = |slot: usize, stem: u8| {
            made.slots[slot] + usize::from(library.kinds[tree.0[slot].kind].stems[usize::from(stem)].0)
        };
        let ends = [atom(up.other.into(), up.other_stem), atom(slot, up.stem)];
        ends.iter().for_each(|&end| junctions[end] += 1);
        made.bonds.push(Bond { atoms: ends.map(|end| end as u32), order: BondOrder::Single });
    }
    made.elements = atoms.iter().map(|atom| atom.0).collect();
    made.charges = atoms.iter().map(|atom| atom.1).collect();
    perceive(&mut made, &atoms, &junctions);
    made
}

/// Fills in what follows from atoms and bonds.
fn perceive(made: &mut Assembly, atoms: &[Atom], junctions: &[i8]) {
    let count = atoms.len();
    // Twice the sum of bond orders, and the number of bonds.
    let mut sums = vec![0; count];
    let mut degrees = vec![0; count];
    made.aromatic = vec![false; count];
    for bond in &made.bonds {
        for atom in bond.atoms.map(|atom| atom as usize) {
            sums[atom] += doubled(bond.order);
            degrees[atom] += 1;
            made.aromatic[atom] |= bond.order == BondOrder::Aromatic;
        }
    }
    made.hydrogens = (0..count)
        .map(|i| match atoms[i].2 {
            stated @ 0.. => (stated - junctions[i]).max(0) as u8,
            _ => smiles::implied_hydrogens(atoms[i].0, sums[i], made.aromatic[i]).unwrap_or(0),
        })
        .collect();
    let perceived: Vec<Perceived> = (0..count)
        .map(|i| {
            let Atom(element, charge, _) = atoms[i];
            let hydrogens = u32::from(made.hydrogens[i]);
            let valence = match made.aromatic[i] {
                // Half orders do not add up to it.
                true => lowest_valence(element).saturating_add_signed(charge.into()),
                false => sums[i] / 2 + hydrogens,
            };
            Perceived { element, charge, valence, partners: degrees[i] + hydrogens }
        })
        .collect();
    let conjugated = conjugated(made, &perceived);
    made.hybridisation =
        perceived.iter().zip(conjugated).map(|(atom, conjugated)| atom.hybridisation(conjugated)).collect();
}

fn doubled(order: BondOrder) -> u32 {
    match order {
        BondOrder::Single => 2,
        BondOrder::Aromatic => 3,
        BondOrder::Double => 4,
        BondOrder::Triple => 6,
    }
}

/// An atom among its bonds. The rules below are RDKit's (`ConjugHybrid.cpp`), as far as the fragments go.
struct Perceived {
    element: Element,
    charge: i8,
    valence: u32,
    /// Atoms it is bonded to, hydrogens included.
    partners: u32,
}

/// Valence electrons.
fn outer_electrons(element: Element) -> u32 {
    match element.symbol() {
        "C" => 4,
        "N" | "P" => 5,
        "O" | "S" => 6,
        _ => 7,
    }
}

fn lowest_valence(element: Element) -> u32 {
    8 - outer_electrons(element)
}

impl Perceived {
    /// Whether it can take part in conjugation: not with more bonds than its lowest valence, and below the second row
    /// only sulphur at the end of a double bond.
    fn may_conjugate(&self) -> bool {
        let is_hypervalent = self.charge == 0 && self.valence > lowest_valence(self.element);
        let is_second_row = self.element.atomic_number() <= 10;
        let is_end_of_sulphur = self.element.symbol() == "S" && self.partners < 2;
        !is_hypervalent && (is_second_row || self.is_halogen() || is_end_of_sulphur)
    }

    fn is_halogen(&self) -> bool {
        outer_electrons(self.element) == 7
    }

    fn hybridisation(&self, conjugated: bool) -> Hybridisation {
        let free = outer_electrons(self.element).saturating_sub(self.valence.saturating_add_signed(self.charge.into()));
        match self.partners + free / 2 {
            2 => Hybridisation::Sp,
            3 => Hybridisation::Sp2,
            4 if conjugated && self.partners <= 3 && !self.is_halogen() => Hybridisation::Sp2,
            4 => Hybridisation::Sp3,
            _ => Hybridisation::Other,
        }
    }
}

/// Per atom whether one of its bonds is conjugated: aromatic, or a multiple bond beside another bond, at an atom of two
/// or three partners, with that other bond.
fn conjugated(made: &Assembly, atoms: &[Perceived]) -> Vec<bool> {
    let mut neighbours: Vec<Vec<(usize, BondOrder)>> = vec![Vec::new(); atoms.len()];
    for bond in &made.bonds {
        let [a, b] = bond.atoms.map(|atom| atom as usize);
        neighbours[a].push((b, bond.order));
        neighbours[b].push((a, bond.order));
    }
    let mut conjugated = made.aromatic.clone();
    for (i, atom) in atoms.iter().enumerate() {
        if !atom.may_conjugate() || !(2..=3).contains(&atom.partners) {
            continue;
        }
        for &(j, _) in neighbours[i].iter().filter(|(_, order)| *order != BondOrder::Single) {
            let beside = neighbours[i].iter().filter(|&&(k, _)| k != j);
            for &(k, _) in beside.filter(|&&(k, _)| atoms[k].partners <= 3 && atoms[k].may_conjugate()) {
                [i, j, k].iter().for_each(|&atom| conjugated[atom] = true);
            }
        }
    }
    conjugated
}

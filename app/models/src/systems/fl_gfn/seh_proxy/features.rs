//! Molecules as the proxy sees them: 71 numbers per atom and the kinds of bonds, as in `utils/chem.py` and
//! `model_atom.py` of GFNOrg/gflownet.

use samples::structure::BondOrder;

use crate::gflownet::environment::fragments::{Assembly, Hybridisation};

/// Numbers per atom.
pub const FEATURES: usize = 71;

/// Kinds of bonds, and one more for the loop at an atom that has none.
pub const BOND_KINDS: usize = 5;

/// A graph of atoms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AtomGraph {
    /// Per atom the places of its features that are not 0, and their values. Places: 0–5 H, C, N, O, F, another; 9
    /// aromatic; 10–12 sp, sp², sp³; 13 number of hydrogens; 13 + Z the atomic number Z; 70 an open stem. The others
    /// (a second atomic number, acceptor, donor) are there and not filled, as the authors trained it.
    pub atoms: Vec<Vec<(usize, f32)>>,
    /// Every bond in both directions: from, to, kind (single, double, triple, aromatic, none).
    pub edges: Vec<(usize, usize, usize)>,
}

impl AtomGraph {
    /// The graph of a molecule.
    ///
    /// Two peculiarities of the authors' code are kept, as the network was trained with them: a molecule without open
    /// stems has its atom 0 marked as one, and a single atom has a bond of no kind to itself.
    pub fn new(molecule: &Assembly) -> Self {
        let open = if molecule.open.is_empty() { &[0][..] } else { &molecule.open };
        let features = |atom: usize| {
            let element = molecule.elements[atom];
            let kind = match element.symbol() {
                "H" => 0,
                "C" => 1,
                "N" => 2,
                "O" => 3,
                "F" => 4,
                _ => 5,
            };
            let hybridisation = match molecule.hybridisation[atom] {
                Hybridisation::Sp => Some(10),
                Hybridisation::Sp2 => Some(11),
                Hybridisation::Sp3 => Some(12),
                Hybridisation::Other => None,
            };
            let mut features = vec![(kind, 1.0)];
            features.extend(molecule.aromatic[atom].then_some((9, 1.0)));
            features.extend(hybridisation.map(|place| (place, 1.0)));
            features
                .extend([(13, f32::from(molecule.hydrogens[atom])), (13 + usize::from(element.atomic_number()), 1.0)]);
            features.extend(open.contains(&atom).then_some((70, 1.0)));
            features
        };
        let kind = |order| match order {
            BondOrder::Single => 0,
            BondOrder::Double => 1,
            BondOrder::Triple => 2,
            BondOrder::Aromatic => 3,
        };
        let both = molecule.bonds.iter().flat_map(|bond| {
            let [a, b] = bond.atoms.map(|atom| atom as usize);
            [(a, b, kind(bond.order)), (b, a, kind(bond.order))]
        });
        let mut edges: Vec<_> = both.collect();
        if edges.is_empty() && !molecule.elements.is_empty() {
            edges.push((0, 0, BOND_KINDS - 1));
        }
        Self { atoms: (0..molecule.elements.len()).map(features).collect(), edges }
    }
}

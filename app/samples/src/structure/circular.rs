//! Circular fingerprints of molecules: which surroundings of atoms occur in one (Rogers & Hahn, J. Chem. Inf. Model. 50,
//! 742, 2010), and how alike two molecules are by them.
//!
//! Atoms are told apart by what RDKit's Morgan fingerprint looks at (element, neighbours and hydrogens, charge, ring),
//! so that similarities are those of RDKit with unfolded identifiers; tests hold them to it.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{BondOrder, Molecule};

/// Identifiers of the surroundings that occur, ascending. They mean the same within one build of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CircularFingerprint(Vec<u64>);

impl CircularFingerprint {
    /// The surroundings of up to `radius` bonds around every atom; radius 2 is known as ECFP4. `hydrogens` counts, per
    /// atom, those that are not atoms of the molecule; atoms without a count have none.
    pub fn new(molecule: &Molecule, hydrogens: &[u8], radius: usize) -> Self {
        let atoms = molecule.elements().len();
        let neighbours = neighbours(molecule);
        let rings = in_rings(&neighbours, molecule.bonds().len());
        let mut identifiers: Vec<u64> = (0..atoms)
            .map(|atom| {
                let hydrogens = usize::from(hydrogens.get(atom).copied().unwrap_or(0));
                let partners = neighbours[atom].len() + hydrogens;
                let ring = neighbours[atom].iter().any(|&(_, bond)| rings[bond]);
                hashed((molecule.elements()[atom].atomic_number(), partners, hydrogens, molecule.charges()[atom], ring))
            })
            .collect();
        let mut found: HashSet<u64> = identifiers.iter().copied().collect();
        // The bonds of each surrounding: one of the same bonds is the same, from whichever atom it is seen.
        let mut known: HashSet<Vec<usize>> = HashSet::new();
        let mut bonds: Vec<Vec<usize>> = vec![Vec::new(); atoms];
        let mut grows: Vec<bool> = neighbours.iter().map(|around| !around.is_empty()).collect();
        for round in 0..radius {
            let mut seen = Vec::new();
            let (mut next, mut wider) = (vec![0; atoms], bonds.clone());
            for atom in (0..atoms).filter(|&atom| grows[atom]) {
                let around = &neighbours[atom];
                let order = |bond: usize| molecule.bonds()[bond].order;
                let mut parts: Vec<(u8, u64)> =
                    around.iter().map(|&(other, bond)| (rank(order(bond)), identifiers[other])).collect();
                parts.sort_unstable();
                next[atom] = hashed((round, identifiers[atom], parts));
                wider[atom].extend(around.iter().map(|&(_, bond)| bond));
                wider[atom].extend(around.iter().flat_map(|&(other, _)| &bonds[other]));
                wider[atom].sort_unstable();
                wider[atom].dedup();
                seen.push((wider[atom].clone(), next[atom], atom));
            }
            seen.sort_unstable();
            for (bonds, identifier, atom) in seen {
                if known.insert(bonds) {
                    found.insert(identifier);
                } else {
                    grows[atom] = false;
                }
            }
            (identifiers, bonds) = (next, wider);
        }
        let mut found: Vec<u64> = found.into_iter().collect();
        found.sort_unstable();
        Self(found)
    }

    /// Tanimoto's similarity: the surroundings that both have over those that either has, in [0, 1]; 1 for two molecules
    /// without atoms.
    pub fn similarity(&self, other: &Self) -> f64 {
        let both = self.0.iter().filter(|identifier| other.0.binary_search(identifier).is_ok()).count();
        let either = self.0.len() + other.0.len() - both;
        if either == 0 { 1.0 } else { both as f64 / either as f64 }
    }
}

/// Per atom, (neighbour, bond).
fn neighbours(molecule: &Molecule) -> Vec<Vec<(usize, usize)>> {
    let mut neighbours = vec![Vec::new(); molecule.elements().len()];
    for (index, bond) in molecule.bonds().iter().enumerate() {
        let [a, b] = bond.atoms.map(|atom| atom as usize);
        neighbours[a].push((b, index));
        neighbours[b].push((a, index));
    }
    neighbours
}

/// Per bond whether it is part of a ring: no bridge (Tarjan 1974).
fn in_rings(neighbours: &[Vec<(usize, usize)>], bonds: usize) -> Vec<bool> {
    const UNSEEN: usize = usize::MAX;
    let mut ring = vec![true; bonds];
    // When an atom was first seen, and the earliest atom that its branch reaches by another way.
    let (mut entered, mut lowest) = (vec![UNSEEN; neighbours.len()], vec![UNSEEN; neighbours.len()]);
    let mut time = 0;
    for root in 0..neighbours.len() {
        if entered[root] != UNSEEN {
            continue;
        }
        // (atom, bond to it, next neighbour to look at)
        let mut way = vec![(root, None, 0)];
        (entered[root], lowest[root]) = (time, time);
        time += 1;
        while let Some((atom, by, next)) = way.last_mut() {
            let (atom, by) = (*atom, *by);
            if let Some(&(other, bond)) = neighbours[atom].get(*next) {
                *next += 1;
                if Some(bond) == by {
                    continue;
                }
                if entered[other] == UNSEEN {
                    (entered[other], lowest[other]) = (time, time);
                    time += 1;
                    way.push((other, Some(bond), 0));
                } else {
                    lowest[atom] = lowest[atom].min(entered[other]);
                }
                continue;
            }
            way.pop();
            if let (Some(&(above, ..)), Some(bond)) = (way.last(), by) {
                lowest[above] = lowest[above].min(lowest[atom]);
                ring[bond] = lowest[atom] <= entered[above];
            }
        }
    }
    ring
}

fn rank(order: BondOrder) -> u8 {
    match order {
        BondOrder::Single => 1,
        BondOrder::Double => 2,
        BondOrder::Triple => 3,
        BondOrder::Aromatic => 12,
    }
}

fn hashed(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

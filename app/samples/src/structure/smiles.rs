//! Molecules as SMILES: Daylight's line notation, as the OpenSMILES specification has it.

use thiserror::Error;

use super::{Bond, BondOrder, Element, Molecule};

/// Why a molecule has no SMILES.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SmilesError {
    /// Not one count of hydrogens per atom.
    #[error("{hydrogens} counts of hydrogens for {atoms} atoms")]
    Length {
        /// Atoms there are.
        atoms: usize,
        /// Counts given.
        hydrogens: usize,
    },
    /// Two bonds join the same atoms.
    #[error("bond {0} joins atoms that are joined already")]
    Repeated(usize),
    /// The notation knows no such element in an aromatic ring.
    #[error("atom {0} cannot be aromatic")]
    Aromatic(usize),
    /// The notation numbers open rings up to 99.
    #[error("more than 99 rings are open at atom {0}")]
    Rings(usize),
}

/// Hydrogens that the notation implies on an atom without brackets: what is missing to the lowest normal valence that
/// its bonds do not exceed. `None` for elements that are always in brackets.
///
/// `bonds` is twice the sum of the orders, where an aromatic bond counts 1½; an aromatic atom has its lowest valence.
pub fn implied_hydrogens(element: Element, bonds: u32, aromatic: bool) -> Option<u8> {
    let valences: &[u32] = match element.symbol() {
        "B" => &[3],
        "C" => &[4],
        "N" => &[3, 5],
        "O" => &[2],
        "P" => &[3, 5],
        "S" => &[2, 4, 6],
        "F" | "Cl" | "Br" | "I" => &[1],
        _ => return None,
    };
    let sum = bonds / 2;
    let valence = if aromatic { valences.first() } else { valences.iter().find(|&&v| v >= sum) };
    Some(valence.map_or(0, |v| v.saturating_sub(sum)) as u8)
}

/// The molecule in SMILES: valid, not canonical. Parts that are not connected are joined by dots.
///
/// `hydrogens` counts, per atom, those that are not atoms of the molecule; positions are left out.
///
/// # Errors
/// If the counts do not match, a bond is there twice, or the notation cannot say it.
pub fn write(molecule: &Molecule, hydrogens: &[u8]) -> Result<String, SmilesError> {
    let atoms = molecule.elements().len();
    if hydrogens.len() != atoms {
        return Err(SmilesError::Length { atoms, hydrogens: hydrogens.len() });
    }
    let graph = Graph::new(molecule)?;
    let forest = Forest::grow(&graph);
    let mut rings = Rings::default();
    let mut text = String::new();
    for &root in &forest.roots {
        if root != forest.roots[0] {
            text.push('.');
        }
        let mut tasks = vec![Task::Atom { atom: root, bond: None }];
        while let Some(task) = tasks.pop() {
            let (atom, bond) = match task {
                Task::Text(bracket) => {
                    text.push(bracket);
                    continue;
                }
                Task::Atom { atom, bond } => (atom, bond),
            };
            text.push_str(bond.map_or("", |bond| graph.symbol(molecule, bond)));
            write_atom(&mut text, molecule, &graph, atom, hydrogens[atom])?;
            for (bond, number) in rings.turn(&forest, atom)? {
                text.push_str(graph.symbol(molecule, bond));
                text.push_str(&if number < 10 { number.to_string() } else { format!("%{number}") });
            }
            // The last branch goes on without brackets; tasks are done from the end.
            for (index, &(child, bond)) in forest.children[atom].iter().rev().enumerate() {
                let is_branch = index > 0;
                tasks.extend(is_branch.then_some(Task::Text(')')));
                tasks.push(Task::Atom { atom: child, bond: Some(bond) });
                tasks.extend(is_branch.then_some(Task::Text('(')));
            }
        }
    }
    Ok(text)
}

/// What is left to be written.
enum Task {
    Text(char),
    Atom { atom: usize, bond: Option<usize> },
}

/// Who is bonded to whom.
struct Graph {
    /// Per atom, (neighbour, bond).
    neighbours: Vec<Vec<(usize, usize)>>,
    aromatic: Vec<bool>,
}

impl Graph {
    fn new(molecule: &Molecule) -> Result<Self, SmilesError> {
        let atoms = molecule.elements().len();
        let mut graph = Self { neighbours: vec![Vec::new(); atoms], aromatic: vec![false; atoms] };
        let mut pairs: Vec<_> = molecule.bonds().iter().enumerate().map(|(i, bond)| (pair(bond), i)).collect();
        pairs.sort_unstable();
        if let Some(twice) = pairs.windows(2).find(|two| two[0].0 == two[1].0) {
            return Err(SmilesError::Repeated(twice[1].1));
        }
        for (index, bond) in molecule.bonds().iter().enumerate() {
            let [a, b] = bond.atoms.map(|atom| atom as usize);
            graph.neighbours[a].push((b, index));
            graph.neighbours[b].push((a, index));
            if bond.order == BondOrder::Aromatic {
                graph.aromatic[a] = true;
                graph.aromatic[b] = true;
            }
        }
        Ok(graph)
    }

    fn symbol(&self, molecule: &Molecule, bond: usize) -> &'static str {
        let bond = molecule.bonds()[bond];
        match bond.order {
            // Between two aromatic atoms no sign would mean an aromatic bond.
            BondOrder::Single if bond.atoms.iter().all(|&atom| self.aromatic[atom as usize]) => "-",
            BondOrder::Single | BondOrder::Aromatic => "",
            BondOrder::Double => "=",
            BondOrder::Triple => "#",
        }
    }
}

/// The two atoms in ascending order.
fn pair(bond: &Bond) -> [u32; 2] {
    let [a, b] = bond.atoms;
    [a.min(b), a.max(b)]
}

/// A spanning forest, depth first: every other bond joins an atom to one that was met on the way to it.
#[derive(Default)]
struct Forest {
    roots: Vec<usize>,
    /// Per atom, (child, bond).
    children: Vec<Vec<(usize, usize)>>,
    /// Per atom, the ring bonds that begin there.
    opens: Vec<Vec<usize>>,
    /// Per atom, the ring bonds that end there.
    closes: Vec<Vec<usize>>,
}

impl Forest {
    fn grow(graph: &Graph) -> Self {
        let atoms = graph.neighbours.len();
        let mut forest = Self {
            roots: Vec::new(),
            children: vec![Vec::new(); atoms],
            opens: vec![Vec::new(); atoms],
            closes: vec![Vec::new(); atoms],
        };
        // When each atom was met, from 1; 0 is not yet.
        let mut met = vec![0_usize; atoms];
        let mut clock = 0;
        for root in 0..atoms {
            if met[root] > 0 {
                continue;
            }
            forest.roots.push(root);
            clock += 1;
            met[root] = clock;
            // (atom, bond to its parent, next neighbour to look at)
            let mut path = vec![(root, None, 0)];
            while let Some((atom, above, next)) = path.last_mut() {
                let Some(&(other, bond)) = graph.neighbours[*atom].get(*next) else {
                    path.pop();
                    continue;
                };
                *next += 1;
                if *above == Some(bond) {
                    continue;
                }
                if met[other] == 0 {
                    forest.children[*atom].push((other, bond));
                    clock += 1;
                    met[other] = clock;
                    path.push((other, Some(bond), 0));
                } else if met[other] < met[*atom] {
                    forest.closes[*atom].push(bond);
                    forest.opens[other].push(bond);
                }
            }
        }
        forest
    }
}

/// The numbers of the rings that are open.
#[derive(Default)]
struct Rings {
    /// Place `n − 1` holds the bond that has number `n`.
    open: Vec<Option<usize>>,
}

impl Rings {
    /// The ring bonds written at an atom and their numbers: those that end there, then those that begin there.
    fn turn(&mut self, forest: &Forest, atom: usize) -> Result<Vec<(usize, usize)>, SmilesError> {
        let place = |open: &[Option<usize>], bond| open.iter().position(|&o| o == Some(bond));
        let closing: Vec<_> =
            forest.closes[atom].iter().filter_map(|&bond| Some((bond, place(&self.open, bond)? + 1))).collect();
        let mut turn = closing.clone();
        for &bond in &forest.opens[atom] {
            let free = self.open.iter().position(Option::is_none).unwrap_or(self.open.len());
            if free >= 99 {
                return Err(SmilesError::Rings(atom));
            }
            self.open.resize(self.open.len().max(free + 1), None);
            self.open[free] = Some(bond);
            turn.push((bond, free + 1));
        }
        // Freed last, so that no number ends and begins at one atom.
        for (_, number) in closing {
            self.open[number - 1] = None;
        }
        Ok(turn)
    }
}

fn write_atom(
    text: &mut String,
    molecule: &Molecule,
    graph: &Graph,
    atom: usize,
    hydrogens: u8,
) -> Result<(), SmilesError> {
    let element = molecule.elements()[atom];
    let charge = molecule.charges()[atom];
    let aromatic = graph.aromatic[atom];
    let symbol = match element.symbol() {
        symbol @ ("B" | "C" | "N" | "O" | "P" | "S" | "Se" | "As" | "Te" | "Si") if aromatic => symbol.to_lowercase(),
        _ if aromatic => return Err(SmilesError::Aromatic(atom)),
        symbol => symbol.to_owned(),
    };
    let twice = |order| match order {
        BondOrder::Single => 2,
        BondOrder::Double => 4,
        BondOrder::Triple => 6,
        BondOrder::Aromatic => 3,
    };
    let bonds = graph.neighbours[atom].iter().map(|&(_, bond)| twice(molecule.bonds()[bond].order)).sum();
    if charge == 0 && implied_hydrogens(element, bonds, aromatic) == Some(hydrogens) {
        text.push_str(&symbol);
        return Ok(());
    }
    let count = |n: u32| if n == 1 { String::new() } else { n.to_string() };
    text.push('[');
    text.push_str(&symbol);
    if hydrogens > 0 {
        text.push('H');
        text.push_str(&count(hydrogens.into()));
    }
    if charge != 0 {
        text.push(if charge > 0 { '+' } else { '-' });
        text.push_str(&count(charge.unsigned_abs().into()));
    }
    text.push(']');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Atoms by symbol, bonds as (atom, atom, order).
    fn molecule(symbols: &str, bonds: &[(u32, u32, BondOrder)]) -> Molecule {
        let elements: Vec<Element> = symbols.split(' ').map(|symbol| symbol.parse().unwrap()).collect();
        let positions = vec![[0.0; 3]; elements.len()];
        let bonds = bonds.iter().map(|&(a, b, order)| Bond { atoms: [a, b], order }).collect();
        Molecule::new(elements, positions).unwrap().with_bonds(bonds).unwrap()
    }

    /// Bonds of a ring of `size` atoms from `first` on.
    fn ring(first: u32, size: u32, order: BondOrder) -> Vec<(u32, u32, BondOrder)> {
        (0..size).map(|i| (first + i, first + (i + 1) % size, order)).collect()
    }

    #[test]
    fn chains_branches_and_multiple_bonds_are_written() {
        use BondOrder::{Double, Single, Triple};
        let acid = molecule("C C O O", &[(0, 1, Single), (1, 2, Double), (1, 3, Single)]);
        assert_eq!(write(&acid, &[3, 0, 0, 1]).unwrap(), "CC(=O)O");
        let cyanide = molecule("C N", &[(0, 1, Triple)]);
        assert_eq!(write(&cyanide, &[1, 0]).unwrap(), "C#N");
    }

    #[test]
    fn rings_are_aromatic_where_their_bonds_are_and_joined_by_a_dash() {
        let mut bonds = ring(0, 6, BondOrder::Aromatic);
        bonds.extend(ring(6, 6, BondOrder::Aromatic));
        bonds.push((0, 6, BondOrder::Single));
        let mut hydrogens = [1; 12];
        hydrogens[0] = 0;
        hydrogens[6] = 0;
        let biphenyl = molecule("C C C C C C C C C C C C", &bonds);
        assert_eq!(write(&biphenyl, &hydrogens).unwrap(), "c1(ccccc1)-c1ccccc1");
        let pyrrole = molecule("N C C C C", &ring(0, 5, BondOrder::Aromatic));
        assert_eq!(write(&pyrrole, &[1; 5]).unwrap(), "[nH]1cccc1");
    }

    #[test]
    fn charges_and_unusual_hydrogens_are_in_brackets() {
        let ions = molecule("N O Fe C", &[]).with_charges(vec![1, -1, 2, 0]).unwrap();
        assert_eq!(write(&ions, &[4, 1, 0, 2]).unwrap(), "[NH4+].[OH-].[Fe+2].[CH2]");
    }

    #[test]
    fn ring_numbers_above_nine_have_a_percent_sign_and_a_hundred_is_an_error() {
        // A fan: atom 0 is bonded to every other of a chain, so each bond opens a ring there.
        let fan = |rings: u32| {
            let mut bonds: Vec<_> = (0..rings + 1).map(|i| (i, i + 1, BondOrder::Single)).collect();
            bonds.extend((2..rings + 2).map(|i| (0, i, BondOrder::Single)));
            molecule(&vec!["U"; rings as usize + 2].join(" "), &bonds)
        };
        let text = write(&fan(12), &[0; 14]).unwrap();
        assert_eq!(text, "[U]123456789%10%11%12[U][U]%12[U]%11[U]%10[U]9[U]8[U]7[U]6[U]5[U]4[U]3[U]2[U]1");
        assert_eq!(write(&fan(120), &[0; 122]), Err(SmilesError::Rings(0)));
    }

    #[test]
    fn what_the_notation_cannot_say_is_an_error() {
        let twice = molecule("C C", &[(0, 1, BondOrder::Single), (1, 0, BondOrder::Double)]);
        assert_eq!(write(&twice, &[0, 0]), Err(SmilesError::Repeated(1)));
        assert_eq!(write(&twice, &[0]), Err(SmilesError::Length { atoms: 2, hydrogens: 1 }));
        let iron = molecule("Fe C", &[(0, 1, BondOrder::Aromatic)]);
        assert_eq!(write(&iron, &[0, 1]), Err(SmilesError::Aromatic(0)));
    }

    #[test]
    fn a_long_chain_needs_no_deep_recursion() {
        let bonds: Vec<_> = (0..199_999).map(|i| (i, i + 1, BondOrder::Single)).collect();
        let chain = molecule(&vec!["C"; 200_000].join(" "), &bonds);
        let text = write(&chain, &vec![2; 200_000]).unwrap();
        assert_eq!(text.matches("[CH2]").count(), 2, "only the ends lack a hydrogen");
        assert_eq!(text.len(), 199_998 + 2 * 5);
    }
}

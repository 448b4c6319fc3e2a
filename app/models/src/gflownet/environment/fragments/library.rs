//! The building blocks of Bengio et al. 2021: 72 fragments, attached as 105 blocks, and what is symmetric in them.

use std::sync::LazyLock;

use samples::structure::Element;
use serde::Deserialize;

use super::super::EnvironmentError;

/// Blocks of the paper; an action of the environment names one.
pub const BLOCKS: usize = 105;

/// Most different atoms of a fragment to which others can be attached.
pub const MAX_STEMS: usize = 6;

/// What the file beside this one holds: `mols/data/blocks_PDB_105.json` of GFNOrg/gflownet (MIT), its SMILES parsed.
#[derive(Deserialize)]
struct Table {
    fragments: Vec<Fragment>,
    /// Per block its fragment and the atoms of its stems; it is attached by the first.
    blocks: Vec<(usize, Vec<u8>)>,
}

/// A small molecule, hydrogens implied.
#[derive(Deserialize)]
pub(super) struct Fragment {
    pub atoms: Vec<Atom>,
    /// (atom, atom, order), where order 4 is aromatic.
    pub bonds: Vec<(u8, u8, u8)>,
}

/// Element, charge, and the hydrogens that its SMILES states (−1 if it leaves them to the valence).
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Atom(pub Element, pub i8, pub i8);

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("fragments.json")).expect("the table of fragments is part of the program")
});

/// A fragment together with the stems it brings.
///
/// Blocks that are the same fragment with the same stems, and differ only in the atom by which they are attached, make
/// the same states: they are one kind.
#[derive(Clone)]
pub(super) struct Kind {
    pub fragment: usize,
    /// Atoms that can be attached to, ascending, with how many junctions each takes.
    pub stems: Vec<(u8, u8)>,
    /// What the automorphisms of the fragment do to the stems: place `s` holds the image of stem `s`.
    pub symmetries: Vec<Vec<u8>>,
    /// The lowest block of this kind: the one that starts a molecule with it.
    pub first: usize,
    /// Per stem the lowest block that is attached by it or by a stem symmetric to it.
    pub entries: Vec<Option<usize>>,
}

/// The blocks in use.
#[derive(Clone)]
pub(super) struct Library {
    pub kinds: Vec<Kind>,
    /// Per block of the paper, if it is in use, its kind and the stem by which it is attached.
    pub blocks: Vec<Option<(usize, u8)>>,
}

impl Library {
    /// The library of these blocks.
    pub fn new(blocks: &[usize]) -> Result<Self, EnvironmentError> {
        if let Some(block) = blocks.iter().find(|&&block| block >= BLOCKS) {
            return Err(EnvironmentError::Size(format!("there is no block {block}: they are 0 to {}", BLOCKS - 1)));
        }
        if blocks.is_empty() {
            return Err(EnvironmentError::Size("molecules need at least one block".to_owned()));
        }
        let mut library = Self { kinds: Vec::new(), blocks: vec![None; BLOCKS] };
        for (block, (fragment, stems)) in TABLE.blocks.iter().enumerate().filter(|(block, _)| blocks.contains(block)) {
            library.add(block, *fragment, stems);
        }
        Ok(library)
    }

    pub fn fragment(&self, kind: usize) -> &'static Fragment {
        &TABLE.fragments[self.kinds[kind].fragment]
    }

    /// Adds a block higher than those before it.
    fn add(&mut self, block: usize, fragment: usize, atoms: &[u8]) {
        let stems = counted(atoms);
        let known = self.kinds.iter().position(|kind| kind.fragment == fragment && kind.stems == stems);
        let kind = known.unwrap_or_else(|| {
            let symmetries = symmetries(&TABLE.fragments[fragment], &stems);
            let entries = vec![None; stems.len()];
            self.kinds.push(Kind { fragment, stems, symmetries, first: block, entries });
            self.kinds.len() - 1
        });
        let Kind { stems, symmetries, entries, .. } = &mut self.kinds[kind];
        let Some(stem) = stems.iter().position(|&(atom, _)| Some(&atom) == atoms.first()) else { return };
        self.blocks[block] = Some((kind, stem as u8));
        for symmetry in symmetries {
            entries[usize::from(symmetry[stem])].get_or_insert(block);
        }
    }

    /// The blocks by which a kind is attached and their stems, of those attached alike the lowest; ascending.
    pub fn attached(&self, kind: usize) -> impl Iterator<Item = (usize, u8)> {
        let entries = &self.kinds[kind].entries;
        let blocks = self.blocks.iter().enumerate().filter_map(|(block, at)| Some((block, (*at)?)));
        blocks
            .filter(move |&(block, (k, stem))| k == kind && entries[usize::from(stem)] == Some(block))
            .map(|(block, (_, stem))| (block, stem))
    }
}

/// The different atoms, ascending, and how often each is there.
fn counted(atoms: &[u8]) -> Vec<(u8, u8)> {
    let mut sorted = atoms.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u8)).collect()
}

/// The automorphisms of a fragment that keep its stems, as permutations of the stems, each once.
fn symmetries(fragment: &Fragment, stems: &[(u8, u8)]) -> Vec<Vec<u8>> {
    let atoms = fragment.atoms.len();
    let mut order = vec![0; atoms * atoms];
    for &(a, b, o) in &fragment.bonds {
        order[usize::from(a) * atoms + usize::from(b)] = o;
        order[usize::from(b) * atoms + usize::from(a)] = o;
    }
    let room = |atom: usize| stems.iter().find(|stem| usize::from(stem.0) == atom).map_or(0, |stem| stem.1);
    let fits = |images: &[usize], image: usize| {
        let atom = images.len();
        !images.contains(&image)
            && fragment.atoms[atom] == fragment.atoms[image]
            && room(atom) == room(image)
            && images.iter().enumerate().all(|(a, i)| order[a * atoms + atom] == order[i * atoms + image])
    };
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut partial = vec![Vec::new()];
    while let Some(images) = partial.pop() {
        if images.len() == atoms {
            let place = |image: usize| stems.iter().position(|stem| usize::from(stem.0) == image);
            let on_stems =
                stems.iter().filter_map(|stem| place(images[usize::from(stem.0)])).map(|s| s as u8).collect();
            if !found.contains(&on_stems) {
                found.push(on_stems);
            }
            continue;
        }
        partial.extend((0..atoms).filter(|&image| fits(&images, image)).map(|image| [&images[..], &[image]].concat()));
    }
    found
}

//! Molecules made of fragments (Bengio et al. 2021; forward-looking GFlowNets, spec §3): blocks are attached one after
//! the other at the open stems of those that are there, until the stop action.
//!
//! A state is the tree of junctions between blocks, in one form whatever the order in which it was built: blocks have
//! no order, and the symmetries of a fragment (the six stems of benzene) are divided out. What stays apart, as in the
//! authors' `mol_mdp_ext.py`, is the set of *open* stems: some fragments are there in several blocks that leave
//! different stems open, the proxy sees which are open, and so these are different states even where the atoms agree.
//!
//! The authors' `parents()` undoes any leaf and translates it to the block that is attached by the same or a symmetric
//! atom, whether or not doing that again leaves the same stems open. Here a leaf can be undone only if it does, so that
//! flows in and out are those of one acyclic graph.

mod assembly;
mod library;
#[cfg(test)]
mod tests;
mod text;
mod tree;

pub use assembly::{Assembly, Hybridisation};
pub use library::{BLOCKS, MAX_STEMS};

use library::Library;
use tree::{Node, Tree};

use super::{Cell, Environment, EnvironmentError};

/// Most blocks that a molecule may have.
pub const MAX_BLOCKS: usize = 8;

/// Cells per slot: kind plus 1 (0 is empty), slot of the parent, the parent's stem, the own stem.
const CELLS: usize = 4;

/// The rules for molecules of some blocks.
///
/// * A state has [`CELLS`] cells per slot, then 1 if it was stopped.
/// * Forward action `(slot · MAX_STEMS + stem) · BLOCKS + block` attaches a block; the first block is action `block`.
///   The last action stops. Of actions with the same child the lowest is legal.
/// * Backward action `slot` removes the block there, the last one takes back the stop.
/// * A molecule of `max_blocks` blocks, or without open stems, is finished without a stop, as the authors have it.
#[derive(Clone)]
pub struct Fragments {
    library: Library,
    min_blocks: usize,
    max_blocks: usize,
}

impl Fragments {
    /// All blocks, molecules of 2 to 8, as in the paper.
    ///
    /// # Errors
    /// None with these sizes; see [`Self::of`].
    pub fn paper() -> Result<Self, EnvironmentError> {
        Self::of(&(0..BLOCKS).collect::<Vec<_>>(), 2, MAX_BLOCKS)
    }

    /// Only some of the blocks `0..BLOCKS`, numbered as in the paper, and molecules of `min_blocks..=max_blocks`.
    ///
    /// # Errors
    /// If a block does not exist, there is none, or the sizes are not `1 ≤ min_blocks ≤ max_blocks ≤ MAX_BLOCKS`.
    pub fn of(blocks: &[usize], min_blocks: usize, max_blocks: usize) -> Result<Self, EnvironmentError> {
        if min_blocks < 1 || min_blocks > max_blocks || max_blocks > MAX_BLOCKS {
            let text = format!("molecules of {min_blocks} to {max_blocks} blocks: 1 to {MAX_BLOCKS} are possible");
            return Err(EnvironmentError::Size(text));
        }
        Ok(Self { library: Library::new(blocks)?, min_blocks, max_blocks })
    }

    /// The atoms of a state.
    pub fn assemble(&self, state: &[Cell]) -> Assembly {
        assembly::assemble(&self.library, &self.tree(state))
    }

    /// Number of blocks in a state.
    pub fn blocks(&self, state: &[Cell]) -> usize {
        state.chunks_exact(CELLS).take_while(|slot| slot[0] > 0).count()
    }

    /// The cells of a state that say which molecule it is: all but whether it was stopped.
    pub fn molecule_of<'a>(&self, state: &'a [Cell]) -> &'a [Cell] {
        &state[..self.max_blocks * CELLS]
    }

    fn tree(&self, state: &[Cell]) -> Tree {
        let mut tree = Tree::default();
        for (slot, cells) in state.chunks_exact(CELLS).take_while(|cells| cells[0] > 0).enumerate() {
            let kind = cells[0] as usize - 1;
            if slot == 0 {
                tree.0.push(Node { kind, edges: Vec::new() });
            } else {
                tree.join(cells[1] as usize, cells[2] as u8, kind, cells[3] as u8);
            }
        }
        tree
    }

    /// Writes a canonical tree as a state that is not stopped.
    fn put(&self, tree: &Tree, state: &mut [Cell]) {
        state.fill(0);
        for (slot, (cells, node)) in state.chunks_exact_mut(CELLS).zip(&tree.0).enumerate() {
            cells[0] = node.kind as Cell + 1;
            if let Some(up) = node.edges.first().filter(|_| slot > 0) {
                cells[1..].copy_from_slice(&[Cell::from(up.other), Cell::from(up.other_stem), Cell::from(up.stem)]);
            }
        }
    }

    fn is_stopped(&self, state: &[Cell]) -> bool {
        state[self.max_blocks * CELLS] != 0
    }

    /// Whether nothing can be added.
    fn is_full(&self, tree: &Tree) -> bool {
        !tree.0.is_empty() && (tree.0.len() >= self.max_blocks || tree.open(&self.library).next().is_none())
    }

    fn action(slot: usize, stem: u8, block: usize) -> usize {
        (slot * MAX_STEMS + usize::from(stem)) * BLOCKS + block
    }

    /// The open stems, of those that a symmetry of the molecule swaps the first.
    fn stems(&self, tree: &Tree) -> Vec<(usize, u8)> {
        let open =
            tree.open(&self.library).map(|(slot, stem)| (tree.code_from_stem(&self.library, slot, stem), (slot, stem)));
        distinct(open)
    }

    /// The ways to attach a kind of block, each to another child: (action, child), by action.
    fn attachments(&self, tree: &Tree, stems: &[(usize, u8)], kind: usize) -> Vec<(usize, Tree)> {
        let ways = stems.iter().flat_map(|&at| self.library.attached(kind).map(move |block| (at, block)));
        let children = ways.map(|((slot, stem), (block, own_stem))| {
            let mut child = tree.clone();
            child.join(slot, stem, kind, own_stem);
            let child = child.canonical(&self.library);
            (child.clone(), (Self::action(slot, stem, block), child))
        });
        distinct(children)
    }

    /// The block that would put a leaf back as it is; `None` if none does.
    fn block_of(&self, tree: &Tree, slot: usize) -> Option<usize> {
        let Node { kind, edges } = &tree.0[slot];
        match edges[..] {
            [] => Some(self.library.kinds[*kind].first),
            [edge] => self.library.kinds[*kind].entries[usize::from(edge.stem)],
            _ => None,
        }
    }

    /// The ways to remove a block, each to another parent: (slot, parent), by slot.
    fn removals(&self, tree: &Tree) -> Vec<(usize, Tree)> {
        let leaves = (0..tree.0.len()).filter(|&slot| self.block_of(tree, slot).is_some());
        let parents = leaves.map(|slot| {
            let mut parent = tree.clone();
            parent.cut(slot);
            let parent = parent.canonical(&self.library);
            (parent.clone(), (slot, parent))
        });
        distinct(parents)
    }
}

/// The values of which no earlier one has the same key.
fn distinct<K: PartialEq, V>(items: impl Iterator<Item = (K, V)>) -> Vec<V> {
    let mut keys = Vec::new();
    let new = |(key, value)| {
        let is_new = !keys.contains(&key);
        keys.push(key);
        is_new.then_some(value)
    };
    items.filter_map(new).collect()
}

impl Environment for Fragments {
    fn width(&self) -> usize {
        self.max_blocks * CELLS + 1
    }

    fn actions(&self) -> usize {
        (self.max_blocks - 1).max(1) * MAX_STEMS * BLOCKS + 1
    }

    fn backward_actions(&self) -> usize {
        self.max_blocks + 1
    }

    fn longest(&self) -> usize {
        self.max_blocks
    }

    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }

    fn is_terminal(&self, state: &[Cell]) -> bool {
        self.is_stopped(state) || self.is_full(&self.tree(state))
    }

    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        legal.fill(false);
        let tree = self.tree(state);
        if self.is_stopped(state) || self.is_full(&tree) {
            return;
        }
        if tree.0.is_empty() {
            self.library.kinds.iter().for_each(|kind| legal[kind.first] = true);
            return;
        }
        let stems = self.stems(&tree);
        for kind in 0..self.library.kinds.len() {
            // A new block can change places only with a leaf of its kind; then two ways to attach it, at stems that no
            // symmetry swaps, may make one molecule.
            if tree.0.iter().any(|node| node.kind == kind && node.edges.len() < 2) {
                let ways = self.attachments(&tree, &stems, kind);
                ways.iter().for_each(|&(action, _)| legal[action] = true);
            } else {
                let ways = stems.iter().flat_map(|&at| self.library.attached(kind).map(move |block| (at, block)));
                ways.for_each(|((slot, stem), (block, _))| legal[Self::action(slot, stem, block)] = true);
            }
        }
        legal[self.actions() - 1] = tree.0.len() >= self.min_blocks;
    }

    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        legal.fill(false);
        if self.is_stopped(state) {
            legal[self.max_blocks] = true;
        } else {
            self.removals(&self.tree(state)).iter().for_each(|&(slot, _)| legal[slot] = true);
        }
    }

    fn step(&self, state: &mut [Cell], action: usize) -> usize {
        if action + 1 == self.actions() {
            state[self.max_blocks * CELLS] = 1;
            return self.max_blocks;
        }
        let (place, block) = (action / BLOCKS, action % BLOCKS);
        let parent = self.tree(state);
        let mut child = parent.clone();
        // Only blocks in use are legal.
        let (kind, own_stem) = self.library.blocks[block].unwrap_or_default();
        if child.0.is_empty() {
            child.0.push(Node { kind, edges: Vec::new() });
        } else {
            child.join(place / MAX_STEMS, (place % MAX_STEMS) as u8, kind, own_stem);
        }
        let child = child.canonical(&self.library);
        self.put(&child, state);
        self.removals(&child).iter().find(|(_, p)| *p == parent).map_or(0, |&(slot, _)| slot)
    }

    fn step_back(&self, state: &mut [Cell], action: usize) -> usize {
        if action == self.max_blocks {
            state[self.max_blocks * CELLS] = 0;
            return self.actions() - 1;
        }
        let child = self.tree(state);
        let kind = child.0[action].kind;
        let mut parent = child.clone();
        parent.cut(action);
        let parent = parent.canonical(&self.library);
        self.put(&parent, state);
        if parent.0.is_empty() {
            return self.library.kinds[kind].first;
        }
        let ways = self.attachments(&parent, &self.stems(&parent), kind);
        ways.iter().find(|(_, c)| *c == child).map_or(0, |&(action, _)| action)
    }

    fn features(&self) -> usize {
        self.max_blocks * self.slot_features() + 1
    }

    /// Per slot one-hot its kind, the parent's slot, the parent's stem, the own stem, and which stems are open; last
    /// whether it was stopped.
    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        let tree = self.tree(state);
        let kinds = self.library.kinds.len();
        for (slot, node) in tree.0.iter().enumerate() {
            let at = slot * self.slot_features();
            let mut put = |place: usize| ones.push((at + place) as u32);
            put(node.kind);
            if let Some(up) = node.edges.first().filter(|_| slot > 0) {
                put(kinds + usize::from(up.other));
                put(kinds + self.max_blocks + usize::from(up.other_stem));
                put(kinds + self.max_blocks + MAX_STEMS + usize::from(up.stem));
            }
            let stems = 0..self.library.kinds[node.kind].stems.len();
            let open = stems.filter(|&stem| tree.room(&self.library, slot, stem) > 0);
            open.for_each(|stem| put(kinds + self.max_blocks + 2 * MAX_STEMS + stem));
        }
        if self.is_stopped(state) {
            ones.push(self.features() as u32 - 1);
        }
    }

    /// SMILES, a space, and the blocks: `Fc1ccccc1 0.25@0:0:0` is block 0, and block 25 by its atom 0 at atom 0 of the
    /// block in slot 0. The root is the empty text.
    fn write(&self, state: &[Cell]) -> String {
        let tree = self.tree(state);
        if tree.0.is_empty() {
            return String::new();
        }
        format!("{} {}", self.assemble(state).smiles(), text::write(&self.library, &tree))
    }

    /// The blocks as [`Self::write`] has them, in any order that can be built, with or without the SMILES before them.
    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        text::read(self, text)
    }
}

impl Fragments {
    /// Features of one slot.
    fn slot_features(&self) -> usize {
        self.library.kinds.len() + self.max_blocks + 3 * MAX_STEMS
    }
}

//! Molecules as trees of fragments, and the one form of each that is a state.
//!
//! Two trees are the same state if one becomes the other by renumbering its blocks and by automorphisms of its
//! fragments. Each tree has a code that says neither; the tree is written from the block from which that code is
//! lowest.

use super::library::Library;

/// A junction as one of its two blocks sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub stem: u8,
    pub other: u8,
    pub other_stem: u8,
}

/// A fragment in a molecule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub kind: usize,
    pub edges: Vec<Edge>,
}

/// A molecule of a few fragments. As a state's tree, a block other than the first has its parent's
/// junction first among its edges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree(pub Vec<Node>);

/// What stands in a code for the place of a question.
const MARK: u8 = u8::MAX;

impl Tree {
    pub fn join(&mut self, slot: usize, stem: u8, kind: usize, own_stem: u8) {
        let new = self.0.len() as u8;
        self.0[slot].edges.push(Edge { stem, other: new, other_stem: own_stem });
        self.0.push(Node { kind, edges: vec![Edge { stem: own_stem, other: slot as u8, other_stem: stem }] });
    }

    /// Takes away a block with one junction or none.
    pub fn cut(&mut self, leaf: usize) {
        self.0.remove(leaf);
        for node in &mut self.0 {
            node.edges.retain(|edge| usize::from(edge.other) != leaf);
            node.edges.iter_mut().for_each(|edge| edge.other -= u8::from(usize::from(edge.other) > leaf));
        }
    }

    /// How many more junctions a stem takes.
    pub fn room(&self, library: &Library, slot: usize, stem: usize) -> usize {
        let node = &self.0[slot];
        let used = node.edges.iter().filter(|edge| usize::from(edge.stem) == stem).count();
        usize::from(library.kinds[node.kind].stems[stem].1) - used
    }

    /// The stems that take another junction, as (slot, stem) in ascending order.
    pub fn open(&self, library: &Library) -> impl Iterator<Item = (usize, u8)> {
        let all = self
            .0
            .iter()
            .enumerate()
            .flat_map(|(slot, node)| (0..library.kinds[node.kind].stems.len()).map(move |stem| (slot, stem)));
        all.filter(|&(slot, stem)| self.room(library, slot, stem) > 0).map(|(slot, stem)| (slot, stem as u8))
    }

    /// The code of the part that hangs on a block as its neighbour `above` sees it (all of it if there is none), and
    /// which of the fragment's symmetries gives it. `mark` puts a mark on one of the block's stems.
    fn code(&self, library: &Library, slot: usize, above: Option<usize>, mark: Option<u8>) -> (Vec<u8>, usize) {
        let kind = self.0[slot].kind;
        let up = self.edge_to(slot, above).map(|edge| edge.stem);
        let below: Vec<(u8, Vec<u8>)> = self
            .below(slot, above)
            .map(|edge| (edge.stem, self.code(library, edge.other.into(), Some(slot), None).0))
            .chain(mark.map(|stem| (stem, vec![MARK])))
            .collect();
        let seen = |(index, symmetry): (usize, &Vec<u8>)| {
            let image = |stem: u8| symmetry[usize::from(stem)];
            let mut parts: Vec<(u8, &[u8])> = below.iter().map(|(stem, code)| (image(*stem), &code[..])).collect();
            parts.sort_unstable();
            let mut code = vec![kind as u8, up.map_or(MARK, image), parts.len() as u8];
            for (stem, part) in parts {
                code.push(stem);
                code.extend(part);
            }
            (code, index)
        };
        // There is always one: the identity.
        library.kinds[kind].symmetries.iter().enumerate().map(seen).min().unwrap_or_default()
    }

    /// The junction of a block with its neighbour `above`: two blocks of a tree have at most one.
    fn edge_to(&self, slot: usize, above: Option<usize>) -> Option<Edge> {
        self.0[slot].edges.iter().find(|edge| Some(usize::from(edge.other)) == above).copied()
    }

    /// The other junctions.
    fn below(&self, slot: usize, above: Option<usize>) -> impl Iterator<Item = &Edge> {
        self.0[slot].edges.iter().filter(move |edge| Some(usize::from(edge.other)) != above)
    }

    /// The code of the whole as a stem sees it: equal for two stems if a symmetry of the molecule swaps them.
    pub fn code_from_stem(&self, library: &Library, slot: usize, stem: u8) -> Vec<u8> {
        self.code(library, slot, None, Some(stem)).0
    }

    /// The form in which this molecule is a state.
    pub fn canonical(&self, library: &Library) -> Self {
        let mut form = Self::default();
        // A code begins with the kind and the number of junctions: only blocks with the lowest of these need be asked.
        let beginning = |node: &Node| (node.kind, node.edges.len());
        let lowest = self.0.iter().map(beginning).min();
        let roots = (0..self.0.len()).filter(|&slot| Some(beginning(&self.0[slot])) == lowest);
        if let Some(root) = roots.min_by_key(|&slot| self.code(library, slot, None, None).0) {
            self.place(library, &mut form, root, None, None);
        }
        form
    }

    /// Appends a block and what hangs on it to `form`, at (slot, stem) there.
    fn place(&self, library: &Library, form: &mut Self, slot: usize, above: Option<usize>, at: Option<(usize, u8)>) {
        let kind = self.0[slot].kind;
        let symmetry = self.code(library, slot, above, None).1;
        let image = |stem: u8| library.kinds[kind].symmetries[symmetry][usize::from(stem)];
        let new = form.0.len();
        match (at, self.edge_to(slot, above)) {
            (Some((parent, stem)), Some(up)) => form.join(parent, stem, kind, image(up.stem)),
            _ => form.0.push(Node { kind, edges: Vec::new() }),
        }
        let mut below: Vec<_> = self
            .below(slot, above)
            .map(|edge| (image(edge.stem), self.code(library, edge.other.into(), Some(slot), None).0, edge.other))
            .collect();
        below.sort_unstable();
        for (stem, _, other) in below {
            self.place(library, form, other.into(), Some(slot), Some((new, stem)));
        }
    }
}

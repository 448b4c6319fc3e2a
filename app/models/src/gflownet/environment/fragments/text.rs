//! Trees of fragments as text: `0.25@0:3:0`, a block after the other, each after the first with the slot and the atom
//! at which it hangs and its own atom.

use super::{
    super::{Cell, Environment, EnvironmentError, indexed::no_object},
    CELLS, Fragments,
    library::Library,
    tree::{Node, Tree},
};

/// More than the longest text of eight blocks with its SMILES.
const LONGEST: usize = 2048;

pub(super) fn write(library: &Library, tree: &Tree) -> String {
    let atom = |slot: usize, stem: u8| library.kinds[tree.0[slot].kind].stems[usize::from(stem)].0;
    let blocks = tree.0.iter().enumerate().map(|(slot, node)| {
        let block = library.kinds[node.kind].first;
        match node.edges.first().filter(|_| slot > 0) {
            None => block.to_string(),
            Some(up) => {
                let (there, own) = (atom(up.other.into(), up.other_stem), atom(slot, up.stem));
                format!("{block}@{}:{there}:{own}", up.other)
            }
        }
    });
    blocks.collect::<Vec<_>>().join(".")
}

/// The finished state of a text.
pub(super) fn read(rules: &Fragments, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
    let error = |what: &str| no_object(text, format!("molecule of fragments such as Fc1ccccc1 0.25@0:0:0: {what}"));
    if text.len() > LONGEST {
        return Err(error("it is too long"));
    }
    let (smiles, blocks) = match text.split_once(' ') {
        Some((smiles, blocks)) => (Some(smiles), blocks),
        None => (None, text),
    };
    let tree = tree(rules, blocks).ok_or_else(|| error("the blocks cannot be read or do not fit"))?;
    if !is_buildable(&rules.library, &tree) {
        return Err(error("no order of attaching these blocks leads there"));
    }
    let canonical = tree.canonical(&rules.library);
    let mut state = vec![0; rules.width()];
    rules.put(&canonical, &mut state);
    if !rules.is_full(&canonical) {
        if canonical.0.len() < rules.min_blocks {
            return Err(error("it has too few blocks"));
        }
        state[rules.max_blocks * CELLS] = 1;
    }
    match smiles {
        Some(smiles) if rules.assemble(&state).smiles() != smiles => Err(error("the SMILES is that of other blocks")),
        _ => Ok(state),
    }
}

/// The tree of a text, if its blocks are in use and its stems have room.
fn tree(rules: &Fragments, text: &str) -> Option<Tree> {
    let library = &rules.library;
    let mut tree = Tree::default();
    for part in text.split('.') {
        if tree.0.len() == rules.max_blocks {
            return None;
        }
        let (block, junction) = match part.split_once('@') {
            Some((block, junction)) => (block, Some(junction)),
            None => (part, None),
        };
        let (kind, _) = (*library.blocks.get(number(block)?)?)?;
        let stem =
            |kind: usize, atom: usize| library.kinds[kind].stems.iter().position(|&(a, _)| usize::from(a) == atom);
        match (junction, tree.0.is_empty()) {
            (None, true) => tree.0.push(Node { kind, edges: Vec::new() }),
            (Some(junction), false) => {
                let mut numbers = junction.split(':').map(number);
                let [slot, there, own] = [numbers.next()??, numbers.next()??, numbers.next()??];
                let there = stem(tree.0.get(slot)?.kind, there)?;
                let own = stem(kind, own)?;
                if numbers.next().is_some() || tree.room(library, slot, there) == 0 {
                    return None;
                }
                tree.join(slot, there as u8, kind, own as u8);
            }
            _ => return None,
        }
    }
    Some(tree)
}

/// A number of up to three digits and nothing else.
fn number(text: &str) -> Option<usize> {
    let is_plain = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

/// Whether some block can have been the first, all others attached by the stem of a block.
fn is_buildable(library: &Library, tree: &Tree) -> bool {
    // From each block, every other's junction on the way there must be one by which a block is attached.
    let enters = |slot: usize, from: u8| {
        let Node { kind, edges } = &tree.0[slot];
        let edge = edges.iter().find(|edge| edge.other == from);
        edge.is_some_and(|edge| library.kinds[*kind].entries[usize::from(edge.stem)].is_some())
    };
    (0..tree.0.len()).any(|root| {
        let mut todo = vec![(root, None)];
        while let Some((slot, from)) = todo.pop() {
            if from.is_some_and(|from| !enters(slot, from)) {
                return false;
            }
            let onward = tree.0[slot].edges.iter().filter(|edge| Some(edge.other) != from);
            todo.extend(onward.map(|edge| (usize::from(edge.other), Some(slot as u8))));
        }
        true
    })
}

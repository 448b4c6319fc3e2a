//! The rules of the fragments, and their atoms and SMILES against RDKit's.

use std::collections::{HashMap, HashSet, VecDeque};

use proptest::prelude::*;
use rand::{Rng, seq::IndexedRandom};

use super::{super::Cell, *};
use crate::seed;

fn legal(rules: &Fragments, state: &[Cell]) -> Vec<usize> {
    let mut mask = vec![true; rules.actions()];
    rules.forward_mask(state, &mut mask);
    (0..mask.len()).filter(|&action| mask[action]).collect()
}

fn undoable(rules: &Fragments, state: &[Cell]) -> Vec<usize> {
    let mut mask = vec![true; rules.backward_actions()];
    rules.backward_mask(state, &mut mask);
    (0..mask.len()).filter(|&action| mask[action]).collect()
}

/// A finished molecule by uniform choices.
fn random(rules: &Fragments, rng: &mut impl Rng) -> Vec<Cell> {
    let mut state = vec![0; rules.width()];
    while !rules.is_terminal(&state) {
        let action = *legal(rules, &state).choose(rng).expect("what is not finished goes on");
        rules.step(&mut state, action);
    }
    state
}

/// Benzene, the three blocks of piperidine, one of methanol and one of methylamine with repeated stems, fluorine.
fn few(max_blocks: usize) -> Fragments {
    Fragments::of(&[0, 2, 4, 5, 6, 23, 25], 2, max_blocks).unwrap()
}

#[test]
fn every_transition_of_a_small_library_is_undone_by_its_backward_action_and_no_other() {
    // Four blocks: among them molecules that two ways of attaching make, though no symmetry swaps the stems.
    let rules = Fragments::of(&[0, 2, 4, 6, 25], 2, 4).unwrap();
    let mut parents: HashMap<Vec<Cell>, HashMap<usize, Vec<Cell>>> = HashMap::new();
    let mut queue = VecDeque::from([vec![0; rules.width()]]);
    let mut seen = HashSet::from([queue[0].clone()]);
    while let Some(state) = queue.pop_front() {
        let actions = legal(&rules, &state);
        assert_eq!(actions.is_empty(), rules.is_terminal(&state));
        let mut children = HashSet::new();
        for action in actions {
            let mut child = state.clone();
            let back = rules.step(&mut child, action);
            assert!(children.insert(child.clone()), "two actions lead to {}", rules.write(&child));
            let mut again = child.clone();
            assert_eq!(rules.step_back(&mut again, back), action, "{}", rules.write(&child));
            assert_eq!(again, state);
            assert!(parents.entry(child.clone()).or_default().insert(back, state.clone()).is_none());
            if seen.insert(child.clone()) {
                queue.push_back(child);
            }
        }
    }
    assert!(seen.len() > 1_500, "{}", seen.len());
    for state in &seen {
        let found = parents.remove(state).unwrap_or_default();
        let mut known: Vec<usize> = found.keys().copied().collect();
        known.sort_unstable();
        assert_eq!(undoable(&rules, state), known, "{}", rules.write(state));
        let distinct: HashSet<_> = found.values().collect();
        assert_eq!(distinct.len(), known.len(), "a parent twice: {}", rules.write(state));
    }
}

#[test]
fn with_all_blocks_random_walks_go_back_the_way_they_came_and_to_the_root() {
    let rules = Fragments::paper().unwrap();
    let mut rng = seed::stream(1, 0);
    for _ in 0..200 {
        let mut state = vec![0; rules.width()];
        while !rules.is_terminal(&state) {
            let action = *legal(&rules, &state).choose(&mut rng).unwrap();
            let mut child = state.clone();
            let back = rules.step(&mut child, action);
            assert!(undoable(&rules, &child).contains(&back));
            let mut again = child.clone();
            assert_eq!((rules.step_back(&mut again, back), &again), (action, &state));
            state = child;
        }
        assert!(legal(&rules, &state).is_empty());
        let mut steps = 0;
        while state.iter().any(|&cell| cell != 0) {
            let back = *undoable(&rules, &state).choose(&mut rng).expect("only the root has no parent");
            let child = state.clone();
            let action = rules.step_back(&mut state, back);
            assert!(legal(&rules, &state).contains(&action));
            let mut again = state.clone();
            assert_eq!((rules.step(&mut again, action), &again), (back, &child));
            steps += 1;
        }
        assert!((2..=rules.longest()).contains(&steps));
    }
}

#[test]
fn a_molecule_has_one_form_in_whatever_order_and_at_whichever_symmetric_stem_it_is_built() {
    let rules = Fragments::paper().unwrap();
    let mut rng = seed::stream(2, 0);
    let same = ["0.25@0:0:0", "0.25@0:4:0", "25.0@0:0:3"].map(|text| rules.read(text).unwrap());
    assert!(same.iter().all(|state| *state == same[0]), "{same:?}");
    // Meta, not para: opposite sides are no neighbours.
    let two = |a, b| rules.read(&format!("0.25@0:{a}:0.8@0:{b}:0")).unwrap();
    assert_eq!(two(0, 2), two(5, 3));
    assert_ne!(two(0, 2), two(0, 3));
    for _ in 0..100 {
        // Undone in a random order, done again in that order.
        let state = random(&rules, &mut rng);
        let mut way = Vec::new();
        let mut back = state.clone();
        while let Some(&action) = undoable(&rules, &back).choose(&mut rng) {
            way.push(rules.step_back(&mut back, action));
        }
        way.iter().rev().for_each(|&action| _ = rules.step(&mut back, action));
        assert_eq!(back, state);
    }
}

#[test]
fn the_same_atoms_with_other_open_stems_are_another_state() {
    let rules = Fragments::paper().unwrap();
    // Block 1 of methanol leaves one stem at its carbon, block 2 three.
    let [one, three] = ["1.25@0:1:0", "2.25@0:1:0"].map(|text| rules.read(text).unwrap());
    assert_ne!(one, three);
    assert_eq!(rules.assemble(&one).smiles(), rules.assemble(&three).smiles());
    // As the first block, piperidine 5 keeps its stem at atom 0; a piperidine attached there is 4 and has none at 1.
    assert_eq!(undoable(&rules, &three).len(), 1, "stopped");
}

#[test]
fn molecules_end_at_the_last_block_without_open_stems_or_by_the_stop_action() {
    let rules = few(3);
    let mut state = rules.read("25.25@0:0:0").unwrap();
    assert!(rules.is_terminal(&state) && !rules.is_stopped(&state), "nothing can be added to fluorine");
    state = rules.read("0.0@0:0:0").unwrap();
    assert!(rules.is_stopped(&state));
    assert_eq!(rules.step_back(&mut state, rules.max_blocks), rules.actions() - 1);
    assert!(!rules.is_terminal(&state));
    state = rules.read("0.0@0:0:0.0@1:3:0").unwrap();
    assert!(rules.is_terminal(&state) && !rules.is_stopped(&state), "three blocks are the most");
    let mut one = vec![0; rules.width()];
    rules.step(&mut one, 0);
    assert!(!legal(&rules, &one).contains(&(rules.actions() - 1)), "one block is too few to stop");
}

#[test]
fn what_is_written_is_read_and_other_texts_are_errors() {
    let rules = Fragments::paper().unwrap();
    let mut rng = seed::stream(3, 0);
    for _ in 0..200 {
        let state = random(&rules, &mut rng);
        let text = rules.write(&state);
        assert_eq!(rules.read(&text).as_ref(), Ok(&state), "{text}");
    }
    for text in [
        "",
        " ",
        "0",
        "0.25",
        "0@0:0:0",
        "0.25@1:0:0",
        "0.25@0:6:0",
        "0.25@0:0:1",
        "0.25@0:0:0:0",
        "0.25@0:0",
        "105.0@0:0:0",
        "0.+25@0:0:0",
        "25.25@0:0:0.25@0:0:0",
        "Clc1ccccc1 0.25@0:0:0",
        "18.19@0:0:0.25@1:2:0",
        &"0".repeat(100_000),
        &vec!["0"; 900].join("."),
        // A second piperidine 5 at its atom 0, where only piperidine 4 is attached.
        "5.5@0:0:0",
    ] {
        assert!(matches!(rules.read(text), Err(EnvironmentError::Object { .. })), "{}", &text[..text.len().min(60)]);
    }
}

proptest! {
    #[test]
    fn hostile_texts_never_panic(text in "[0-9@:. a-zA-Zé]{0,60}", number in "[0-9]{1,3}(\\.[0-9]{1,3}@[0-9]:[0-9]:[0-9]){0,9}") {
        let rules = few(4);
        for text in [text, number] {
            if let Ok(state) = rules.read(&text) {
                prop_assert_eq!(rules.read(&rules.write(&state)), Ok(state));
            }
        }
    }
}

#[test]
fn sizes_and_blocks_that_make_no_sense_are_errors() {
    for (blocks, min, max) in [(&[][..], 2, 8), (&[105], 2, 8), (&[0], 0, 8), (&[0], 3, 2), (&[0], 2, 9)] {
        assert!(matches!(Fragments::of(blocks, min, max), Err(EnvironmentError::Size(_))));
    }
}

#[test]
fn the_one_hot_input_tells_states_apart() {
    let rules = few(3);
    let mut rng = seed::stream(4, 0);
    let mut inputs: HashMap<Vec<u32>, Vec<Cell>> = HashMap::new();
    for _ in 0..500 {
        let mut state = random(&rules, &mut rng);
        loop {
            let mut ones = Vec::new();
            rules.encode(&state, &mut ones);
            assert!(ones.is_sorted_by(|a, b| a < b) && ones.iter().all(|&one| (one as usize) < rules.features()));
            assert_eq!(inputs.entry(ones).or_insert_with(|| state.clone()), &state);
            let Some(&back) = undoable(&rules, &state).choose(&mut rng) else { break };
            rules.step_back(&mut state, back);
        }
    }
}

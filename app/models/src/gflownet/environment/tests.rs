//! One suite for every environment.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use proptest::prelude::*;
use rand::Rng;

use super::{
    Bag, BitWords, Cell, Environment, EnvironmentError, Growth, HyperGrid, Indexed, NatsCell, ParetoGrid, Sequence,
    SetGeneration, SlotOrder, read_rewards,
};
use crate::seed::stream;

/// Small enough to walk through.
fn small() -> Vec<(&'static str, Arc<dyn Environment>)> {
    let append = Growth::Append;
    let both = Growth::PrependAppend;
    vec![
        ("grid 1D", Arc::new(HyperGrid::new(1, 5).unwrap())),
        ("grid 2D", Arc::new(HyperGrid::new(2, 8).unwrap())),
        ("grid 3D", Arc::new(HyperGrid::new(3, 4).unwrap())),
        ("grid of height 2", Arc::new(HyperGrid::new(4, 2).unwrap())),
        ("Pareto grid", Arc::new(ParetoGrid::new(9).unwrap())),
        ("smallest Pareto grid", Arc::new(ParetoGrid::new(2).unwrap())),
        ("sets", Arc::new(SetGeneration::new(9, 5).unwrap())),
        ("append", Arc::new(Sequence::fixed("AB", 6, append).unwrap())),
        ("append or stop", Arc::new(Sequence::variable("xyz", 2, 5).unwrap())),
        ("prepend or append", Arc::new(Sequence::fixed("ACGT", 5, both).unwrap())),
        ("prepend or append two", Arc::new(Sequence::fixed("01", 7, both).unwrap())),
        ("one letter", Arc::new(Sequence::fixed("ACGT", 1, both).unwrap())),
        ("bit words", Arc::new(BitWords::new(6, 2, SlotOrder::Any).unwrap())),
        ("bits", Arc::new(BitWords::new(6, 1, SlotOrder::Any).unwrap())),
        ("bit words in order", Arc::new(BitWords::new(6, 2, SlotOrder::LeftToRight).unwrap())),
        ("bag", Arc::new(Bag::new(4, 8).unwrap())),
        ("cell", Arc::new(NatsCell)),
    ]
}

/// As published.
fn large() -> Vec<(&'static str, Arc<dyn Environment>)> {
    let both = Growth::PrependAppend;
    vec![
        ("grid 2D", Arc::new(HyperGrid::new(2, 64).unwrap())),
        ("grid 4D", Arc::new(HyperGrid::new(4, 8).unwrap())),
        ("Pareto grid", Arc::new(ParetoGrid::published())),
        ("set-small", Arc::new(SetGeneration::new(30, 20).unwrap())),
        ("set-large", Arc::new(SetGeneration::new(100, 80).unwrap())),
        ("TFBind8", Arc::new(Sequence::fixed("ACGT", 8, both).unwrap())),
        ("QM9str", Arc::new(Sequence::fixed("0123456789a", 5, both).unwrap())),
        ("n-grams", Arc::new(Sequence::variable("ACDEFGHIKLMNPQRSTVWY", 16, 18).unwrap())),
        ("bits", Arc::new(BitWords::new(120, 8, SlotOrder::Any).unwrap())),
        ("bits in order", Arc::new(BitWords::new(120, 1, SlotOrder::LeftToRight).unwrap())),
        ("bag", Arc::new(Bag::published())),
        ("cell", Arc::new(NatsCell)),
    ]
}

fn legal(environment: &dyn Environment, state: &[Cell]) -> Vec<usize> {
    // Filled the wrong way round, to see that every place is written.
    let mut mask: Vec<bool> = (0..environment.actions()).map(|i| i % 2 == 0).collect();
    environment.forward_mask(state, &mut mask);
    (0..mask.len()).filter(|&a| mask[a]).collect()
}

fn legal_backward(environment: &dyn Environment, state: &[Cell]) -> Vec<usize> {
    let mut mask: Vec<bool> = (0..environment.backward_actions()).map(|i| i % 2 == 0).collect();
    environment.backward_mask(state, &mut mask);
    (0..mask.len()).filter(|&a| mask[a]).collect()
}

/// What must hold in every single state. Answers with the children.
pub(super) fn check_state(name: &str, environment: &dyn Environment, state: &[Cell]) -> Vec<Vec<Cell>> {
    let text = environment.write(state);
    let mut root = vec![7; environment.width()];
    environment.root(&mut root);
    let mut children = Vec::new();
    for action in legal(environment, state) {
        let mut child = state.to_vec();
        let backward = environment.step(&mut child, action);
        assert!(
            legal_backward(environment, &child).contains(&backward),
            "{name}: {text} → {action}, undone by {backward}"
        );
        let mut again = child.clone();
        assert_eq!(environment.step_back(&mut again, backward), action, "{name}: {text} → {action}");
        assert_eq!(again, state, "{name}: {text} → {action} → back");
        assert!(!children.contains(&child), "{name}: two ways from {text} to {}", environment.write(&child));
        children.push(child);
    }
    for action in legal_backward(environment, state) {
        let mut parent = state.to_vec();
        let forward = environment.step_back(&mut parent, action);
        assert!(legal(environment, &parent).contains(&forward), "{name}: {text} ← {action}, done by {forward}");
        assert_eq!(environment.step(&mut parent, forward), action, "{name}: {text} ← {action}");
        assert_eq!(parent, state, "{name}: {text} ← {action} → again");
    }
    assert_eq!(environment.is_terminal(state), children.is_empty(), "{name}: {text}");
    assert_eq!(state == root, legal_backward(environment, state).is_empty(), "{name}: {text}");
    let mut ones = vec![u32::MAX];
    environment.encode(state, &mut ones);
    assert_eq!(ones[0], u32::MAX, "{name}: what was there before is kept");
    assert!(ones[1..].is_sorted_by(|a, b| a < b), "{name}: {text} is {ones:?}");
    assert!(ones[1..].iter().all(|&o| (o as usize) < environment.features()), "{name}: {text} is {ones:?}");
    if environment.is_terminal(state) {
        assert_eq!(environment.read(&text).as_deref(), Ok(state), "{name}: {text}");
    }
    children
}

#[test]
fn every_state_of_every_environment_keeps_the_contract() {
    for (name, environment) in small() {
        let environment = environment.as_ref();
        let mut root = vec![7; environment.width()];
        environment.root(&mut root);
        let mut parents = HashMap::from([(root.clone(), 0)]);
        let mut encodings = HashSet::new();
        let mut layer = vec![root];
        let mut steps = 0;
        while !layer.is_empty() {
            let mut next = Vec::new();
            for state in &layer {
                let mut ones = Vec::new();
                environment.encode(state, &mut ones);
                assert!(encodings.insert(ones), "{name}: two states look like {}", environment.write(state));
                for child in check_state(name, environment, state) {
                    let known = parents.entry(child.clone()).or_insert(0);
                    *known += 1;
                    if *known == 1 {
                        next.push(child);
                    }
                }
            }
            if !next.is_empty() {
                steps += 1;
            }
            layer = next;
        }
        assert_eq!(steps, environment.longest(), "{name}");
        for (state, count) in parents {
            let legal = legal_backward(environment, &state).len();
            assert_eq!(legal, count, "{name}: parents of {}", environment.write(&state));
        }
    }
}

pub(super) fn random_walks(name: &str, environment: &dyn Environment, rng: &mut impl Rng) {
    let mut root = vec![7; environment.width()];
    environment.root(&mut root);
    let mut state = root.clone();
    let mut steps = 0;
    loop {
        check_state(name, environment, &state);
        let actions = legal(environment, &state);
        if actions.is_empty() {
            break;
        }
        environment.step(&mut state, actions[rng.random_range(0..actions.len())]);
        steps += 1;
        assert!(steps <= environment.longest(), "{name}: too long a way");
    }
    assert!(environment.is_terminal(&state), "{name}");
    while state != root {
        check_state(name, environment, &state);
        let actions = legal_backward(environment, &state);
        environment.step_back(&mut state, actions[rng.random_range(0..actions.len())]);
        steps -= 1;
    }
    assert_eq!(steps, 0, "{name}: the way back is as long");
}

#[test]
fn random_walks_end_and_lead_back() {
    for (at, (name, environment)) in (0..).zip(small().into_iter().chain(large())) {
        let walks = if environment.actions() > 1000 { 1 } else { 3 };
        for walk in 0..walks {
            random_walks(name, environment.as_ref(), &mut stream(walk, at));
        }
    }
}

fn indexed() -> Vec<Arc<dyn Indexed>> {
    vec![
        Arc::new(HyperGrid::new(3, 4).unwrap()),
        Arc::new(ParetoGrid::new(9).unwrap()),
        Arc::new(Sequence::fixed("ACGT", 5, Growth::PrependAppend).unwrap()),
        Arc::new(Sequence::variable("xyz", 2, 5).unwrap()),
        Arc::new(BitWords::new(8, 2, SlotOrder::Any).unwrap()),
        Arc::new(Bag::published()),
        Arc::new(NatsCell),
    ]
}

#[test]
fn objects_are_numbered_without_gaps() {
    for environment in indexed() {
        let mut texts = HashSet::new();
        for index in 0..environment.objects() {
            let mut state = vec![3; environment.width()];
            environment.object(index, &mut state);
            assert!(environment.is_terminal(&state));
            assert_eq!(environment.index_of(&state), index);
            assert!(texts.insert(environment.write(&state)));
        }
    }
    assert_eq!(Sequence::variable("ABCDEFGHIJKLMNOPQRST", 32, 36).unwrap().objects(), usize::MAX);
    assert_eq!(BitWords::new(64, 1, SlotOrder::Any).unwrap().objects(), usize::MAX);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn hostile_texts_are_refused_or_read_as_objects(text in prop_oneof![
        any::<String>(),
        "[0-9,. +-]{0,40}",
        "[A-Ga-g01]{0,130}",
        r"(\|?[a-z_]{0,12}[0-9x]{0,3}[~|+]{0,3}){0,9}",
    ]) {
        for (name, environment) in small().into_iter().chain(large()) {
            if let Ok(state) = environment.read(&text) {
                prop_assert_eq!(state.len(), environment.width());
                prop_assert!(environment.is_terminal(&state), "{}: {}", name, text);
                prop_assert_eq!(environment.read(&environment.write(&state)), Ok(state));
            }
        }
        for environment in indexed() {
            let _ = read_rewards(text.as_bytes(), environment.as_ref());
            let _ = read_rewards(format!("object\tscore\n{text}").as_bytes(), environment.as_ref());
        }
    }

    #[test]
    fn hostile_bytes_are_no_table(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read_rewards(&bytes, &NatsCell).is_err());
    }
}

#[test]
fn errors_quote_only_the_beginning_of_a_text() {
    let long = "x".repeat(1_000_000);
    for (_, environment) in large() {
        let error = environment.read(&long).unwrap_err().to_string();
        assert!(error.len() < 400, "{error}");
    }
}

#[test]
fn impossible_sizes_are_refused_with_the_number_and_the_limit() {
    let error = HyperGrid::new(4, 1000).unwrap_err();
    assert_eq!(error, EnvironmentError::TooManyStates { states: 1e12, limit: 1 << 22 });
    assert_eq!(error.to_string(), "1.000e12 states are more than the 4194304 that can be enumerated");
    for (dimensions, side) in [(0, 8), (2, 1), (256, 2), (usize::MAX, 2), (1, usize::MAX), (1, 40_000)] {
        assert!(HyperGrid::new(dimensions, side).is_err(), "{dimensions}, {side}");
    }
    assert!(ParetoGrid::new(1).is_err() && ParetoGrid::new(100_000).is_err());
    assert!(
        SetGeneration::new(5, 5).is_err() && SetGeneration::new(5, 0).is_err() && SetGeneration::new(257, 3).is_err()
    );
    for alphabet in ["", "A", "ABA", "A B", "A\n"] {
        assert!(Sequence::fixed(alphabet, 4, Growth::Append).is_err(), "{alphabet:?}");
    }
    assert!(Sequence::fixed("AB", 0, Growth::Append).is_err() && Sequence::variable("AB", 3, 2).is_err());
    assert!(Sequence::variable("AB", 2, 256).is_err() && Sequence::variable("AB", 0, 2).is_err());
    assert!(BitWords::new(10, 4, SlotOrder::Any).is_err() && BitWords::new(512, 1, SlotOrder::Any).is_err());
    assert!(matches!(Bag::new(26, 200), Err(EnvironmentError::TooManyStates { .. })));
    assert!(Bag::new(1, 5).is_err() && Bag::new(5, 0).is_err());
}

#[test]
fn texts_that_are_nearly_objects_are_refused() {
    let cell = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
    assert!(NatsCell.read(cell).is_ok());
    for wrong in [
        &cell[1..],
        &cell.replace('+', ""),
        &cell.replace("~2", "~1"),
        &cell.replace("none~2", "nor_conv_7x7~2"),
        &format!("{cell}none~3|"),
        &format!("{cell} "),
    ] {
        assert!(NatsCell.read(wrong).is_err(), "{wrong}");
    }
    let sets = SetGeneration::new(9, 3).unwrap();
    let grid = HyperGrid::new(2, 8).unwrap();
    let pareto = ParetoGrid::published();
    let words = Sequence::fixed("ACGT", 4, Growth::PrependAppend).unwrap();
    let bits = BitWords::new(6, 2, SlotOrder::Any).unwrap();
    let bag = Bag::new(4, 3).unwrap();
    for (environment, wrong) in [
        (&sets as &dyn Environment, ["1,2", "1,2,2", "1,2,9", "1,2,3,4"]),
        (&grid, ["1", "1,8", "-1,0", "1,2,3"]),
        (&pareto, ["31,31", "32,0", "3", "1,2,3"]),
        (&words, ["ACG", "ACGTA", "ACGU", "acgt"]),
        (&bits, ["01010", "0101012", "01010.", "0101010"]),
        (&bag, ["AB", "ABCD", "ABE", "ab c"]),
    ] {
        for text in wrong {
            assert!(environment.read(text).is_err(), "{text}");
        }
    }
}

//! Atoms, features and predictions against RDKit and the authors' network (fixtures/seh).

use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::{weights::SHAPES, *};
use crate::{
    ModelError,
    gflownet::environment::{
        Environment, Reward,
        fragments::{Fragments, Hybridisation},
    },
    seed,
};

#[derive(Deserialize)]
struct Reference {
    object: String,
    elements: String,
    aromatic: Vec<usize>,
    hybridisation: String,
    hydrogens: String,
    open: Vec<usize>,
    bonds: usize,
    proxy: f64,
}

static REFERENCES: LazyLock<Vec<Reference>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../fixtures/seh/molecules.json")).expect("the fixture decodes")
});

#[allow(clippy::disallowed_methods, reason = "tests run natively")]
fn weights() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/weights/fl-gfn/molecules/weights.safetensors");
    std::fs::read(path).expect("the weights are in assets/weights/fl-gfn/molecules")
}

fn reward() -> SehReward {
    let rules = Fragments::paper().expect("the paper's sizes are allowed");
    let proxy = SehProxy::from_safetensors(&weights()).expect("the authors' file fits");
    SehReward::new(Arc::new(rules), Arc::new(proxy), Shape::default())
}

/// The state of an object of any size: those of one block are not finished, so they are not read.
pub(in crate::systems::fl_gfn) fn state(rules: &Fragments, object: &str) -> Vec<i16> {
    rules.read(object).unwrap_or_else(|_| {
        let block = object.rsplit(' ').next().and_then(|block| block.parse().ok()).expect("one block");
        let mut state = vec![0; rules.width()];
        rules.step(&mut state, block);
        state
    })
}

#[test]
fn twenty_molecules_have_the_smiles_and_the_atoms_that_rdkit_perceives() {
    let rules = Fragments::paper().unwrap();
    assert_eq!(REFERENCES.len(), 20);
    for reference in REFERENCES.iter() {
        let state = state(&rules, &reference.object);
        // RDKit made the same canonical SMILES of this text and of the blocks joined by itself.
        assert_eq!(rules.write(&state), reference.object);
        let made = rules.assemble(&state);
        let elements: Vec<&str> = made.elements.iter().map(|element| element.symbol()).collect();
        assert_eq!(elements.join(" "), reference.elements, "{}", reference.object);
        let aromatic: Vec<usize> = (0..elements.len()).filter(|&atom| made.aromatic[atom]).collect();
        assert_eq!(aromatic, reference.aromatic, "{}", reference.object);
        let hydrogens: String = made.hydrogens.iter().map(u8::to_string).collect();
        assert_eq!(hydrogens, reference.hydrogens, "{}", reference.object);
        let letter = |hybridisation: &Hybridisation| match hybridisation {
            Hybridisation::Sp => '1',
            Hybridisation::Sp2 => '2',
            Hybridisation::Sp3 => '3',
            Hybridisation::Other => '0',
        };
        let hybridisation: String = made.hybridisation.iter().map(letter).collect();
        assert_eq!(hybridisation, reference.hybridisation, "{}", reference.object);
        assert_eq!(made.open, reference.open, "{}", reference.object);
        assert_eq!(made.bonds.len(), reference.bonds, "{}", reference.object);
        let molecule = made.molecule().unwrap();
        assert_eq!((molecule.elements(), molecule.charges()), (&made.elements[..], &made.charges[..]));
    }
}

#[test]
fn the_proxy_agrees_with_the_authors_network_in_pytorch() {
    let reward = reward();
    let rules = Fragments::paper().unwrap();
    for reference in REFERENCES.iter() {
        let ours = reward.proxy(&state(&rules, &reference.object));
        assert!((ours - reference.proxy).abs() < 1e-4, "{}: {ours}, PyTorch {}", reference.object, reference.proxy);
    }
}

#[test]
fn the_proxy_sees_which_stems_are_open() {
    let reward = reward();
    let rules = Fragments::paper().unwrap();
    let [one, three] = ["1.25@0:1:0", "2.25@0:1:0"].map(|text| rules.read(text).unwrap());
    assert_eq!(rules.assemble(&one).open, rules.assemble(&three).open, "the carbon is open in both");
    assert_eq!(reward.proxy(&one), reward.proxy(&three));
    let [kept, given] = ["4.25@0:3:0", "5.25@0:3:0"].map(|text| rules.read(text).unwrap());
    assert_eq!(rules.assemble(&kept).smiles(), rules.assemble(&given).smiles());
    assert_ne!(reward.proxy(&kept), reward.proxy(&given));
}

#[test]
fn the_reward_is_a_power_of_the_proxy_above_a_floor_and_1_at_the_root() {
    let reward = reward();
    let rules = Fragments::paper().unwrap();
    let floor = 4.0 * (0.1_f64 / 8.0).ln();
    for reference in REFERENCES.iter() {
        let state = state(&rules, &reference.object);
        let expected = (4.0 * (reference.proxy / 8.0).ln()).max(floor);
        let expected = if reference.proxy <= 0.1 { floor } else { expected };
        assert!((reward.log_reward(&state) - expected).abs() < 1e-2, "{}", reference.object);
        assert_eq!(reward.partial(&state), Some(reward.log_reward(&state)));
    }
    assert_eq!(reward.partial(&vec![0; rules.width()]), Some(0.0));
    assert_eq!(Shape::default().log_reward(f64::NAN), floor);
    assert_eq!(Shape::default().log_reward(8.0), 0.0);
}

#[test]
fn files_that_are_not_the_proxys_are_errors() {
    let good = weights();
    let refuses = |bytes: &[u8]| matches!(SehProxy::from_safetensors(bytes), Err(ModelError::Weights(_)));
    assert!(!refuses(&good));
    assert!(refuses(&[]));
    assert!(refuses(&good[..good.len() - 1]));
    assert!(refuses(&[0xff; 64]));
    let renamed = |from: &str, to: &str| {
        let header = String::from_utf8_lossy(&good[8..3000]).replacen(from, to, 1);
        [&good[..8], &header.as_bytes()[..2992], &good[3000..]].concat()
    };
    assert!(refuses(&renamed("param_07", "param_77")));
    assert!(refuses(&renamed("\"F32\"", "\"F16\"")));
    let mut infinite = good.clone();
    infinite.truncate(good.len() - 4);
    infinite.extend(f32::INFINITY.to_le_bytes());
    assert!(refuses(&infinite));
    assert_eq!(SHAPES.iter().map(|shape| shape.iter().product::<usize>()).sum::<usize>(), 699_690);
}

#[test]
fn random_bytes_in_the_header_never_panic() {
    use rand::Rng;
    let good = weights();
    let mut rng = seed::stream(5, 0);
    for _ in 0..300 {
        let mut bytes = good[..4000].to_vec();
        for _ in 0..3 {
            let place = rng.random_range(0..2000);
            bytes[place] = rng.random();
        }
        assert!(SehProxy::from_safetensors(&bytes).is_err(), "most of the file is missing");
    }
}

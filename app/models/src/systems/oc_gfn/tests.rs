use std::sync::Arc;

use catalog::{Device as Where, SampleRequest};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use samples::{Inputs, Objects, Sample};
use serde_json::{Value, json};

use super::{
    Space, load,
    pretraining::{Pretraining, PretrainingOptions, success_rate},
    reward,
    space::Rules,
};
use crate::gflownet::{
    environment::{Environment, Growth, Sequence},
    exact::{Graph, backward_visits},
};

const OPTIONS: PretrainingOptions =
    PretrainingOptions { batch: 16, learning_rate: 2e-3, teleportation: false, contrastive: true, missed_reward: 1e-8 };

fn shipped(preset: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/weights/oc-gfn");
    std::fs::read(format!("{folder}/{preset}/weights.safetensors")).unwrap()
}

fn run(preset: &str, parameters: Value) -> Objects {
    let model = load(preset, shipped(preset), &burn::tensor::Device::flex()).unwrap();
    let request = SampleRequest {
        system: "oc-gfn".to_owned(),
        preset: preset.to_owned(),
        parameters,
        seed: 3,
        count: 50,
        device: Where::Cpu,
    };
    let Sample::Objects(objects) = model.sample_one(&request, &Inputs::default()).unwrap() else {
        panic!("no objects")
    };
    objects
}

fn distance(objects: &Objects) -> f64 {
    objects.measures.iter().find(|measure| measure.name == "total_variation").unwrap().value
}

fn words() -> Space {
    let rules = Sequence::fixed("AB", 4, Growth::PrependAppend).unwrap();
    let graph = Arc::new(Graph::enumerate(&rules, 1000).unwrap());
    Space { rules: Rules::Words(rules), graph }
}

#[test]
fn the_posterior_may_write_exactly_the_outcomes_that_flow_through_a_state() {
    for space in [words(), Space::of_preset("grid-8").unwrap()] {
        let (graph, rules) = (&space.graph, &space.rules);
        let log_backward = graph.uniform_backward();
        for &terminal in graph.terminals() {
            let word = rules.spell(graph.states().get(terminal as usize));
            let flows = backward_visits(graph, terminal as usize, &log_backward);
            for (state, flow) in flows.iter().enumerate() {
                let at = graph.states().get(state);
                let written = (0..word.len()).all(|place| rules.may_follow(at, &word[..place])[word[place]]);
                assert_eq!(written, flow.is_finite(), "{word:?} from state {state}");
            }
        }
    }
}

#[test]
fn every_prefix_that_may_be_written_can_be_finished() {
    let space = words();
    for state in space.graph.states().iter() {
        let mut open = vec![vec![]];
        while let Some(prefix) = open.pop() {
            if prefix.len() == space.rules.length() {
                continue;
            }
            let legal = space.rules.may_follow(state, &prefix);
            assert!(legal.contains(&true), "{prefix:?} has no next letter");
            open.extend((0..2).filter(|&letter| legal[letter]).map(|letter| [&prefix[..], &[letter]].concat()));
        }
    }
}

#[test]
fn outcomes_come_back_from_their_words() {
    for space in [words(), Space::of_preset("grid-8").unwrap()] {
        for &terminal in space.graph.terminals() {
            let object = space.graph.states().get(terminal as usize);
            assert_eq!(space.rules.object(&space.rules.spell(object)), object);
        }
    }
}

#[test]
fn pre_training_learns_to_reach_what_it_is_asked_for_and_goes_on_from_its_parameters() {
    let space = Space::of_preset("grid-4").unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut pretraining = Pretraining::new(space.clone(), OPTIONS, &mut rng).unwrap();
    let before = success_rate(&space, pretraining.policy(), 500, &mut rng).unwrap();
    for step in 0..400 {
        pretraining.step(1.0 - f64::from(step) / 420.0, &mut rng).unwrap();
    }
    let after = success_rate(&space, pretraining.policy(), 500, &mut rng).unwrap();
    assert!(before < 0.3 && after > 0.9, "success {before} → {after}");
    let mut other = Pretraining::new(space, OPTIONS, &mut rng).unwrap();
    other.set_parameters(&pretraining.parameters()).unwrap();
    assert_eq!(other.parameters(), pretraining.parameters());
    assert!(other.set_parameters(&pretraining.parameters()[1..]).is_err());
}

#[test]
fn a_resumed_pre_training_does_exactly_what_the_interrupted_one_would_have_done() {
    let space = Space::of_preset("grid-4").unwrap();
    let step = |pretraining: &mut Pretraining, step| {
        pretraining.step(1.0, &mut ChaCha8Rng::seed_from_u64(step)).unwrap();
    };
    let mut whole = Pretraining::new(space.clone(), OPTIONS, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
    (0..6).for_each(|at| step(&mut whole, at));
    let saved = whole.parameters();
    let mut resumed = Pretraining::new(space, OPTIONS, &mut ChaCha8Rng::seed_from_u64(2)).unwrap();
    resumed.set_parameters(&saved).unwrap();
    for at in 6..12 {
        step(&mut whole, at);
        step(&mut resumed, at);
    }
    assert_eq!(whole.parameters(), resumed.parameters());
    assert_ne!(whole.parameters(), saved);
}

#[test]
fn without_its_own_misses_it_succeeds_less_often() {
    let space = Space::of_preset("grid-8").unwrap();
    let rate = |contrastive| {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let options = PretrainingOptions { contrastive, ..OPTIONS };
        let mut pretraining = Pretraining::new(space.clone(), options, &mut rng).unwrap();
        for _ in 0..250 {
            pretraining.step(1.0, &mut rng).unwrap();
        }
        success_rate(&space, pretraining.policy(), 1000, &mut rng).unwrap()
    };
    let (with, without) = (rate(true), rate(false));
    assert!(with > without + 0.05, "success with {with}, without {without}");
}

#[test]
fn the_shipped_policy_turns_to_rewards_that_it_has_never_seen() {
    for (preset, exact, amortised) in [("grid-8", 0.02, 0.05), ("grid-16", 0.02, 0.06)] {
        for reward in ["given", "ring"] {
            let sum = run(preset, json!({ "reward": reward, "method": "exact-sum", "steps": 4, "scratch": false }));
            assert!(distance(&sum) < exact, "{preset} {reward}: sum over outcomes {}", distance(&sum));
        }
        let learnt = run(preset, json!({ "reward": "ring", "steps": 800, "scratch": false }));
        assert!(distance(&learnt) < amortised, "{preset}: amortised {}", distance(&learnt));
        assert_eq!(learnt.draws.len(), 50);
    }
}

#[test]
fn a_painted_reward_is_sampled_where_it_was_painted() {
    let painted: String = (0..64).map(|cell| if cell % 8 == 5 { 'f' } else { '0' }).collect();
    let parameters =
        json!({ "reward": "painted", "painted": painted, "method": "exact-sum", "steps": 2, "scratch": false });
    let objects = run("grid-8", parameters);
    let inside = objects.draws.iter().filter(|draw| draw.object.starts_with("5,")).count();
    assert!(inside >= 48, "{inside} of 50 in the painted column");
}

#[test]
fn a_table_of_ones_own_is_checked_and_used() {
    let space = Space::of_preset("grid-4").unwrap();
    let parameters = |table: &str| serde_json::from_value(json!({ "reward": "table", "table": table })).unwrap();
    let all: String = (0..16).map(|cell| format!("{},{}\t{cell}\n", cell % 4, cell / 4)).collect();
    assert!(reward::of(&space, &parameters(&format!("object\tscore\n{all}")), &[]).is_ok());
    for bad in ["", "object\tscore\n0,0\t1\n", &format!("object\tscore\n{all}0,0\t1\n"), &all] {
        let error = reward::of(&space, &parameters(bad), &[]).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with("parameters.table: "), "{error}");
    }
}

#[test]
fn scores_of_single_strands_stand_for_both() {
    let objects: usize = 4_usize.pow(8);
    let words = Sequence::fixed("ACGT", 8, Growth::PrependAppend).unwrap();
    let complement = |word: &str| -> String {
        word.chars()
            .rev()
            .map(|c| match c {
                'A' => 'T',
                'C' => 'G',
                'G' => 'C',
                _ => 'A',
            })
            .collect()
    };
    let mut state = vec![0; words.width()];
    let mut written = |index: usize| {
        crate::gflownet::environment::Indexed::object(&words, index, &mut state);
        words.write(&state)
    };
    // A score that both strands share: the smaller of their numbers.
    let number = |word: &str| crate::gflownet::environment::Indexed::index_of(&words, &words.read(word).unwrap());
    let scores: Vec<f64> = (0..objects)
        .map(|index| {
            let word = written(index);
            number(&complement(&word)).min(index) as f64
        })
        .collect();
    let packed = reward::pack_scores(&vec![scores.clone(); 30]);
    assert_eq!(packed.shape, [30, 32_896]);
    assert_eq!(reward::binding_scores(&[packed], 7, objects).unwrap(), scores);
}

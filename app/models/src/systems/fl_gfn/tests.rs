use std::sync::Arc;

use catalog::{Device as Where, SampleRequest};
use samples::{Inputs, Objects, Sample, objects::Picture, structure::CircularFingerprint};
use serde_json::{Value, json};

use super::{
    SetTask, load,
    seh_proxy::{SehProxy, SehReward, Shape},
};
use crate::gflownet::environment::{Environment, Fragments, Reward};

fn run(preset: &str, weights: Vec<u8>, parameters: Value, count: u32) -> Objects {
    let model = load(preset, weights, &burn::tensor::Device::flex()).unwrap();
    let request = SampleRequest {
        system: "fl-gfn".to_owned(),
        preset: preset.to_owned(),
        parameters,
        seed: 0,
        count,
        device: Where::Cpu,
    };
    let Sample::Objects(objects) = model.sample_one(&request, &Inputs::default()).unwrap() else {
        panic!("no objects")
    };
    objects
}

fn measure(objects: &Objects, name: &str) -> f64 {
    objects.measures.iter().find(|measure| measure.name == name).unwrap().value
}

#[test]
fn the_finish_lines_are_those_of_the_spec() {
    for (preset, chosen, log_z, mean, best) in [
        ("set-small", 20.0, 11.892389, -4.5371, 0.26328),
        ("set-medium", 60.0, 45.378950, 5.1905, 9.9930e5),
        ("set-large", 80.0, 48.391947, 3.4560, 9.0030e5),
    ] {
        let task = SetTask::of_preset(preset).unwrap();
        assert!((task.log_z - log_z).abs() < 1e-6, "{preset}: log Z {}", task.log_z);
        assert!((task.mean_log_reward - mean).abs() < 1e-4, "{preset}: E[ln R] {}", task.mean_log_reward);
        assert!((task.best_100 / best - 1.0).abs() < 1e-4, "{preset}: best hundred {}", task.best_100);
        assert!((task.inclusion.iter().sum::<f64>() - chosen).abs() < 1e-9, "{preset}: inclusion");
    }
}

#[test]
fn pinned_learners_find_the_law_and_released_ones_the_best_sets() {
    let learn = |learners: &str| run("set-small", vec![], json!({ "learners": learners, "steps": 300 }), 16);
    let (pinned, released) = (learn("forward-looking"), learn("forward-looking-released"));
    assert!(measure(&pinned, "inclusion_error") < 0.04, "pinned: {:?}", pinned.measures);
    assert!((measure(&pinned, "log_z") - 11.892).abs() < 0.8, "pinned: {:?}", pinned.measures);
    assert!(measure(&released, "inclusion_error") > 0.1, "released: {:?}", released.measures);
    assert!(measure(&released, "top_100") > measure(&pinned, "top_100"), "the released one is greedier");
}

#[test]
fn a_race_has_all_four_and_repeats_itself() {
    let race = || run("set-small", vec![], json!({ "steps": 4 }), 5);
    let (one, two) = (race(), race());
    assert_eq!(one, two);
    assert_eq!(one.last.unwrap().learners.len(), 4);
    assert_eq!(one.draws.len(), 5);
    for draw in &one.draws {
        assert_eq!(draw.path.len(), 21, "a step for each of twenty elements");
        assert!(draw.log_prob < 0.0 && draw.log_reward.is_some_and(f64::is_finite));
    }
}

#[test]
fn only_those_who_look_forward_learn_from_unfinished_sets() {
    let seen = |learners: &str| {
        let parameters = json!({ "learners": learners, "steps": 3, "incomplete": 0.5 });
        run("set-small", vec![], parameters, 1).last.unwrap().learners[0].transitions
    };
    assert_eq!(seen("detailed-balance"), 3 * 8 * 20, "half of the trajectories, each with its end");
    assert!(seen("forward-looking") > 3 * 8 * 20, "the other half too, as far as they go");
}

#[allow(clippy::disallowed_methods, reason = "tests run natively")]
fn proxy() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/weights/fl-gfn/molecules/weights.safetensors");
    std::fs::read(path).expect("the weights are in assets/weights/fl-gfn/molecules")
}

#[test]
fn similarities_of_molecules_are_those_of_rdkit() {
    #[derive(serde::Deserialize)]
    struct Reference {
        object: String,
    }
    let references: Vec<Reference> = serde_json::from_str(include_str!("fixtures/seh/molecules.json")).unwrap();
    let known: Vec<Vec<f64>> = serde_json::from_str(include_str!("fixtures/seh/tanimoto.json")).unwrap();
    let rules = Fragments::paper().unwrap();
    let fingerprints: Vec<_> = references
        .iter()
        .map(|reference| {
            let state = super::seh_proxy::tests::state(&rules, &reference.object);
            let atoms = rules.assemble(&state);
            CircularFingerprint::new(&atoms.molecule().unwrap(), &atoms.hydrogens, 2)
        })
        .collect();
    let mut pairs = 0;
    for (i, row) in known.iter().enumerate() {
        for (j, similarity) in row.iter().enumerate() {
            let ours = fingerprints[i].similarity(&fingerprints[j]);
            assert!((ours - similarity).abs() < 1e-6, "{i}, {j}: {ours}, RDKit {similarity}");
            assert_eq!(ours, fingerprints[j].similarity(&fingerprints[i]));
            pairs += 1;
        }
        assert_eq!(fingerprints[i].similarity(&fingerprints[i]), 1.0);
    }
    assert_eq!(pairs, 190);
}

#[test]
fn learners_of_molecules_draw_smiles_with_their_reward_and_find_better_ones() {
    let learners = json!({ "learners": "forward-looking", "steps": 60, "batch_size": 16, "learning_rate": 3e-3 });
    let objects = run("molecules", proxy(), learners, 12);
    assert!(objects.are_molecules());
    assert_eq!(objects.draws.len(), 12);
    let rules = Fragments::paper().unwrap();
    let reward = {
        let proxy = SehProxy::from_safetensors(&proxy()).unwrap();
        SehReward::new(Arc::new(rules.clone()), Arc::new(proxy), Shape::default())
    };
    for draw in &objects.draws {
        let last = draw.path.last().unwrap();
        assert!(last.starts_with(&format!("{} ", draw.object)), "{last} is {}", draw.object);
        let state = rules.read(last).unwrap();
        assert!((reward.log_reward(&state) - draw.log_reward.unwrap()).abs() < 1e-12);
        assert!(draw.log_prob < 0.0 && draw.log_prob.is_finite());
    }
    let mean = |moment: &samples::objects::Moment| moment.values[0][0].unwrap();
    let (first, last) = (&objects.history[0], objects.history.last().unwrap());
    assert!(mean(last) > 1.5 * mean(first), "{} after {}", mean(last), mean(first));
    let diversity = measure(&objects, "diversity");
    assert!((0.3..1.0).contains(&diversity), "{diversity}");
    let Some(Picture::Molecules { best, rewards }) = objects.last.map(|last| last.learners[0].picture.clone()) else {
        panic!("no molecules")
    };
    assert!(best.is_sorted_by(|a, b| a.1 >= b.1) && best.len() == 24, "{best:?}");
    assert_eq!(rewards.len(), 512);
}

#[test]
fn fewer_fragments_are_kept_to_and_damaged_weights_are_errors() {
    let objects =
        run("molecules", proxy(), json!({ "learners": "trajectory-balance", "steps": 1, "max_blocks": 2 }), 20);
    for draw in &objects.draws {
        assert!(draw.path.last().unwrap().rsplit(' ').next().unwrap().split('.').count() <= 2);
    }
    assert!(load("molecules", vec![], &burn::tensor::Device::flex()).is_err());
}

#[test]
fn bits_near_references_are_learnt_with_exact_probabilities() {
    let learn = |steps: u32| run("bits", vec![], json!({ "learners": "forward-looking", "steps": steps }), 40);
    let (before, after) = (learn(1), learn(400));
    assert!(measure(&after, "spearman") > 0.6, "{:?}", after.measures);
    assert!(measure(&after, "spearman") > measure(&before, "spearman") + 0.2, "{:?}", before.measures);
    assert!(measure(&after, "mean_reward") > 1.3 * measure(&before, "mean_reward"), "{:?}", before.measures);
    for draw in &after.draws {
        assert_eq!((draw.object.len(), draw.path.len()), (40, 11));
        assert!(draw.log_prob < 0.0 && draw.log_prob.is_finite());
    }
}

#[test]
fn several_seeds_have_a_mean_and_a_range_and_the_first_is_the_one_alone() {
    let learn = |seeds: u32| run("set-small", vec![], json!({ "steps": 3, "seeds": seeds }), 2);
    let (alone, three) = (learn(1), learn(3));
    assert_eq!(alone.draws, three.draws);
    assert!(alone.history.iter().all(|moment| moment.ranges.is_empty()));
    for moment in &three.history {
        for (values, ranges) in moment.values.iter().zip(&moment.ranges) {
            assert!(ranges.iter().flatten().any(|[low, high]| low < high), "three learners that do the same");
            for (value, range) in values.iter().zip(ranges) {
                let (value, [low, high]) = (value.unwrap(), range.unwrap());
                assert!(low <= value && value <= high, "{value} in {low}–{high}");
            }
        }
        assert_eq!(moment.ranges.len(), 4);
    }
}

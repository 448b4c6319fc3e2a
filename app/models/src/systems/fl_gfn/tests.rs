use catalog::{Device as Where, SampleRequest};
use samples::{Inputs, Objects, Sample};
use serde_json::{Value, json};

use super::{SetTask, load};

fn run(preset: &str, parameters: Value, count: u32) -> Objects {
    let model = load(preset, vec![], &burn::tensor::Device::flex()).unwrap();
    let request = SampleRequest {
        system: "fl-gfn".to_owned(),
        preset: preset.to_owned(),
        parameters,
        seed: 0,
        count,
        device: Where::Cpu,
    };
    let mut sampling = model.sample(&request, &Inputs::default(), 0).unwrap();
    for _ in 0..sampling.total_steps() {
        sampling.step().unwrap();
    }
    let Sample::Objects(objects) = sampling.finish().unwrap().read().unwrap() else { panic!("no objects") };
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
    let learn = |learners: &str| run("set-small", json!({ "learners": learners, "steps": 300 }), 16);
    let (pinned, released) = (learn("forward-looking"), learn("forward-looking-released"));
    assert!(measure(&pinned, "inclusion_error") < 0.04, "pinned: {:?}", pinned.measures);
    assert!((measure(&pinned, "log_z") - 11.892).abs() < 0.8, "pinned: {:?}", pinned.measures);
    assert!(measure(&released, "inclusion_error") > 0.1, "released: {:?}", released.measures);
    assert!(measure(&released, "top_100") > measure(&pinned, "top_100"), "the released one is greedier");
}

#[test]
fn a_race_has_all_four_and_repeats_itself() {
    let race = || run("set-small", json!({ "steps": 4 }), 5);
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
        run("set-small", parameters, 1).last.unwrap().learners[0].transitions
    };
    assert_eq!(seen("detailed-balance"), 3 * 8 * 20, "half of the trajectories, each with its end");
    assert!(seen("forward-looking") > 3 * 8 * 20, "the other half too, as far as they go");
}

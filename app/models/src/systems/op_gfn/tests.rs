use catalog::{Device as Where, SampleRequest};
use samples::{Inputs, Objects, Sample};
use serde_json::{Value, json};

use super::load;
use crate::ModelError;

fn try_run(preset: &str, bytes: Vec<u8>, parameters: Value) -> Result<Objects, ModelError> {
    let model = load(preset, bytes, &burn::tensor::Device::flex())?;
    let request = SampleRequest {
        system: "op-gfn".to_owned(),
        preset: preset.to_owned(),
        parameters,
        seed: 0,
        count: 20,
        device: Where::Cpu,
    };
    match model.sample_one(&request, &Inputs::default())? {
        Sample::Objects(objects) => Ok(objects),
        _ => panic!("no objects"),
    }
}

fn run(preset: &str, parameters: Value) -> Objects {
    let file = format!("{}/../../assets/weights/op-gfn/{preset}/weights.safetensors", env!("CARGO_MANIFEST_DIR"));
    try_run(preset, std::fs::read(file).unwrap_or_default(), parameters).unwrap()
}

fn values(objects: &Objects, learner: usize, name: &str) -> f64 {
    let last = objects.last.as_ref().unwrap();
    let at = last.measures.iter().position(|measure| measure.name == name).unwrap();
    last.learners[learner].values[at].unwrap()
}

#[test]
fn order_alone_leads_to_the_pareto_front() {
    let objects = run("pareto-grid", json!({ "steps": 150 }));
    let (order, preference) = (values(&objects, 0, "best_mass"), values(&objects, 1, "best_mass"));
    assert!(order > 0.6, "Pareto mass {order}");
    assert!(order > 2.0 * preference, "by order {order}, by preferences {preference}");
    assert!(values(&objects, 0, "gd_plus") < 0.05);
    assert_eq!(objects.draws.len(), 20);
    assert!(objects.draws.iter().all(|draw| draw.objectives.len() == 2 && draw.path.len() > 1));
}

#[test]
fn three_objectives_have_their_front_too() {
    let objects = run("pareto-grid", json!({ "objectives": "branin-currin-shubert", "steps": 2, "baseline": false }));
    let last = objects.last.unwrap();
    let Some(samples::objects::Picture::Points { objectives, values }) = last.target else { panic!("no front") };
    assert_eq!((objectives.len(), values.len()), (3, 104));
}

#[test]
fn words_of_two_letters_are_the_front_of_their_counts() {
    let objects = run("n-grams", json!({ "patterns": "unigrams-a-v", "steps": 2, "baseline": false }));
    let Some(samples::objects::Picture::Points { objectives, values }) = objects.last.unwrap().target else {
        panic!("no front")
    };
    assert_eq!(objectives, ["A", "V"]);
    // Seven letters, each an A or a V (spec §5.5).
    let mut front: Vec<usize> = values.iter().map(|point| (7.0 * point[0]).round() as usize).collect();
    front.sort_unstable();
    assert_eq!(front, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert!(values.iter().all(|point| (point[0] + point[1] - 1.0).abs() < 1e-6));
}

#[test]
fn order_alone_finds_words_that_hold_many_patterns() {
    let objects = run("n-grams", json!({ "steps": 100 }));
    let (order, preference) = (values(&objects, 0, "best_mass"), values(&objects, 1, "best_mass"));
    assert!(order > 0.3, "Pareto mass {order}");
    assert!(order > preference, "by order {order}, by preferences {preference}");
    assert!(objects.draws.iter().all(|draw| draw.objectives.len() == 3));
}

#[test]
fn pairs_sharpen_on_the_best_architectures() {
    let parameters = json!({ "steps": 40, "loss": "pairs", "baseline": false, "batch_size": 64 });
    let objects = run("cell", parameters);
    let uniform = 100.0 / 15_625.0;
    assert!(values(&objects, 0, "best_mass") > 10.0 * uniform, "{:?}", objects.measures);
    assert!(values(&objects, 0, "mean_score") > 90.0, "{:?}", objects.measures);
}

#[test]
fn the_same_seed_gives_the_same_objects() {
    let once = || run("bag", json!({ "steps": 2, "batch_size": 8 }));
    assert_eq!(once(), once());
}

#[test]
fn measured_scores_must_be_there() {
    let error = try_run("cell", vec![], json!({ "steps": 1 })).unwrap_err();
    assert!(matches!(error, ModelError::Weights(_)), "{error}");
    let other = super::to_weights(&[vec![1.0; 7]]).unwrap();
    assert!(matches!(try_run("qm9str", other, json!({ "steps": 1 })), Err(ModelError::Weights(_))));
}

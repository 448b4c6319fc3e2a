//! `crysbfn`: crystals by a Bayesian flow on the torus (Wu et al. 2025).

use samples::structure::Composition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{FieldError, Preset, System, schema, system::Paper};

mod models;

pub use models::{DataSet, MODELS, Model, Task};

/// Atoms that a cell may have.
pub const MAX_ATOMS: usize = 64;
/// Steps of the paper's own networks.
const PAPER_STEPS: u64 = 1000;

/// What a visitor may choose when sampling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SampleParameters {
    /// Formula of the cell, such as SrTiO3
    ///
    /// Every atom of the cell counts: Sr2Ti2O6 is a cell of ten. Leave it empty for a surprise, if the model has one, and
    /// for models that choose the elements themselves.
    pub composition: String,
    /// Atoms in the cell
    ///
    /// Where no formula is given; 0 draws a number as often as the data set has it.
    #[schemars(range(min = 0, max = 64))]
    pub atoms: u32,
    /// Steps
    ///
    /// Predictions of the network. The small presets were trained for 5, 10, 20 and 50.
    #[schemars(range(min = 2, max = 1000))]
    pub steps: u32,
    /// Sampler
    pub sampler: Sampler,
}

/// How the belief of the next step comes from a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sampler {
    /// All observations are drawn anew around each prediction: good single structures, too little variety
    EndBack,
    /// One observation more a step, as Bayes' rule has it: true to the learnt distribution
    Vanilla,
    /// The first for two thirds of the steps, then the second
    Mix,
}

impl Default for SampleParameters {
    fn default() -> Self {
        Self { composition: String::new(), atoms: 0, steps: 20, sampler: Sampler::EndBack }
    }
}

/// How the learning rate falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RateSchedule {
    /// Along a cosine to a hundredth: the best use of a fixed number of steps
    Cosine,
    /// By 0.6 when the loss stops falling, as in the paper
    Plateau,
}

/// What an operator may choose when training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrainParameters {
    /// Steps
    #[schemars(range(min = 1, max = 100_000_000))]
    pub iterations: u32,
    /// Crystals per step
    #[schemars(range(min = 1, max = 4096))]
    pub batch_size: u32,
    /// Learning rate of AdamW at the start
    #[schemars(range(min = 1e-7, max = 1e-1))]
    pub learning_rate: f64,
    /// How the learning rate falls
    pub schedule: RateSchedule,
    /// Epochs without a better loss before a plateau is one
    #[schemars(range(min = 1, max = 10_000))]
    pub patience: u32,
    /// Seconds between checkpoints
    #[schemars(range(min = 1, max = 3600))]
    pub checkpoint_seconds: u32,
    /// Steps between measurements on test structures
    #[schemars(range(min = 1, max = 1_000_000))]
    pub evaluate_every: u32,
}

impl Default for TrainParameters {
    fn default() -> Self {
        Self {
            iterations: 60_000,
            batch_size: 64,
            learning_rate: 1e-3,
            schedule: RateSchedule::Cosine,
            patience: 50,
            checkpoint_seconds: 60,
            evaluate_every: 5000,
        }
    }
}

/// The descriptor.
pub fn system() -> System {
    let preset = |model: &Model| Preset {
        name: model.preset,
        title: model.title,
        description: model.description,
        shipped: !model.paper,
        weights: true,
        trains: true,
        browser: !model.paper,
        browser_maximum: if model.paper { vec![] } else { vec![("steps", 200)] },
        defaults: if model.paper { vec![("steps", json!(PAPER_STEPS))] } else { vec![] },
        training_defaults: model.training_defaults(),
    };
    System {
        slug: "crysbfn",
        title: "Crystals",
        summary: "A Bayesian flow on the torus condenses atoms into a crystal: what is believed about every coordinate \
                  sharpens step by step.",
        paper: Paper {
            title: "A Periodic Bayesian Flow for Material Generation",
            authors: "Hanlin Wu, Yuxuan Song, Jingjing Gong, Ziyao Cao, Yawen Ouyang, Jianbing Zhang, Hao Zhou, Wei-Ying \
                      Ma, Jingjing Liu",
            venue: "International Conference on Learning Representations (ICLR)",
            year: 2025,
            url: "https://arxiv.org/abs/2502.02016",
        },
        makes: samples::SampleKind::Crystal,
        cpu_only: false,
        inputs: vec![],
        companion: None,
        presets: MODELS.iter().map(preset).collect(),
        parameters: schema::fields::<SampleParameters>(),
        parameters_schema: schema::json_schema::<SampleParameters>(),
        training: schema::fields::<TrainParameters>(),
        training_schema: schema::json_schema::<TrainParameters>(),
        combination,
        trajectories: None,
    }
}

/// A formula must be one, of few enough atoms, of elements that the model knows; models that choose the elements take none,
/// some need one, and the paper's networks have one number of steps.
fn combination(preset: &Preset, parameters: &Map<String, Value>) -> Vec<FieldError> {
    let Some(model) = Model::of(preset.name) else { return vec![] };
    let mut errors = Vec::new();
    let formula = parameters["composition"].as_str().unwrap_or_default().trim();
    if let Err(message) = check_formula(model, formula) {
        errors.push(FieldError::new("parameters.composition", message));
    }
    let atoms = parameters["atoms"].as_u64().unwrap_or_default();
    let made_up = formula.is_empty() && (model.task, model.data) == (Task::StructurePrediction, DataSet::Perov5);
    if made_up && ![0, 5].contains(&atoms) {
        errors.push(FieldError::new(
            "parameters.atoms",
            "must be 5 or 0: the formulas that this model makes up are ABX₃",
        ));
    }
    if model.paper && parameters["steps"].as_u64() != Some(PAPER_STEPS) {
        errors.push(FieldError::new(
            "parameters.steps",
            format!("must be {PAPER_STEPS}: the paper's networks were trained for no other number"),
        ));
    }
    errors
}

fn check_formula(model: &Model, formula: &str) -> Result<(), String> {
    if formula.is_empty() {
        return match model.task == Task::AbInitio || model.data.surprises() {
            true => Ok(()),
            false => Err("must be a formula, such as SrTiO3: this model makes none up".to_owned()),
        };
    }
    if model.task == Task::AbInitio {
        return Err("must be empty: this model chooses the elements itself".to_owned());
    }
    let composition: Composition = formula.parse().map_err(|error| format!("is no formula: {error}"))?;
    if composition.atoms() > MAX_ATOMS {
        return Err(format!("has {} atoms, more than {MAX_ATOMS}", composition.atoms()));
    }
    let known = model.data.elements();
    let unknown = composition.counts().iter().find(|(element, _)| !known.contains(&element.atomic_number()));
    match unknown {
        Some((element, _)) => Err(format!("holds {element}, which is in no crystal that this model learnt from")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{TrainRequest, systems::tests::errors};

    #[test]
    fn a_model_is_asked_only_for_what_it_has_learnt() {
        let bad = |preset, parameters| errors("crysbfn", preset, parameters);
        for (preset, parameters) in [
            ("perov-small", json!({})),
            ("perov-small", json!({ "atoms": 5 })),
            ("perov-small", json!({ "composition": "CaTiO3", "atoms": 7 })),
            ("perov-ab-initio-small", json!({ "atoms": 6 })),
            ("carbon-small", json!({ "atoms": 7 })),
            ("carbon-small", json!({ "composition": "C6" })),
            ("paper-csp", json!({ "composition": "CsPbI3" })),
        ] {
            assert!(bad(preset, parameters.clone()).is_empty(), "{preset} {parameters}");
        }
        for (preset, parameters, field) in [
            ("perov-small", json!({ "composition": "CsPbI3" }), "composition"),
            ("perov-gaussian", json!({ "composition": "CaCO3" }), "composition"),
            ("perov-small", json!({ "composition": "Sr13Ti13O39" }), "composition"),
            ("perov-small", json!({ "atoms": 6 }), "atoms"),
            ("carbon-small", json!({ "composition": "SrTiO3" }), "composition"),
            ("perov-ab-initio-small", json!({ "composition": "SrTiO3" }), "composition"),
            ("paper-csp", json!({ "composition": "PoO2" }), "composition"),
            ("paper-csp", json!({}), "composition"),
            ("paper-carbon", json!({ "steps": 20 }), "steps"),
        ] {
            assert_eq!(bad(preset, parameters.clone()), [format!("parameters.{field}")], "{preset} {parameters}");
        }
    }
    #[test]
    fn the_papers_networks_train_as_in_the_paper() {
        let check = |preset: &str, parameters| {
            let (system, preset, device) = ("crysbfn".to_owned(), preset.to_owned(), Default::default());
            TrainRequest { system, preset, parameters, seed: 0, device }.check().unwrap().request.parameters
        };
        // Epochs times steps an epoch (spec §3).
        for (preset, batch, iterations) in [
            ("paper", 256, 5000 * 106),
            ("paper-csp", 256, 5000 * 106),
            ("paper-perov-csp", 1024, 20_000 * 12),
            ("paper-carbon", 512, 10_000 * 12),
            ("paper-mpts-csp", 128, 10_000 * 214),
        ] {
            let given = check(preset, json!({}));
            assert_eq!((&given["batch_size"], &given["iterations"]), (&json!(batch), &json!(iterations)), "{preset}");
            assert_eq!((&given["schedule"], &given["learning_rate"]), (&json!("plateau"), &json!(1e-3)), "{preset}");
        }
        assert_eq!(check("perov-small", json!({}))["schedule"], "cosine");
        assert_eq!(check("paper", json!({ "batch_size": 32 }))["batch_size"], 32);
    }
}

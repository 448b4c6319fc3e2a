//! `crysbfn`: crystals by a Bayesian flow on the torus (Wu et al. 2025).

use samples::structure::Composition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{FieldError, Preset, System, schema, system::Paper};

/// Atoms that a cell may have.
pub const MAX_ATOMS: usize = 64;
/// Models that choose the elements themselves.
const AB_INITIO: [&str; 4] = ["perov-ab-initio-small", "paper", "paper-perov", "paper-carbon"];
/// Models that have no formula to be surprised by: what their elements may make is known for perovskites only.
const NEED_FORMULA: [&str; 2] = ["paper-csp", "paper-mpts-csp"];
/// What the names of the paper's own networks begin with.
const PAPER: &str = "paper";

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
    let preset = |name, title, description| Preset {
        name,
        title,
        description,
        shipped: true,
        weights: true,
        trains: true,
        browser: true,
        browser_maximum: vec![("atoms", 24), ("steps", 200)],
    };
    let large = |name, title, description| Preset {
        shipped: false,
        browser: false,
        browser_maximum: vec![],
        ..preset(name, title, description)
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
        presets: vec![
            preset(
                "perov-small",
                "Perovskite structure",
                "Finds the structure of a given ABX₃ formula; trained on 3787 perovskites of Perov-5 (its validation \
                 split).",
            ),
            preset(
                "perov-ab-initio-small",
                "Perovskites from nothing",
                "Chooses the five elements too; trained on the same 3787 perovskites.",
            ),
            preset(
                "carbon-small",
                "Carbon",
                "Carbon allotropes of 6 to 24 atoms; trained on 2032 structures of Carbon-24 (its validation split).",
            ),
            preset(
                "perov-time-only",
                "Perovskites, told the time only",
                "Ablation: the network of the perovskites that is not told how certain each coordinate is.",
            ),
            preset(
                "perov-exponential",
                "Perovskites, exponential accuracy",
                "Ablation: the network of the perovskites with the accuracy t·β₁ᵗ in place of the schedule whose entropy \
                 is linear in time.",
            ),
            preset(
                "perov-gaussian",
                "Perovskites, without the torus",
                "Ablation: the network of the perovskites with coordinates on a line, which ends where it should come \
                 round.",
            ),
            large(
                "paper",
                "Paper size, MP-20 from nothing",
                "The network of the paper (hidden 512, 128 frequencies, 1000 steps) for all of a crystal, of the 89 elements \
                 of MP-20. No weights are shipped: train it on a GPU or import the authors' checkpoint.",
            ),
            large(
                "paper-perov",
                "Paper size, Perov-5 from nothing",
                "The network of the paper for all of a perovskite. No weights are shipped: train it on a GPU or import the \
                 authors' checkpoint.",
            ),
            large(
                "paper-carbon",
                "Paper size, Carbon-24 from nothing",
                "The network of the paper for carbon. No weights are shipped: train it on a GPU or import the authors' \
                 checkpoint.",
            ),
            large(
                "paper-csp",
                "Paper size, MP-20 structure",
                "The network of the paper for the structure of a given formula, of the 89 elements of MP-20, in 1000 steps. \
                 No weights are shipped: train it on a GPU or import a checkpoint of the authors' code for as many steps.",
            ),
            large(
                "paper-perov-csp",
                "Paper size, Perov-5 structure",
                "The network of the paper for the structure of a given perovskite, in 1000 steps. No weights are shipped: \
                 train it on a GPU or import a checkpoint of the authors' code for as many steps.",
            ),
            large(
                "paper-mpts-csp",
                "Paper size, MPTS-52 structure",
                "The network of the paper for the structure of a given formula, of up to 52 atoms, in 1000 steps. No weights \
                 are shipped: train it on a GPU or import a checkpoint of the authors' code for as many steps.",
            ),
        ],
        parameters: schema::fields::<SampleParameters>(),
        parameters_schema: schema::json_schema::<SampleParameters>(),
        training: schema::fields::<TrainParameters>(),
        training_schema: schema::json_schema::<TrainParameters>(),
        combination,
        trajectories: None,
    }
}

/// A formula must be one, of few enough atoms; models that choose the elements take none, some need one, and the paper's
/// networks have one number of steps.
fn combination(preset: &Preset, parameters: &Map<String, Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let formula = parameters["composition"].as_str().unwrap_or_default().trim();
    let chooses = AB_INITIO.contains(&preset.name);
    let mut wrong = |message: String| errors.push(FieldError::new("parameters.composition", message));
    match formula.parse::<Composition>() {
        _ if formula.is_empty() && NEED_FORMULA.contains(&preset.name) => {
            wrong("this model needs a formula, such as SrTiO3".to_owned())
        }
        _ if formula.is_empty() => {}
        _ if chooses => wrong("this model chooses the elements itself; leave it empty".to_owned()),
        Err(error) => wrong(error.to_string()),
        Ok(composition) if composition.atoms() > MAX_ATOMS => {
            wrong(format!("{} atoms are more than {MAX_ATOMS}", composition.atoms()));
        }
        Ok(_) => {}
    }
    if preset.name.starts_with(PAPER) && parameters["steps"].as_u64() != Some(1000) {
        errors.push(FieldError::new(
            "parameters.steps",
            "must be 1000: the paper's networks were trained for no other number",
        ));
    }
    errors
}

//! `op-gfn`: order-preserving GFlowNets (Chen & Mauch 2024).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{FieldError, Preset, System, schema, system::Paper};

/// The preset with several objectives.
pub const PARETO_GRID: &str = "pareto-grid";

/// The preset of words with several patterns.
pub const N_GRAMS: &str = "n-grams";

/// What a visitor may choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SampleParameters {
    /// Objectives
    ///
    /// All are to be large at once.
    #[schemars(extend("x-presets" = ["pareto-grid"]))]
    pub objectives: Objectives,
    /// Patterns
    ///
    /// A word is to hold many of each; copies may overlap.
    #[schemars(extend("x-presets" = ["n-grams"]))]
    pub patterns: Patterns,
    /// Loss of the order-preserving learner
    pub loss: Loss,
    /// Race a learner that needs a scalar reward
    ///
    /// With several objectives it is told a random preference each time; elsewhere its reward is the score to
    /// the power below.
    pub baseline: bool,
    /// Power of the reward that the baseline learns
    #[schemars(range(min = 0.1, max = 100.0), extend("x-presets" = ["hyper-grid", "bag", "tfbind8", "qm9str", "cell"]))]
    pub reward_exponent: f64,
    /// Least reward
    #[schemars(range(min = 1e-6, max = 1.0), extend("x-presets" = ["hyper-grid"]))]
    pub r0: f64,
    /// Data set of the architectures
    #[schemars(extend("x-presets" = ["cell"]))]
    pub dataset: Dataset,
    /// Steps of learning
    #[schemars(range(min = 1, max = 100_000))]
    pub steps: u32,
    /// Trajectories per step
    #[schemars(range(min = 2, max = 512))]
    pub batch_size: u32,
    /// Learning rate, relative to that of the paper's experiment
    #[schemars(range(min = 1e-3, max = 1e3))]
    pub learning_rate: f64,
    /// Share of random actions
    #[schemars(range(min = 0.0, max = 1.0))]
    pub exploration: f64,
}

/// Two to four of the four functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Objectives {
    /// Branin and Currin
    BraninCurrin,
    /// Branin and Shubert
    BraninShubert,
    /// Branin and Beale
    BraninBeale,
    /// Currin and Shubert
    CurrinShubert,
    /// Currin and Beale
    CurrinBeale,
    /// Shubert and Beale
    ShubertBeale,
    /// Branin, Currin and Shubert
    BraninCurrinShubert,
    /// Branin, Currin and Beale
    BraninCurrinBeale,
    /// Branin, Shubert and Beale
    BraninShubertBeale,
    /// Currin, Shubert and Beale
    CurrinShubertBeale,
    /// All four
    All,
}

impl Objectives {
    /// Names of the functions.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::BraninCurrin => &["branin", "currin"],
            Self::BraninShubert => &["branin", "shubert"],
            Self::BraninBeale => &["branin", "beale"],
            Self::CurrinShubert => &["currin", "shubert"],
            Self::CurrinBeale => &["currin", "beale"],
            Self::ShubertBeale => &["shubert", "beale"],
            Self::BraninCurrinShubert => &["branin", "currin", "shubert"],
            Self::BraninCurrinBeale => &["branin", "currin", "beale"],
            Self::BraninShubertBeale => &["branin", "shubert", "beale"],
            Self::CurrinShubertBeale => &["currin", "shubert", "beale"],
            Self::All => &["branin", "currin", "shubert", "beale"],
        }
    }
}

/// What is counted in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Patterns {
    /// The letters A and V
    UnigramsAV,
    /// The pairs AV and VC
    BigramsAvVc,
    /// The pairs AV, VC and CA
    BigramsAvVcCa,
    /// The pairs AV, VC, CA and AB
    BigramsAvVcCaAb,
}

impl Patterns {
    /// The patterns.
    pub fn texts(self) -> &'static [&'static str] {
        match self {
            Self::UnigramsAV => &["A", "V"],
            Self::BigramsAvVc => &["AV", "VC"],
            Self::BigramsAvVcCa => &["AV", "VC", "CA"],
            Self::BigramsAvVcCaAb => &["AV", "VC", "CA", "AB"],
        }
    }
}

/// How the order enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// All of a batch are ranked at once
    Batch,
    /// Each is compared with one other of the batch; for a single score
    Pairs,
}

/// What the architectures were trained on for 200 epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dataset {
    /// CIFAR-10
    Cifar10,
    /// CIFAR-100
    Cifar100,
    /// ImageNet16-120
    Imagenet16,
}

impl Default for SampleParameters {
    fn default() -> Self {
        Self {
            objectives: Objectives::BraninCurrin,
            patterns: Patterns::BigramsAvVcCa,
            loss: Loss::Batch,
            baseline: true,
            reward_exponent: 1.0,
            r0: 1e-3,
            dataset: Dataset::Cifar10,
            steps: 1000,
            batch_size: 128,
            learning_rate: 1.0,
            exploration: 0.01,
        }
    }
}

/// It learns while it samples: there is nothing else to train.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrainParameters {}

/// The descriptor.
pub fn system() -> System {
    let preset = |name, title, description, weights| Preset {
        name,
        title,
        description,
        shipped: true,
        weights,
        trains: false,
        browser: true,
        browser_maximum: vec![("steps", 10_000), ("batch_size", 256)],
        ..Preset::default()
    };
    System {
        slug: "op-gfn",
        title: "Best by order",
        summary: "No reward is given, only which of two is better: the learner finds the best trade-offs and sharpens on \
                  them.",
        paper: Paper {
            title: "Order-Preserving GFlowNets",
            authors: "Yihang Chen, Lukas Mauch",
            venue: "International Conference on Learning Representations (ICLR)",
            year: 2024,
            url: "https://arxiv.org/abs/2310.00386",
        },
        makes: samples::SampleKind::Objects,
        cpu_only: true,
        inputs: vec![],
        companion: None,
        presets: vec![
            preset(
                PARETO_GRID,
                "Pareto grid",
                "1023 cells of a plane with two to four objectives: which ones cannot be bettered in all?",
                false,
            ),
            preset(
                N_GRAMS,
                "Words of patterns",
                "Words of up to seven of the letters A, B, C and V that are to hold many copies of several patterns at once.",
                false,
            ),
            preset("hyper-grid", "Hypergrid 8⁴", "Four dimensions of eight cells; sixteen cells are the best.", false),
            preset(
                "bag",
                "Bags",
                "Bags of 13 of 7 letters; best are some in which a letter stands seven times.",
                false,
            ),
            preset(
                "tfbind8",
                "DNA 8-mers",
                "Sequences of eight bases by the measured binding of the transcription factor SIX6.",
                true,
            ),
            preset("qm9str", "Molecules of five blocks", "161 051 small molecules by their HOMO–LUMO gap.", true),
            preset("cell", "Network cells", "15 625 architectures of NATS-Bench by their test accuracy.", true),
        ],
        parameters: schema::fields::<SampleParameters>(),
        parameters_schema: schema::json_schema::<SampleParameters>(),
        training: schema::fields::<TrainParameters>(),
        training_schema: schema::json_schema::<TrainParameters>(),
        combination,
        trajectories: Some(trajectories),
    }
}

/// What the learner and the baseline do together.
fn trajectories(parameters: &Map<String, Value>) -> u64 {
    let number = |name: &str| parameters[name].as_u64().unwrap_or_default();
    number("steps") * number("batch_size") * (1 + u64::from(parameters["baseline"] == true))
}

/// Pairs need one score.
fn combination(preset: &Preset, parameters: &Map<String, Value>) -> Vec<FieldError> {
    if [PARETO_GRID, N_GRAMS].contains(&preset.name) && parameters["loss"] == "pairs" {
        return vec![FieldError::new(
            "parameters.loss",
            "must be `batch` for several objectives: pairs need a single score",
        )];
    }
    vec![]
}

//! `fl-gfn`: forward-looking GFlowNets (Pan et al. 2023).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Preset, System, schema, system::Paper};

/// The preset of molecules.
pub const MOLECULES: &str = "molecules";

/// The preset of bit strings.
pub const BITS: &str = "bits";

/// What a visitor may choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SampleParameters {
    /// Learners
    ///
    /// The objects are drawn from the first.
    pub learners: Learners,
    /// Steps of learning
    #[schemars(range(min = 1, max = 250_000))]
    pub steps: u32,
    /// Trajectories per step
    #[schemars(range(min = 1, max = 512))]
    pub batch_size: u32,
    /// Learning rate of Adam; the rate of log Z is a hundred times as large
    #[schemars(range(min = 1e-6, max = 1e-1))]
    pub learning_rate: f64,
    /// Share of trajectories that are cut short
    ///
    /// Only forward-looking learners can use a trajectory that is not finished; the others skip it.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub incomplete: f64,
    /// Times that each learns
    ///
    /// From other random numbers each time: curves are means, and bands reach from the least to the greatest.
    #[schemars(range(min = 1, max = 5))]
    pub seeds: u32,
    /// Sharpness of the reward
    ///
    /// The power β: of molecules, R = (score/8)^β; of bit strings, R = exp(−β · distance/8).
    #[schemars(range(min = 0.1, max = 100.0), extend("x-presets" = ["molecules", "bits"]))]
    pub reward_exponent: f64,
    /// Most fragments of a molecule
    #[schemars(range(min = 2, max = 8), extend("x-presets" = ["molecules"]))]
    pub max_blocks: u32,
}

/// Who learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Learners {
    /// All four, side by side
    Race,
    /// Forward-looking detailed balance with the terminal factor pinned to 1, as the paper's equations have it
    ForwardLooking,
    /// Forward-looking detailed balance as the authors released it: the terminal factor is free, so the sampler may
    /// drift towards the best objects
    ForwardLookingReleased,
    /// Detailed balance
    DetailedBalance,
    /// Trajectory balance
    TrajectoryBalance,
}

impl Default for SampleParameters {
    fn default() -> Self {
        Self {
            learners: Learners::Race,
            steps: 1000,
            batch_size: 16,
            learning_rate: 1e-3,
            incomplete: 0.0,
            seeds: 1,
            reward_exponent: 4.0,
            max_blocks: 8,
        }
    }
}

/// It learns while it samples: there is nothing else to train.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrainParameters {}

/// The descriptor.
pub fn system() -> System {
    let set = |name, title, description| Preset {
        name,
        title,
        description,
        shipped: true,
        weights: false,
        trains: false,
        browser: true,
        browser_maximum: vec![("steps", 10_000), ("batch_size", 64)],
        ..Preset::default()
    };
    System {
        slug: "fl-gfn",
        title: "Sets, looking forward",
        summary: "Learners race to draw sets, strings and molecules in proportion to their reward: two that credit every \
                  step, and two that wait for the end.",
        paper: Paper {
            title: "Better Training of GFlowNets with Local Credit and Incomplete Trajectories",
            authors: "Ling Pan, Nikolay Malkin, Dinghuai Zhang, Yoshua Bengio",
            venue: "International Conference on Machine Learning (ICML), PMLR 202:26878–26890",
            year: 2023,
            url: "https://arxiv.org/abs/2302.01687",
        },
        makes: samples::SampleKind::Objects,
        cpu_only: true,
        inputs: vec![],
        companion: None,
        presets: vec![
            set("set-small", "20 of 30", "Sets of 20 of 30 elements whose energies add up: log Z is 11.892."),
            set(
                "set-medium",
                "60 of 80",
                "Sets of 60 of 80 elements: rewards span six orders of magnitude; log Z is 45.379.",
            ),
            set("set-large", "80 of 100", "Sets of 80 of 100 elements: log Z is 48.392."),
            set(BITS, "40 bits", "Bit strings, the better the nearer to one of 16 references, word after word."),
            Preset {
                weights: true,
                trains: false,
                browser_maximum: vec![("steps", 5_000), ("batch_size", 32)],
                ..set(
                    MOLECULES,
                    "Molecules",
                    "Molecules of up to eight of 105 fragments, by how well a network expects them to bind to soluble \
                     epoxide hydrolase.",
                )
            },
        ],
        parameters: schema::fields::<SampleParameters>(),
        parameters_schema: schema::json_schema::<SampleParameters>(),
        training: schema::fields::<TrainParameters>(),
        training_schema: schema::json_schema::<TrainParameters>(),
        combination: |_, _| vec![],
        trajectories: Some(trajectories),
    }
}

/// What all learners do together, each time that they learn.
fn trajectories(parameters: &Map<String, Value>) -> u64 {
    let number = |name: &str| parameters[name].as_u64().unwrap_or_default();
    let learners = if parameters["learners"] == "race" { 4 } else { 1 };
    number("steps") * number("batch_size") * number("seeds") * learners
}

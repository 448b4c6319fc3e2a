//! `oc-gfn`: outcome-conditioned GFlowNets (Pan et al. 2024).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{FieldError, Preset, System, schema, system::Paper};

/// The preset of DNA sequences.
pub const TFBIND8: &str = "tfbind8";

/// The transcription factors whose binding was measured, in the order of the shipped table.
pub const FACTORS: [&str; 30] = [
    "ARX", "BCL6", "CRX", "GFI1B", "HESX1", "HOXB7", "HOXC4", "HOXD13", "ISX", "KLF1", "KLF11", "MSX2", "NKX2-5",
    "NKX2-8", "NR2E3", "OVOL2", "PAX4", "PAX6", "PAX7", "PBX4", "PHOX2B", "PITX2", "POU3F4", "POU4F3", "POU6F2",
    "SIX6", "SNAI2", "VENTX", "VSX2", "WT1",
];

/// What a visitor may choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SampleParameters {
    /// Reward
    ///
    /// What the pre-trained model turns to. Nobody has trained it on any of these.
    #[schemars(extend("x-file" = "table"))]
    pub reward: RewardKind,
    /// Painted reward
    ///
    /// One hexadecimal digit a cell, row after row from y = 0: the reward is the digit's fifteenth.
    pub painted: String,
    /// Transcription factor
    ///
    /// The reward is its binding; one of the thirty that were measured, such as SIX6.
    #[schemars(extend("x-presets" = ["tfbind8"]))]
    pub factor: String,
    /// Reward table
    ///
    /// A table of your own: a line `object<TAB>score` at the top, then one object and its score, 0 or more, a line.
    /// Over HTTP a request has at most 64 KiB with it.
    #[schemars(length(max = 4_194_304))]
    pub table: String,
    /// Conversion
    pub method: Method,
    /// Steps of adaptation
    #[schemars(range(min = 1, max = 100_000))]
    pub steps: u32,
    /// Trajectories per step
    #[schemars(range(min = 1, max = 512))]
    pub batch_size: u32,
    /// Race a learner that starts from nothing
    ///
    /// Detailed balance on the same reward, with as many steps as the adaptation.
    pub scratch: bool,
}

/// What objects are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RewardKind {
    /// Peaks near the four corners, as in the GFlowNet papers; for DNA the binding of the factor below
    Given,
    /// A ring
    Ring,
    /// Stripes that cross
    Checker,
    /// Painted by hand
    Painted,
    /// The table below
    Table,
}

/// How conditional flows become a sampler of the reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// A small network learns the sum over outcomes (the paper's algorithm 2)
    Amortised,
    /// The sum over all outcomes, computed (the paper's equation 6): exact, and only for small grids
    ExactSum,
}

impl Default for SampleParameters {
    fn default() -> Self {
        Self {
            reward: RewardKind::Given,
            painted: String::new(),
            factor: "SIX6".to_owned(),
            table: String::new(),
            method: Method::Amortised,
            steps: 1000,
            batch_size: 16,
            scratch: true,
        }
    }
}

/// What an operator may choose when training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrainParameters {
    /// Steps
    #[schemars(range(min = 1, max = 10_000_000))]
    pub iterations: u32,
    /// Trajectories per step, of each kind
    #[schemars(range(min = 1, max = 4096))]
    pub batch_size: u32,
    /// Learning rate of Adam at the start, falling to a hundredth
    #[schemars(range(min = 1e-7, max = 1e-1))]
    pub learning_rate: f64,
    /// Outcome teleportation of misses
    ///
    /// A missed outcome is felt in every transition on the way, as in the paper's equation 4; off, in the last one only.
    /// On successes the two are the same. Here the first learned more slowly and left the flows biased.
    pub teleportation: bool,
    /// Contrastive learning
    ///
    /// Also learn from the model's own failures to reach an outcome; off is the paper's ablation.
    pub contrastive: bool,
    /// Reward of a missed outcome
    ///
    /// The paper's logarithm of 0 is undefined: this stands in its place.
    #[schemars(range(min = 1e-30, max = 0.5))]
    pub missed_reward: f64,
    /// Seconds between checkpoints
    #[schemars(range(min = 1, max = 3600))]
    pub checkpoint_seconds: u32,
    /// Steps between measurements of the success rate
    #[schemars(range(min = 1, max = 1_000_000))]
    pub evaluate_every: u32,
}

impl Default for TrainParameters {
    fn default() -> Self {
        Self {
            iterations: 20_000,
            batch_size: 16,
            learning_rate: 1e-3,
            teleportation: false,
            contrastive: true,
            missed_reward: 1e-8,
            checkpoint_seconds: 60,
            evaluate_every: 1000,
        }
    }
}

/// Cells along an edge of a grid preset.
pub fn side(preset: &str) -> Option<usize> {
    preset.strip_prefix("grid-")?.parse().ok()
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
        browser_maximum: vec![("steps", 20_000), ("batch_size", 128)],
        ..Preset::default()
    };
    System {
        slug: "oc-gfn",
        title: "Any reward, painted",
        summary: "Pre-trained to reach every outcome and told no reward, a network turns within seconds to the one that you \
                  paint.",
        paper: Paper {
            title: "Pre-Training and Fine-Tuning Generative Flow Networks",
            authors: "Ling Pan, Moksh Jain, Kanika Madan, Yoshua Bengio",
            venue: "International Conference on Learning Representations (ICLR)",
            year: 2024,
            url: "https://arxiv.org/abs/2310.03419",
        },
        makes: samples::SampleKind::Objects,
        cpu_only: true,
        inputs: vec![],
        companion: None,
        presets: vec![
            preset("grid-8", "8 × 8", "Paths right and down over 64 cells; every cell can be the end."),
            preset("grid-16", "16 × 16", "Paths right and down over 256 cells."),
            preset("grid-32", "32 × 32", "Paths right and down over 1024 cells."),
            preset(
                TFBIND8,
                "DNA 8-mers",
                "Sequences of eight bases, built at both ends; rewards are measured binding of 30 transcription factors.",
            ),
        ],
        parameters: schema::fields::<SampleParameters>(),
        parameters_schema: schema::json_schema::<SampleParameters>(),
        training: schema::fields::<TrainParameters>(),
        training_schema: schema::json_schema::<TrainParameters>(),
        combination,
        trajectories: Some(trajectories),
    }
}

/// What the adaptation and the learner that starts from nothing do together.
fn trajectories(parameters: &Map<String, Value>) -> u64 {
    let number = |name: &str| parameters[name].as_u64().unwrap_or_default();
    number("steps") * number("batch_size") * (1 + u64::from(parameters["scratch"] == true))
}

/// A reward must be one of this preset's.
fn combination(preset: &Preset, parameters: &Map<String, Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let text = |name: &str| parameters[name].as_str().unwrap_or_default();
    let mut wrong = |field: &str, message: String| errors.push(FieldError::new(format!("parameters.{field}"), message));
    let side = side(preset.name);
    match (text("reward"), side) {
        ("painted", Some(side)) => {
            if let Err(message) = check_painted(text("painted"), side) {
                wrong("painted", message);
            }
        }
        ("ring" | "checker" | "painted", None) => {
            wrong("reward", "is a picture on a grid; DNA sequences take `given` or `table`".to_owned());
        }
        ("table", _) if text("table").trim().is_empty() => wrong("table", "is empty".to_owned()),
        _ => {}
    }
    if side.is_none() && text("reward") == "given" && !FACTORS.contains(&text("factor")) {
        wrong("factor", format!("must be one of {}", FACTORS.join(", ")));
    }
    if side.is_none() && text("method") == "exact-sum" {
        wrong("method", "must be `amortised`: the sum over 65 536 outcomes at 87 381 states is too long".to_owned());
    }
    errors
}

/// Whether a painted reward covers the grid.
fn check_painted(painted: &str, side: usize) -> Result<(), String> {
    let wanted = side * side;
    if painted.is_empty() {
        return Err("is not painted yet: press on the grid and draw".to_owned());
    }
    if painted.chars().any(|c| !c.is_ascii_hexdigit()) {
        return Err("must hold hexadecimal digits only".to_owned());
    }
    if painted.len() != wanted {
        return Err(format!("has {} digits; {side} × {side} cells need {wanted}", painted.len()));
    }
    if painted.bytes().all(|digit| digit == b'0') {
        return Err("is blank: no cell has a reward".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    fn errors(preset: &str, parameters: serde_json::Value) -> Vec<String> {
        crate::systems::tests::errors("oc-gfn", preset, parameters)
    }

    #[test]
    fn a_painting_covers_the_grid_and_is_not_blank() {
        let painted = |text: &str| errors("grid-8", json!({ "reward": "painted", "painted": text }));
        assert!(painted(&"0f".repeat(32)).is_empty());
        for bad in ["", "0f", &"0".repeat(64), &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(painted(bad), ["parameters.painted"], "{bad}");
        }
    }

    #[test]
    fn dna_takes_measured_factors_or_a_table() {
        assert!(errors("tfbind8", json!({ "factor": "PAX6" })).is_empty());
        assert_eq!(errors("tfbind8", json!({ "factor": "P53" })), ["parameters.factor"]);
        assert_eq!(errors("tfbind8", json!({ "reward": "ring" })), ["parameters.reward"]);
        assert_eq!(errors("tfbind8", json!({ "reward": "table" })), ["parameters.table"]);
        assert_eq!(errors("tfbind8", json!({ "method": "exact-sum" })), ["parameters.method"]);
    }
}

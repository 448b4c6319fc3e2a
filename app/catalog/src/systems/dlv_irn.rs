//! `dlv-irn`: image rescaling with an invertible network and two latents (Zhang et al. 2022).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{FieldError, Preset, System, input::Input, schema, system::Paper};

/// Name of the picture to work on.
pub const PICTURE: &str = "picture";
/// Pictures of [`Direction::SmallVariants`] and [`Direction::LargeVariants`].
pub const VARIANTS: usize = 9;
/// The small network that only enlarges.
const ENLARGER: &str = "x2-sr";

/// What a visitor may choose when sampling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SampleParameters {
    /// What to do with the picture
    pub direction: Direction,
    /// Spread of the down-scaling latent
    ///
    /// 0 is the deterministic small picture. Only models with that latent have others.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub small_spread: f64,
    /// Spread of the up-scaling latent
    ///
    /// What the small picture does not hold is drawn with this standard deviation; 0 restores best.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub large_spread: f64,
}

/// What is done with the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// There and back; a small picture that was made here is only enlarged, and so is any by a model that can do no more
    Auto,
    /// Shrink, then restore from the 8-bit small picture
    Both,
    /// Shrink
    Down,
    /// Enlarge a small picture
    Up,
    /// Nine small pictures of a part, from nine down-scaling latents
    SmallVariants,
    /// Nine restorations of a part, from nine up-scaling latents
    LargeVariants,
}

impl Default for SampleParameters {
    fn default() -> Self {
        Self { direction: Direction::Auto, small_spread: 0.0, large_spread: 0.0 }
    }
}

/// What an operator may choose when training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrainParameters {
    /// Steps
    #[schemars(range(min = 1, max = 10_000_000))]
    pub iterations: u32,
    /// Crops per step
    #[schemars(range(min = 1, max = 512))]
    pub batch_size: u32,
    /// Edge of the crops, in pixels
    #[schemars(range(min = 8, max = 512), extend("multipleOf" = 8))]
    pub crop: u32,
    /// Learning rate of Adam (β₁ 0.9, β₂ 0.999) at the start, falling along a cosine to 1e-6
    #[schemars(range(min = 1e-7, max = 1e-1))]
    pub learning_rate: f64,
    /// Weight of the small picture's squared difference from the bicubic one
    ///
    /// Per pixel of the small picture, beside weight 1 per pixel of the large one; the scale squared in the paper.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub small_weight: f64,
    /// Weight of the squared up-scaling latent: 1 pulls it towards a normal distribution
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub latent_weight: f64,
    /// Weight of the recovered down-scaling latent's squared error
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub recovery_weight: f64,
    /// Standard deviation of the up-scaling latent that restores in training: 1 in IRN, 0 for the best restoration
    #[schemars(range(min = 0.0, max = 1.0))]
    pub large_spread: f64,
    /// Standard deviation of the down-scaling latent, in every second batch; 0 in the others
    #[schemars(range(min = 0.0, max = 1.0))]
    pub small_spread: f64,
    /// Folder of pictures (PNG, JPEG, WebP) to train on, such as DIV2K's; the shipped split if empty
    #[schemars(length(max = 4096))]
    pub folder: String,
    /// Seconds between checkpoints
    #[schemars(range(min = 1, max = 3600))]
    pub checkpoint_seconds: u32,
    /// Iterations between evaluations on the held-out pictures
    #[schemars(range(min = 1, max = 100_000))]
    pub evaluate_every: u32,
}

impl Default for TrainParameters {
    fn default() -> Self {
        Self {
            iterations: 5000,
            batch_size: 16,
            crop: 32,
            learning_rate: 5e-4,
            small_weight: 4.0,
            latent_weight: 0.0,
            recovery_weight: 1.0,
            large_spread: 0.0,
            small_spread: 0.0,
            folder: String::new(),
            checkpoint_seconds: 60,
            evaluate_every: 500,
        }
    }
}

/// The descriptor.
pub fn system() -> System {
    let small = |name, title, description| Preset {
        name,
        title,
        description,
        shipped: true,
        weights: true,
        trains: true,
        browser: true,
        ..Preset::default()
    };
    let unshipped =
        |name, title, description| Preset { shipped: false, browser: false, ..small(name, title, description) };
    System {
        slug: "dlv-irn",
        title: "Shrink and restore",
        summary: "An invertible network shrinks a photo to an ordinary small picture, and grows it back almost as it was.",
        paper: Paper {
            title: "Enhancing Image Rescaling using Dual Latent Variables in Invertible Neural Network",
            authors: "Min Zhang, Zhihong Pan, Xin Zhou, C.-C. Jay Kuo",
            venue: "ACM Multimedia",
            year: 2022,
            url: "https://arxiv.org/abs/2207.11844",
        },
        makes: samples::SampleKind::Pictures,
        cpu_only: false,
        inputs: vec![Input {
            name: PICTURE,
            title: "Picture",
            description: "A photo, or a small picture that was made here.",
            required: true,
        }],
        companion: None,
        presets: vec![
            small(
                "x2-small",
                "Half, with two latents",
                "Half the width and height, with the paper's second latent, by which the small picture varies.",
            ),
            small(
                "x4-small",
                "A quarter, with two latents",
                "A quarter of the width and height: a sixteenth of the pixels.",
            ),
            small(
                "x2-irn",
                "Half, one latent",
                "The network without the second latent (IRN), restored with the other at 0.",
            ),
            small(
                "x2-irn-sampled",
                "Half, one latent, sampled",
                "IRN as published: trained to restore with a random up-scaling latent.",
            ),
            small(
                "x2-irn-wide",
                "Half, one latent, wider",
                "IRN with as many weights as the network with two latents: the fair comparison.",
            ),
            small(ENLARGER, "Enlarge only", "A super-resolution network of equal size that enlarges bicubic pictures."),
            unshipped("x4-irn", "A quarter, one latent", "The network without the second latent, at scale 4."),
            unshipped(
                "irn-x2",
                "IRN ×2, published size",
                "Eight blocks of width 32. No weights are shipped: import the authors' checkpoint, or train on a GPU.",
            ),
            unshipped("irn-x4", "IRN ×4, published size", "Sixteen blocks of width 32. No weights are shipped."),
            unshipped(
                "hcflow-x4",
                "HCFlow ×4, published size",
                "No weights are shipped: import the authors' checkpoint.",
            ),
            unshipped(
                "paper",
                "DLV-IRN ×2, paper size",
                "The published IRN with the second latent. No weights are shipped: train it on a GPU.",
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

/// Whether a preset has the down-scaling latent.
fn has_small_latent(preset: &str) -> bool {
    matches!(preset, "x2-small" | "x4-small" | "paper")
}

fn combination(preset: &Preset, parameters: &Map<String, Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let direction = parameters["direction"].as_str().unwrap_or_default();
    if preset.name == ENLARGER && !matches!(direction, "auto" | "up") {
        errors.push(FieldError::new("parameters.direction", "must be up or auto: this model only enlarges"));
    }
    let varies = direction == "small-variants" || parameters["small_spread"].as_f64().unwrap_or_default() > 0.0;
    if varies && !has_small_latent(preset.name) {
        let field = if direction == "small-variants" { "direction" } else { "small_spread" };
        errors.push(FieldError::new(
            format!("parameters.{field}"),
            "needs a down-scaling latent, which this model has not",
        ));
    }
    errors
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    fn errors(preset: &str, parameters: serde_json::Value) -> Vec<String> {
        crate::systems::tests::errors("dlv-irn", preset, parameters)
    }

    #[test]
    fn only_models_with_the_second_latent_vary_the_small_picture() {
        assert!(errors("x2-small", json!({ "small_spread": 0.5 })).is_empty());
        assert_eq!(errors("x2-irn", json!({ "small_spread": 0.5 })), ["parameters.small_spread"]);
        assert_eq!(errors("x2-irn", json!({ "direction": "small-variants" })), ["parameters.direction"]);
        assert!(errors("x2-irn", json!({ "direction": "large-variants" })).is_empty());
    }

    #[test]
    fn what_only_enlarges_is_asked_for_nothing_else() {
        assert_eq!(errors("x2-sr", json!({ "direction": "both" })), ["parameters.direction"]);
        assert!(errors("x2-sr", json!({})).is_empty() && errors("x2-sr", json!({ "direction": "up" })).is_empty());
    }
}

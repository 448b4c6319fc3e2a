//! `dci-vton`: virtual try-on by appearance flow and diffusion (Gou et al. 2023).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    FieldError, Preset, System,
    input::Input,
    schema,
    system::{Companion, Paper},
};

/// Name of the picture of a person.
pub const PERSON: &str = "person";
/// Name of the flat picture of a garment.
pub const GARMENT: &str = "garment";
/// Name of the mask of the garment in its picture.
pub const GARMENT_MASK: &str = "garment_mask";
/// Name of the mask of what is repainted.
pub const MASK: &str = "mask";
/// The preset that is shipped.
pub const SMALL: &str = "small";
/// The preset of the paper's size.
pub const PAPER: &str = "paper";

/// What a visitor may choose when sampling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SampleParameters {
    /// Drawn person
    ///
    /// Who wears it where no photo is given.
    pub drawn_person: DrawnPerson,
    /// Drawn garment
    ///
    /// What is worn where no picture of a garment is given.
    pub drawn_garment: DrawnGarment,
    /// Method
    ///
    /// What is done with the warped garment. The small diffusion model knows drawn figures only: for a photo, blending is
    /// the honest choice.
    pub method: Method,
    /// Warp
    ///
    /// How the garment is brought onto the body.
    pub warp: Warp,
    /// Steps of the diffusion
    #[schemars(range(min = 1, max = 100))]
    pub steps: u32,
    /// Solver
    pub solver: Solver,
    /// Seam
    ///
    /// How the edge of the garment is hidden when it is blended.
    pub seam: Seam,
}

/// Who.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrawnPerson {
    /// Noor
    Noor,
    /// Ari
    Ari,
    /// Dana
    Dana,
    /// Sam
    Sam,
    /// Eli
    Eli,
    /// Kai
    Kai,
    /// Remy
    Remy,
    /// Bo
    Bo,
}

/// What.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrawnGarment {
    /// Yellow jumper with a Y
    YellowY,
    /// Green striped T-shirt
    GreenStripes,
    /// Red checked T-shirt
    RedChecks,
    /// Yellow dotted T-shirt
    YellowDots,
    /// Crimson jumper with an A
    CrimsonA,
    /// Orange striped jumper
    OrangeStripes,
    /// Navy T-shirt with an A
    NavyA,
    /// Plain navy jumper
    NavyPlain,
}

/// How the picture is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Diffusion for those whom the model knows: drawn people by the small one, anybody by the paper's. Else blending
    Auto,
    /// Diffusion that starts from the noised composite and sees it at every step: the paper's method
    Refine,
    /// The same from pure noise
    NoiseStart,
    /// Diffusion without the warped garment: it knows the garment by its token only
    NoWarp,
    /// No diffusion: the warped garment is pasted
    Composite,
    /// No diffusion: the warped garment is pasted, and its seam hidden
    Blend,
}

/// How the garment is warped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Warp {
    /// Appearance flow of the trained network
    Network,
    /// Thin-plate spline through shoulders, hips, elbows and hands
    ThinPlate,
    /// Affine map from shoulders and hips
    Affine,
    /// Pasted by its bounding box
    Paste,
}

/// How the diffusion's equation is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Solver {
    /// DDIM
    Ddim,
    /// PLMS, of fourth order: the authors' choice
    Plms,
}

/// How a seam is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Seam {
    /// A soft edge
    Feather,
    /// Colours that go on across the edge (Poisson)
    Poisson,
}

impl Default for SampleParameters {
    fn default() -> Self {
        Self {
            drawn_person: DrawnPerson::Noor,
            drawn_garment: DrawnGarment::GreenStripes,
            method: Method::Auto,
            warp: Warp::Network,
            steps: 20,
            solver: Solver::Ddim,
            seam: Seam::Feather,
        }
    }
}

/// What an operator may choose when training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrainParameters {
    /// Who is looked at
    pub people: TrainingPeople,
    /// Steps of the warp network, which is trained first; with 0 the shipped one is taken
    #[schemars(range(min = 0, max = 10_000_000))]
    pub warp_iterations: u32,
    /// Steps of the refiner
    #[schemars(range(min = 1, max = 10_000_000))]
    pub iterations: u32,
    /// Pairs per step of the warp network
    #[schemars(range(min = 1, max = 512))]
    pub warp_batch_size: u32,
    /// Pairs per step of the refiner
    #[schemars(range(min = 1, max = 512))]
    pub batch_size: u32,
    /// Part of the refiner's pairs whose composite is noised, too: 1 in the paper
    #[schemars(range(min = 0.0, max = 1.0))]
    pub composites: f64,
    /// Learning rate of the warp network's Adam (β₁ 0.5), falling along a line in the second half
    #[schemars(range(min = 1e-7, max = 1e-1))]
    pub warp_learning_rate: f64,
    /// Learning rate of the refiner's AdamW, falling along a line in the second half
    #[schemars(range(min = 1e-7, max = 1e-1))]
    pub learning_rate: f64,
    /// Weight of the composite branch's squared error of the picture: 0.1 in the paper, whose network is pre-trained
    #[schemars(range(min = 0.0, max = 100.0))]
    pub image_weight: f64,
    /// Whether the refiner sees the warped garment; without, it knows the garment by its token only
    pub sees_warp: bool,
    /// Seconds between checkpoints
    #[schemars(range(min = 1, max = 3600))]
    pub checkpoint_seconds: u32,
    /// Iterations between evaluations on held-out pairs
    #[schemars(range(min = 1, max = 100_000))]
    pub evaluate_every: u32,
}

/// Who is looked at in training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrainingPeople {
    /// People that this program draws, with their true flow
    Drawn,
    /// Photos of your own, laid out as VITON-HD's in `data/dci-vton/viton-hd` of the assets
    Photos,
}

impl Default for TrainParameters {
    fn default() -> Self {
        Self {
            people: TrainingPeople::Drawn,
            warp_iterations: 3000,
            iterations: 12_000,
            warp_batch_size: 16,
            batch_size: 8,
            composites: 1.0,
            warp_learning_rate: 1e-3,
            learning_rate: 1e-3,
            image_weight: 1.0,
            sees_warp: true,
            checkpoint_seconds: 60,
            evaluate_every: 500,
        }
    }
}

/// The descriptor.
pub fn system() -> System {
    let input = |name, title, description| Input { name, title, description, required: false };
    System {
        slug: "dci-vton",
        title: "Try it on",
        summary: "A garment is bent onto somebody, drawn or on your own photo, by appearance flow, and painted by diffusion.",
        paper: Paper {
            title: "Taming the Power of Diffusion Models for High-Quality Virtual Try-On with Appearance Flow",
            authors: "Junhong Gou, Siyu Sun, Jianfu Zhang, Jianlou Si, Chen Qian, Liqing Zhang",
            venue: "ACM Multimedia",
            year: 2023,
            url: "https://arxiv.org/abs/2308.06101",
        },
        makes: samples::SampleKind::Fittings,
        cpu_only: false,
        inputs: vec![
            input(PERSON, "Person", "A photo of one person from the front, from the head to the hips."),
            input(GARMENT, "Garment", "A top that nobody wears, lying flat on a plain background."),
            input(
                GARMENT_MASK,
                "Cut-out",
                "As large as the garment's picture: white is garment. Found by itself without.",
            ),
            input(MASK, "Mask", "As large as the person's picture: black is repainted, white stays."),
        ],
        companion: Some(Companion { file: "people.safetensors", inputs: &[PERSON, GARMENT] }),
        presets: vec![
            Preset {
                name: SMALL,
                title: "Small, of drawn people",
                description: "Both networks, trained on drawn people of 48 × 64 pixels. Photos are bent and blended.",
                shipped: true,
                weights: true,
                trains: true,
                browser: true,
                ..Preset::default()
            },
            Preset {
                name: PAPER,
                title: "Paper, 512 × 384",
                description: "The networks of the paper, for a server with a GPU. No weights are shipped: it takes the authors' \
                              warp_viton.pth and viton512.ckpt.",
                shipped: false,
                weights: true,
                trains: false,
                browser: false,
                ..Preset::default()
            },
        ],
        parameters: schema::fields::<SampleParameters>(),
        parameters_schema: schema::json_schema::<SampleParameters>(),
        training: schema::fields::<TrainParameters>(),
        training_schema: schema::json_schema::<TrainParameters>(),
        combination,
        trajectories: None,
    }
}

fn combination(_: &Preset, parameters: &Map<String, Value>) -> Vec<FieldError> {
    let is = |name: &str, value: &str| parameters[name].as_str() == Some(value);
    let mut errors = Vec::new();
    if is("method", "no-warp") && !is("warp", "network") {
        errors.push(FieldError::new("parameters.warp", "means nothing to a method without the warped garment"));
    }
    errors
}

#[cfg(test)]
mod tests {
    use samples::wardrobe::gallery;
    use serde_json::json;

    use crate::{FieldKind, systems::find};

    fn options(parameter: &str) -> Vec<(String, String)> {
        let system = find("dci-vton").expect("it is there");
        let field = system.parameters.iter().find(|field| field.name == parameter).expect("a parameter");
        let FieldKind::Choice { options } = &field.kind else { panic!("{parameter} is no choice") };
        options.iter().map(|option| (option.value.clone(), option.description.clone())).collect()
    }

    #[test]
    fn the_drawn_are_those_of_the_gallery() {
        for (parameter, all) in [("drawn_person", gallery::PEOPLE), ("drawn_garment", gallery::GARMENTS)] {
            let named: Vec<_> = all.iter().map(|named| (named.slug.to_owned(), named.name.to_owned())).collect();
            assert_eq!(options(parameter), named);
        }
    }

    #[test]
    fn without_a_warp_none_is_chosen() {
        let errors = |parameters| crate::systems::tests::errors("dci-vton", "small", parameters);
        assert!(errors(json!({ "method": "no-warp" })).is_empty());
        assert_eq!(errors(json!({ "method": "no-warp", "warp": "affine" })), ["parameters.warp"]);
    }
}

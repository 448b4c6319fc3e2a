//! `porous-gan`: three-dimensional porous media with a DCGAN (Mosser, Dubrule & Blunt 2017).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{FieldError, Preset, System, schema, system::Paper};

/// The preset of the paper's size.
const PAPER: &str = "paper";

/// What a visitor may choose when sampling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SampleParameters {
    /// Edge of the cube, in voxels
    ///
    /// The generator is fully convolutional: a larger noise grid gives a larger rock of the same kind.
    #[schemars(range(min = 32, max = 512), extend("multipleOf" = 8))]
    pub size: u32,
    /// Normalisation at inference
    pub normalization: Normalization,
    /// What lies beyond the faces
    ///
    /// Fewer noise cells reach the outer voxels of a volume that ends at its faces, and they come out another rock.
    pub boundary: Boundary,
    /// Median filter, 3×3×3
    ///
    /// The paper's post-processing: removes single-voxel specks before the threshold. The small presets make few, and
    /// their pores are narrow.
    pub median_filter: bool,
    /// Take lone voxels away
    ///
    /// Pores that touch no pore and grains that touch no grain, which the network leaves where it is uncertain. The rest
    /// stays as it is.
    pub remove_lone_voxels: bool,
}

/// Which statistics the batch-normalisation layers use at inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Normalization {
    /// Statistics of the sample itself, as the authors' code does
    Batch,
    /// Running averages of the training
    Running,
}

/// What lies beyond the faces of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// The opposite face: the volume is one period of an endless rock, and none of it is rim
    Periodic,
    /// More of the rock, made and cut away, as the paper does with its large volumes
    Cut,
    /// Nothing: the outer voxels differ from the inner ones
    Kept,
}

impl Default for SampleParameters {
    fn default() -> Self {
        Self {
            size: 64,
            normalization: Normalization::Batch,
            boundary: Boundary::Periodic,
            median_filter: false,
            remove_lone_voxels: true,
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
    /// Cubes per step
    #[schemars(range(min = 1, max = 512))]
    pub batch_size: u32,
    /// Learning rate of Adam (β₁ 0.5, β₂ 0.999) for both networks, falling to a tenth
    #[schemars(range(min = 1e-7, max = 1e-1))]
    pub learning_rate: f64,
    /// Target of real cubes in the discriminator's loss: one-sided label smoothing
    #[schemars(range(min = 0.5, max = 1.0))]
    pub real_label: f64,
    /// Noise on the discriminator's input, standard deviation
    ///
    /// Falls to a fifth, much as in the authors' Torch loop (from 0.1 there); 0 is their PyTorch loop.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub input_noise: f64,
    /// Iterations along which the noise falls, the last ones
    ///
    /// 0 for all of them. Bead packs learnt with much noise all along have the tunnels of the pack and are too rough, and a
    /// late fall smoothed them; Berea sandstone lost of its surface by it.
    #[schemars(range(min = 0, max = 10_000_000))]
    pub noise_falls_over: u32,
    /// Generator steps to each discriminator step
    #[schemars(range(min = 1, max = 10))]
    pub generator_steps: u32,
    /// Share of the discriminator's activations that each pass drops
    ///
    /// 0.2 in the authors' Torch loop, which made Ketton and the bead pack; 0 in their PyTorch loop.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub dropout: f64,
    /// Channels of the discriminator's first layer
    ///
    /// 0 for as many as the preset's network has: 8 for Berea and Ketton, 16 for the bead pack and in the paper. A wider
    /// one sees finer differences and makes no sample larger or slower.
    #[schemars(range(min = 0, max = 256))]
    pub discriminator_width: u32,
    /// Cubes cut from periodic volumes
    ///
    /// In the authors' loops each cube of a step grows from a noise cell of its own, and is all rim. Cut from volumes of
    /// twice their edge whose opposite faces join, cubes are what sampling makes, in its middle as at its faces.
    pub periodic: bool,
    /// Share of itself that the average of the generator's weights keeps in a step
    ///
    /// The average is what is measured and kept. 0, no average, in the authors' loops; 0.999 calms their swings.
    #[schemars(range(min = 0.0, max = 0.9999))]
    pub averaging: f64,
    /// Random rotations and mirror images of the training cubes
    pub augment: bool,
    /// Seconds between checkpoints
    #[schemars(range(min = 1, max = 3600))]
    pub checkpoint_seconds: u32,
    /// Iterations between measurements of the pore physics
    #[schemars(range(min = 1, max = 100_000))]
    pub evaluate_every: u32,
}

impl Default for TrainParameters {
    fn default() -> Self {
        Self {
            iterations: 4000,
            batch_size: 16,
            learning_rate: 2e-4,
            real_label: 0.9,
            input_noise: 0.2,
            noise_falls_over: 0,
            generator_steps: 2,
            dropout: 0.0,
            discriminator_width: 0,
            periodic: true,
            averaging: 0.0,
            augment: true,
            checkpoint_seconds: 60,
            evaluate_every: 100,
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
        browser_maximum: vec![("size", 192)],
        ..Preset::default()
    };
    System {
        slug: "porous-gan",
        title: "Porous rock",
        summary: "A generative adversarial network that has seen one CT scan of a rock makes new, statistically \
                  equivalent rocks of any size.",
        paper: Paper {
            title: "Reconstruction of three-dimensional porous media using generative adversarial neural networks",
            authors: "Lukas Mosser, Olivier Dubrule, Martin J. Blunt",
            venue: "Physical Review E 96, 043309",
            year: 2017,
            url: "https://arxiv.org/abs/1704.03225",
        },
        makes: samples::SampleKind::Volume,
        cpu_only: false,
        inputs: vec![],
        companion: None,
        presets: vec![
            small("berea-small", "Berea sandstone", "Trained on a micro-CT scan of Berea sandstone at 6 µm per voxel."),
            small(
                "ketton-small",
                "Ketton limestone",
                "Trained on a micro-CT scan of Ketton limestone at 30.4 µm per voxel.",
            ),
            small(
                "beadpack-small",
                "Bead pack",
                "Trained on Finney's measured random packing of equal spheres, 12.5 voxels across.",
            ),
            Preset {
                name: PAPER,
                title: "Paper size",
                description: "The network of the paper (64³ cubes, nz 512, ngf 64). No weights are shipped: train it on a \
                              GPU or import the authors' checkpoint.",
                shipped: false,
                weights: true,
                trains: true,
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

/// Uncut, the paper's generator makes whole cells of 16 voxels, and no volume smaller than its training cubes; the small
/// ones make any size that the form offers.
fn combination(preset: &Preset, parameters: &Map<String, Value>) -> Vec<FieldError> {
    let cut = parameters["boundary"] == "cut";
    let size = parameters["size"].as_u64().unwrap_or_default();
    if preset.name != PAPER || cut || (size >= 64 && size.is_multiple_of(16)) {
        return vec![];
    }
    vec![FieldError::new("parameters.size", "must be 64 or more and a multiple of 16 where nothing is cut away")]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    fn errors(preset: &str, parameters: serde_json::Value) -> Vec<String> {
        crate::systems::tests::errors("porous-gan", preset, parameters)
    }

    #[test]
    fn an_uncut_volume_of_the_paper_size_has_a_whole_number_of_cells() {
        for boundary in ["periodic", "kept"] {
            assert_eq!(errors("paper", json!({ "size": 72, "boundary": boundary })), ["parameters.size"]);
            assert_eq!(errors("paper", json!({ "size": 40, "boundary": boundary })), ["parameters.size"]);
            assert!(errors("paper", json!({ "size": 80, "boundary": boundary })).is_empty());
            assert!(errors("berea-small", json!({ "size": 72, "boundary": boundary })).is_empty());
        }
        assert!(errors("paper", json!({ "size": 72, "boundary": "cut" })).is_empty());
    }
}

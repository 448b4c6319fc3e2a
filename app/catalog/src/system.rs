//! What a system is, as data: the gallery, the API and the command line all read these.

use samples::SampleKind;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    input::Input,
    schema::{self, Field, FieldError},
};

/// A published method.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct System {
    /// Name in URLs and on the command line.
    pub slug: &'static str,
    /// Name in the gallery.
    pub title: &'static str,
    /// One sentence for the gallery.
    pub summary: &'static str,
    /// Where the method was published.
    pub paper: Paper,
    /// What it makes.
    #[schemars(with = "String")]
    pub makes: SampleKind,
    /// Whether it computes on the CPU everywhere, because its networks are too small to gain from a GPU.
    pub cpu_only: bool,
    /// Pictures that it works on; without any, a seed is all it needs.
    pub inputs: Vec<Input>,
    /// Weights that an input needs besides the preset's.
    pub companion: Option<Companion>,
    /// Models of this system; the first is the default.
    pub presets: Vec<Preset>,
    /// Parameters of sampling.
    pub parameters: Vec<Field>,
    /// JSON schema of the sampling parameters.
    pub parameters_schema: Value,
    /// Parameters of training.
    pub training: Vec<Field>,
    /// JSON schema of the training parameters.
    pub training_schema: Value,
    /// What no field can tell by itself: see [`Combination`].
    #[serde(skip)]
    pub combination: Combination,
    /// Where it learns while it samples, what that costs: see [`Trajectories`].
    #[serde(skip)]
    pub trajectories: Option<Trajectories>,
}

/// Errors in complete sampling parameters whose fields are each within their bounds: combinations that a preset cannot
/// do, text that does not mean anything. Their fields are named as in `parameters.size`.
pub type Combination = fn(&Preset, &Map<String, Value>) -> Vec<FieldError>;

/// Trajectories that complete sampling parameters make learners learn from, all together. The number of samples adds little:
/// they are drawn at the end.
pub type Trajectories = fn(&Map<String, Value>) -> u64;

/// Weights that all presets share, needed only where one of some inputs is given: a visitor without it never loads them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Companion {
    /// Name of the file.
    pub file: &'static str,
    /// Names of the inputs.
    pub inputs: &'static [&'static str],
}

/// A publication.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Paper {
    /// Title of the paper.
    pub title: &'static str,
    /// Authors as printed.
    pub authors: &'static str,
    /// Journal or conference.
    pub venue: &'static str,
    /// Year of publication.
    pub year: u16,
    /// A stable address.
    pub url: &'static str,
}

/// A model of a system at a size.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Preset {
    /// Name in URLs and on the command line.
    pub name: &'static str,
    /// Name on the page.
    pub title: &'static str,
    /// What it was trained on, or what it is for.
    pub description: &'static str,
    /// Whether all that it needs is shipped, so that it can be sampled at once.
    pub shipped: bool,
    /// Whether there is a file of weights to load; without, the model learns in front of the visitor.
    pub weights: bool,
    /// Whether it can be trained here.
    pub trains: bool,
    /// Whether it may run in the visitor's browser.
    pub browser: bool,
    /// Upper bounds of integer parameters where they are lower in a browser than on the server.
    pub browser_maximum: Vec<(&'static str, i64)>,
    /// Defaults of sampling parameters where this model's are not those of the system's fields.
    pub defaults: Vec<(&'static str, Value)>,
    /// The same of training parameters.
    pub training_defaults: Vec<(&'static str, Value)>,
}

impl System {
    /// Whether it is trained before it samples; some learn while they do.
    pub fn is_trained(&self) -> bool {
        !self.training.is_empty()
    }

    /// Logical path below `assets/` of the companion, if one of the inputs that are given needs it.
    pub fn companion_path(&self, given: &[&str]) -> Option<String> {
        let companion =
            self.companion.as_ref().filter(|companion| companion.inputs.iter().any(|input| given.contains(input)))?;
        Some(format!("weights/{}/{}", self.slug, companion.file))
    }

    /// The preset of that name.
    pub fn preset(&self, name: &str) -> Option<&Preset> {
        self.presets.iter().find(|p| p.name == name)
    }

    /// Parameters of sampling with the defaults of `preset`.
    pub fn parameters_of(&self, preset: &Preset) -> Vec<Field> {
        with_defaults(&self.parameters, &preset.defaults)
    }

    /// Parameters of training with the defaults of `preset`.
    pub fn training_of(&self, preset: &Preset) -> Vec<Field> {
        with_defaults(&self.training, &preset.training_defaults)
    }

    /// Sampling parameters for `preset`, checked and completed with its defaults.
    ///
    /// # Errors
    /// One error for every bad field.
    pub fn check_parameters(&self, preset: &Preset, parameters: &Value) -> Result<Map<String, Value>, Vec<FieldError>> {
        let parameters = schema::check(&self.parameters_of(preset), parameters, "parameters")?;
        let errors = (self.combination)(preset, &parameters);
        if errors.is_empty() { Ok(parameters) } else { Err(errors) }
    }
}

fn with_defaults(fields: &[Field], defaults: &[(&'static str, Value)]) -> Vec<Field> {
    let with_default = |field: &Field| {
        let own = defaults.iter().find(|(name, _)| *name == field.name).map(|(_, default)| default.clone());
        Field { default: own.unwrap_or_else(|| field.default.clone()), ..field.clone() }
    };
    fields.iter().map(with_default).collect()
}

impl Preset {
    /// Logical path below `assets/` of a file that belongs to this model, the same in the repository and in the web
    /// bundle's manifest.
    pub fn path(&self, system: &str, file: ModelFile) -> String {
        let name = match file {
            ModelFile::Weights => "weights.safetensors",
            ModelFile::Card => "card.json",
            ModelFile::Example => "example.nrrd",
            ModelFile::Trajectory => "example.json",
            ModelFile::Real => "real.nrrd",
            ModelFile::Reference => "reference.json",
        };
        format!("weights/{system}/{}/{name}", self.name)
    }
}

/// What lies in a model's folder, as a training writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelFile {
    /// Weights, safetensors.
    Weights,
    /// Where the weights come from and how good they are, JSON.
    Card,
    /// A finished volume, shown before any model code has loaded.
    Example,
    /// The same for structures, with all steps that led to it: a JSON array of `samples::Frame`.
    Trajectory,
    /// A piece of the real thing, to stand beside a sample.
    Real,
    /// Measures of the real thing, JSON.
    Reference,
}

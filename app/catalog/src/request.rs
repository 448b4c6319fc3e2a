//! Requests: to sample a model and to train one, with their checks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{FieldError, Preset, System, schema, systems};

/// Largest seed: whole numbers up to here survive JSON in every language.
pub const MAX_SEED: u64 = (1 << 53) - 1;
/// Most samples of one request.
pub const MAX_COUNT: u32 = 10_000;

/// Where the numbers are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// A hardware GPU where there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// WebGPU (browser), through whichever adapter answers.
    Webgpu,
    /// CUDA (server builds with that feature).
    Cuda,
    /// Vulkan (server builds with that feature).
    Vulkan,
}

impl Device {
    /// All names, as written in URLs and flags.
    pub const NAMES: [(&'static str, Device); 5] = [
        ("auto", Device::Auto),
        ("cpu", Device::Cpu),
        ("webgpu", Device::Webgpu),
        ("cuda", Device::Cuda),
        ("vulkan", Device::Vulkan),
    ];

    /// The device of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(n, _)| *n == name).map(|(_, d)| *d)
    }

    /// The name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, d)| *d == self).map_or("auto", |(n, _)| n)
    }
}

/// What to sample. The same request on the same class of device gives the same samples; sample `i` depends on
/// `(seed, i)` and not on `count`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleRequest {
    /// Slug of the system.
    pub system: String,
    /// Name of the preset.
    pub preset: String,
    /// The system's sampling parameters; absent keys take the preset's defaults.
    #[serde(default)]
    pub parameters: Value,
    /// Seed of the random numbers, at most 2⁵³ − 1.
    #[serde(default)]
    pub seed: u64,
    /// Number of samples.
    #[serde(default = "one")]
    pub count: u32,
    /// Where to compute.
    #[serde(default)]
    pub device: Device,
}

fn one() -> u32 {
    1
}

/// A request whose every field has been checked.
#[derive(Clone, Debug)]
pub struct Checked<R> {
    /// The request, parameters completed with defaults.
    pub request: R,
    /// Its system.
    pub system: &'static System,
    /// Its preset.
    pub preset: &'static Preset,
}

/// Where a request will run: the bounds differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Venue {
    /// In the visitor's browser.
    Browser,
    /// On the server.
    Server,
}

impl SampleRequest {
    /// Checks every field.
    ///
    /// # Errors
    /// One error for every bad field.
    pub fn check(mut self, venue: Venue) -> Result<Checked<Self>, Vec<FieldError>> {
        let (system, preset) = find(&self.system, &self.preset)?;
        let mut errors = Vec::new();
        if self.seed > MAX_SEED {
            errors.push(FieldError::new("seed", format!("must be from 0 to {MAX_SEED}")));
        }
        if self.count == 0 || self.count > MAX_COUNT {
            errors.push(FieldError::new("count", format!("must be from 1 to {MAX_COUNT}")));
        }
        if venue == Venue::Browser && !preset.browser {
            errors.push(FieldError::new("preset", "is too large for a browser; sample it on the server"));
        }
        match system.check_parameters(preset, &self.parameters) {
            Ok(parameters) => {
                if venue == Venue::Browser {
                    errors.extend(over_browser_maximum(preset, &parameters));
                }
                self.parameters = Value::Object(parameters);
            }
            Err(more) => errors.extend(more),
        }
        if errors.is_empty() { Ok(Checked { request: self, system, preset }) } else { Err(errors) }
    }
}

fn over_browser_maximum(preset: &Preset, parameters: &Map<String, Value>) -> Vec<FieldError> {
    let over = |(name, maximum): &(&str, i64)| {
        let value = parameters.get(*name)?.as_i64()?;
        (value > *maximum).then(|| {
            FieldError::new(
                format!("parameters.{name}"),
                format!("must be at most {maximum} in a browser; the server samples larger ones"),
            )
        })
    };
    preset.browser_maximum.iter().filter_map(over).collect()
}

/// What to train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainRequest {
    /// Slug of the system.
    pub system: String,
    /// Name of the preset.
    pub preset: String,
    /// The system's training parameters; absent keys take the preset's defaults.
    #[serde(default)]
    pub parameters: Value,
    /// Seed of the random numbers, at most 2⁵³ − 1.
    #[serde(default)]
    pub seed: u64,
    /// Where to compute.
    #[serde(default)]
    pub device: Device,
}

impl TrainRequest {
    /// Checks every field.
    ///
    /// # Errors
    /// One error for every bad field.
    pub fn check(mut self) -> Result<Checked<Self>, Vec<FieldError>> {
        let (system, preset) = find(&self.system, &self.preset)?;
        if !system.is_trained() {
            return Err(vec![FieldError::new("system", "learns while it samples: there is nothing to train before")]);
        }
        let mut errors = Vec::new();
        if !preset.trains {
            errors.push(FieldError::new("preset", "is not trained here: it takes weights that others have published"));
        }
        if self.seed > MAX_SEED {
            errors.push(FieldError::new("seed", format!("must be from 0 to {MAX_SEED}")));
        }
        match schema::check(&system.training_of(preset), &self.parameters, "parameters") {
            Ok(parameters) => self.parameters = Value::Object(parameters),
            Err(more) => errors.extend(more),
        }
        if errors.is_empty() { Ok(Checked { request: self, system, preset }) } else { Err(errors) }
    }
}

fn find(system: &str, preset: &str) -> Result<(&'static System, &'static Preset), Vec<FieldError>> {
    let Some(system) = systems::find(system) else {
        let known: Vec<_> = systems::all().iter().map(|s| s.slug).collect();
        return Err(vec![FieldError::new("system", format!("unknown; known are {}", known.join(", ")))]);
    };
    let Some(preset) = system.preset(preset) else {
        let known: Vec<_> = system.presets.iter().map(|p| p.name).collect();
        return Err(vec![FieldError::new("preset", format!("unknown; {} has {}", system.slug, known.join(", ")))]);
    };
    Ok((system, preset))
}

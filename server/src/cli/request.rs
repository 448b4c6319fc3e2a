//! From flags to the JSON that the catalogue checks.

use std::{fs, path::Path};

use catalog::{Device, Field, FieldError, System, schema::FieldKind, systems};
use clap::Args;
use serde_json::{Map, Value};

/// What sampling and training have in common.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Name of the system, as `vitrine systems` lists it
    pub system: String,
    /// Name of the preset; the system's first if absent
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub seed: u64,
    /// A parameter of the system; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Where to compute: auto, cpu, cuda or vulkan
    #[arg(long, default_value = "auto", value_name = "DEVICE")]
    pub device: String,
}

/// Checked as far as can be done without the catalogue's own checks.
pub struct Parsed {
    /// The system.
    pub system: &'static System,
    /// The preset's name.
    pub preset: String,
    /// Parameters as JSON.
    pub parameters: Value,
    /// The device.
    pub device: Device,
}

impl Common {
    /// Reads the flags; `fields` says which parameters there are.
    ///
    /// # Errors
    /// One for each flag that cannot be read.
    pub fn parse(&self, fields: fn(&System) -> &[Field]) -> Result<Parsed, Vec<FieldError>> {
        let Some(system) = systems::find(&self.system) else {
            let known: Vec<_> = systems::all().iter().map(|s| s.slug).collect();
            return Err(vec![FieldError::new("system", format!("unknown; known are {}", known.join(", ")))]);
        };
        let mut errors = Vec::new();
        let device = Device::from_name(&self.device).unwrap_or_else(|| {
            errors.push(FieldError::new("device", "must be one of auto, cpu, cuda, vulkan"));
            Device::Auto
        });
        let mut parameters = Map::new();
        for assignment in &self.set {
            let read = read(assignment, fields(system)).unwrap_or_else(|error| {
                errors.push(error);
                vec![]
            });
            for (name, value) in read {
                match parameters.contains_key(&name) {
                    false => drop(parameters.insert(name, value)),
                    true => errors.push(FieldError::new(format!("parameters.{name}"), "is set twice")),
                }
            }
        }
        let first = system.presets.first().map(|preset| preset.name.to_owned()).unwrap_or_default();
        let preset = self.preset.clone().unwrap_or(first);
        match errors.is_empty() {
            true => Ok(Parsed { system, preset, parameters: Value::Object(parameters), device }),
            false => Err(errors),
        }
    }
}

/// The parameters that a flag sets: one, or two where it names a file whose content is a parameter of its own.
fn read(assignment: &str, fields: &[Field]) -> Result<Vec<(String, Value)>, FieldError> {
    let Some((name, text)) = assignment.split_once('=') else {
        return Err(FieldError::new("set", format!("`{assignment}` is not NAME=VALUE")));
    };
    let path = format!("parameters.{name}");
    let Some(field) = fields.iter().find(|field| field.name == name) else {
        let known: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        return Err(FieldError::new(path, format!("unknown field; known are {}", known.join(", "))));
    };
    let value = field.kind.read_text(text).map_err(|message| FieldError::new(&path, message))?;
    match &field.file {
        Some(content) if field.kind.accept(&value).is_err() && Path::new(text).is_file() => {
            let content_field = fields.iter().find(|field| field.name == *content);
            let most = match content_field.map(|field| &field.kind) {
                Some(FieldKind::Text { maximum }) => *maximum as u64,
                _ => 0,
            };
            let file = contents(Path::new(text), most).map_err(|message| FieldError::new(path, message))?;
            Ok(vec![(name.to_owned(), content.as_str().into()), (content.clone(), file.into())])
        }
        _ => Ok(vec![(name.to_owned(), value)]),
    }
}

fn contents(file: &Path, most: u64) -> Result<String, String> {
    let shown = file.display();
    let length = fs::metadata(file).map_err(|error| format!("{shown}: {error}"))?.len();
    if length > most {
        return Err(format!("{shown}: {length} bytes are above the limit of {most}"));
    }
    fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))
}

//! From flags to the JSON that the catalogue checks.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use catalog::{Device, Field, FieldError, Input, System, input, schema::FieldKind, systems};
use clap::Args;
use serde_json::{Map, Value};

use crate::store::files;

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
    /// A parameter of the system, or the file of a picture that it works on; may be given several times
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
    /// Files of pictures, by the names of their inputs.
    pub files: BTreeMap<&'static str, PathBuf>,
    /// The device.
    pub device: Device,
}

impl Common {
    /// Reads the flags; `fields` says which parameters there are, `inputs` which pictures.
    ///
    /// # Errors
    /// One for each flag that cannot be read.
    pub fn parse(
        &self,
        fields: fn(&'static System) -> &'static [Field],
        inputs: fn(&'static System) -> &'static [Input],
    ) -> Result<Parsed, Vec<FieldError>> {
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
        let mut files = BTreeMap::new();
        for assignment in &self.set {
            if let Some((input, file)) = picture(assignment, inputs(system)) {
                match files.contains_key(input.name) {
                    false => drop(files.insert(input.name, file)),
                    true => errors.push(FieldError::new(input::field(input.name), "is set twice")),
                }
                continue;
            }
            let read = read(assignment, fields(system), inputs(system)).unwrap_or_else(|error| {
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
            true => Ok(Parsed { system, preset, parameters: Value::Object(parameters), files, device }),
            false => Err(errors),
        }
    }
}

/// The picture that a flag names, if it names one.
fn picture(assignment: &str, inputs: &'static [Input]) -> Option<(&'static Input, PathBuf)> {
    let (name, file) = assignment.split_once('=')?;
    Some((inputs.iter().find(|input| input.name == name)?, PathBuf::from(file)))
}

/// The parameters that a flag sets: one, or two where it names a file whose content is a parameter of its own.
fn read(assignment: &str, fields: &[Field], inputs: &[Input]) -> Result<Vec<(String, Value)>, FieldError> {
    let Some((name, text)) = assignment.split_once('=') else {
        return Err(FieldError::new("set", format!("`{assignment}` is not NAME=VALUE")));
    };
    let path = format!("parameters.{name}");
    let Some(field) = fields.iter().find(|field| field.name == name) else {
        let inputs = inputs.iter().map(|input| input.name);
        let known: Vec<_> = fields.iter().map(|field| field.name.as_str()).chain(inputs).collect();
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
    let bytes = files::read(file, most).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| format!("{}: is not UTF-8", file.display()))
}

//! The pictures that a sampling works on: which there must be, and what is in their files.

use std::collections::BTreeMap;

use catalog::{FieldError, Input, System};
use samples::{
    Inputs,
    image::{self, Decoded, Limits},
};

/// The field that an input's errors name.
pub fn field(name: &str) -> String {
    // Names of parts are strangers' text.
    format!("inputs.{}", name.chars().take(64).collect::<String>())
}

/// What is wrong with the names of the files that are given: a system that does not know them, or needs more.
/// `missing` says how to give an input.
pub fn check(system: &System, given: &[&str], missing: impl Fn(&Input) -> String) -> Vec<FieldError> {
    let is_known = |name: &str| system.inputs.iter().any(|input| input.name == name);
    let unknown = given.iter().filter(|name| !is_known(name)).map(|name| FieldError::new(field(name), unknown(system)));
    let wanted = system.inputs.iter().filter(|input| input.required && !given.contains(&input.name));
    unknown.chain(wanted.map(|input| FieldError::new(field(input.name), missing(input)))).collect()
}

fn unknown(system: &System) -> String {
    let known: Vec<_> = system.inputs.iter().map(|input| input.name).collect();
    match known.is_empty() {
        true => format!("{} works on no pictures", system.slug),
        false => format!("unknown; {} works on {}", system.slug, known.join(", ")),
    }
}

/// Decodes one file.
///
/// # Errors
/// If it is no picture within bounds.
pub fn decode(name: &str, bytes: &[u8]) -> Result<Decoded, FieldError> {
    image::decode(bytes, &Limits::PHOTO).map_err(|error| FieldError::new(field(name), error.to_string()))
}

/// Decodes files by the names of their inputs. `note` hears what of them does not survive.
///
/// # Errors
/// One for every file that is no picture within bounds.
pub fn decode_all(
    files: BTreeMap<&'static str, Vec<u8>>,
    note: &mut dyn FnMut(String),
) -> Result<Inputs, Vec<FieldError>> {
    let mut inputs = Inputs::default();
    let mut errors = Vec::new();
    for (name, bytes) in files {
        match decode(name, &bytes) {
            Ok(picture) => {
                picture.notes.iter().for_each(|text| note(format!("{name}: {text}")));
                inputs = inputs.with(name, picture);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(inputs) } else { Err(errors) }
}

//! The pictures that a sampling works on, from the files that the flags name.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use catalog::{FieldError, System, input::field};
use samples::{Inputs, image::Limits};

use crate::{runs::inputs, store::files};

/// Files by the names of their inputs.
pub type Files = BTreeMap<&'static str, PathBuf>;

/// Says what `--input` means: for a system that works on pictures its first, which joins `files`; for others it is
/// handed back.
///
/// # Errors
/// If the first picture has a file already.
pub fn assign<'a>(
    input: Option<&'a Path>,
    system: &'static System,
    files: &mut Files,
) -> Result<Option<&'a Path>, FieldError> {
    let (Some(file), Some(first)) = (input, system.inputs.first()) else { return Ok(input) };
    match files.insert(first.name, file.to_owned()) {
        None => Ok(None),
        Some(_) => Err(FieldError::new(field(first.name), "is given twice: with --input and with --set")),
    }
}

/// Reads and decodes the files; what of them does not survive is said on stderr.
///
/// # Errors
/// One for every input that is missing, cannot be read or is no picture within bounds.
pub fn read(system: &System, files: &Files) -> Result<Inputs, Vec<FieldError>> {
    let given: Vec<_> = files.keys().copied().collect();
    let first = system.inputs.first().map(|input| input.name);
    let mut errors = system.check_inputs(&given, |input| match first == Some(input.name) {
        true => format!("is missing: name its file with --input or --set {}=FILE", input.name),
        false => format!("is missing: name its file with --set {}=FILE", input.name),
    });
    let mut contents = BTreeMap::new();
    for (name, file) in files {
        match files::read(file, Limits::PHOTO.bytes as u64) {
            Ok(bytes) => drop(contents.insert(*name, bytes)),
            Err(error) => errors.push(FieldError::new(field(name), error.to_string())),
        }
    }
    match inputs::decode_all(contents, &mut |note| eprintln!("note: {note}")) {
        Ok(inputs) if errors.is_empty() => Ok(inputs),
        Ok(_) => Err(errors),
        Err(more) => Err([errors, more].concat()),
    }
}

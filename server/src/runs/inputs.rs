//! The pictures that a sampling works on, from their files.

use std::collections::BTreeMap;

use catalog::{FieldError, input::field};
use samples::{
    Inputs,
    image::{self, Decoded, Limits},
};

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

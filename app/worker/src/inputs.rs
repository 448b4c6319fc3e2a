//! The files that came with a job, decoded.

use catalog::{
    FieldError, System,
    messages::{FromWorker, InputFile},
};
use samples::{
    Inputs,
    image::{Limits, decode},
};

use crate::{host::Host, job::Stop};

/// Decodes every file, and says what of it does not survive.
///
/// # Errors
/// If the system knows no input of that name, an input that it needs is missing, or a file is no picture within bounds.
pub(crate) fn read<H: Host>(
    host: &H,
    job: u32,
    system: &System,
    files: Vec<(InputFile, Vec<u8>)>,
) -> Result<Inputs, Stop> {
    let mut errors = Vec::new();
    let mut inputs = Inputs::default();
    for (file, bytes) in files {
        let field = format!("inputs.{}", file.name);
        if !system.inputs.iter().any(|input| input.name == file.name) {
            errors.push(FieldError::new(field, "unknown input"));
            continue;
        }
        match decode(&bytes, &Limits::PHOTO) {
            Ok(picture) => {
                let size = [picture.image.width() as u32, picture.image.height() as u32];
                let notes = picture.notes.iter().map(ToString::to_string).collect();
                host.post(&FromWorker::Read { job, input: file.name.clone(), size, notes }, None);
                inputs = inputs.with(file.name, picture);
            }
            Err(error) => errors.push(FieldError::new(field, error.to_string())),
        }
    }
    errors.extend(
        inputs
            .missing(system.inputs.iter().filter(|i| i.required).map(|i| i.name))
            .map(|name| FieldError::new(format!("inputs.{name}"), "is missing: choose a picture")),
    );
    match errors.first() {
        None => Ok(inputs),
        Some(first) => Err(Stop::Failed(format!("{}: {}.", first.field, first.message), errors)),
    }
}

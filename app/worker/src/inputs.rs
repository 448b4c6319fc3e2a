//! The files that came with a job, decoded.

use catalog::{
    FieldError, System, input,
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
    let given: Vec<_> = files.iter().map(|(file, _)| file.name.as_str()).collect();
    let mut errors = system.check_inputs(&given, |_| "is missing: choose a picture".to_owned());
    let mut inputs = Inputs::default();
    for (file, bytes) in files {
        match decode(&bytes, &Limits::PHOTO) {
            Ok(picture) => {
                let size = [picture.image.width() as u32, picture.image.height() as u32];
                let notes = picture.notes.iter().map(ToString::to_string).collect();
                host.post(&FromWorker::Read { job, input: file.name.clone(), size, notes }, None);
                inputs = inputs.with(file.name, picture);
            }
            Err(error) => errors.push(FieldError::new(input::field(&file.name), error.to_string())),
        }
    }
    match errors.first() {
        None => Ok(inputs),
        Some(first) => Err(Stop::Failed(format!("{}: {}.", first.field, first.message), errors)),
    }
}

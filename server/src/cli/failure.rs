//! Why a command did not do what it was asked.

use std::process::ExitCode;

use catalog::FieldError;
use models::ModelError;

use crate::store::disk_is_full;

/// Bad input or a failure.
#[derive(Debug)]
pub enum Failure {
    /// The person can mend this: one line for each field, exit code 2.
    Input(Vec<FieldError>),
    /// The machine failed: one line, exit code 1.
    Failed(anyhow::Error),
}

impl Failure {
    /// One bad field.
    pub fn input(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Input(vec![FieldError::new(field, message)])
    }

    /// Writes `error: field: message` lines to stderr.
    pub fn print(&self) {
        match self {
            Self::Input(errors) => errors.iter().for_each(|error| eprintln!("error: {}", one_line(&error.to_string()))),
            Self::Failed(error) => eprintln!("error: {}", one_line(&with_causes(error))),
        }
    }

    /// 2 for bad input and a full disk, 1 for failures.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Input(_) => ExitCode::from(2),
            // Room on the disk is for the person to make.
            Self::Failed(error) if disk_is_full(error.as_ref()) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }
}

/// An error and what it came from, each said once: some say their cause themselves.
fn with_causes(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl From<Vec<FieldError>> for Failure {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Input(errors)
    }
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        Self::Input(vec![error])
    }
}

/// Weights that a model does not take are bad input.
impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Weights(message) => Self::input("weights", message),
            other => Self::Failed(other.into()),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let error = match error.downcast::<FieldError>() {
            Ok(field) => return field.into(),
            Err(error) => error,
        };
        error.downcast::<ModelError>().map_or_else(Self::Failed, Self::from)
    }
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

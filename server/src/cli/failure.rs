//! Why a command did not do what it was asked.

use std::process::ExitCode;

use catalog::FieldError;

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
            Self::Failed(error) => eprintln!("error: {}", one_line(&format!("{error:#}"))),
        }
    }

    /// 2 for bad input, 1 for failures.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Input(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }
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

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

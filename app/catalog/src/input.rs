//! Pictures that a system works on: which there are, and whether those that came are the right ones.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{FieldError, System};

/// A picture that a system works on: a file beside the request, never part of its JSON or of a link.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Input {
    /// Name of the multipart field and of the command line's `--set NAME=FILE`.
    pub name: &'static str,
    /// Name on the page.
    pub title: &'static str,
    /// What it should show.
    pub description: &'static str,
    /// Whether nothing can be made without it.
    pub required: bool,
}

/// The field that an input's errors name.
pub fn field(name: &str) -> String {
    // Names of parts are strangers' text.
    format!("inputs.{}", name.chars().take(64).collect::<String>())
}

impl System {
    /// What is wrong with the names of the files that are given: some that the system does not know, or some that it
    /// needs and are not there. `missing` says how to give an input.
    pub fn check_inputs(&self, given: &[&str], missing: impl Fn(&Input) -> String) -> Vec<FieldError> {
        let is_known = |name: &str| self.inputs.iter().any(|input| input.name == name);
        let unknown = given.iter().filter(|name| !is_known(name));
        let unknown = unknown.map(|name| FieldError::new(field(name), self.unknown_input()));
        let wanted = self.inputs.iter().filter(|input| input.required && !given.contains(&input.name));
        unknown.chain(wanted.map(|input| FieldError::new(field(input.name), missing(input)))).collect()
    }

    fn unknown_input(&self) -> String {
        let known: Vec<_> = self.inputs.iter().map(|input| input.name).collect();
        match known.is_empty() {
            true => format!("{} works on no pictures", self.slug),
            false => format!("unknown; {} works on {}", self.slug, known.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::systems;

    #[test]
    fn inputs_are_the_systems_own_and_complete() {
        let errors = |system: &str, given: &[&str]| {
            let system = systems::find(system).expect("a system");
            let errors = system.check_inputs(given, |_| "is missing".to_owned());
            errors.into_iter().map(|error| error.to_string()).collect::<Vec<_>>()
        };
        assert!(errors("dlv-irn", &["picture"]).is_empty());
        assert_eq!(errors("dlv-irn", &[]), ["inputs.picture: is missing"]);
        assert_eq!(errors("dlv-irn", &["picture", "mask"]), ["inputs.mask: unknown; dlv-irn works on picture"]);
        assert_eq!(errors("crysbfn", &["picture"]), ["inputs.picture: crysbfn works on no pictures"]);
    }
}

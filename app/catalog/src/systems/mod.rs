//! The list of systems. Adding one is a file here and a line in [`all`].

pub mod crysbfn;
pub mod dci_vton;
pub mod dlv_irn;
pub mod fl_gfn;
pub mod oc_gfn;
pub mod op_gfn;
pub mod porous_gan;

use std::sync::LazyLock;

use crate::System;

/// Every system, in the order of the gallery.
pub fn all() -> &'static [System] {
    static ALL: LazyLock<Vec<System>> = LazyLock::new(|| {
        vec![
            porous_gan::system(),
            crysbfn::system(),
            dci_vton::system(),
            dlv_irn::system(),
            oc_gfn::system(),
            fl_gfn::system(),
            op_gfn::system(),
        ]
    });
    &ALL
}

/// The system of that slug.
pub fn find(slug: &str) -> Option<&'static System> {
    all().iter().find(|s| s.slug == slug)
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::{SampleRequest, request::Venue};

    /// The fields that a request to sample is refused for.
    pub(super) fn errors(system: &str, preset: &str, parameters: serde_json::Value) -> Vec<String> {
        let request = SampleRequest {
            system: system.to_owned(),
            preset: preset.to_owned(),
            parameters,
            seed: 0,
            count: 1,
            device: Default::default(),
        };
        request.check(Venue::Server).err().unwrap_or_default().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_learns_while_it_samples_or_comes_from_others_is_not_trained() {
        let request = |system: &str, preset: &str| crate::TrainRequest {
            system: system.to_owned(),
            preset: preset.to_owned(),
            parameters: serde_json::Value::Null,
            seed: 0,
            device: Default::default(),
        };
        assert!(request("oc-gfn", "grid-8").check().is_ok());
        for (system, preset, field) in [("fl-gfn", "set-small", "system"), ("dci-vton", "paper", "preset")] {
            let refused = request(system, preset).check().err().unwrap_or_default();
            assert_eq!(refused.first().map(|error| error.field.as_str()), Some(field));
        }
    }

    #[test]
    fn parameters_of_some_presets_name_presets_that_there_are() {
        let mut named = 0;
        for system in all() {
            for (field, preset) in system.parameters.iter().flat_map(|f| f.presets.iter().map(move |p| (f, p))) {
                assert!(system.preset(preset).is_some(), "{}: `{}` names `{preset}`", system.slug, field.name);
                named += 1;
            }
        }
        assert!(named > 0, "no parameter is read as one of some presets");
    }

    #[test]
    fn defaults_of_presets_are_values_that_fields_take() {
        let mut own = 0;
        for system in all() {
            for preset in &system.presets {
                for (fields, defaults) in
                    [(&system.parameters, &preset.defaults), (&system.training, &preset.training_defaults)]
                {
                    for (name, default) in defaults {
                        let field = fields.iter().find(|field| field.name == *name);
                        let accepted = field.map(|field| field.kind.accept(default));
                        assert_eq!(accepted, Some(Ok(default.clone())), "{} {}: `{name}`", system.slug, preset.name);
                        own += 1;
                    }
                }
            }
        }
        assert!(own > 0, "no preset has defaults of its own");
    }

    #[test]
    fn a_parameter_that_takes_files_names_the_text_that_holds_their_content() {
        let owners = all().iter().flat_map(|system| system.parameters.iter().map(move |field| (system, field)));
        let owners = owners.filter_map(|(system, field)| Some((system, field.file.as_ref()?)));
        let texts: Vec<bool> = owners
            .map(|(system, content)| {
                let content = system.parameters.iter().find(|field| field.name == *content);
                content.is_some_and(|field| matches!(field.kind, crate::FieldKind::Text { .. }))
            })
            .collect();
        assert!(!texts.is_empty() && texts.into_iter().all(|text| text));
    }
}

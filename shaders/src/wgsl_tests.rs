//! Every shader is valid WGSL within WebGPU's rules and can be written as GLSL ES 3.00, which WebGL2 takes.

use naga::back::glsl;
use naga::valid::{Capabilities, ValidationFlags, Validator};

use crate::{lines, present, structure, volume};

fn all() -> Vec<(&'static str, &'static str, String)> {
    let mut sources: Vec<_> = volume::sources().into_iter().map(|(entry, source)| ("vs_view", entry, source)).collect();
    sources.extend(structure::sources());
    sources.push(("vs_line", "fs_line", lines::SOURCE.to_owned()));
    sources.push(("vs_present", "fs_present", present::SOURCE.to_owned()));
    sources
}

#[test]
fn shaders_are_valid_and_fit_webgl2() {
    for (vertex, fragment, source) in all() {
        let module = naga::front::wgsl::parse_str(&source)
            .unwrap_or_else(|error| panic!("{fragment}: {}", error.emit_to_string(&source)));
        let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{fragment}: {}", error.emit_to_string(&source)));
        for (stage, entry) in [(naga::ShaderStage::Vertex, vertex), (naga::ShaderStage::Fragment, fragment)] {
            let options = glsl::Options { version: glsl::Version::new_gles(300), ..Default::default() };
            let pipeline =
                glsl::PipelineOptions { entry_point: entry.to_owned(), shader_stage: stage, multiview: None };
            let mut text = String::new();
            glsl::Writer::new(
                &mut text,
                &module,
                &info,
                &options,
                &pipeline,
                naga::proc::BoundsCheckPolicies::default(),
            )
            .and_then(|mut writer| writer.write())
            .unwrap_or_else(|error| panic!("{entry}: {error}"));
            assert!(text.contains("void main"), "{entry}");
        }
    }
}

#[test]
fn uniforms_are_as_large_as_the_shaders_read() {
    let (_, _, source) = &all()[0];
    let module = naga::front::wgsl::parse_str(source).expect("parsed above");
    let frame = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some("Frame")).expect("the frame").1;
    let naga::TypeInner::Struct { span, .. } = frame.inner else { panic!("a struct") };
    assert_eq!(span as usize, size_of::<volume::FrameUniform>());
}

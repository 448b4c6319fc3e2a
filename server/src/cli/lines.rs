//! `--input FILE`: many samplings at once, one line each.

use std::path::Path;

use catalog::{SampleRequest, System, request::MAX_COUNT};
use serde_json::Value;

use super::Failure;
use crate::store::files;

/// Parameter that the lines of the file fill.
pub const PARAMETER: &str = "composition";
/// Bytes of such a file.
const MAX_BYTES: u64 = 1 << 20;

/// The request's parameters once for every line of `file`, with the line as its `composition`. Empty lines and lines
/// that begin with `#` are left out. What is wrong with every line, the request's own check will say.
///
/// # Errors
/// If the system has no such parameter, the file cannot be read, or a composition is refused; with the line's number.
pub fn read(file: &Path, system: &System, request: &SampleRequest) -> Result<Vec<Value>, Failure> {
    let bad = |message: String| Failure::input("input", format!("{}: {message}", file.display()));
    if !system.parameters.iter().any(|field| field.name == PARAMETER) {
        return Err(Failure::input("input", format!("{} works on neither pictures nor compositions", system.slug)));
    }
    let bytes = files::read(file, MAX_BYTES).map_err(|error| Failure::input("input", error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| bad("is not UTF-8".to_owned()))?;
    // Editors on Windows begin a file with this mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let Some(preset) = system.preset(&request.preset) else { return Ok(Vec::new()) };
    let mut variants = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut parameters = request.parameters.clone();
        parameters[PARAMETER] = line.into();
        match system.check_parameters(preset, &parameters) {
            Ok(complete) => variants.push(Value::Object(complete)),
            Err(errors) => match errors.iter().find(|error| error.field == format!("parameters.{PARAMETER}")) {
                Some(error) => return Err(bad(format!("line {number}: {}", error.message))),
                None => variants.push(parameters),
            },
        }
    }
    let samples = variants.len() as u64 * u64::from(request.count);
    match variants.len() {
        0 => Err(bad("no formula in it".to_owned())),
        _ if samples > u64::from(MAX_COUNT) => {
            Err(bad(format!("{samples} samples are above the limit of {MAX_COUNT}")))
        }
        _ => Ok(variants),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use catalog::{SampleRequest, systems};
    use serde_json::json;

    use super::{PARAMETER, read};

    #[test]
    fn a_mark_of_byte_order_is_no_part_of_the_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("formulas.txt");
        let system = systems::find("crysbfn").unwrap();
        let request: SampleRequest =
            serde_json::from_value(json!({ "system": "crysbfn", "preset": "perov-small", "parameters": {} })).unwrap();
        for text in ["\u{feff}SrTiO3\r\nBaZrO3\r\n", "\u{feff}# perovskites\nSrTiO3\nBaZrO3\n"] {
            fs::write(&file, text).unwrap();
            let variants = read(&file, system, &request).unwrap();
            let formulas: Vec<_> = variants.iter().map(|parameters| &parameters[PARAMETER]).collect();
            assert_eq!(formulas, ["SrTiO3", "BaZrO3"]);
        }
    }
}

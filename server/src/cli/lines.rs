//! `--input FILE`: many samplings at once, one line each.

use std::path::Path;

use catalog::{SampleRequest, request::Checked, request::MAX_COUNT};
use serde_json::Value;

use super::Failure;
use crate::store::files;

/// Parameter that the lines of the file fill.
const PARAMETER: &str = "composition";
/// Bytes of such a file.
const MAX_BYTES: u64 = 1 << 20;

/// The request's parameters once for every line of `file`, with the line as its `composition`. Empty lines and lines
/// that begin with `#` are left out.
///
/// # Errors
/// If the system has no such parameter, the file cannot be read, or a line is refused; with its number.
pub fn read(file: &Path, checked: &Checked<SampleRequest>) -> Result<Vec<Value>, Failure> {
    let bad = |message: String| Failure::input("input", format!("{}: {message}", file.display()));
    if !checked.system.parameters.iter().any(|field| field.name == PARAMETER) {
        return Err(Failure::input(
            "input",
            format!("{} works on neither pictures nor compositions", checked.system.slug),
        ));
    }
    let bytes = files::read(file, MAX_BYTES).map_err(|error| Failure::input("input", error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| bad("is not UTF-8".to_owned()))?;
    let mut variants = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut parameters = checked.request.parameters.clone();
        parameters[PARAMETER] = line.into();
        match checked.system.check_parameters(checked.preset, &parameters) {
            Ok(parameters) => variants.push(Value::Object(parameters)),
            Err(errors) => {
                let all: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
                return Err(bad(format!("line {number}: {}", all.join("; "))));
            }
        }
    }
    let samples = variants.len() as u64 * u64::from(checked.request.count);
    match variants.len() {
        0 => Err(bad("no formula in it".to_owned())),
        _ if samples > u64::from(MAX_COUNT) => {
            Err(bad(format!("{samples} samples are above the limit of {MAX_COUNT}")))
        }
        _ => Ok(variants),
    }
}

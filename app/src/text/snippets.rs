//! The request that the form describes, as a program would send it.

use catalog::{Input, SampleRequest};
use serde_json::Value;

/// The language of a snippet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The HTTP API through curl.
    Curl,
    /// The command line `vitrine`.
    Cli,
    /// The HTTP API through Python's standard library.
    Python,
}

impl Language {
    /// All languages with the name on the tab.
    pub const ALL: [(Language, &'static str); 3] =
        [(Language::Curl, "curl"), (Language::Cli, "Command line"), (Language::Python, "Python")];
}

/// Name of the file that stands for the visitor's.
const PHOTO: &str = "photo.jpg";

/// The call that repeats `request` against the server at `origin` (such as `https://example.org`), with a file for each
/// of the `inputs`.
pub fn snippet(language: Language, request: &SampleRequest, inputs: &[Input], origin: &str) -> String {
    match language {
        Language::Curl if !inputs.is_empty() => {
            let file = |input: &Input| format!(" \\\n  --form {}", shell_word(&format!("{}=@{PHOTO}", input.name)));
            format!(
                "curl --fail-with-body {} \\\n  --form-string {}{}",
                shell_word(&format!("{origin}/api/samples")),
                shell_word(&format!("request={}", server_json(request))),
                inputs.iter().map(file).collect::<String>()
            )
        }
        Language::Curl => format!(
            "curl --fail-with-body {} \\\n  --header 'content-type: application/json' \\\n  --data {}",
            shell_word(&format!("{origin}/api/samples")),
            shell_word(&server_json(request).to_string())
        ),
        Language::Cli => sample_command(request, inputs),
        Language::Python if !inputs.is_empty() => python_with_files(request, inputs, origin),
        Language::Python => python(request, origin),
    }
}

/// The server has no WebGPU: what the page would compute there, the server may place where it likes.
fn server_json(request: &SampleRequest) -> Value {
    let mut json = serde_json::to_value(request).unwrap_or(Value::Null);
    if json["device"] == "webgpu" {
        json["device"] = "auto".into();
    }
    json
}

fn sample_command(request: &SampleRequest, inputs: &[Input]) -> String {
    let mut lines =
        vec![format!("vitrine sample {} --preset {}", shell_word(&request.system), shell_word(&request.preset))];
    lines.push(format!("--seed {} --count {}", request.seed, request.count));
    lines.extend(inputs.iter().map(|input| format!("--set {}", shell_word(&format!("{}={PHOTO}", input.name)))));
    lines.extend(settings(&request.parameters));
    lines.push("--out samples".to_owned());
    lines.join(" \\\n  ")
}

/// The command that trains a preset with these parameters.
pub fn train_command(system: &str, preset: &str, parameters: &Value) -> String {
    let mut lines = vec![format!("vitrine train {} --preset {}", shell_word(system), shell_word(preset))];
    lines.extend(settings(parameters));
    lines.push("--checkpoints checkpoints --out trained".to_owned());
    lines.join(" \\\n  ")
}

fn settings(parameters: &Value) -> Vec<String> {
    let pair = |(name, value): (&String, &Value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("--set {}", shell_word(&format!("{name}={text}")))
    };
    parameters.as_object().map(|object| object.iter().map(pair).collect()).unwrap_or_default()
}

fn python(request: &SampleRequest, origin: &str) -> String {
    let origin = Value::from(format!("{origin}/api/samples"));
    let body = python_literal(&server_json(request), 0);
    format!(
        "import json\nfrom urllib.request import Request, urlopen\n\nbody = {body}\n\nrequest = Request(\n    {origin},\n    \
         data=json.dumps(body).encode(),\n    headers={{\"content-type\": \"application/json\"}},\n)\nwith \
         urlopen(request) as response:\n    print(json.load(response))\n"
    )
}

/// The standard library encodes no multipart forms, so the parts are joined here.
fn python_with_files(request: &SampleRequest, inputs: &[Input], origin: &str) -> String {
    let origin = Value::from(format!("{origin}/api/samples"));
    let body = python_literal(&server_json(request), 0);
    let file = |input: &Input| {
        let name = Value::from(input.name);
        format!("data += part({name}, Path(\"{PHOTO}\").read_bytes(), '; filename=\"{PHOTO}\"')\n")
    };
    let files: String = inputs.iter().map(file).collect();
    format!(
        r#"import json
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

body = {body}

boundary = uuid4().hex
def part(name, data, more=""):
    head = f'--{{boundary}}\r\ncontent-disposition: form-data; name="{{name}}"{{more}}\r\n\r\n'
    return head.encode() + data + b"\r\n"

data = part("request", json.dumps(body).encode())
{files}data += f"--{{boundary}}--\r\n".encode()
request = Request(
    {origin},
    data=data,
    headers={{"content-type": f"multipart/form-data; boundary={{boundary}}"}},
)
with urlopen(request) as response:
    print(json.load(response))
"#
    )
}

/// A JSON value as Python writes it. JSON's string escapes are valid in Python.
fn python_literal(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Object(object) if object.is_empty() => "{}".to_owned(),
        Value::Object(object) => {
            let indent = "    ".repeat(depth + 1);
            let entry = |(key, value): (&String, &Value)| {
                format!("{indent}{}: {},\n", Value::from(key.as_str()), python_literal(value, depth + 1))
            };
            format!("{{\n{}{}}}", object.iter().map(entry).collect::<String>(), "    ".repeat(depth))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| python_literal(item, depth)).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// One word of a POSIX shell: bare where that is safe, else in single quotes.
fn shell_word(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_=./:,+@".contains(c);
    if !text.is_empty() && text.chars().all(safe) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use catalog::Device;
    use serde_json::json;

    use super::*;

    fn request() -> SampleRequest {
        SampleRequest {
            system: "porous-gan".into(),
            preset: "berea-small".into(),
            parameters: json!({"size": 64, "normalization": "batch", "median_filter": true}),
            seed: 7,
            count: 1,
            device: Device::Webgpu,
        }
    }

    #[test]
    fn curl_carries_a_body_that_the_contract_accepts() {
        let text = snippet(Language::Curl, &request(), &[], "http://127.0.0.1:8080");
        let body = text.split("--data '").nth(1).and_then(|rest| rest.strip_suffix('\'')).expect("a quoted body");
        let back: SampleRequest = serde_json::from_str(body).expect("a request");
        assert_eq!(back, SampleRequest { device: Device::Auto, ..request() });
        assert!(text.contains("http://127.0.0.1:8080/api/samples"));
    }

    #[test]
    fn the_command_line_names_every_parameter() {
        let text = snippet(Language::Cli, &request(), &[], "");
        assert!(text.starts_with("vitrine sample porous-gan --preset berea-small"));
        for part in ["--seed 7", "--set size=64", "--set normalization=batch", "--set median_filter=true"] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }

    #[test]
    fn python_writes_its_own_literals() {
        let text = snippet(Language::Python, &request(), &[], "http://localhost");
        assert!(text.contains("\"median_filter\": True,"));
        assert!(!text.contains("true"));
    }

    #[test]
    fn a_system_with_inputs_is_sent_its_files() {
        let inputs = &catalog::systems::find("dlv-irn").expect("the system").inputs;
        let text = |language| snippet(language, &request(), inputs, "http://localhost");
        let curl = text(Language::Curl);
        assert!(curl.ends_with(" \\\n  --form picture=@photo.jpg"), "{curl}");
        assert!(curl.contains("--form-string 'request={\"system\":"), "{curl}");
        assert!(text(Language::Cli).contains("--set picture=photo.jpg"));
        let python = text(Language::Python);
        assert!(python.contains("data += part(\"picture\", Path(\"photo.jpg\").read_bytes(), "), "{python}");
        assert!(python.contains("name=\"{name}\"{more}\\r\\n\\r\\n'"), "{python}");
    }

    #[test]
    fn a_quote_cannot_leave_its_word() {
        assert_eq!(shell_word("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(shell_word(""), "''");
    }
}

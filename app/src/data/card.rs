//! Model cards: what a set of weights was made from, and what is and is not claimed of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// `card.json` beside the weights. Unknown keys are ignored: training writes more than the page shows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Name of the model.
    pub title: String,
    /// The network, key by key.
    pub architecture: BTreeMap<String, Value>,
    /// What it was trained on.
    pub data: DataSource,
    /// How it was trained.
    pub training: Training,
    /// Named curves over the training: `[step, value]` points.
    pub curves: BTreeMap<String, Vec<(f64, f64)>>,
    /// Measured numbers, such as fractions of samples inside the real band.
    pub measures: BTreeMap<String, Value>,
    /// What needs no learning, scored on the same test data.
    pub baselines: Vec<Baseline>,
    /// Numbers of the paper for the same quantities.
    pub paper: BTreeMap<String, Value>,
    /// What is claimed.
    pub claims: Vec<String>,
    /// What is not claimed.
    pub not_claimed: Vec<String>,
    /// The weights file.
    pub weights: WeightsFile,
}

/// A method without learning, and its measures.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Baseline {
    /// What it is.
    pub name: String,
    /// As in [`Card::measures`].
    pub score: BTreeMap<String, Value>,
}

/// The training data.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DataSource {
    /// Name of the data set.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// Its licence.
    pub licence: String,
    /// What was done to it.
    pub note: String,
}

/// The training.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Training {
    /// Generator steps.
    pub iterations: Option<u64>,
    /// The step whose weights were kept, if not the last.
    pub kept_iteration: Option<u64>,
    /// Wall-clock minutes.
    pub minutes: Option<f64>,
    /// The machine, in words.
    pub machine: String,
    /// The backend.
    pub device: String,
    /// Seed.
    pub seed: Option<u64>,
}

/// The weights file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct WeightsFile {
    /// Number format, such as `f16 safetensors`.
    pub format: String,
    /// Length in bytes.
    pub bytes: Option<u64>,
    /// SHA-256, hex.
    pub sha256: String,
}

/// Flat rows of a JSON tree for a definition list: `fractions › porosity` → `0.94`.
pub fn rows(values: &BTreeMap<String, Value>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (key, value) in values {
        push_rows(&key.replace('_', " "), value, &mut out);
    }
    out
}

fn push_rows(path: &str, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                push_rows(&format!("{path} › {}", key.replace('_', " ")), value, out);
            }
        }
        Value::Number(n) if n.is_f64() => {
            out.push((path.to_owned(), crate::text::format::number(n.as_f64().unwrap_or(f64::NAN), 3)));
        }
        Value::String(text) => out.push((path.to_owned(), text.clone())),
        Value::Null => {}
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
            out.push((path.to_owned(), texts.join(", ")));
        }
        other => out.push((path.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_with_more_and_fewer_keys_is_read() {
        let card: Card = serde_json::from_str(
            r#"{"system": "porous-gan", "curves": {"loss_d": [[1, 0.5]]}, "training": {"minutes": 31.5},
                "measures": {"within_band": {"porosity": 0.94, "euler_pore26": 0.8125}, "samples": 64}}"#,
        )
        .expect("a card");
        assert_eq!(card.training.minutes, Some(31.5));
        assert_eq!(card.data, DataSource::default());
        let rows = rows(&card.measures);
        assert!(rows.contains(&("within band › porosity".to_owned(), "0.940".to_owned())));
        assert!(rows.contains(&("samples".to_owned(), "64".to_owned())));
    }
}

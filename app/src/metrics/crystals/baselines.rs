//! Structure prediction beside what needs no learning.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::text::format;

/// A score of structure prediction: one structure per composition of the test split.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// What was scored.
    pub name: String,
    /// Share of the compositions whose structure was found, 0 to 1.
    pub match_rate: f64,
    /// Mean displacement of those, (V/N)^⅓.
    pub rmse: f64,
    /// Whether it is a baseline.
    pub baseline: bool,
}

/// The trivial baselines on 400 compositions of Perov-5's test split (StructureMatcher with 0.3, 0.5, 10°), measured
/// with pymatgen for this project.
pub fn perov_5() -> [Score; 3] {
    let baseline = |name: &str, match_rate, rmse| Score { name: name.to_owned(), match_rate, rmse, baseline: true };
    [
        baseline("Random coordinates, mean cell", 0.320, 0.453),
        baseline("Structure of the nearest training composition", 0.493, 0.118),
        baseline("Ideal cubic ABX₃, cell by linear regression", 0.520, 0.086),
    ]
}

/// Every score in a card's measures: each object with a `match_rate` and an `rmse`, named by its path.
pub fn scores(measures: &BTreeMap<String, Value>) -> Vec<Score> {
    let mut found = Vec::new();
    for (key, value) in measures {
        collect(&key.replace('_', " "), value, &mut found);
    }
    found
}

fn collect(path: &str, value: &Value, found: &mut Vec<Score>) {
    let Value::Object(object) = value else { return };
    let number = |key: &str| object.get(key).and_then(Value::as_f64);
    if let (Some(match_rate), Some(rmse)) = (number("match_rate"), number("rmse")) {
        found.push(Score { name: path.to_owned(), match_rate, rmse, baseline: false });
    }
    for (key, value) in object {
        collect(&format!("{path} › {}", key.replace('_', " ")), value, found);
    }
}

impl Score {
    /// `52.0 %`.
    pub fn match_text(&self) -> String {
        if self.match_rate.is_finite() { format!("{:.1} %", 100.0 * self.match_rate) } else { "–".to_owned() }
    }

    /// `0.086`.
    pub fn rmse_text(&self) -> String {
        format::number(self.rmse, 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_found_wherever_the_card_keeps_them() {
        let measures = serde_json::from_str(
            r#"{"prediction": {"n": {"20": {"match_rate": 0.541, "rmse": 0.101, "compositions": 400},
                                      "5": {"match_rate": 0.5}}}, "wdist_density": 0.2}"#,
        )
        .expect("measures");
        let scores = scores(&measures);
        assert_eq!(scores.len(), 1);
        assert_eq!(scores[0].name, "prediction › n › 20");
        assert_eq!((scores[0].match_text(), scores[0].rmse_text()), ("54.1 %".to_owned(), "0.101".to_owned()));
    }
}

//! Structure prediction beside what needs no learning.

use serde_json::Value;

use crate::{
    data::card::{Baseline, Card},
    text::format,
};

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

/// Every score of a card: each object among its measures with a `match_rate` and an `rmse`, named by its path, then its
/// baselines.
pub fn scores(card: &Card) -> Vec<Score> {
    let mut found = Vec::new();
    for (key, value) in &card.measures {
        collect(&key.replace('_', " "), value, &mut found);
    }
    let number = |baseline: &Baseline, key: &str| baseline.score.get(key).and_then(Value::as_f64);
    found.extend(card.baselines.iter().filter_map(|baseline| {
        let (match_rate, rmse) = (number(baseline, "match_rate")?, number(baseline, "rmse")?);
        Some(Score { name: baseline.name.clone(), match_rate, rmse, baseline: true })
    }));
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
        let card = serde_json::from_str(
            r#"{"measures": {"prediction": {"n": {"20": {"match_rate": 0.541, "rmse": 0.101, "count": 400},
                                                  "5": {"match_rate": 0.5}}}, "wdist_density": 0.2},
                "baselines": [{"name": "The training set itself", "score": {"structure_valid": 1.0}},
                              {"name": "Ideal", "score": {"match_rate": 0.512, "rmse": 0.095}}]}"#,
        )
        .expect("a card");
        let scores = scores(&card);
        assert_eq!(scores.len(), 2);
        assert_eq!((scores[0].name.as_str(), scores[0].baseline), ("prediction › n › 20", false));
        assert_eq!((scores[0].match_text(), scores[0].rmse_text()), ("54.1 %".to_owned(), "0.101".to_owned()));
        assert_eq!((scores[1].name.as_str(), scores[1].baseline), ("Ideal", true));
    }
}

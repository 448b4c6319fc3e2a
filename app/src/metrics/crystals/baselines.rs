//! What a model of crystals scores, beside what needs no learning.

use serde_json::Value;

use crate::{data::card::Card, text::format};

/// A measure of made crystals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// Its key in a card.
    key: &'static str,
    /// Its name in a table.
    pub title: &'static str,
    /// Whether it is a share, 0 to 1.
    share: bool,
}

const fn share(key: &'static str, title: &'static str) -> Measure {
    Measure { key, title, share: true }
}

const fn distance(key: &'static str, title: &'static str) -> Measure {
    Measure { key, title, share: false }
}

/// Of structure prediction: one structure for each composition of the test split.
pub const PREDICTION: [Measure; 3] =
    [share("valid", "Valid"), share("match_rate", "Match rate"), distance("rmse", "RMSE")];
/// Of crystals that are made whole.
pub const GENERATION: [Measure; 6] = [
    share("structure_valid", "Valid structure"),
    share("composition_valid", "Valid composition"),
    distance("density_distance", "Density distance, g/cm³"),
    distance("element_number_distance", "Distance in number of elements"),
    share("uniqueness", "Unique"),
    share("novelty", "New"),
];

/// One row of scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// What was scored.
    pub name: String,
    /// The measures, as text.
    pub values: Vec<String>,
    /// Whether it is a baseline.
    pub baseline: bool,
}

/// The table of a card: its measures, few steps before many, then its baselines; of structure prediction if there is any
/// such score, else of generation.
pub fn scores(card: &Card) -> (&'static [Measure], Vec<Score>) {
    let prediction = of(card, &PREDICTION);
    if prediction.is_empty() { (&GENERATION, of(card, &GENERATION)) } else { (&PREDICTION, prediction) }
}

fn of(card: &Card, columns: &[Measure]) -> Vec<Score> {
    let score = |name: &str, baseline: bool, number: &dyn Fn(&str) -> Option<f64>| {
        let numbers = columns.iter().map(|column| (number(column.key), number(&format!("{}_sd", column.key))));
        let numbers: Vec<_> = numbers.collect();
        let text = |(column, (mean, sd)): (&Measure, (Option<f64>, Option<f64>))| column.text(mean, sd);
        numbers.iter().any(|(mean, _)| mean.is_some()).then(|| Score {
            name: name.to_owned(),
            values: columns.iter().zip(numbers).map(text).collect(),
            baseline,
        })
    };
    let mut found: Vec<Score> = Vec::new();
    for (name, value) in &card.measures {
        found.extend(score(name, false, &|key| value.get(key).and_then(Value::as_f64)));
    }
    let steps = |score: &Score| score.name.split(' ').next().and_then(|word| word.parse::<u32>().ok());
    found.sort_by_key(steps);
    for baseline in &card.baselines {
        found.extend(score(&baseline.name, true, &|key| baseline.score.get(key).and_then(Value::as_f64)));
    }
    found
}

impl Measure {
    /// `52.0 %` or `0.086`; `52.3 ± 0.8 %` or `0.0950 ± 0.0030` where the deviation over seeds is known.
    fn text(&self, mean: Option<f64>, sd: Option<f64>) -> String {
        let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
        match (finite(mean), finite(sd)) {
            (None, _) => "–".to_owned(),
            (Some(mean), None) if self.share => format!("{:.1} %", 100.0 * mean),
            (Some(mean), Some(sd)) if self.share => format!("{:.1} ± {:.1} %", 100.0 * mean, 100.0 * sd),
            (Some(mean), None) => format::number(mean, 3),
            (Some(mean), Some(sd)) => format::mean_sd(mean, sd),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(text: &str) -> Card {
        serde_json::from_str(text).expect("a card")
    }

    #[test]
    fn predictions_stand_in_the_order_of_their_steps_before_what_needs_no_learning() {
        let card = card(
            r#"{"measures": {"20 steps": {"match_rate": 0.541, "match_rate_sd": 0.008, "rmse": 0.101, "rmse_sd": 0.0021,
                                          "valid": 0.998},
                             "5 steps": {"match_rate": 0.5}, "loss": 0.2},
                "baselines": [{"name": "Ideal", "score": {"match_rate": 0.512, "rmse": 0.095}}]}"#,
        );
        let (columns, scores) = scores(&card);
        assert_eq!(columns, PREDICTION);
        let rows: Vec<_> = scores.iter().map(|score| (score.name.as_str(), score.baseline)).collect();
        assert_eq!(rows, [("5 steps", false), ("20 steps", false), ("Ideal", true)]);
        assert_eq!(scores[0].values, ["–", "50.0 %", "–"]);
        assert_eq!(scores[1].values, ["99.8 %", "54.1 ± 0.8 %", "0.1010 ± 0.0021"]);
    }

    #[test]
    fn generation_stands_beside_the_training_set() {
        let card = card(
            r#"{"measures": {"20 steps, mix": {"structure_valid": 0.95, "composition_valid": 0.975, "density_distance": 0.29,
                                               "element_number_distance": 0.15, "uniqueness": 0.99, "novelty": 0.8}},
                "baselines": [{"name": "The training set itself", "score": {"structure_valid": 1.0, "novelty": 0.0}}]}"#,
        );
        let (columns, scores) = scores(&card);
        assert_eq!((columns, scores.len()), (&GENERATION[..], 2));
        assert_eq!(scores[0].values, ["95.0 %", "97.5 %", "0.290", "0.150", "99.0 %", "80.0 %"]);
        assert_eq!(scores[1].values, ["100.0 %", "–", "–", "–", "–", "0.0 %"]);
    }
}

//! The model card of a crystal training.

use anyhow::Result;
use catalog::systems::crysbfn::RateSchedule;
use models::systems::crysbfn::{CrystalConfig, LatticeForm, TimeInput};
use serde_json::{Value, json};

use super::{CrystalTraining, PUBLISHED, compare};
use crate::training::card;

impl CrystalTraining {
    /// Where the weights come from and how good they are, beside what needs no learning.
    pub(super) fn card(&self, bytes: &[u8], scores: Value) -> Result<Value> {
        let curve = |value: fn(&models::systems::crysbfn::CrystalMetrics) -> f64| -> Vec<_> {
            self.history.losses.iter().map(|(step, metrics)| json!([step, value(metrics)])).collect()
        };
        let score_curve = |name: &str| -> Vec<_> {
            self.history
                .scores
                .iter()
                .filter_map(|(step, score)| Some(json!([step, score.get(name)?.as_f64()?])))
                .collect()
        };
        let names: Vec<String> = scores.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        let mut curves = serde_json::Map::new();
        curves.insert("loss".to_owned(), json!(curve(|m| m.loss)));
        curves.insert("coordinates".to_owned(), json!(curve(|m| m.coordinates)));
        curves.insert("lattice".to_owned(), json!(curve(|m| m.lattice)));
        curves.insert("types".to_owned(), json!(curve(|m| m.types)));
        for name in names.iter().filter(|name| *name != "count") {
            curves.insert(name.clone(), json!(score_curve(name)));
        }
        let training = card::training(&self.request, self.history.step, self.seconds(), &self.parameters);
        Ok(json!({
            "system": "crysbfn",
            "preset": self.request.preset,
            "architecture": self.trainer.config(),
            "data": {
                "name": self.data.description,
                "source": self.data.source,
                "licence": self.data.licence,
            },
            "training": training,
            "curves": curves,
            "measures": { (format!("{} steps, end-back", self.question().steps)): scores },
            "baselines": compare::without_learning(&self.data, self.trainer.config().predicts(), PUBLISHED)?,
            "claims": self.claims(),
            "not_claimed": not_claimed(self.trainer.config()),
            "weights": card::weights(bytes),
        }))
    }

    fn claims(&self) -> Vec<String> {
        let scored = match self.trainer.config().predicts() {
            true => format!(
                "Scores are those of one sample for each of the first {PUBLISHED} test compositions: match rate and mean RMS \
                 displacement by the matcher of the literature (stol 0.5, ltol 0.3, angle 10°)."
            ),
            false => format!("Scores are those of {PUBLISHED} samples beside the test split."),
        };
        let mut claims = vec![scored];
        let config = self.trainer.config();
        if is_small(config) {
            claims.push("The validation split was the training set, the test split is the test set.".to_owned());
        }
        claims.push(deviations(config, self.parameters.schedule));
        claims
    }
}

/// Whether it is one of ours, trained on a validation split, and not the paper's size.
fn is_small(config: &CrystalConfig) -> bool {
    config.hidden < CrystalConfig::paper().hidden
}

/// What differs from the paper.
fn deviations(config: &CrystalConfig, schedule: RateSchedule) -> String {
    let mut all = vec![match schedule {
        RateSchedule::Cosine => "the learning rate rises along the first 500 steps and falls along a cosine",
        RateSchedule::Plateau => "the learning rate rises along the first 500 steps",
    }];
    if matches!(config.lattice, LatticeForm::Invariants { .. }) {
        all.push("the cell is six standardised invariants");
    }
    if config.time == TimeInput::Share {
        all.push(
            "time is the share of the way, and numbers of steps take turns, so that one network serves every number",
        );
    }
    if config.element_features {
        all.push("each element brings its radius, electronegativity and the like");
    }
    format!("Deviations from the paper: {}.", all.join("; "))
}

fn not_claimed(config: &CrystalConfig) -> Vec<&'static str> {
    let mut all = vec!["Nothing is claimed about stability: no energy is computed."];
    if is_small(config) {
        all.insert(
            0,
            "The network has about a fiftieth of the paper's weights, and it has seen a third as many crystals as the paper's \
             training (its validation split): the paper's own numbers are not reproduced here.",
        );
    }
    all
}

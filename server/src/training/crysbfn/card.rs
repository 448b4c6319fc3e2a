//! The model card of a crystal training.

use std::collections::BTreeMap;

use anyhow::Result;
use catalog::systems::crysbfn::RateSchedule;
use models::{
    Model,
    systems::crysbfn::{CoordinateFlow, CrystalConfig, CrystalMetrics, LatticeForm, TimeInput},
};
use serde_json::{Value, json};

use super::{CrystalTraining, PUBLISHED_GENERATION, PUBLISHED_PAPER, PUBLISHED_PREDICTIONS, compare};
use crate::training::card;

impl CrystalTraining {
    /// Where the weights come from, after `seconds` of training, and how good `model` is that they make, beside what needs no
    /// learning.
    pub(super) fn card(&self, model: &dyn Model, bytes: &[u8], seconds: f64) -> Result<Value> {
        let config = self.trainer.config();
        let curve = |value: fn(&CrystalMetrics) -> f64| -> Vec<_> {
            self.history.losses.iter().map(|(step, metrics)| json!([step, value(metrics)])).collect()
        };
        let mut curves = BTreeMap::from([
            ("loss".to_owned(), curve(|m| m.loss)),
            ("coordinates".to_owned(), curve(|m| m.coordinates)),
            ("lattice".to_owned(), curve(|m| m.lattice)),
            ("types".to_owned(), curve(|m| m.types)),
        ]);
        for (step, scores) in &self.history.scores {
            for (name, value) in scores {
                curves.entry(name.clone()).or_default().extend(value.map(|value| json!([step, value])));
            }
        }
        let (count, seeds) = self.published();
        let comparison = self.comparison(count, seeds);
        let samplers = if config.is_paper() { &["end-back"] } else { &compare::SAMPLERS[..] };
        let measures = comparison.with_learning(model, &config.steps, samplers)?;
        let measures: BTreeMap<_, _> = compare::for_card(&measures).into_iter().collect();
        let baselines = compare::for_card(&comparison.without_learning()?).into_iter();
        let baselines: Vec<_> = baselines.map(|(name, score)| json!({ "name": name, "score": score })).collect();
        Ok(json!({
            "system": "crysbfn",
            "preset": self.request.preset,
            "architecture": config,
            "data": {
                "name": self.data.description,
                "source": self.data.source,
                "licence": self.data.licence,
            },
            "training": card::training(&self.request, self.history.step, seconds, &self.parameters),
            "curves": curves,
            "measures": measures,
            "baselines": baselines,
            "claims": self.claims(),
            "not_claimed": not_claimed(config),
            "weights": card::weights(bytes),
        }))
    }

    /// Test compositions or crystals behind the card's numbers, and seeds.
    fn published(&self) -> (usize, u64) {
        match self.trainer.config() {
            config if config.is_paper() => PUBLISHED_PAPER,
            config if config.predicts() => PUBLISHED_PREDICTIONS,
            _ => PUBLISHED_GENERATION,
        }
    }

    fn claims(&self) -> Vec<String> {
        let (count, seeds) = self.published();
        let questions = count.min(self.data.test.len());
        let over = if seeds > 1 {
            format!(", means over {seeds} seeds of sampling, with their standard deviation (sd)")
        } else {
            String::new()
        };
        let scored = match self.trainer.config().predicts() {
            true => format!(
                "Scores are those of one sample for each of the first {questions} test compositions{over}: match rate and mean \
                 RMS displacement by the matcher of the literature (stol 0.5, ltol 0.3, angle 10°)."
            ),
            false => format!("Scores are those of {count} samples beside the test split{over}."),
        };
        let mut claims = vec![scored];
        let config = self.trainer.config();
        if !config.is_paper() {
            claims.push("The validation split was the training set, the test split is the test set.".to_owned());
        }
        claims.push(deviations(config, self.parameters.schedule));
        claims
    }
}

/// What differs from the paper.
fn deviations(config: &CrystalConfig, schedule: RateSchedule) -> String {
    let mut all = Vec::new();
    if schedule == RateSchedule::Cosine {
        all.push("the learning rate rises along the first 500 steps and falls along a cosine");
    }
    if matches!(config.lattice, LatticeForm::Invariants { .. }) {
        all.push("the cell is six standardised invariants");
    }
    if config.time == TimeInput::Share {
        all.push(
            "time is the share of the way, and numbers of steps take turns, so that one network serves every number",
        );
    }
    match config.coordinates {
        CoordinateFlow::LinearEntropy => {}
        CoordinateFlow::ExponentialAccuracy => {
            all.push("ablation: the accuracy of the coordinates' flow is t·β₁ᵗ, its entropy is not linear in time");
        }
        CoordinateFlow::Gaussian => all.push("ablation: coordinates flow on a line and not on a circle"),
    }
    if !config.entropy_conditioning {
        all.push("ablation: the network is told the time, and not how certain each coordinate is");
    }
    if config.element_features {
        all.push("each element brings its radius, electronegativity and the like");
    }
    if config.atom_counts.len() > 1 {
        all.push("the crystals of one training step have one number of atoms");
    }
    if all.is_empty() {
        return "Nothing deviates from the paper by intention.".to_owned();
    }
    format!("Deviations from the paper: {}.", all.join("; "))
}

fn not_claimed(config: &CrystalConfig) -> Vec<&'static str> {
    let mut all = vec!["Nothing is claimed about stability: no energy is computed."];
    if !config.is_paper() {
        all.insert(
            0,
            "The network has about a fiftieth of the paper's weights, and it has seen a third as many crystals as the paper's \
             training (its validation split): the paper's own numbers are not reproduced here.",
        );
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{CrystalConfig, RateSchedule, deviations};

    #[test]
    fn models_of_several_numbers_of_atoms_say_how_steps_are_drawn() {
        let says = |config: &CrystalConfig| deviations(config, RateSchedule::Cosine).contains("one number of atoms");
        assert!(says(&CrystalConfig::carbon_small()));
        assert!(!says(&CrystalConfig::perov_small()));
    }
}

//! The model beside what needs no learning, on the same test crystals, at several numbers of steps and samplers.

use std::{fmt, path::Path};

use anyhow::Result;
use models::{Model, seed, systems::crysbfn::CrystalConfig};
use serde::Serialize;

use super::{
    EVALUATION_SEED, baselines,
    data::{self, CrystalData},
    score::{GenerationScore, PredictionScore, Question, score_generation, score_predictions},
};

/// Numbers of steps that are compared.
const STEPS: [usize; 4] = [5, 10, 20, 50];

/// One line of the comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What made the crystals.
    pub name: String,
    /// How good they are.
    pub score: Score,
}

/// Scores of either task.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Score {
    /// Of structure prediction.
    Prediction(PredictionScore),
    /// Of generation.
    Generation(GenerationScore),
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prediction(s) => write!(
                f,
                "n {:>5}  valid {:>5.1} %  match {:>5.1} %  RMSE {}",
                s.count,
                100.0 * s.valid,
                100.0 * s.match_rate,
                number(s.rmse)
            ),
            Self::Generation(s) => {
                write!(
                    f,
                    "n {:>5}  structure valid {:>5.1} %  composition valid {:>5.1} %  wdist density {}  wdist elements {}  \
                     unique {}  novel {}",
                    s.count,
                    100.0 * s.structure_valid,
                    100.0 * s.composition_valid,
                    number(s.density_distance),
                    number(s.element_number_distance),
                    number(s.uniqueness),
                    number(s.novelty)
                )
            }
        }
    }
}

fn number(x: Option<f64>) -> String {
    x.map_or("–".to_owned(), |x| format!("{x:.3}"))
}

/// Scores of what needs no learning, on the first `count` test crystals; `predicts` says which task.
///
/// # Errors
/// If the data cannot be compared.
pub fn without_learning(data: &CrystalData, predicts: bool, count: usize) -> Result<Vec<Row>> {
    let (train, test) = (&data.train, &data.test[..count.min(data.test.len())]);
    let row = |name: &str, score| Row { name: name.to_owned(), score };
    if !predicts {
        let made: Vec<_> = train[..count.min(train.len())].iter().cloned().map(Some).collect();
        return Ok(vec![row(
            "The training set itself",
            Score::Generation(score_generation(&made, train, &data.test)?),
        )]);
    }
    let mut rng = seed::stream(EVALUATION_SEED, 0);
    [
        ("Random coordinates, mean cell", baselines::random(train, test, &mut rng)?),
        ("Template of the nearest composition", baselines::nearest_template(train, test)),
        ("Ideal cubic perovskite, fitted edge", baselines::ideal_perovskite(train, test)?),
    ]
    .into_iter()
    .map(|(name, predictions)| Ok(row(name, Score::Prediction(score_predictions(&predictions, test)?))))
    .collect()
}

/// The comparison for a preset, on `count` test crystals or samples.
///
/// # Errors
/// If the data are missing or the model cannot be asked.
pub fn compare(model: &dyn Model, preset: &str, assets: &Path, count: usize) -> Result<Vec<Row>> {
    let data = data::load(preset, assets)?;
    let predicts = CrystalConfig::of_preset(preset)?.predicts();
    let test = &data.test[..count.min(data.test.len())];
    let mut rows = without_learning(&data, predicts, count)?;
    for steps in STEPS {
        for sampler in ["end-back", "vanilla", "mix"] {
            let question = Question { preset, steps, sampler, seed: EVALUATION_SEED };
            let score = match predicts {
                true => Score::Prediction(score_predictions(&question.predict(model, test)?, test)?),
                false => {
                    Score::Generation(score_generation(&question.generate(model, count)?, &data.train, &data.test)?)
                }
            };
            rows.push(Row { name: format!("CrysBFN, {steps} steps, {sampler}"), score });
        }
    }
    Ok(rows)
}

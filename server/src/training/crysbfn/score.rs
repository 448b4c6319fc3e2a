//! How good are made crystals? Structure prediction by match rate and RMS displacement, generation by validity and by
//! distances between distributions (spec §4).

use anyhow::Result;
use catalog::{Device, SampleRequest};
use models::{Model, ModelError};
use samples::{
    Inputs, Sample,
    structure::{
        Composition, Crystal,
        metrics::{
            CrystalMeasures, ReferenceCrystals, StructureMatcher, density_distance, element_number_distance,
            structure_is_valid, uniqueness,
        },
        symmetry,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Predictions beside the truth, one for each composition.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictionScore {
    /// Compositions.
    pub count: usize,
    /// Share of predictions that are physically possible.
    pub valid: f64,
    /// Share that is possible and matches the truth.
    pub match_rate: f64,
    /// Mean RMS displacement of the matches, (V/N)^⅓.
    pub rmse: Option<f64>,
}

/// Scores predictions. One that is no crystal counts as invalid.
///
/// # Errors
/// If a true crystal cannot be compared.
pub fn score_predictions(predictions: &[Option<Crystal>], truths: &[Crystal]) -> Result<PredictionScore> {
    let matcher = StructureMatcher::default();
    let (mut valid, mut distances) = (0usize, Vec::new());
    for (prediction, truth) in predictions.iter().zip(truths) {
        let Some(crystal) = prediction.as_ref().filter(|crystal| structure_is_valid(crystal).unwrap_or(false)) else {
            continue;
        };
        valid += 1;
        // What cannot be compared, a needle of a cell say, does not match.
        if let Ok(Some(found)) = matcher.rms_distance(crystal, truth) {
            distances.push(found.rms);
        }
    }
    let count = truths.len();
    Ok(PredictionScore {
        count,
        valid: valid as f64 / count as f64,
        match_rate: distances.len() as f64 / count as f64,
        rmse: (!distances.is_empty()).then(|| distances.iter().sum::<f64>() / distances.len() as f64),
    })
}

/// Generated crystals beside the data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GenerationScore {
    /// Crystals asked for.
    pub count: usize,
    /// Share that is physically possible.
    pub structure_valid: f64,
    /// Share whose composition SMACT (table of 2014) accepts.
    pub composition_valid: f64,
    /// Wasserstein distance of the densities of valid ones to the test set's, g/cm³.
    pub density_distance: Option<f64>,
    /// Wasserstein distance of the numbers of elements.
    pub element_number_distance: Option<f64>,
    /// Different structures among the valid ones.
    pub uniqueness: Option<f64>,
    /// Share of the valid ones that the training set does not hold.
    pub novelty: Option<f64>,
}

/// Scores generated crystals; `train` only for the novelty.
///
/// # Errors
/// If crystals of the data cannot be compared.
pub fn score_generation(made: &[Option<Crystal>], train: &[Crystal], test: &[Crystal]) -> Result<GenerationScore> {
    let measured: Vec<(&Crystal, CrystalMeasures)> = made
        .iter()
        .flatten()
        .filter_map(|crystal| Some((crystal, CrystalMeasures::of(crystal, symmetry::DEFAULT_TOLERANCE).ok()?)))
        .collect();
    let share = |test: fn(&CrystalMeasures) -> bool| {
        measured.iter().filter(|(_, measures)| test(measures)).count() as f64 / made.len() as f64
    };
    let valid: Vec<Crystal> = measured
        .iter()
        .filter(|(_, measures)| measures.structure_valid && measures.composition_valid)
        .map(|(crystal, _)| (*crystal).clone())
        .collect();
    let matcher = StructureMatcher::default();
    Ok(GenerationScore {
        count: made.len(),
        structure_valid: share(|m| m.structure_valid),
        composition_valid: share(|m| m.composition_valid),
        density_distance: density_distance(&valid, test),
        element_number_distance: element_number_distance(&valid, test),
        uniqueness: uniqueness(&matcher, &valid)?,
        novelty: ReferenceCrystals::new(matcher.clone(), train)?.novelty(&valid)?,
    })
}

/// What one model is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The preset.
    pub preset: &'a str,
    /// Steps of the flow.
    pub steps: usize,
    /// Name of the sampler.
    pub sampler: &'a str,
    /// Seed; the samples of one question have the numbers 0, 1, ….
    pub seed: u64,
}

impl Question<'_> {
    /// The request for the composition of a crystal, or for whatever composition.
    #[must_use]
    pub fn request(&self, composition: Option<&Crystal>) -> SampleRequest {
        let mut parameters = Map::new();
        parameters.insert("steps".to_owned(), json!(self.steps));
        parameters.insert("sampler".to_owned(), json!(self.sampler));
        if let Some(crystal) = composition {
            parameters.insert("composition".to_owned(), json!(Composition::of(crystal.elements()).to_string()));
        }
        SampleRequest {
            system: "crysbfn".to_owned(),
            preset: self.preset.to_owned(),
            parameters: Value::Object(parameters),
            seed: self.seed,
            count: 1,
            device: Device::Cpu,
        }
    }

    /// One prediction for the composition of each of `truths`.
    ///
    /// # Errors
    /// If the model cannot be asked. An answer that is no crystal is `None`.
    pub fn predict(&self, model: &dyn Model, truths: &[Crystal]) -> Result<Vec<Option<Crystal>>> {
        let mut made = Vec::with_capacity(truths.len());
        for (truth, index) in truths.iter().zip(0..) {
            let mut one = model.sample_many(&self.request(Some(truth)), &Inputs::default(), index..index + 1)?;
            made.extend(one.pop().map(crystal).transpose()?);
        }
        Ok(made)
    }

    /// `count` crystals of whatever composition.
    ///
    /// # Errors
    /// As [`Self::predict`].
    pub fn generate(&self, model: &dyn Model, count: usize) -> Result<Vec<Option<Crystal>>> {
        model.sample_many(&self.request(None), &Inputs::default(), 0..count as u64)?.into_iter().map(crystal).collect()
    }
}

fn crystal(made: Result<Sample, ModelError>) -> Result<Option<Crystal>> {
    match made {
        Ok(Sample::Crystal(crystal)) => Ok(Some(crystal)),
        Ok(_) | Err(ModelError::Output(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

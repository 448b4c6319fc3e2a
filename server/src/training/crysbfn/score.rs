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
use serde_json::{Map, Value, json};

/// Named measures; absent where nothing could be measured.
pub type Scores = Vec<(&'static str, Option<f64>)>;

/// Predictions beside the truth, one for each composition: the share that is physically possible, `valid`; the share that
/// is possible and matches the truth, `match_rate`; the mean RMS displacement of the matches in (V/N)^⅓, `rmse`. What is
/// no crystal counts as invalid, and what cannot be compared as no match.
pub fn score_predictions(predictions: &[Option<Crystal>], truths: &[Crystal]) -> Scores {
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
    let count = truths.len() as f64;
    vec![
        ("valid", Some(valid as f64 / count)),
        ("match_rate", Some(distances.len() as f64 / count)),
        ("rmse", (!distances.is_empty()).then(|| distances.iter().sum::<f64>() / distances.len() as f64)),
    ]
}

/// Generated crystals beside the data: shares that are physically possible, `structure_valid`, and whose composition
/// SMACT (table of 2014) accepts, `composition_valid`; of those that are both, Wasserstein distances of the densities to
/// the test set's in g/cm³, `density_distance`, and of the numbers of elements, `element_number_distance`, the share of
/// different structures, `uniqueness`, and of structures that `train` does not hold, `novelty`; what cannot be compared is
/// different and new.
///
/// # Errors
/// If crystals of the data cannot be compared.
pub fn score_generation(made: &[Option<Crystal>], train: &[Crystal], test: &[Crystal]) -> Result<Scores> {
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
    let comparable = |crystal: &&Crystal| matcher.rms_distance(crystal, crystal).is_ok();
    let compared: Vec<Crystal> = valid.iter().filter(comparable).cloned().collect();
    let with_others = |share: Option<f64>| {
        let of_compared = share.unwrap_or(0.0) * compared.len() as f64;
        (!valid.is_empty()).then(|| (of_compared + (valid.len() - compared.len()) as f64) / valid.len() as f64)
    };
    Ok(vec![
        ("structure_valid", Some(share(|m| m.structure_valid))),
        ("composition_valid", Some(share(|m| m.composition_valid))),
        ("density_distance", density_distance(&valid, test)),
        ("element_number_distance", element_number_distance(&valid, test)),
        ("uniqueness", with_others(uniqueness(&matcher, &compared)?)),
        ("novelty", with_others(ReferenceCrystals::new(matcher.clone(), train)?.novelty(&compared)?)),
    ])
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

//! Training of `crysbfn`: shuffled crystals of one size a step, AdamW with a running average of the weights, and the
//! field's own scores as the judge.

pub mod baselines;
mod card;
pub mod compare;
pub mod data;
pub mod score;

use std::{collections::BTreeMap, fs, path::Path, time::Instant};

use anyhow::{Context, Result};
use burn::tensor::{DType, Device};
use catalog::{
    TrainRequest,
    systems::crysbfn::{RateSchedule, TrainParameters},
};
use models::{
    Model,
    nn::fast,
    sampling, seed,
    systems::crysbfn::{CrysBfn, CrystalConfig, CrystalMetrics, CrystalTrainer, EncodedCrystal, Plateau, encode},
    weights,
};
use rand::Rng;
use samples::{
    Inputs, Sample,
    structure::{Crystal, Frame, Trajectory},
};
use serde::{Deserialize, Serialize};

use super::{Metrics, Trainer};
use compare::Comparison;
use data::CrystalData;
use score::Question;

/// Test compositions of one evaluation during training.
const WATCHED: usize = 100;
/// Behind the numbers of the model card: test compositions, and seeds that each is asked with.
const PUBLISHED_PREDICTIONS: (usize, u64) = (1000, 3);
/// Crystals made whole, whose comparison takes time with their square, and seeds.
const PUBLISHED_GENERATION: (usize, u64) = (400, 1);
/// The paper's networks take 1000 steps for each.
const PUBLISHED_PAPER: (usize, u64) = (400, 1);
/// Seed of the evaluation's samples; far from the seeds people choose.
const EVALUATION_SEED: u64 = (1 << 53) - 1;
/// Steps over which the learning rate rises where it falls along a cosine.
const WARM_UP: f64 = 500.0;
/// Lowest learning rate of the plateau schedule (spec §3).
const LOWEST_RATE: f64 = 1e-4;

/// A training in progress.
pub struct CrystalTraining {
    request: TrainRequest,
    parameters: TrainParameters,
    data: CrystalData,
    /// Training crystals by number of atoms: those of one step have equally many.
    by_size: BTreeMap<usize, Vec<EncodedCrystal>>,
    trainer: CrystalTrainer,
    device: Device,
    history: History,
    started: Instant,
}

/// The part of the state that a checkpoint keeps as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct History {
    step: u64,
    seconds: f64,
    plateau: Plateau,
    /// Means between evaluations.
    losses: Vec<(u64, CrystalMetrics)>,
    /// Scores at each evaluation.
    scores: Vec<(u64, BTreeMap<String, Option<f64>>)>,
    sums: CrystalMetrics,
    summed: f64,
    epoch: CrystalMetrics,
    epoch_steps: u64,
}

impl CrystalTraining {
    /// Starts, or resumes from a checkpoint directory.
    ///
    /// # Errors
    /// If the data are missing or the checkpoint does not fit.
    pub fn start(request: &TrainRequest, resume: Option<&Path>, assets: &Path, device: &Device) -> Result<Self> {
        let parameters: TrainParameters = super::parameters(request)?;
        let config = CrystalConfig::of_preset(&request.preset)?;
        let data = data::load(&request.preset, assets)?;
        let mut by_size: BTreeMap<usize, Vec<EncodedCrystal>> = BTreeMap::new();
        for crystal in &data.train {
            by_size.entry(crystal.elements().len()).or_default().push(encode::crystal(crystal, &config)?);
        }
        let mut trainer = CrystalTrainer::new(config, &mut seed::stream(request.seed, 0), device);
        let mut history = History {
            step: 0,
            seconds: 0.0,
            plateau: Plateau::new(parameters.learning_rate, LOWEST_RATE, parameters.patience),
            losses: Vec::new(),
            scores: Vec::new(),
            sums: CrystalMetrics::default(),
            summed: 0.0,
            epoch: CrystalMetrics::default(),
            epoch_steps: 0,
        };
        if let Some(directory) = resume {
            let read = |name: &str| fs::read(directory.join(name)).with_context(|| format!("reading {name}"));
            history = serde_json::from_slice(&read("history.json")?)?;
            trainer = trainer.load_parts(read)?;
        }
        let (request, device, started) = (request.clone(), device.clone(), Instant::now());
        Ok(Self { request, parameters, data, by_size, trainer, device, history, started })
    }

    fn seconds(&self) -> f64 {
        self.history.seconds + self.started.elapsed().as_secs_f64()
    }

    /// Rises along a line and falls along a cosine to a hundredth, or falls when the loss stops falling.
    fn learning_rate(&self) -> f64 {
        match self.parameters.schedule {
            RateSchedule::Plateau => self.history.plateau.learning_rate,
            RateSchedule::Cosine => {
                let step = (self.history.step + 1) as f64;
                let warm = (step / WARM_UP).min(1.0);
                let progress = step / self.total_steps() as f64;
                let cosine = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
                warm * self.parameters.learning_rate * (0.01 + 0.99 * cosine)
            }
        }
    }

    /// Crystals of a size drawn as often as the data have it, their atoms in random order: the network must not read
    /// the site from the index.
    fn batch(&self, rng: &mut impl Rng) -> Vec<EncodedCrystal> {
        let mut left = rng.random_range(0..self.data.train.len());
        let pools = self.by_size.values();
        let pool = pools
            .clone()
            .find(|pool| {
                let here = left < pool.len();
                left = left.saturating_sub(pool.len());
                here
            })
            .or(pools.last());
        let pool = pool.map_or(&[][..], Vec::as_slice);
        (0..self.parameters.batch_size).map(|_| shuffled(&pool[rng.random_range(0..pool.len())], rng)).collect()
    }

    fn model(&self) -> CrysBfn {
        CrysBfn::new(self.trainer.config().clone(), self.trainer.averaged())
    }

    fn question(&self) -> Question<'_> {
        let steps = self.trainer.config().steps.first().copied().unwrap_or_default();
        Question { preset: &self.request.preset, steps, sampler: "end-back", seed: EVALUATION_SEED }
    }

    fn comparison(&self, count: usize, seeds: u64) -> Comparison<'_> {
        let predicts = self.trainer.config().predicts();
        Comparison { preset: &self.request.preset, data: &self.data, predicts, count, seeds }
    }

    /// A finished crystal with every step on the way to it.
    fn example(&self, model: &dyn Model) -> Result<Trajectory<Crystal>> {
        let request = self.question().request(self.trainer.config().predicts().then(|| &self.data.test[0]));
        let mut sampling = model.sample(&request, &Inputs::default(), 0..1)?;
        let mut trajectory = Trajectory::default();
        for _ in 0..sampling.total_steps() {
            sampling.step()?;
            // An early prediction need not be a crystal yet.
            let preview = sampling.previews().map(|previews| previews.read().and_then(sampling::only));
            if let Some(Ok(samples::Preview::Crystal(frame))) = preview {
                trajectory.frames.push(frame);
            }
        }
        let Sample::Crystal(structure) = sampling::only(sampling.finish()?.read()?)? else {
            anyhow::bail!("no crystal was made")
        };
        if let Some(last) = trajectory.frames.pop() {
            trajectory.frames.push(Frame { structure, ..last });
        }
        Ok(trajectory)
    }
}

impl Trainer for CrystalTraining {
    fn total_steps(&self) -> u64 {
        u64::from(self.parameters.iterations)
    }

    fn step(&self) -> u64 {
        self.history.step
    }

    fn advance(&mut self) -> Result<Metrics> {
        // A stream per step: a resumed training draws what the interrupted one would have drawn.
        let mut rng = seed::stream(self.request.seed, 1 + self.history.step);
        let batch = self.batch(&mut rng);
        let rate = self.learning_rate();
        let trainer = &mut self.trainer;
        let metrics = fast::on_workers(move || trainer.step(&batch.iter().collect::<Vec<_>>(), rate, &mut rng));
        anyhow::ensure!(metrics.loss.is_finite(), "the loss is {} at step {}", metrics.loss, self.history.step);
        self.history.step += 1;
        let epoch = (self.data.train.len() as u64).div_ceil(u64::from(self.parameters.batch_size));
        self.history.add(&metrics, epoch);
        Ok(named(&metrics))
    }

    fn evaluation_due(&self) -> bool {
        self.history.step.is_multiple_of(u64::from(self.parameters.evaluate_every))
            || self.history.step == self.total_steps()
    }

    fn evaluate(&mut self) -> Result<Metrics> {
        let scores = self.comparison(WATCHED, 1).ask(&self.model(), self.question())?;
        self.history.close_losses();
        let kept = scores.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
        self.history.scores.push((self.history.step, kept));
        Ok(scores.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect())
    }

    fn save(&self, directory: &Path) -> Result<()> {
        for (name, bytes) in self.trainer.to_parts()? {
            fs::write(directory.join(name), bytes)?;
        }
        let history = History { seconds: self.seconds(), ..self.history.clone() };
        fs::write(directory.join("history.json"), serde_json::to_vec(&history)?)?;
        Ok(())
    }

    fn publish(&mut self, directory: &Path) -> Result<()> {
        let seconds = self.seconds();
        let bytes = weights::to_safetensors(&self.trainer.averaged(), DType::F16)?;
        let bytes = weights::for_preset(&bytes, &self.request.preset)?;
        // What is shipped is measured: in half precision.
        let model = models::systems::crysbfn::load(&self.request.preset, bytes.clone(), &self.device)?;
        let card = self.card(&*model, &bytes, seconds)?;
        for (name, content) in [
            ("card.json", serde_json::to_vec_pretty(&card)?),
            ("example.json", serde_json::to_vec(&self.example(&*model)?)?),
            ("weights.safetensors", bytes),
        ] {
            fs::write(directory.join(name), content)?;
        }
        Ok(())
    }
}

impl History {
    fn add(&mut self, metrics: &CrystalMetrics, epoch: u64) {
        for sum in [&mut self.sums, &mut self.epoch] {
            sum.loss += metrics.loss;
            sum.coordinates += metrics.coordinates;
            sum.lattice += metrics.lattice;
            sum.types += metrics.types;
        }
        self.summed += 1.0;
        self.epoch_steps += 1;
        if self.epoch_steps >= epoch {
            self.plateau.observe(self.epoch.loss / self.epoch_steps as f64);
            self.epoch = CrystalMetrics::default();
            self.epoch_steps = 0;
        }
    }

    fn close_losses(&mut self) {
        let (sums, n) = (std::mem::take(&mut self.sums), std::mem::take(&mut self.summed).max(1.0));
        let mean = CrystalMetrics {
            loss: sums.loss / n,
            coordinates: sums.coordinates / n,
            lattice: sums.lattice / n,
            types: sums.types / n,
        };
        self.losses.push((self.step, mean));
    }
}

fn shuffled(crystal: &EncodedCrystal, rng: &mut impl Rng) -> EncodedCrystal {
    let mut crystal = crystal.clone();
    for i in (1..crystal.classes.len()).rev() {
        let j = rng.random_range(0..=i);
        crystal.classes.swap(i, j);
        crystal.angles.swap(i, j);
    }
    crystal
}

fn named(metrics: &CrystalMetrics) -> Metrics {
    vec![
        ("loss".into(), metrics.loss),
        ("coordinates".into(), metrics.coordinates),
        ("lattice".into(), metrics.lattice),
        ("types".into(), metrics.types),
    ]
}

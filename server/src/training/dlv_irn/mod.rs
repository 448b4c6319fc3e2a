//! Training of `dlv-irn`: crops of photos, down and up again, judged on photos that were held out.

pub mod pictures;
pub mod score;

use std::{fs, path::Path, time::Instant};

use anyhow::{Context, Result, ensure};
use burn::tensor::{DType, Device};
use catalog::{TrainRequest, systems::dlv_irn::TrainParameters};
use models::{
    seed,
    systems::dlv_irn::{
        Architecture,
        objective::{Objective, RescalingMetrics, RescalingTrainer},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Metrics, Trainer, card};
use pictures::{Named, Pair, crops};
use score::{Score, mean, score};

/// Where the learning rate ends.
const LAST_RATE: f64 = 1e-6;
/// Held-out pictures that are measured during training; the card measures all.
const WATCHED: usize = 2;

/// A training in progress.
pub struct RescaleTraining {
    request: TrainRequest,
    parameters: TrainParameters,
    architecture: Architecture,
    pairs: Vec<Pair>,
    held_out: Vec<Named>,
    trainer: RescalingTrainer,
    history: History,
    started: Instant,
}

/// The part of the state that a checkpoint keeps as JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct History {
    step: u64,
    seconds: f64,
    /// Means between evaluations.
    losses: Vec<(u64, RescalingMetrics)>,
    /// Restored and small PSNR at each evaluation.
    restored: Vec<(u64, f64)>,
    small: Vec<(u64, f64)>,
    sums: RescalingMetrics,
    summed: f64,
}

impl RescaleTraining {
    /// Starts, or resumes from a checkpoint directory.
    ///
    /// # Errors
    /// If the pictures are missing or too small, or the checkpoint does not fit.
    pub fn start(request: &TrainRequest, resume: Option<&Path>, assets: &Path, device: &Device) -> Result<Self> {
        let parameters: TrainParameters = super::parameters(request)?;
        let architecture = Architecture::of_preset(&request.preset)?;
        let shipped = assets.join("data/dlv-irn");
        let folder =
            if parameters.folder.is_empty() { shipped.join("train") } else { parameters.folder.clone().into() };
        let (scale, crop) = (architecture.scale(), parameters.crop as usize);
        let all = pictures::read(&folder)?;
        let mut pairs = all.iter().map(|named| Pair::of(&named.image, scale)).collect::<Result<Vec<_>>>()?;
        pairs.retain(|pair| pair.holds(crop));
        ensure!(!pairs.is_empty(), "no picture in {} holds crops of {crop} pixels", folder.display());
        let held_out = pictures::read(&shipped.join("validation"))?;
        let mut trainer = RescalingTrainer::new(&architecture, &mut seed::stream(request.seed, 0), device);
        let mut history = History::default();
        if let Some(directory) = resume {
            let read = |name: &str| fs::read(directory.join(name)).with_context(|| format!("reading {name}"));
            history = serde_json::from_slice(&read("history.json")?)?;
            trainer = trainer.load_parts(&read)?;
        }
        let started = Instant::now();
        Ok(Self { request: request.clone(), parameters, architecture, pairs, held_out, trainer, history, started })
    }

    fn seconds(&self) -> f64 {
        self.history.seconds + self.started.elapsed().as_secs_f64()
    }

    /// Falls along a cosine.
    fn rate(&self) -> f64 {
        let progress = self.history.step as f64 / self.total_steps() as f64;
        let height = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
        LAST_RATE + (self.parameters.learning_rate - LAST_RATE).max(0.0) * height
    }

    fn objective(&self) -> Objective {
        let drawn = self.history.step % 2 == 1;
        Objective {
            small_weight: self.parameters.small_weight,
            latent_weight: self.parameters.latent_weight,
            recovery_weight: self.parameters.recovery_weight,
            large_spread: self.parameters.large_spread as f32,
            small_spread: if drawn { self.parameters.small_spread as f32 } else { 0.0 },
        }
    }

    fn weights(&self) -> Result<Vec<u8>> {
        Ok(self.trainer.network().to_safetensors(DType::F16)?)
    }

    fn score(&self, bytes: Vec<u8>, count: usize) -> Result<Vec<Score>> {
        let model = models::load(&self.request.system, &self.request.preset, bytes, &Device::flex())?;
        score(model.as_ref(), &self.request.preset, &self.held_out[..count.min(self.held_out.len())])
    }

    fn card(&self, bytes: &[u8], scores: &[Score]) -> serde_json::Value {
        let curve = |value: fn(&RescalingMetrics) -> f64| -> Vec<_> {
            self.history.losses.iter().map(|(step, m)| json!([step, value(m)])).collect()
        };
        let own = self.parameters.folder.is_empty();
        let data = if own {
            json!({
                "name": "18 pictures of the Kodak PhotoCD and 4 photos of scikit-image; 6 Kodak pictures are held out",
                "source": "GitHub MohamedBakrAli/Kodak-Lossless-True-Color-Image-Suite, scikit-image",
                "licence": "Kodak: released for unrestricted use; photos: public domain (NASA) and CC0",
            })
        } else {
            json!({ "name": "a folder of the operator", "source": "", "licence": "" })
        };
        let training = card::training(&self.request, self.history.step, self.seconds(), &self.parameters);
        let shrinks = self.architecture.shrinks();
        let mut not_claimed = vec![format!(
            "The network has {} weights and saw {} pictures; the published ones have 1.67 million (×2) or 4.36 million (×4) \
             and saw 800.",
            self.trainer.network().weights(),
            self.pairs.len(),
        )];
        let others: &[&str] = if shrinks {
            &[
                "At equal bytes, JPEG and WebP keep more of a photo: what is gained is an ordinary picture that grows back.",
                "No code of the paper's authors exists: how the second latent enters is our reading of the abstract.",
            ]
        } else {
            &[
                "Nothing is hidden in the small picture for it: it stands beside the invertible networks, as a comparison.",
            ]
        };
        not_claimed.extend(others.iter().map(|&line| line.to_owned()));
        json!({
            "system": self.request.system,
            "preset": self.request.preset,
            "architecture": { "network": self.architecture, "weights": self.trainer.network().weights() },
            "data": data,
            "training": training,
            "curves": {
                "loss": curve(|m| m.loss),
                "restored_psnr": self.history.restored,
                "small_psnr": self.history.small,
            },
            "measures": {
                "pictures": scores.len(),
                "restored_psnr": mean(scores, |s| Some(s.restored_psnr)),
                "restored_ssim": mean(scores, |s| Some(s.restored_ssim)),
                "small_psnr": mean(scores, |s| s.small_psnr),
                "bicubic_psnr": mean(scores, |s| Some(s.bicubic_psnr)),
                "bicubic_ssim": mean(scores, |s| Some(s.bicubic_ssim)),
                "small_bytes": mean(scores, |s| Some(s.small_bytes)),
            },
            "claims": [
                format!(
                    "PSNR (dB) and SSIM are those of the luma of {} held-out Kodak pictures, {}; the border of the scale is \
                     cut away, as in the published tables.",
                    scores.len(),
                    if shrinks { "restored from the 8-bit small picture" } else { "enlarged from bicubic small ones" },
                ),
            ],
            "not_claimed": not_claimed,
            "weights": card::weights(bytes),
        })
    }
}

impl Trainer for RescaleTraining {
    fn total_steps(&self) -> u64 {
        u64::from(self.parameters.iterations)
    }

    fn step(&self) -> u64 {
        self.history.step
    }

    fn advance(&mut self) -> Result<Metrics> {
        // A stream per step: a resumed training draws what the interrupted one would have drawn.
        let mut rng = seed::stream(self.request.seed, 1 + self.history.step);
        let (batch, crop) = (self.parameters.batch_size as usize, self.parameters.crop as usize);
        let (large, small) =
            crops(&self.pairs, batch, crop, self.architecture.scale(), &mut rng, self.trainer.device());
        let (objective, rate) = (self.objective(), self.rate());
        let metrics = self.trainer.step(large, small, &objective, rate, &mut rng);
        self.history.step += 1;
        self.history.add(&metrics);
        Ok(vec![
            ("loss".into(), metrics.loss),
            ("small_squared_difference".into(), metrics.small),
            ("restored_difference".into(), metrics.restored),
        ])
    }

    fn evaluation_due(&self) -> bool {
        self.history.step.is_multiple_of(u64::from(self.parameters.evaluate_every))
            || self.history.step == self.total_steps()
    }

    fn evaluate(&mut self) -> Result<Metrics> {
        let scores = self.score(self.weights()?, WATCHED)?;
        self.history.close_losses();
        let restored = mean(&scores, |s| Some(s.restored_psnr)).context("there are held-out pictures")?;
        self.history.restored.push((self.history.step, restored));
        let mut metrics = vec![("restored_psnr".into(), restored)];
        if let Some(small) = mean(&scores, |s| s.small_psnr) {
            self.history.small.push((self.history.step, small));
            metrics.push(("small_psnr".into(), small));
        }
        Ok(metrics)
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
        let bytes = self.weights()?;
        let scores = self.score(bytes.clone(), self.held_out.len())?;
        fs::write(directory.join("card.json"), serde_json::to_vec_pretty(&self.card(&bytes, &scores))?)?;
        fs::write(directory.join("weights.safetensors"), bytes)?;
        Ok(())
    }
}

impl History {
    fn add(&mut self, m: &RescalingMetrics) {
        self.sums.loss += m.loss;
        self.sums.small += m.small;
        self.sums.restored += m.restored;
        self.summed += 1.0;
    }

    fn close_losses(&mut self) {
        let (sums, n) = (std::mem::take(&mut self.sums), std::mem::take(&mut self.summed).max(1.0));
        let mean = RescalingMetrics { loss: sums.loss / n, small: sums.small / n, restored: sums.restored / n };
        self.losses.push((self.step, mean));
    }
}

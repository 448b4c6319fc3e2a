//! Training of `dci-vton` on drawn people: first the warp network, then, with what it bends, the refiner of the preset
//! that has one.

pub mod pairs;
pub mod score;

use std::{fs, path::Path, time::Instant};

use anyhow::{Context, Result, ensure};
use burn::tensor::Device;
use catalog::{
    TrainRequest,
    systems::dci_vton::{REFINED, TrainParameters},
};
use models::{
    appearance_flow::{self, WarpConfig, WarpMetrics, WarpNetwork, WarpTrainer},
    seed,
    systems::dci_vton::{
        Fitting,
        network::{load_warp, to_file},
        refiner::{self, RefinerConfig, RefinerMetrics, RefinerTrainer},
    },
    weights,
};
use samples::wardrobe::{TEST_PAIRS, pair, test_pair};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Metrics, Trainer, card};

/// Pairs that are watched during training; the card measures all.
const WATCHED: usize = 16;
/// Number of the refiner's first pair.
const REFINER_PAIRS: u64 = 1 << 31;
/// Parts of a learning rate's way after which it falls.
const FALLS_AFTER: f64 = 0.5;

/// Which network learns.
enum Phase {
    Warp(Box<WarpTrainer>),
    Refiner { warp: Box<WarpNetwork>, trainer: Box<RefinerTrainer> },
}

/// A training in progress.
pub struct TryOnTraining {
    request: TrainRequest,
    parameters: TrainParameters,
    phase: Phase,
    device: Device,
    watched: Vec<Fitting>,
    history: History,
    started: Instant,
}

/// The part of the state that a checkpoint keeps as JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct History {
    step: u64,
    seconds: f64,
    /// Losses between evaluations, of whichever network learnt.
    losses: Vec<(u64, f64)>,
    /// End-point error and mask IoU of the warp at each evaluation.
    warp: Vec<(u64, [f64; 2])>,
    /// PSNR, SSIM, fidelity and seam error of the refiner at each evaluation.
    refiner: Vec<(u64, [f64; 4])>,
    sum: f64,
    summed: u64,
}

impl TryOnTraining {
    /// Starts, or resumes from a checkpoint directory.
    ///
    /// # Errors
    /// If the checkpoint does not fit.
    pub fn start(request: &TrainRequest, resume: Option<&Path>, device: &Device) -> Result<Self> {
        let parameters: TrainParameters = super::parameters(request)?;
        let watched = score::test_fittings(WATCHED, test_pair)?;
        let mut training = Self {
            phase: Phase::Warp(Box::new(warp_trainer(request.seed, device))),
            request: request.clone(),
            parameters,
            device: device.clone(),
            watched,
            history: History::default(),
            started: Instant::now(),
        };
        if let Some(directory) = resume {
            let read = |name: &str| fs::read(directory.join(name)).with_context(|| format!("reading {name}"));
            training.history = serde_json::from_slice(&read("history.json")?)?;
            training.phase = match training.history.step < training.warp_steps() {
                true => Phase::Warp(Box::new(warp_trainer(request.seed, device).load_parts(&read)?)),
                false => Phase::Refiner {
                    warp: Box::new(load_warp(read("warp.safetensors")?, device)?),
                    trainer: Box::new(refiner_trainer(request.seed, device).load_parts(&read)?),
                },
            };
        }
        Ok(training)
    }

    fn warp_steps(&self) -> u64 {
        u64::from(self.parameters.warp_iterations)
    }

    fn has_refiner(&self) -> bool {
        self.request.preset == REFINED
    }

    fn seconds(&self) -> f64 {
        self.history.seconds + self.started.elapsed().as_secs_f64()
    }

    /// The pairs of the next step: no pair comes twice, whichever network learns.
    fn fittings(&self) -> Result<Vec<Fitting>> {
        let (step, warp_steps) = (self.history.step, self.warp_steps());
        let (first, batch) = match step.checked_sub(warp_steps) {
            None => (step * u64::from(self.parameters.warp_batch_size), self.parameters.warp_batch_size),
            Some(step) => (REFINER_PAIRS + step * u64::from(self.parameters.batch_size), self.parameters.batch_size),
        };
        let first = (self.request.seed << 32).wrapping_add(first);
        pairs::draw((first..first + u64::from(batch)).map(pair).collect())
    }

    /// The averaged refiner with the warp that it learnt with.
    fn networks(&self) -> Result<(&WarpNetwork, refiner::Refiner)> {
        match &self.phase {
            Phase::Refiner { warp, trainer } => Ok((warp, trainer.ema())),
            Phase::Warp(_) => anyhow::bail!("the refiner has not begun to learn"),
        }
    }

    fn objective(&self) -> refiner::Objective {
        refiner::Objective {
            image_weight: self.parameters.image_weight,
            composites: self.parameters.composites,
            ..refiner::Objective::PUBLISHED
        }
    }
}

fn warp_trainer(seed: u64, device: &Device) -> WarpTrainer {
    let rng = &mut seed::stream(seed, 0);
    WarpTrainer::new(&WarpConfig::small(), appearance_flow::Objective::PAPER, rng, device)
}

fn refiner_trainer(seed: u64, device: &Device) -> RefinerTrainer {
    RefinerTrainer::new(&RefinerConfig::small(), &mut seed::stream(seed, 1), device)
}

/// A rate that is `peak` first and falls along a line to nothing in the second half.
fn falling(peak: f64, step: u64, steps: u64) -> f64 {
    peak * ((1.0 - step as f64 / steps as f64) / (1.0 - FALLS_AFTER)).min(1.0)
}

impl Trainer for TryOnTraining {
    fn total_steps(&self) -> u64 {
        self.warp_steps() + if self.has_refiner() { u64::from(self.parameters.iterations) } else { 0 }
    }

    fn step(&self) -> u64 {
        self.history.step
    }

    fn advance(&mut self) -> Result<Metrics> {
        let fittings = self.fittings()?;
        let (step, warp_steps) = (self.history.step, self.warp_steps());
        let objective = self.objective();
        let metrics = match &mut self.phase {
            Phase::Warp(trainer) => {
                let rate = falling(self.parameters.warp_learning_rate, step, warp_steps);
                let batch = pairs::warp_batch(&fittings, trainer.device())?;
                let WarpMetrics { loss, picture, mask, smoothness } = trainer.step(&batch, rate);
                vec![("loss", loss), ("picture", picture), ("mask", mask), ("smoothness", smoothness)]
            }
            Phase::Refiner { warp, trainer } => {
                let rate =
                    falling(self.parameters.learning_rate, step - warp_steps, u64::from(self.parameters.iterations));
                let flows = pairs::flows(warp, &fittings, &self.device)?;
                let laid = pairs::laid(&fittings, &flows, self.parameters.sees_warp);
                let batch = pairs::refiner_batch(&fittings, &laid, trainer.device())?;
                // A stream per step: a resumed training draws what the interrupted one would have drawn.
                let mut rng = seed::stream(self.request.seed, 2 + step);
                let RefinerMetrics { loss, epsilon, image } = trainer.step(&batch, &objective, rate, &mut rng);
                vec![("loss", loss), ("noise", epsilon), ("image", image)]
            }
        };
        ensure!(metrics.iter().all(|(_, value)| value.is_finite()), "the loss is no number any more");
        self.history.step += 1;
        self.history.sum += metrics[0].1;
        self.history.summed += 1;
        if self.history.step == warp_steps
            && let Phase::Warp(trainer) = &self.phase
        {
            let (warp, trainer) = (trainer.network(), refiner_trainer(self.request.seed, &self.device));
            self.phase = Phase::Refiner { warp: Box::new(warp), trainer: Box::new(trainer) };
        }
        Ok(metrics.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn evaluation_due(&self) -> bool {
        let step = self.history.step;
        step.is_multiple_of(u64::from(self.parameters.evaluate_every))
            || step == self.warp_steps()
            || step == self.total_steps()
    }

    fn evaluate(&mut self) -> Result<Metrics> {
        let step = self.history.step;
        if self.history.summed > 0 {
            self.history.losses.push((step, self.history.sum / self.history.summed as f64));
            (self.history.sum, self.history.summed) = (0.0, 0);
        }
        let named = |names: &[&str], values: &[f64]| -> Metrics {
            names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), *value)).collect()
        };
        if step <= self.warp_steps() {
            let warp = match &self.phase {
                Phase::Warp(trainer) => trainer.network(),
                Phase::Refiner { warp, .. } => (**warp).clone(),
            };
            let arms = score::warps(&warp, &self.watched, &self.device)?;
            let means = [0, 1].map(|measure| score::mean(&arms[0], measure).unwrap_or(f64::NAN));
            self.history.warp.push((step, means));
            return Ok(named(&["end_point_error", "mask_iou"], &means));
        }
        let (warp, refiner) = self.networks()?;
        let arms = score::own(warp, Some(&refiner), self.parameters.sees_warp, &self.watched, &self.device)?;
        let means = [0, 1, 2, 3].map(|measure| score::mean(&arms[1], measure).unwrap_or(f64::NAN));
        self.history.refiner.push((step, means));
        Ok(named(&["psnr_repainted", "ssim", "garment_fidelity", "seam_error"], &means))
    }

    fn save(&self, directory: &Path) -> Result<()> {
        let write = |name: &str, bytes: Vec<u8>| fs::write(directory.join(name), bytes);
        let parts = match &self.phase {
            Phase::Warp(trainer) => trainer.to_parts()?,
            Phase::Refiner { warp, trainer } => {
                write("warp.safetensors", weights::to_safetensors(&**warp, burn::tensor::DType::F32)?)?;
                trainer.to_parts()?
            }
        };
        for (name, bytes) in parts {
            write(name, bytes)?;
        }
        let history = History { seconds: self.seconds(), ..self.history.clone() };
        write("history.json", serde_json::to_vec(&history)?)?;
        Ok(())
    }

    fn publish(&mut self, directory: &Path) -> Result<()> {
        let (warp, refiner) = self.networks()?;
        let refiner = Some(&refiner).filter(|_| self.has_refiner());
        let bytes = to_file(warp, refiner)?;
        let fittings = score::test_fittings(TEST_PAIRS, test_pair)?;
        let warps = score::warps(warp, &fittings, &self.device)?;
        let arms = score::own(warp, refiner, self.parameters.sees_warp, &fittings, &self.device)?;
        let card = self.card(&bytes, &warps, &arms);
        fs::write(directory.join("card.json"), serde_json::to_vec_pretty(&card)?)?;
        fs::write(directory.join("weights.safetensors"), bytes)?;
        Ok(())
    }
}

impl TryOnTraining {
    fn card(&self, bytes: &[u8], warps: &[score::Arm<3>], arms: &[score::Arm<4>]) -> serde_json::Value {
        let warp = |at: usize, measure| score::mean(&warps[at], measure);
        let pasted = |measure| score::mean(&arms[0], measure);
        let refined = |measure| arms.get(1).and_then(|arm| score::mean(arm, measure));
        json!({
            "system": self.request.system,
            "preset": self.request.preset,
            "architecture": { "warp": WarpConfig::small(), "refiner": arms.get(1).map(|_| RefinerConfig::small()) },
            "data": {
                "name": "drawn people in drawn garments, no pair twice; 500 fixed pairs are held out",
                "source": "drawn by this program: samples::wardrobe",
                "licence": "as the program",
            },
            "training": card::training(&self.request, self.history.step, self.seconds(), &self.parameters),
            "curves": {
                "loss": self.history.losses,
                "end_point_error": self.history.warp.iter().map(|(step, m)| (step, m[0])).collect::<Vec<_>>(),
                "mask_iou": self.history.warp.iter().map(|(step, m)| (step, m[1])).collect::<Vec<_>>(),
                "psnr_repainted": self.history.refiner.iter().map(|(step, m)| (step, m[0])).collect::<Vec<_>>(),
                "garment_fidelity": self.history.refiner.iter().map(|(step, m)| (step, m[2])).collect::<Vec<_>>(),
                "seam_error": self.history.refiner.iter().map(|(step, m)| (step, m[3])).collect::<Vec<_>>(),
            },
            "measures": {
                "pairs": TEST_PAIRS,
                "end_point_error": warp(0, 0),
                "end_point_error_affine": warp(2, 0),
                "mask_iou": warp(0, 1),
                "mask_iou_affine": warp(2, 1),
                "garment_fidelity_pasted": pasted(2),
                "seam_error_pasted": pasted(3),
                "psnr_repainted": refined(0),
                "ssim": refined(1),
                "garment_fidelity": refined(2),
                "seam_error": refined(3),
            },
            "claims": [
                format!("Measures are means over {TEST_PAIRS} held-out drawn pairs, in which everybody tries on what they wear."),
                "Kept pixels are the picture's own, bit for bit.",
                "Joints and outlines of people on photos are found by MoveNet Lightning and MediaPipe's selfie segmentation \
                 (Apache-2.0), which were not trained here.",
            ],
            "not_claimed": [
                "No photo was trained on: real pairs of people and garments may not be used here. On photos the warp is \
                 guided by joints alone.",
                "The flow has 48 × 64 pixels; the paper's has 192 × 256, and its pictures come from a pre-trained latent diffusion \
                 model with CLIP.",
            ],
            "weights": card::weights(bytes),
        })
    }
}

//! Training of `dci-vton` on drawn people, or on an operator's photos: first the warp network, then, with what it bends,
//! the refiner.

pub mod folder;
pub mod pairs;
pub mod score;

use std::{fs, path::Path, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::Device;
use catalog::{
    TrainRequest,
    systems::dci_vton::{TrainParameters, TrainingPeople},
};
use models::{
    appearance_flow::{self, WarpConfig, WarpMetrics, WarpNetwork, WarpTrainer},
    seed,
    systems::dci_vton::{
        Fitting, Networks, Painter, Sizes,
        batch::warp_inputs,
        network::{load_warp, small_warp, to_file},
        refiner::{self, RefinerConfig, RefinerMetrics, RefinerTrainer},
    },
    weights,
};
use rand::Rng;
use samples::wardrobe::{TEST_PAIRS, pair, test_pair};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Metrics, Trainer, card};
use folder::Folder;

/// Pairs that are watched during training; the card measures all.
const WATCHED: usize = 16;
/// Number of the refiner's first pair.
const REFINER_PAIRS: u64 = 1 << 31;
/// Number of the first stream of random numbers that choose photos.
const PHOTO_STREAMS: u64 = 1 << 32;
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
    /// The photos to learn from and those held out, where people are not drawn.
    photos: Option<[Folder; 2]>,
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
    pub fn start(request: &TrainRequest, resume: Option<&Path>, assets: &Path, device: &Device) -> Result<Self> {
        let parameters: TrainParameters = super::parameters(request)?;
        let photos = match parameters.people {
            TrainingPeople::Drawn => None,
            TrainingPeople::Photos => {
                let root = assets.join("data/dci-vton/viton-hd");
                Some([Folder::open(&root, "train")?, Folder::open(&root, "test")?])
            }
        };
        let watched = held_out(photos.as_ref(), WATCHED)?;
        let mut training = Self {
            phase: match parameters.warp_iterations {
                0 => refining(shipped_warp(assets, device)?, request.seed, device),
                _ => Phase::Warp(Box::new(warp_trainer(request.seed, device))),
            },
            request: request.clone(),
            parameters,
            device: device.clone(),
            photos,
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
                    warp: Box::new(load_warp(&WarpConfig::small(), read("warp.safetensors")?, device)?),
                    trainer: Box::new(refiner_trainer(request.seed, device).load_parts(&read)?),
                },
            };
        }
        Ok(training)
    }

    fn warp_steps(&self) -> u64 {
        u64::from(self.parameters.warp_iterations)
    }

    fn seconds(&self) -> f64 {
        self.history.seconds + self.started.elapsed().as_secs_f64()
    }

    /// The pairs of the next step: no drawn pair comes twice, whichever network learns.
    fn fittings(&self) -> Result<Vec<Fitting>> {
        let (step, warp_steps) = (self.history.step, self.warp_steps());
        let (first, batch) = match step.checked_sub(warp_steps) {
            None => (step * u64::from(self.parameters.warp_batch_size), self.parameters.warp_batch_size),
            Some(step) => (REFINER_PAIRS + step * u64::from(self.parameters.batch_size), self.parameters.batch_size),
        };
        if let Some([photos, _]) = &self.photos {
            // A stream per step: a resumed training looks at whom the interrupted one would have looked at.
            let rng = &mut seed::stream(self.request.seed, PHOTO_STREAMS + step);
            let one = |_| photos.fitting(rng.random_range(0..photos.len()), Sizes::SMALL.pictures, false);
            return (0..batch).map(one).collect();
        }
        let first = (self.request.seed << 32).wrapping_add(first);
        pairs::draw((first..first + u64::from(batch)).map(pair).collect())
    }

    /// What has been learnt so far: before its own phase the refiner knows nothing, after it its weights are averages.
    fn networks(&self) -> Networks {
        let (warp, refiner) = match &self.phase {
            Phase::Warp(trainer) => (trainer.network(), refiner_trainer(self.request.seed, &self.device).ema()),
            Phase::Refiner { warp, trainer } => ((**warp).clone(), trainer.ema()),
        };
        Networks { sizes: Sizes::SMALL, warp, painter: Painter::Small(Box::new(refiner)) }
    }

    fn objective(&self) -> refiner::Objective {
        refiner::Objective {
            image_weight: self.parameters.image_weight,
            composites: self.parameters.composites,
            ..refiner::Objective::PUBLISHED
        }
    }
}

/// Pairs to measure on: drawn ones, or of the photos that are held out.
fn held_out(photos: Option<&[Folder; 2]>, count: usize) -> Result<Vec<Fitting>> {
    match photos {
        None => score::test_fittings(count, test_pair),
        Some([_, test]) => score::photographed(test, count, Sizes::SMALL.pictures, false),
    }
}

fn warp_trainer(seed: u64, device: &Device) -> WarpTrainer {
    let rng = &mut seed::stream(seed, 0);
    WarpTrainer::new(&WarpConfig::small(), appearance_flow::Objective::PAPER, rng, device)
}

fn refiner_trainer(seed: u64, device: &Device) -> RefinerTrainer {
    RefinerTrainer::new(&RefinerConfig::small(), &mut seed::stream(seed, 1), device)
}

/// The phase after the warp network's.
fn refining(warp: WarpNetwork, seed: u64, device: &Device) -> Phase {
    Phase::Refiner { warp: Box::new(warp), trainer: Box::new(refiner_trainer(seed, device)) }
}

/// The warp network of the shipped preset.
fn shipped_warp(assets: &Path, device: &Device) -> Result<WarpNetwork> {
    let path = assets.join("weights/dci-vton/small/weights.safetensors");
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(small_warp(&bytes, device)?)
}

/// A rate that is `peak` first and falls along a line to nothing in the second half.
fn falling(peak: f64, step: u64, steps: u64) -> f64 {
    peak * ((1.0 - step as f64 / steps as f64) / (1.0 - FALLS_AFTER)).min(1.0)
}

impl Trainer for TryOnTraining {
    fn total_steps(&self) -> u64 {
        self.warp_steps() + u64::from(self.parameters.iterations)
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
                let [garments, people] = warp_inputs(&fittings, &self.device)?;
                let flows = pairs::flows(warp.flow(garments, people))?;
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
            self.phase = refining(trainer.network(), self.request.seed, &self.device);
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
            let arms = score::warps(&self.networks(), &self.watched, &self.device)?;
            let means = [0, 1].map(|measure| score::mean(&arms[0], measure).unwrap_or(f64::NAN));
            self.history.warp.push((step, means));
            return Ok(named(&["end_point_error", "mask_iou"], &means));
        }
        let arms = score::own(&self.networks(), self.parameters.sees_warp, &self.watched, &self.device)?;
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
        let networks = self.networks();
        let Painter::Small(refiner) = &networks.painter else { bail!("only the small refiner is trained") };
        let bytes = to_file(&networks.warp, refiner)?;
        let fittings = held_out(self.photos.as_ref(), TEST_PAIRS)?;
        let warps = score::warps(&networks, &fittings, &self.device)?;
        let arms = score::own(&networks, self.parameters.sees_warp, &fittings, &self.device)?;
        let card = self.card(&bytes, fittings.len(), &warps, &arms);
        fs::write(directory.join("card.json"), serde_json::to_vec_pretty(&card)?)?;
        fs::write(directory.join("weights.safetensors"), bytes)?;
        Ok(())
    }
}

impl TryOnTraining {
    fn card(&self, bytes: &[u8], pairs: usize, warps: &[score::Arm<3>], arms: &[score::Arm<4>]) -> serde_json::Value {
        let warp = |name: &str, measure| score::mean(warps.iter().find(|arm| arm.name == name)?, measure);
        let picture = |name: &str, measure| score::mean(arms.iter().find(|arm| arm.name == name)?, measure);
        let [pasted, refined] = [score::COMPOSITE, score::FULL].map(|name| move |measure| picture(name, measure));
        let data = match self.photos {
            None => json!({
                "name": "drawn people in drawn garments, no pair twice; 500 fixed pairs are held out",
                "source": "drawn by this program: samples::wardrobe",
                "licence": "as the program",
            }),
            Some(_) => json!({
                "name": "the operator's own photos, laid out as VITON-HD's; its test part is held out",
                "source": "data/dci-vton/viton-hd",
                "licence": "the operator's",
            }),
        };
        let (people, no_photos) = match self.photos {
            None => (
                "drawn pairs",
                "No photo was trained on: real pairs of people and garments may not be used here. On photos the warp is \
                 guided by joints alone.",
            ),
            Some(_) => ("pairs", "Nobody has looked at what these photos teach."),
        };
        json!({
            "system": self.request.system,
            "preset": self.request.preset,
            "architecture": { "warp": WarpConfig::small(), "refiner": RefinerConfig::small() },
            "data": data,
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
                "pairs": pairs,
                "end_point_error": warp(score::NETWORK, 0),
                "end_point_error_affine": warp(score::AFFINE, 0),
                "mask_iou": warp(score::NETWORK, 1),
                "mask_iou_affine": warp(score::AFFINE, 1),
                "garment_fidelity_pasted": pasted(2),
                "seam_error_pasted": pasted(3),
                "psnr_repainted": refined(0),
                "ssim": refined(1),
                "garment_fidelity": refined(2),
                "seam_error": refined(3),
            },
            "claims": [
                format!("Measures are means over {pairs} held-out {people}, in which everybody tries on what they wear."),
                "Kept pixels are the picture's own, bit for bit.",
                "Joints and outlines of people on photos are found by MoveNet Lightning and MediaPipe's selfie segmentation \
                 (Apache-2.0), which were not trained here.",
            ],
            "not_claimed": [
                no_photos,
                "The flow has 48 × 64 pixels; the paper's has 192 × 256, and its pictures come from a pre-trained latent diffusion \
                 model with CLIP. That model tells ε of latents; this one, of pixels, tells v and from it ε.",
            ],
            "weights": card::weights(bytes),
        })
    }
}

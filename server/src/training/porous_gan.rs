//! Training of `porous-gan`: random cubes of one rock, the authors' loop, and the pore physics as the judge of which
//! generator is kept.

use std::{fs, ops::Range, path::Path, time::Instant};

use anyhow::{Context, Result, bail};
use burn::tensor::{DType, Device};
use catalog::{SampleRequest, TrainRequest, systems::porous_gan::TrainParameters};
use models::{
    Model, seed,
    systems::porous_gan::{GanConfig, GanTrainer, PorousGan, Schedule, encode, objective::GanMetrics},
    weights,
};
use samples::{
    Inputs, Sample, Volume,
    volume::{
        Band, MeasureOptions, PoreMeasures, RockReference, Scalars, nrrd,
        permeability::{self, FlowOptions},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Metrics, Trainer, card, rock};

/// Edge of the cubes in which rock and samples are compared (spec §5).
pub const COMPARED_SIDE: usize = 64;
/// Samples behind the numbers of the model card.
const PUBLISHED: Range<u64> = 16..80;
/// Samples of one evaluation during training, by which the generator is chosen: none of those of the card, and enough to
/// tell one generator from the next.
const CHOOSING: Range<u64> = 80..128;
/// Seed of the evaluation's samples; far from the seeds people choose.
const EVALUATION_SEED: u64 = (1 << 53) - 1;

/// A training in progress.
pub struct PorousTrainer {
    request: TrainRequest,
    parameters: TrainParameters,
    rock: rock::Rock,
    reference: RockReference,
    gan: GanTrainer,
    /// What has happened so far.
    history: History,
    started: Instant,
    /// Weights of the generator with the best physics so far.
    best: Option<Vec<u8>>,
}

/// The part of the state that a checkpoint keeps as JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct History {
    step: u64,
    seconds: f64,
    best_step: u64,
    /// Of the best generator from the rock; see [`PorousTrainer::evaluate`].
    best_distance: Option<f64>,
    /// Means between evaluations: step, losses, probabilities.
    losses: Vec<(u64, GanMetrics)>,
    /// Physics at each evaluation.
    physics: Vec<(u64, Physics)>,
    sums: GanMetrics,
    summed: f64,
}

/// Mean physics of the evaluation's samples.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Physics {
    porosity: f64,
    surface: f64,
    euler_pore6: f64,
    s2_difference: f64,
    /// Root mean square of z-scores over samples, in the rock's standard deviations. Of porosity, surface and χ of the
    /// 6-connected pores, and because grains that are too rough can meet these, of surface and chords by the slope of S₂,
    /// too. χ of the 26-connected pores is left out: lone pores count in it, which samples have taken away and the rock has
    /// not.
    z_score: f64,
    /// Share of samples with φ, S and χ all within the rock's mean ± 2 sd.
    within: f64,
}

impl PorousTrainer {
    /// Starts, or resumes from a checkpoint directory.
    ///
    /// # Errors
    /// If the rock is missing or the checkpoint does not fit.
    pub fn start(request: &TrainRequest, resume: Option<&Path>, assets: &Path, device: &Device) -> Result<Self> {
        let parameters: TrainParameters = super::parameters(request)?;
        let mut config = GanConfig::of_preset(&request.preset)?;
        if parameters.discriminator_width > 0 {
            config.discriminator_width = parameters.discriminator_width as usize;
        }
        let rock = rock::load(&request.preset, assets)?;
        let reference = RockReference::of(&rock.blocks(COMPARED_SIDE)?, &MeasureOptions::default(), rock.voxel_um)?;
        let mut gan = GanTrainer::new(config, &mut seed::stream(request.seed, 0), device);
        let mut history = History::default();
        let mut best = None;
        if let Some(directory) = resume {
            let read = |name: &str| fs::read(directory.join(name)).with_context(|| format!("reading {name}"));
            history = serde_json::from_slice(&read("history.json")?)?;
            gan = gan.load_parts(&read).context("the checkpoint does not fit networks of these sizes")?;
            best = history.best_distance.map(|_| read("best.safetensors")).transpose()?;
        }
        Ok(Self { request: request.clone(), parameters, rock, reference, gan, history, started: Instant::now(), best })
    }

    fn seconds(&self) -> f64 {
        self.history.seconds + self.started.elapsed().as_secs_f64()
    }

    fn model(&self) -> PorousGan {
        PorousGan { config: *self.gan.config(), generator: self.gan.generator() }
    }
}

impl Trainer for PorousTrainer {
    fn total_steps(&self) -> u64 {
        u64::from(self.parameters.iterations)
    }

    fn step(&self) -> u64 {
        self.history.step
    }

    fn advance(&mut self) -> Result<Metrics> {
        // A stream per step: a resumed training draws what the interrupted one would have drawn.
        let mut rng = seed::stream(self.request.seed, 1 + self.history.step);
        let edge = self.gan.config().image_size;
        let cubes: Vec<Vec<u8>> = (0..self.parameters.batch_size)
            .map(|_| self.rock.cube(edge, self.parameters.augment, &mut rng))
            .collect::<Result<_>>()?;
        let real = encode::cubes(&cubes, edge, self.gan.device());
        let schedule = schedule(&self.parameters, self.history.step);
        let metrics = self.gan.step(real, &schedule, &mut rng);
        self.history.step += 1;
        self.history.add(&metrics);
        Ok(named(&metrics))
    }

    fn evaluation_due(&self) -> bool {
        self.history.step.is_multiple_of(u64::from(self.parameters.evaluate_every))
            || self.history.step == self.total_steps()
    }

    fn evaluate(&mut self) -> Result<Metrics> {
        let samples = measured(&draw(&self.model(), &self.request.preset, CHOOSING)?);
        let physics = Physics::of(&samples, &self.reference);
        // In units of the rock's own spread; what S₂ is off beyond 0.01 costs a standard deviation for each 0.01, and samples
        // outside the bands cost one if they are all.
        let distance = physics.z_score + (physics.s2_difference / 0.01 - 1.0).max(0.0) + 1.0 - physics.within;
        self.history.close_losses();
        self.history.physics.push((self.history.step, physics));
        if self.history.best_distance.is_none_or(|best| distance < best) {
            self.history.best_distance = Some(distance);
            self.history.best_step = self.history.step;
            self.best = Some(weights::to_safetensors(&self.gan.generator(), DType::F16)?);
        }
        Ok(vec![
            ("porosity".into(), physics.porosity),
            ("surface".into(), physics.surface),
            ("euler_pore6".into(), physics.euler_pore6),
            ("s2_difference".into(), physics.s2_difference),
            ("z_score".into(), physics.z_score),
            ("within".into(), physics.within),
        ])
    }

    fn save(&self, directory: &Path) -> Result<()> {
        for (name, bytes) in self.gan.to_parts()? {
            fs::write(directory.join(name), bytes)?;
        }
        if let Some(best) = &self.best {
            fs::write(directory.join("best.safetensors"), best)?;
        }
        let history = History { seconds: self.seconds(), ..self.history.clone() };
        fs::write(directory.join("history.json"), serde_json::to_vec(&history)?)?;
        Ok(())
    }

    fn publish(&mut self, directory: &Path) -> Result<()> {
        if self.best.is_none() {
            self.evaluate()?;
        }
        let bytes = self.best.clone().context("an evaluation keeps a generator")?;
        let model = models::load("porous-gan", &self.request.preset, bytes.clone(), &Device::flex())?;
        let samples = draw(model.as_ref(), &self.request.preset, PUBLISHED)?;
        let blocks = self.rock.blocks(COMPARED_SIDE)?;
        let card = self.card(&bytes, &measured(&samples), &blocks);
        let mut reference = self.reference.clone();
        reference.permeability = Some(permeability(&blocks)?);
        let size = nrrd::WriteOptions { voxel_um: Some(self.rock.voxel_um), ..nrrd::WriteOptions::default() };
        let nrrd = |volume: &Volume| nrrd::write(volume, &size);
        for (name, content) in [
            ("weights.safetensors", bytes),
            ("card.json", serde_json::to_vec_pretty(&card)?),
            ("reference.json", serde_json::to_vec(&reference)?),
            ("example.nrrd", nrrd(&samples[0])),
            ("real.nrrd", nrrd(&blocks[0])),
        ] {
            fs::write(directory.join(name), content)?;
        }
        Ok(())
    }
}

impl PorousTrainer {
    fn card(&self, bytes: &[u8], samples: &[PoreMeasures], blocks: &[Volume]) -> serde_json::Value {
        let agreement: Vec<_> = samples.iter().map(|m| self.reference.compare(m)).collect();
        let share = |test: fn(&samples::volume::Agreement) -> bool| {
            agreement.iter().filter(|a| test(a)).count() as f64 / agreement.len() as f64
        };
        let config = self.gan.config();
        let losses = |value: fn(&GanMetrics) -> f64| -> Vec<_> {
            self.history.losses.iter().map(|(step, m)| json!([step, value(m)])).collect()
        };
        let physics = |value: fn(&Physics) -> f64| -> Vec<_> {
            self.history.physics.iter().map(|(step, p)| json!([step, value(p)])).collect()
        };
        let mut training = card::training(&self.request, self.history.step, self.seconds(), &self.parameters);
        training["kept_iteration"] = self.history.best_step.into();
        json!({
            "system": "porous-gan",
            "preset": self.request.preset,
            "architecture": config,
            "data": {
                "name": self.rock.description,
                "source": self.rock.source,
                "licence": self.rock.licence,
                "voxel_um": self.rock.voxel_um,
            },
            "training": training,
            "curves": {
                "discriminator_loss": losses(|m| m.discriminator_loss),
                "generator_loss": losses(|m| m.generator_loss),
                "real_probability": losses(|m| m.real_probability),
                "fake_probability": losses(|m| m.fake_probability),
                "porosity": physics(|p| p.porosity),
                "surface": physics(|p| p.surface),
                "euler_pore6": physics(|p| p.euler_pore6),
                "s2_difference": physics(|p| p.s2_difference),
                "within": physics(|p| p.within),
            },
            "measures": {
                "samples": samples.len(),
                "side": COMPARED_SIDE,
                "porosity_within": share(|a| a.porosity),
                "surface_within": share(|a| a.surface),
                "euler_within": share(|a| a.euler_pore6),
                "surface_slope_within": share(|a| a.surface_slope),
                "euler_pore26_within": share(|a| a.euler_pore26),
                "chord_pore_within": share(|a| a.chord_pore),
                "chord_grain_within": share(|a| a.chord_grain),
                "all_within": share(|a| a.porosity && a.surface && a.euler_pore6),
                "s2_difference_of_mean": s2_difference(samples, &self.reference),
            },
            "claims": self.claims(samples.len(), blocks),
            "not_claimed": [
                "The resolution is half that of the paper or less, and the network is a small part of its size: \
                 the paper's own numbers are not reproduced here.",
                "The rock's blocks were seen in training: no claim is made about other rocks of the same formation.",
                "Opposite faces of a sample continue each other, as no piece of rock's do: beyond half its edge its \
                 correlations say nothing.",
            ],
            "weights": card::weights(bytes),
        })
    }

    /// What is claimed of `samples` samples, in sentences.
    fn claims(&self, samples: usize, blocks: &[Volume]) -> Vec<String> {
        let filtered = measured(&blocks.iter().map(Volume::without_lone_voxels).collect::<Vec<_>>());
        let filtered = filtered.iter().map(|m| 1e4 * m.euler_pore6).sum::<f64>() / filtered.len() as f64;
        let whole = 1e4 * self.reference.mean.euler_pore6;
        let mut claims = vec![
            format!(
                "Statistics are those of {samples} samples of {COMPARED_SIDE}³ voxels against {} of the rock's own blocks of \
                 the same size (mean ± 2 standard deviations).",
                blocks.len(),
            ),
            format!(
                "Samples are measured as a visitor gets them by default: without lone voxels, of which the network makes \
                 more than the rock has. The rock is measured as it is, with its own: χ {whole:.1}e-4 voxel⁻³, without them \
                 {filtered:.1}e-4.",
            ),
            match self.rock.pack {
                Some(_) => "Training cubes are cut at random places of the measured pack and turned freely: it is taken to be \
                            isotropic."
                    .to_owned(),
                None => "Training cubes are cut at random places of the same volume and turned and mirrored at random: rock \
                         is taken to be close to isotropic."
                    .to_owned(),
            },
            "Of all evaluated iterations the generator with the best physics was kept.".to_owned(),
            "Unlike the authors' PyTorch loop, noise is added to the discriminator's input and the generator takes two steps \
             (as in their Torch loop), and the learning rate falls to a tenth (ours)."
                .to_owned(),
        ];
        let TrainParameters { periodic, averaging, .. } = self.parameters;
        if periodic {
            let side = 2 * self.gan.config().image_size;
            claims.push(format!(
                "The discriminator saw cubes cut from periodic volumes of {side}³ voxels (ours); the authors' grow from one \
                 noise cell each."
            ));
        }
        if averaging > 0.0 {
            claims.push(format!(
                "The generator is the average of its weights over about {:.0} of its steps (ours).",
                1.0 / (1.0 - averaging)
            ));
        }
        claims
    }
}

impl History {
    fn add(&mut self, m: &GanMetrics) {
        self.sums.discriminator_loss += m.discriminator_loss;
        self.sums.generator_loss += m.generator_loss;
        self.sums.real_probability += m.real_probability;
        self.sums.fake_probability += m.fake_probability;
        self.summed += 1.0;
    }

    fn close_losses(&mut self) {
        let (sums, n) = (std::mem::take(&mut self.sums), std::mem::take(&mut self.summed).max(1.0));
        let mean = GanMetrics {
            discriminator_loss: sums.discriminator_loss / n,
            generator_loss: sums.generator_loss / n,
            real_probability: sums.real_probability / n,
            fake_probability: sums.fake_probability / n,
        };
        self.losses.push((self.step, mean));
    }
}

/// What holds after `step` steps. Learning rate and noise fall along a line. The noise keeps a fifth: without any, the
/// generator's specks return. A falling rate is ours, not the paper's: it calms the swings from which the best generator
/// is chosen.
fn schedule(parameters: &TrainParameters, step: u64) -> Schedule {
    let total = u64::from(parameters.iterations);
    let falls_over = match parameters.noise_falls_over {
        0 => total,
        last => u64::from(last).min(total),
    };
    let share_left = |of: u64| (total - step).min(of) as f64 / of as f64;
    Schedule {
        learning_rate: parameters.learning_rate * (0.1 + 0.9 * share_left(total)),
        real_label: parameters.real_label,
        input_noise: parameters.input_noise * (0.2 + 0.8 * share_left(falls_over)),
        generator_steps: parameters.generator_steps,
        dropout: parameters.dropout,
        periodic: parameters.periodic,
        averaging: parameters.averaging,
    }
}

impl Physics {
    fn of(samples: &[PoreMeasures], reference: &RockReference) -> Self {
        let n = samples.len() as f64;
        let mean = |value: fn(&PoreMeasures) -> f64| samples.iter().map(value).sum::<f64>() / n;
        let scores = |m: &PoreMeasures| -> [f64; 6] {
            let z = |value: f64, part: fn(&Scalars) -> f64| (value - part(&reference.mean)) / part(&reference.sd);
            [
                z(m.porosity, |s| s.porosity),
                z(m.surface, |s| s.surface),
                z(m.surface_slope, |s| s.surface_slope),
                z(m.euler_pore6, |s| s.euler_pore6),
                // Without interface there is no chord; the slope is 0 then, and tells.
                m.chord_pore.map_or(0.0, |chord| z(chord, |s| s.chord_pore)),
                m.chord_grain.map_or(0.0, |chord| z(chord, |s| s.chord_grain)),
            ]
        };
        let square = |m: &PoreMeasures| scores(m).map(|z| z * z).iter().sum::<f64>() / 6.0;
        let within = samples.iter().filter(|m| {
            let a = reference.compare(m);
            a.porosity && a.surface && a.euler_pore6
        });
        Self {
            porosity: mean(|m| m.porosity),
            surface: mean(|m| m.surface),
            euler_pore6: mean(|m| m.euler_pore6),
            s2_difference: s2_difference(samples, reference),
            z_score: (samples.iter().map(square).sum::<f64>() / n).sqrt(),
            within: within.count() as f64 / n,
        }
    }
}

/// max |ΔS₂| for lags up to 16 between the samples' mean curve and the rock's.
pub(super) fn s2_difference(samples: &[PoreMeasures], reference: &RockReference) -> f64 {
    let n = samples.len() as f64;
    (0..=16)
        .map(|r| (samples.iter().map(|m| m.s2.radial[r]).sum::<f64>() / n - reference.s2_radial.mean[r]).abs())
        .fold(0.0, f64::max)
}

/// Samples as a visitor gets them with default parameters.
pub(super) fn draw(model: &dyn Model, preset: &str, indices: Range<u64>) -> Result<Vec<Volume>> {
    let request = SampleRequest {
        system: "porous-gan".to_owned(),
        preset: preset.to_owned(),
        parameters: json!({ "size": COMPARED_SIDE }),
        seed: EVALUATION_SEED,
        count: 1,
        device: catalog::Device::Cpu,
    };
    let volume = |sample| match sample? {
        Sample::Volume(volume) => Ok(volume),
        _ => bail!("no volume was made"),
    };
    model.sample_many(&request, &Inputs::default(), indices)?.into_iter().map(volume).collect()
}

/// Permeability of the first eight blocks along the three axes, voxel².
fn permeability(blocks: &[Volume]) -> Result<Band> {
    let mut values = Vec::new();
    for block in blocks.iter().take(8) {
        for axis in 0..3 {
            values.push(permeability::along(block, axis, &FlowOptions::default())?.permeability);
        }
    }
    Ok(Band::of(&values))
}

fn measured(volumes: &[Volume]) -> Vec<PoreMeasures> {
    volumes.iter().map(|v| PoreMeasures::of_geometry(v, &MeasureOptions::default())).collect()
}

fn named(m: &GanMetrics) -> Metrics {
    vec![
        ("discriminator_loss".into(), m.discriminator_loss),
        ("generator_loss".into(), m.generator_loss),
        ("real_probability".into(), m.real_probability),
        ("fake_probability".into(), m.fake_probability),
    ]
}

#[cfg(test)]
mod tests {
    use super::{TrainParameters, schedule};

    #[test]
    fn noise_falls_to_a_fifth_along_the_last_iterations_or_along_all() {
        let noise = |noise_falls_over, step| {
            let parameters =
                TrainParameters { iterations: 1000, input_noise: 0.25, noise_falls_over, ..TrainParameters::default() };
            (1e4 * schedule(&parameters, step).input_noise).round()
        };
        assert_eq!([0, 500, 800, 900, 1000].map(|step| noise(200, step)), [2500.0, 2500.0, 2500.0, 1500.0, 500.0]);
        for all in [0, 1000, 5000] {
            assert_eq!([0, 500, 1000].map(|step| noise(all, step)), [2500.0, 1500.0, 500.0], "{all}");
        }
    }

    #[test]
    fn the_learning_rate_falls_to_a_tenth() {
        let parameters = TrainParameters { iterations: 1000, ..TrainParameters::default() };
        let rate = |step| schedule(&parameters, step).learning_rate / parameters.learning_rate;
        assert!((rate(0) - 1.0).abs() < 1e-12 && (rate(500) - 0.55).abs() < 1e-12 && (rate(1000) - 0.1).abs() < 1e-12);
    }
}

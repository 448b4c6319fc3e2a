//! One training step (spec §3, *Losses*): the noise in the truth is told, and from the noised composite the truth is
//! found.

use burn::{
    module::Module,
    optim::{AdamWConfig, GradientsParams, ModuleOptimizer},
    store::{ModuleRecord, RecordError},
    tensor::{Bytes, Device, Tensor, TensorData},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{super::inpainting::Inpainter, config::RefinerConfig, first_stage, network::Refiner};
use crate::{diffusion::Schedule, nn::average, seed::standard_normal};

/// Of AdamW, PyTorch's default.
const WEIGHT_DECAY: f32 = 0.01;
/// Of the averaged weights.
const AVERAGING: f64 = 0.999;

/// What a step weighs and draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// Of the squared error of the picture that is found from the composite.
    pub image_weight: f64,
    /// How often a batch is trained without its tokens.
    pub dropout: f64,
    /// Of how many of a batch's samples the composite is noised too, as a part of all: 1 as published.
    pub composites: f64,
}

impl Objective {
    /// As published.
    pub const PUBLISHED: Self = Self { image_weight: 0.1, dropout: 0.2, composites: 1.0 };
}

/// A batch. Pictures are −1 … 1, `[n, 3, h, w]`.
#[derive(Clone, Debug)]
pub struct RefinerBatch {
    /// The truth: the person who wears the garment.
    pub person: Tensor<4>,
    /// [`super::Draft::composite`].
    pub composite: Tensor<4>,
    /// [`super::Draft::inpaint`].
    pub inpaint: Tensor<4>,
    /// `[n, 1, h, w]`: 1 where the person stays, 0 where it is repainted.
    pub keep: Tensor<4>,
    /// The garment lying flat.
    pub garment: Tensor<4>,
}

/// Numbers of one step: means over values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RefinerMetrics {
    /// The loss.
    pub loss: f64,
    /// Squared error of the noise in the truth.
    pub epsilon: f64,
    /// Squared error of the picture found from the composite.
    pub image: f64,
}

/// A network with its optimiser and the average of its weights.
pub struct RefinerTrainer {
    network: Refiner,
    average: Refiner,
    optimizer: ModuleOptimizer,
    schedule: Schedule,
    steps: u64,
    device: Device,
}

impl RefinerTrainer {
    /// A fresh network on `device`, which is given autodiff here.
    pub fn new(config: &RefinerConfig, rng: &mut impl Rng, device: &Device) -> Self {
        Self::of(Refiner::random(config, rng, device), device)
    }

    /// Goes on with a network; optimiser and average start anew.
    pub fn of(network: Refiner, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let network = network.train().fork(&device);
        let average = network.valid();
        let optimizer = AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(WEIGHT_DECAY).init();
        Self { network, average, optimizer, schedule: Schedule::stable_diffusion(), steps: 0, device }
    }

    /// The network without autodiff.
    pub fn network(&self) -> Refiner {
        self.network.valid()
    }

    /// The network with the average of the weights of all steps, which is the one to use.
    pub fn ema(&self) -> Refiner {
        self.average.clone()
    }

    /// How many steps were done.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// One step at the learning rate `rate`.
    pub fn step(
        &mut self,
        batch: &RefinerBatch,
        objective: &Objective,
        rate: f64,
        rng: &mut impl Rng,
    ) -> RefinerMetrics {
        let (loss, metrics) = self.loss(batch, objective, rng);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        self.network = self.optimizer.step(rate, self.network.clone(), gradients);
        // The first weights are forgotten sooner.
        let decay = AVERAGING.min((1 + self.steps) as f64 / (10 + self.steps) as f64);
        self.average = average::towards(self.average.clone(), &self.network.valid(), 1.0 - decay);
        self.steps += 1;
        metrics
    }

    /// Both branches in one pass of the network: behind the noised truths the noised composites of the first of them.
    fn loss(&self, batch: &RefinerBatch, objective: &Objective, rng: &mut impl Rng) -> (Tensor<1>, RefinerMetrics) {
        let latent = |picture: &Tensor<4>| first_stage::encode(picture.clone());
        let (truth, draft, inpaint) = (latent(&batch.person), latent(&batch.composite), latent(&batch.inpaint));
        let keep = first_stage::shrink(batch.keep.clone());
        let [n, channels, height, width] = truth.dims();
        let drafts = ((n as f64 * objective.composites).ceil() as usize).min(n);
        let times: Vec<usize> = (0..n).map(|_| rng.random_range(0..self.schedule.steps())).collect();
        let column = |of: &dyn Fn(f64) -> f64, count: usize| {
            let values: Vec<f32> = times[..count].iter().map(|&t| of(self.schedule.alpha_bar(t)) as f32).collect();
            Tensor::<4>::from_data(TensorData::new(values, [count, 1, 1, 1]), &self.device)
        };
        let (signal, noise) = (f64::sqrt, |alpha: f64| (1.0 - alpha).sqrt());
        let normal = |count: usize, rng: &mut _| {
            let shape = [count, channels, height, width];
            let values = standard_normal(rng, shape.iter().product());
            Tensor::<4>::from_data(TensorData::new(values, shape), &self.device)
        };
        let truth_noise = normal(n, rng);
        let noised = truth.clone() * column(&signal, n) + truth_noise.clone() * column(&noise, n);
        let context = match rng.random_bool(objective.dropout) {
            true => self.network.no_context(n),
            false => self.network.context(batch.garment.clone()),
        };
        if drafts == 0 {
            let epsilon = self.network.epsilon(noised, inpaint, keep, context, &times);
            let loss = (epsilon - truth_noise).square().mean();
            let value = scalar(&loss);
            return (loss, RefinerMetrics { loss: value, epsilon: value, image: 0.0 });
        }
        let first = |x: Tensor<4>| x.narrow(0, 0, drafts);
        let noised_draft = first(draft) * column(&signal, drafts) + normal(drafts, rng) * column(&noise, drafts);
        let epsilon = self.network.epsilon(
            Tensor::cat(vec![noised, noised_draft.clone()], 0),
            Tensor::cat(vec![inpaint.clone(), first(inpaint)], 0),
            Tensor::cat(vec![keep.clone(), first(keep)], 0),
            Tensor::cat(vec![context.clone(), context.narrow(0, 0, drafts)], 0),
            &[&times[..], &times[..drafts]].concat(),
        );
        let epsilon_loss = (epsilon.clone().narrow(0, 0, n) - truth_noise).square().mean();
        // The picture's error is as large as that of ẑ₀, for the first stage is orthonormal.
        let found = (noised_draft - epsilon.narrow(0, n, drafts) * column(&noise, drafts)) / column(&signal, drafts);
        let image_loss = (found - first(truth)).square().mean();
        let metrics = [&epsilon_loss, &image_loss].map(scalar);
        let loss = epsilon_loss + image_loss * objective.image_weight;
        let metrics = RefinerMetrics {
            loss: metrics[0] + objective.image_weight * metrics[1],
            epsilon: metrics[0],
            image: metrics[1],
        };
        (loss, metrics)
    }

    /// Everything a checkpoint needs but the random generator: name and bytes of each part.
    ///
    /// # Errors
    /// If a part cannot be serialised.
    pub fn to_parts(&self) -> Result<Vec<(&'static str, Vec<u8>)>, RecordError> {
        Ok(vec![
            ("network", self.network.clone().into_record().into_bytes()?.to_vec()),
            ("average", self.average.clone().into_record().into_bytes()?.to_vec()),
            ("adam", self.optimizer.into_bytes()?.to_vec()),
            ("steps", self.steps.to_le_bytes().to_vec()),
        ])
    }

    /// Takes the state of [`Self::to_parts`]; `part` answers with the bytes of a name.
    ///
    /// # Errors
    /// If a part does not decode or does not fit.
    pub fn load_parts<E: From<RecordError>>(
        mut self,
        mut part: impl FnMut(&'static str) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let record = |bytes| ModuleRecord::from_bytes(Bytes::from_bytes_vec(bytes));
        self.network = self.network.try_load_record(record(part("network")?)?)?;
        self.average = self.average.try_load_record(record(part("average")?)?)?;
        self.optimizer = self.optimizer.from_bytes(Bytes::from_bytes_vec(part("adam")?))?;
        // Of fewer bytes the rest is 0: the average then starts as if it were young.
        let mut steps = [0; 8];
        steps.iter_mut().zip(part("steps")?).for_each(|(to, from)| *to = from);
        self.steps = u64::from_le_bytes(steps);
        Ok(self)
    }

    /// The device, with autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }
}

/// Reads one number; training steps run natively, where reading blocks.
fn scalar(tensor: &Tensor<1>) -> f64 {
    f64::from(tensor.clone().into_scalar::<f32>())
}

//! One training step (spec §3): a discriminator step on a real and a fake batch in separate passes, then generator
//! steps with fresh noise. [`Schedule`] holds what differs between the authors' PyTorch and Torch loops.

use burn::{
    module::Module,
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    store::{ModuleRecord, RecordError},
    tensor::{Bytes, Device, Tensor, TensorData, activation::sigmoid},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    config::GanConfig,
    network::{Discriminator, Faces, Generator, Pass},
};
use crate::{adversarial, nn::average, seed::standard_normal};

/// Numbers of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GanMetrics {
    /// Discriminator loss, real plus fake.
    pub discriminator_loss: f64,
    /// Generator loss.
    pub generator_loss: f64,
    /// Mean probability the discriminator gives real cubes.
    pub real_probability: f64,
    /// Mean probability it gives fakes, before its step.
    pub fake_probability: f64,
}

/// What a step depends on besides the networks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Of Adam, for both networks.
    pub learning_rate: f64,
    /// Target of real cubes: 0.9 in the authors' PyTorch loop, 1 in their Torch loop.
    pub real_label: f64,
    /// Standard deviation of the noise on the discriminator's input: 0 in the PyTorch loop, from 0.1 falling in the
    /// Torch loop.
    pub input_noise: f64,
    /// Generator steps to each discriminator step: 1 in the PyTorch loop, 2 in the Torch loop for 64³ cubes.
    pub generator_steps: u32,
    /// Share of the discriminator's activations that a pass drops: 0 in the PyTorch loop, 0.2 in the Torch loop.
    pub dropout: f64,
    /// Whether the discriminator sees cubes cut from periodic volumes of twice their edge. In both loops it does not: each
    /// cube grows from one noise cell, zeros around it.
    pub periodic: bool,
    /// Share of itself that the averaged generator keeps in a generator step: 0, no average, in both loops.
    pub averaging: f64,
}

impl Schedule {
    /// The authors' PyTorch loop, at its default learning rate.
    pub const PYTORCH: Self = Self {
        learning_rate: 2e-4,
        real_label: 0.9,
        input_noise: 0.0,
        generator_steps: 1,
        dropout: 0.0,
        periodic: false,
        averaging: 0.0,
    };
}

/// Both networks with their optimisers.
pub struct GanTrainer {
    config: GanConfig,
    device: Device,
    generator: Generator,
    /// Of the generator's weights over the steps, without autodiff.
    average: Generator,
    discriminator: Discriminator,
    generator_optimizer: ModuleOptimizer,
    discriminator_optimizer: ModuleOptimizer,
}

impl GanTrainer {
    /// Fresh networks on `device`, which is given autodiff here.
    pub fn new(config: GanConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let adam = || AdamConfig::new().with_beta_1(0.5).with_beta_2(0.999).with_epsilon(1e-8).init();
        let generator = Generator::random(&config, rng, &device);
        Self {
            config,
            average: generator.clone().valid(),
            generator,
            discriminator: Discriminator::random(&config, rng, &device),
            generator_optimizer: adam(),
            discriminator_optimizer: adam(),
            device,
        }
    }

    /// Replaces the networks; the optimisers start anew.
    #[must_use]
    pub fn with_networks(mut self, generator: Generator, discriminator: Discriminator) -> Self {
        self.average = generator.clone().valid();
        self.generator = generator;
        self.discriminator = discriminator;
        self
    }

    /// The networks as they are, with autodiff.
    pub fn networks(&self) -> (&Generator, &Discriminator) {
        (&self.generator, &self.discriminator)
    }

    /// The sizes.
    pub fn config(&self) -> &GanConfig {
        &self.config
    }

    /// The device, with autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The generator for sampling: the average of its weights, without autodiff.
    pub fn generator(&self) -> Generator {
        self.average.clone()
    }

    /// One training step on real cubes `[batch, 1, s, s, s]`: one discriminator step, then
    /// [`Schedule::generator_steps`] generator steps, each with fresh noise.
    pub fn step(&mut self, real: Tensor<5>, schedule: &Schedule, rng: &mut impl Rng) -> GanMetrics {
        let batch = real.dims()[0];
        let fake = self.fakes(batch, schedule.periodic, rng).detach();
        let real = self.blur(real, schedule, rng);
        let fake = self.blur(fake, schedule, rng);
        let mut metrics = self.step_discriminator(real, fake, schedule, rng);
        for _ in 0..schedule.generator_steps {
            let fake = self.fakes(batch, schedule.periodic, rng);
            let fake = self.blur(fake, schedule, rng);
            metrics.generator_loss = self.step_generator(fake, schedule, rng);
        }
        metrics
    }

    /// Discriminator step on a real and a fake batch, as the discriminator sees them.
    pub(super) fn step_discriminator(
        &mut self,
        real: Tensor<5>,
        fake: Tensor<5>,
        schedule: &Schedule,
        rng: &mut impl Rng,
    ) -> GanMetrics {
        let real_logits = self.discriminator.forward(real, schedule.dropout, rng);
        let fake_logits = self.discriminator.forward(fake, schedule.dropout, rng);
        let real_probability = scalar(sigmoid(real_logits.clone()).mean());
        let fake_probability = scalar(sigmoid(fake_logits.clone()).mean());
        let loss = adversarial::discriminator_loss(real_logits, fake_logits, schedule.real_label);
        let discriminator_loss = scalar(loss.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &self.discriminator);
        self.discriminator =
            self.discriminator_optimizer.step(schedule.learning_rate, self.discriminator.clone(), gradients);
        GanMetrics { discriminator_loss, real_probability, fake_probability, ..GanMetrics::default() }
    }

    /// Generator step on a batch that it made, as the discriminator sees it; answers with the loss.
    pub(super) fn step_generator(&mut self, fake: Tensor<5>, schedule: &Schedule, rng: &mut impl Rng) -> f64 {
        let loss = adversarial::generator_loss(self.discriminator.forward(fake, schedule.dropout, rng));
        let value = scalar(loss.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &self.generator);
        self.generator = self.generator_optimizer.step(schedule.learning_rate, self.generator.clone(), gradients);
        let new = self.generator.clone().valid();
        self.average = match schedule.averaging {
            0.0 => new,
            share => average::towards(self.average.clone(), &new, 1.0 - share),
        };
        value
    }

    /// Adds the discriminator's input noise, which keeps it from telling real cubes by their two grey values alone.
    fn blur(&self, x: Tensor<5>, schedule: &Schedule, rng: &mut impl Rng) -> Tensor<5> {
        if schedule.input_noise == 0.0 {
            return x;
        }
        let shape = x.shape();
        let noise = standard_normal(rng, shape.num_elements());
        x + Tensor::from_data(TensorData::new(noise, shape), &self.device).mul_scalar(schedule.input_noise)
    }

    /// `batch` cubes that the generator makes: each from a noise cell of its own, or the eight that a periodic volume
    /// divides into. The cubes begin where noise cells do, so the discriminator can judge every place in a cell by
    /// itself; were they cut anywhere, it would see the mean over places, and pores would keep to a lattice of the cells'
    /// pitch. On a torus all cells are alike: which of them a cube begins with need not be drawn.
    pub(super) fn fakes(&self, batch: usize, periodic: bool, rng: &mut impl Rng) -> Tensor<5> {
        if !periodic {
            return self.generator.forward(self.noise(batch, 1, rng), Faces::Open, Pass::Training);
        }
        let edge = self.config.image_size;
        let cells = 2 * edge / self.config.voxels_per_cell();
        let count = batch.div_ceil(8);
        let volumes = self.generator.forward(self.noise(count, cells, rng), Faces::Joined, Pass::Training);
        let divided: Tensor<7> = volumes.reshape([count, 2, edge, 2, edge, 2, edge]).permute([0, 1, 3, 5, 2, 4, 6]);
        divided.reshape([count * 8, 1, edge, edge, edge]).narrow(0, 0, batch)
    }

    fn noise(&self, batch: usize, cells: usize, rng: &mut impl Rng) -> Tensor<5> {
        let channels = self.config.latent_channels;
        let values = standard_normal(rng, batch * channels * cells.pow(3));
        Tensor::from_data(TensorData::new(values, [batch, channels, cells, cells, cells]), &self.device)
    }

    /// Everything a checkpoint needs but the random generator: name and bytes of each part.
    ///
    /// # Errors
    /// If a part cannot be serialised.
    pub fn to_parts(&self) -> Result<Vec<(&'static str, Vec<u8>)>, RecordError> {
        Ok(vec![
            ("generator", self.generator.clone().into_record().into_bytes()?.to_vec()),
            ("generator-average", self.average.clone().into_record().into_bytes()?.to_vec()),
            ("discriminator", self.discriminator.clone().into_record().into_bytes()?.to_vec()),
            ("generator-adam", self.generator_optimizer.into_bytes()?.to_vec()),
            ("discriminator-adam", self.discriminator_optimizer.into_bytes()?.to_vec()),
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
        self.generator = self.generator.try_load_record(record(part("generator")?)?)?;
        self.average = self.average.try_load_record(record(part("generator-average")?)?)?;
        self.discriminator = self.discriminator.try_load_record(record(part("discriminator")?)?)?;
        self.generator_optimizer =
            self.generator_optimizer.from_bytes(Bytes::from_bytes_vec(part("generator-adam")?))?;
        self.discriminator_optimizer =
            self.discriminator_optimizer.from_bytes(Bytes::from_bytes_vec(part("discriminator-adam")?))?;
        Ok(self)
    }
}

/// Reads one number; training steps run natively, where reading blocks.
fn scalar(tensor: Tensor<1>) -> f64 {
    f64::from(tensor.into_scalar::<f32>())
}

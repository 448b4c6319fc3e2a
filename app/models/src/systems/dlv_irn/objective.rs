//! One training step (spec §3, *Losses*): down, round, up, and what was lost on the way.

use burn::{
    grad_clipping::GradientClippingConfig,
    module::Module,
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    store::{ModuleRecord, RecordError},
    tensor::{Bytes, Device, Tensor, TensorData},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Architecture, Network, enlarger::Enlarger, network::with_module};
use crate::{
    invertible::{
        Rescaling,
        hcflow::{HcFlow, LossWeights, Losses, Pass},
        quantise,
    },
    seed::standard_normal,
};

/// Under the root of the restoration's loss (Charbonnier).
const EPSILON: f64 = 1e-6;
/// Largest norm of each parameter's gradient. It is met in the first steps; the authors clip the norm over all parameters
/// together, at 10 for losses that are sums.
const LARGEST_GRADIENT: f32 = 1.0;

/// What a step weighs and draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// Of the small picture's squared difference from the bicubic one, per pixel of the small picture.
    pub small_weight: f64,
    /// Of the squared up-scaling latent.
    pub latent_weight: f64,
    /// Of the squared error of the recovered down-scaling latent.
    pub recovery_weight: f64,
    /// Standard deviation of the up-scaling latent that restores.
    pub large_spread: f32,
    /// Standard deviation of the down-scaling latent.
    pub small_spread: f32,
}

/// Numbers of one step: means over values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RescalingMetrics {
    /// The loss.
    pub loss: f64,
    /// Mean squared difference of the small picture from the bicubic one; 0 where nothing is shrunk.
    pub small: f64,
    /// Mean Charbonnier difference of the restored picture.
    pub restored: f64,
}

/// A network with its optimiser.
pub struct RescalingTrainer {
    network: Network,
    optimizer: ModuleOptimizer,
    device: Device,
    /// Whether HCFlow's activation norms have seen a batch; the other networks have none.
    fitted: bool,
}

impl RescalingTrainer {
    /// A fresh network on `device`, which is given autodiff here.
    pub fn new(architecture: &Architecture, rng: &mut impl Rng, device: &Device) -> Self {
        Self::of(Network::random(architecture, rng, &device.clone().autodiff()), device)
    }

    /// Goes on with a network; the optimiser starts anew.
    pub fn of(network: Network, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let network = match network {
            Network::Rescaling(config, module) => Network::Rescaling(config, module.train().fork(&device)),
            Network::HcFlow(config, module) => Network::HcFlow(config, module.train().fork(&device)),
            Network::Enlarger(config, module) => Network::Enlarger(config, module.train().fork(&device)),
        };
        let optimizer = AdamConfig::new()
            .with_beta_1(0.9)
            .with_beta_2(0.999)
            .with_epsilon(1e-8)
            .with_grad_clipping(Some(GradientClippingConfig::Norm(LARGEST_GRADIENT)))
            .init();
        Self { network, optimizer, device, fitted: false }
    }

    /// The network without autodiff.
    pub fn network(&self) -> Network {
        match &self.network {
            Network::Rescaling(config, module) => Network::Rescaling(config.clone(), module.clone().valid()),
            Network::HcFlow(config, module) => Network::HcFlow(config.clone(), module.clone().valid()),
            Network::Enlarger(config, module) => Network::Enlarger(*config, module.clone().valid()),
        }
    }

    /// One step on large pictures `[batch, 3, s·h, s·w]` and their bicubic small ones `[batch, 3, h, w]`.
    pub fn step(
        &mut self,
        large: Tensor<4>,
        bicubic: Tensor<4>,
        objective: &Objective,
        rate: f64,
        rng: &mut impl Rng,
    ) -> RescalingMetrics {
        let latents = self.draw(&large, &bicubic, objective, rng);
        if let Network::HcFlow(_, module) = &mut self.network
            && !std::mem::replace(&mut self.fitted, true)
        {
            module.fit(large.clone(), latents.small.clone());
        }
        let (loss, metrics) = match &self.network {
            Network::Rescaling(_, module) => rescaling_loss(module, large, bicubic, objective, latents),
            Network::HcFlow(_, module) => hcflow_loss(module, large, bicubic, objective, latents),
            Network::Enlarger(_, module) => enlarger_loss(module, large, bicubic),
        };
        let gradients = loss.backward();
        let optimizer = &mut self.optimizer;
        with_module!(&mut self.network, module => {
            let gradients = GradientsParams::from_grads(gradients, module);
            *module = optimizer.step(rate, module.clone(), gradients);
        });
        metrics
    }

    fn draw(&self, large: &Tensor<4>, small: &Tensor<4>, objective: &Objective, rng: &mut impl Rng) -> Drawn {
        let [batch, _, height, width] = large.dims();
        let [_, _, h, w] = small.dims();
        let channels = self.network.latent_channels();
        let half = [batch, channels, height / 2, width / 2];
        let shapes = self.network.latents();
        let shapes = shapes.iter().map(|shape| [batch, shape.channels, shape.finer * h, shape.finer * w]);
        Drawn {
            small: (channels > 0).then(|| self.normal(objective.small_spread, half, rng)),
            large: shapes.map(|shape| self.normal(objective.large_spread, shape, rng)).collect(),
        }
    }

    fn normal(&self, spread: f32, shape: [usize; 4], rng: &mut impl Rng) -> Tensor<4> {
        if spread == 0.0 {
            return Tensor::zeros(shape, &self.device);
        }
        let values = standard_normal(rng, shape.iter().product()).into_iter().map(|z| spread * z).collect();
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    /// Everything a checkpoint needs but the random generator: name and bytes of each part.
    ///
    /// # Errors
    /// If a part cannot be serialised.
    pub fn to_parts(&self) -> Result<Vec<(&'static str, Vec<u8>)>, RecordError> {
        let network = with_module!(&self.network, module => module.clone().into_record().into_bytes()?);
        Ok(vec![("network", network.to_vec()), ("adam", self.optimizer.into_bytes()?.to_vec())])
    }

    /// Takes the state of [`Self::to_parts`]; `part` answers with the bytes of a name.
    ///
    /// # Errors
    /// If a part does not decode or does not fit.
    pub fn load_parts<E: From<RecordError>>(
        mut self,
        mut part: impl FnMut(&'static str) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(part("network")?))?;
        self.network = match self.network {
            Network::Rescaling(config, module) => Network::Rescaling(config, module.try_load_record(record)?),
            Network::HcFlow(config, module) => Network::HcFlow(config, module.try_load_record(record)?),
            Network::Enlarger(config, module) => Network::Enlarger(config, module.try_load_record(record)?),
        };
        self.optimizer = self.optimizer.from_bytes(Bytes::from_bytes_vec(part("adam")?))?;
        self.fitted = true;
        Ok(self)
    }

    /// The device, with autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }
}

/// Latents of one step.
struct Drawn {
    small: Option<Tensor<4>>,
    large: Vec<Tensor<4>>,
}

/// All terms are sums over pixels and colours, divided by the number of the large picture's values.
fn rescaling_loss(
    network: &Rescaling,
    large: Tensor<4>,
    bicubic: Tensor<4>,
    objective: &Objective,
    mut latents: Drawn,
) -> (Tensor<1>, RescalingMetrics) {
    let values = large.shape().num_elements() as f64;
    let (small, code) = network.forward(large.clone(), latents.small.clone());
    let from_bicubic = (small.clone() - bicubic).square();
    let (restored, recovered) = network.inverse(quantise(small), latents.large.remove(0));
    let difference = ((restored - large).square() + EPSILON).sqrt();
    let small_mean = from_bicubic.clone().mean();
    let restored_mean = difference.clone().mean();
    let mut loss = difference.sum() + from_bicubic.sum().mul_scalar(objective.small_weight);
    if objective.latent_weight > 0.0 {
        loss = loss + code.square().sum().mul_scalar(objective.latent_weight);
    }
    if let Some((recovered, latent)) = recovered.zip(latents.small).filter(|_| objective.recovery_weight > 0.0) {
        loss = loss + (recovered - latent).square().sum().mul_scalar(objective.recovery_weight);
    }
    let loss = loss.div_scalar(values);
    let metrics =
        RescalingMetrics { loss: scalar(&loss), small: scalar(&small_mean), restored: scalar(&restored_mean) };
    (loss, metrics)
}

/// The authors' terms and weights, but for the recovered latent, which is ours.
fn hcflow_loss(
    network: &HcFlow,
    large: Tensor<4>,
    bicubic: Tensor<4>,
    objective: &Objective,
    latents: Drawn,
) -> (Tensor<1>, RescalingMetrics) {
    let downscaled = network.forward(large.clone(), latents.small.clone());
    let (restored, recovered) = network.inverse(quantise(downscaled.small.clone().clamp(0.0, 1.0)), latents.large);
    let recovered = latents.small.zip(recovered);
    let losses = Losses::of(Pass { large, small_target: bicubic, downscaled, restored, recovered });
    let (small, restored) = (scalar(&losses.small), scalar(&losses.restored));
    let loss = losses.total(&LossWeights { recovered: objective.recovery_weight, ..LossWeights::PAPER });
    let metrics = RescalingMetrics { loss: scalar(&loss), small, restored };
    (loss, metrics)
}

fn enlarger_loss(network: &Enlarger, large: Tensor<4>, bicubic: Tensor<4>) -> (Tensor<1>, RescalingMetrics) {
    let loss = ((network.forward(quantise(bicubic)) - large).square() + EPSILON).sqrt().mean();
    let value = scalar(&loss);
    (loss, RescalingMetrics { loss: value, small: 0.0, restored: value })
}

/// Reads one number; training steps run natively, where reading blocks.
fn scalar(tensor: &Tensor<1>) -> f64 {
    f64::from(tensor.clone().into_scalar::<f32>())
}

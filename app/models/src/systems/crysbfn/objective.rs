//! The training step: AdamW on the n-step loss of the three flows, and a running average of the weights.

use std::f64::consts::TAU;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    optim::{AdamWConfig, GradientsParams, ModuleOptimizer},
    store::{ModuleRecord, RecordError},
    tensor::{Bytes, Device, Tensor, TensorData, activation::softmax},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    config::{CoordinateFlow, CrystalConfig},
    encode::EncodedCrystal,
    network::{CspNet, Prediction},
    process::{Process, Targets},
};

/// Decay of the running average of the weights (spec §3).
pub const EMA_DECAY: f32 = 0.995;

/// Losses of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CrystalMetrics {
    /// The sum of the others.
    pub loss: f64,
    /// `n αᵢ A(αᵢ) d²`, mean over coordinates.
    pub coordinates: f64,
    /// Gaussian n-step loss, mean over the cell's numbers.
    pub lattice: f64,
    /// `K β₁ t ‖e − p‖²`, mean over atoms; 0 where the composition is given.
    pub types: f64,
}

/// Loss terms of a prediction (spec §3, *Losses*), weights 1, 1, 1: coordinates, lattice, types.
pub fn losses(prediction: Prediction, targets: Targets, flow: CoordinateFlow) -> [Tensor<1>; 3] {
    let error = prediction.angles - targets.angles;
    let error = match flow {
        CoordinateFlow::Gaussian => error,
        // The shortest way around; the number of turns is constant almost everywhere.
        _ => error.clone() - error.div_scalar(TAU).round().mul_scalar(TAU).detach(),
    };
    let coordinates = (error.square() * targets.angle_weights).mean();
    let lattice = ((prediction.lattice - targets.lattice).square() * targets.lattice_weights).mean();
    let types = match (prediction.types, targets.types) {
        (Some(logits), Some(truth)) => {
            let error = (softmax(logits, 2) - truth).square().sum_dim(2);
            (error * targets.type_weights).mean()
        }
        _ => Tensor::zeros([1], &lattice.device()),
    };
    [coordinates, lattice, types]
}

/// A network in training.
pub struct CrystalTrainer {
    config: CrystalConfig,
    process: Process,
    device: Device,
    network: CspNet,
    optimizer: ModuleOptimizer,
    average: Vec<f32>,
}

impl CrystalTrainer {
    /// A fresh network on `device`, which is given autodiff here.
    pub fn new(config: CrystalConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let network = CspNet::random(&config, rng, &device);
        Self {
            process: Process::new(&config),
            average: flatten(&network),
            optimizer: AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(0.0).init(),
            config,
            device,
            network,
        }
    }

    /// Replaces the network and its running average; the optimiser starts anew.
    #[must_use]
    pub fn with_network(mut self, network: &CspNet) -> Self {
        self.average = flatten(network);
        self.network = restore(self.network, &self.average);
        self
    }

    /// Sizes and flows.
    pub fn config(&self) -> &CrystalConfig {
        &self.config
    }

    /// The network as it is, without autodiff.
    pub fn network(&self) -> CspNet {
        self.network.clone().valid()
    }

    /// The network with the running average of the weights, without autodiff: the one to sample from.
    pub fn averaged(&self) -> CspNet {
        restore(self.network(), &self.average)
    }

    /// One step on crystals of equally many atoms.
    pub fn step(&mut self, crystals: &[&EncodedCrystal], learning_rate: f64, rng: &mut impl Rng) -> CrystalMetrics {
        let (beliefs, targets) = self.process.corrupt(crystals, rng, &self.device);
        let prediction = self.network.forward(&beliefs, &self.config);
        let [coordinates, lattice, types] = losses(prediction, targets, self.config.coordinates);
        let loss = coordinates.clone() + lattice.clone() + types.clone();
        let metrics = CrystalMetrics {
            loss: scalar(loss.clone()),
            coordinates: scalar(coordinates),
            lattice: scalar(lattice),
            types: scalar(types),
        };
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        self.network = self.optimizer.step(learning_rate, self.network.clone(), gradients);
        let weights = flatten(&self.network);
        for (average, weight) in self.average.iter_mut().zip(weights) {
            *average = EMA_DECAY * *average + (1.0 - EMA_DECAY) * weight;
        }
        metrics
    }

    /// Everything a checkpoint needs but the random generator: name and bytes of each part.
    ///
    /// # Errors
    /// If a part cannot be serialised.
    pub fn to_parts(&self) -> Result<Vec<(&'static str, Vec<u8>)>, RecordError> {
        Ok(vec![
            ("network", self.network.clone().into_record().into_bytes()?.to_vec()),
            ("average", self.averaged().into_record().into_bytes()?.to_vec()),
            ("adamw", self.optimizer.into_bytes()?.to_vec()),
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
        self.average = flatten(&self.network().try_load_record(record(part("average")?)?)?);
        self.optimizer = self.optimizer.from_bytes(Bytes::from_bytes_vec(part("adamw")?))?;
        Ok(self)
    }
}

/// Lowers the learning rate when the loss stops falling (spec §3, *Training*: factor 0.6, patience 50–100).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plateau {
    /// The rate now.
    pub learning_rate: f64,
    /// The rate is never lower.
    pub minimum: f64,
    /// Epochs without a new best before it falls.
    pub patience: u32,
    best: Option<f64>,
    waited: u32,
}

impl Plateau {
    /// What the rate is multiplied with.
    const FACTOR: f64 = 0.6;

    /// A plateau schedule that starts at `learning_rate`.
    pub fn new(learning_rate: f64, minimum: f64, patience: u32) -> Self {
        Self { learning_rate, minimum, patience, best: None, waited: 0 }
    }

    /// Takes the mean loss of an epoch. A best is better by a ten-thousandth, as in PyTorch.
    pub fn observe(&mut self, loss: f64) {
        if self.best.is_none_or(|best| loss < best * (1.0 - 1e-4)) {
            self.best = Some(loss);
            self.waited = 0;
            return;
        }
        self.waited += 1;
        if self.waited > self.patience {
            self.learning_rate = (self.learning_rate * Self::FACTOR).max(self.minimum);
            self.waited = 0;
        }
    }
}

/// All parameters of a network, one after the other.
pub(super) fn flatten(network: &CspNet) -> Vec<f32> {
    struct Flatten(Vec<f32>);
    impl ModuleVisitor for Flatten {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().into_data().iter::<f32>());
        }
    }
    let mut visitor = Flatten(Vec::new());
    network.visit(&mut visitor);
    visitor.0
}

/// The network with the parameters that [`flatten`] gave.
fn restore(network: CspNet, values: &[f32]) -> CspNet {
    struct Restore<'a>(&'a [f32]);
    impl ModuleMapper for Restore<'_> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|tensor| {
                let shape = tensor.shape();
                let (values, rest) = self.0.split_at(shape.num_elements());
                self.0 = rest;
                let restored = Tensor::from_data(TensorData::new(values.to_vec(), shape), &tensor.device());
                restored.set_require_grad(tensor.is_require_grad())
            })
        }
    }
    network.map(&mut Restore(values))
}

/// Reads one number; training steps run natively, where reading blocks.
fn scalar(tensor: Tensor<1>) -> f64 {
    f64::from(tensor.into_scalar::<f32>())
}

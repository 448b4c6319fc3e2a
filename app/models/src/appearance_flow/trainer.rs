//! Steps of training.

use burn::{
    module::Module,
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    store::{ModuleRecord, RecordError},
    tensor::{Bytes, Device, Tensor},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Objective, Pass, WarpBatch, WarpConfig, WarpNetwork, objective::losses};

/// Numbers of one step, of the finest level but for the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WarpMetrics {
    /// The loss.
    pub loss: f64,
    /// Mean absolute difference of the colours, in −1 … 1.
    pub picture: f64,
    /// Mean absolute difference of the masks.
    pub mask: f64,
    /// Second differences.
    pub smoothness: f64,
}

/// A network with its optimiser.
pub struct WarpTrainer {
    network: WarpNetwork,
    optimizer: ModuleOptimizer,
    objective: Objective,
    device: Device,
}

impl WarpTrainer {
    /// A fresh network on `device`, which is given autodiff here.
    pub fn new(config: &WarpConfig, objective: Objective, rng: &mut impl Rng, device: &Device) -> Self {
        Self::of(WarpNetwork::random(config, rng, &device.clone().autodiff()), objective, device)
    }

    /// Goes on with a network; the optimiser starts anew.
    pub fn of(network: WarpNetwork, objective: Objective, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let optimizer = AdamConfig::new().with_beta_1(0.5).with_beta_2(0.999).with_epsilon(1e-8).init();
        Self { network: network.train().fork(&device), optimizer, objective, device }
    }

    /// The network without autodiff.
    pub fn network(&self) -> WarpNetwork {
        self.network.clone().valid()
    }

    /// One step at a learning rate.
    ///
    /// # Panics
    /// As [`WarpNetwork::forward`].
    pub fn step(&mut self, batch: &WarpBatch, rate: f64) -> WarpMetrics {
        let levels = self.network.forward(batch.garment.clone(), batch.person.clone(), Pass::Training);
        let losses = losses(&levels, batch, &self.objective, None);
        let gradients = GradientsParams::from_grads(losses.total.backward(), &self.network);
        self.network = self.optimizer.step(rate, self.network.clone(), gradients);
        WarpMetrics {
            loss: scalar(losses.total),
            picture: scalar(losses.picture),
            mask: scalar(losses.mask),
            smoothness: scalar(losses.smoothness),
        }
    }

    /// Everything a checkpoint needs but the random generator: name and bytes of each part.
    ///
    /// # Errors
    /// If a part cannot be serialised.
    pub fn to_parts(&self) -> Result<Vec<(&'static str, Vec<u8>)>, RecordError> {
        let network = self.network.clone().into_record().into_bytes()?;
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
        self.network = self.network.try_load_record(record)?;
        self.optimizer = self.optimizer.from_bytes(Bytes::from_bytes_vec(part("adam")?))?;
        Ok(self)
    }

    /// The device, with autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }
}

/// Reads one number; training steps run natively, where reading blocks.
fn scalar(tensor: Tensor<1>) -> f64 {
    f64::from(tensor.into_scalar::<f32>())
}

//! Each layer and the whole network against what they must be, and parity with the authors' code (recipes in
//! `fixtures/README.md`).

mod layers;
mod network;
#[cfg(feature = "native")]
mod parity;

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Tensor, TensorData},
};
use rand_chacha::ChaCha8Rng;

use super::{HcFlow, HcFlowConfig};
use crate::seed::{standard_normal, stream};

/// The size of the fixture's network.
const SMALL: HcFlowConfig = HcFlowConfig {
    levels: 2,
    steps: 2,
    growth: 2,
    conditional_steps: 2,
    hidden: 4,
    features: 4,
    feature_growth: 2,
    feature_blocks: 2,
    latent_channels: 0,
};

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("floats")
}

fn difference<const D: usize>(a: &Tensor<D>, b: &Tensor<D>) -> f32 {
    assert_eq!(a.dims(), b.dims());
    values((a.clone() - b.clone()).abs().max())[0]
}

fn normal<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    let draws = standard_normal(&mut stream(seed, 1), shape.iter().product());
    Tensor::from_data(TensorData::new(draws, shape), device)
}

/// Adds noise to every weight: layers start as the identity, which shows nothing.
struct Disturb(ChaCha8Rng);

impl ModuleMapper for Disturb {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| {
            let shape = tensor.dims();
            let std = match D {
                // A mixing stays well conditioned.
                2 => 0.2 / (shape[1] as f64).sqrt(),
                4 if shape[0] > 1 => 0.6 / (shape[1..].iter().product::<usize>() as f64).sqrt(),
                _ => 0.15,
            };
            let noise = standard_normal(&mut self.0, shape.iter().product());
            let noise = Tensor::from_data(TensorData::new(noise, shape), &tensor.device());
            (tensor + noise.mul_scalar(std)).detach()
        })
    }
}

fn disturbed<M: Module>(module: M, seed: u64) -> M {
    module.map(&mut Disturb(stream(seed, 2)))
}

fn network(config: &HcFlowConfig, device: &Device) -> HcFlow {
    disturbed(HcFlow::random(config, &mut stream(5, 0), device), 5)
}

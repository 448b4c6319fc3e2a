//! The refiner's weights and what they compute.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{config::RefinerConfig, token::Token};
use crate::{ModelError, diffusion::UNet, nn::init, seed, weights};

/// Standard deviation of the initial unconditional vector, of the size of a token.
const UNCONDITIONAL: f32 = 0.5;

/// Tells the noise in a latent.
#[derive(Module, Debug)]
pub struct Refiner {
    /// Sees noisy latent, inpaint latent and mask.
    pub unet: UNet,
    /// Sees the flat garment.
    pub token: Token,
    /// Stands for the token where there is none, `[context]`. The authors' is never trained, by a slip; ours is.
    pub unconditional: Param<Tensor<1>>,
}

impl Refiner {
    /// Random initial weights; the noise that they tell is 0.
    pub fn random(config: &RefinerConfig, rng: &mut impl Rng, device: &Device) -> Self {
        Self {
            unet: UNet::random(&config.unet, rng, device),
            token: Token::random(config, rng, device),
            unconditional: init::normal([config.unet.context], 0.0, UNCONDITIONAL, rng, device),
        }
    }

    /// Weights from the bytes of a safetensors file.
    ///
    /// # Errors
    /// If they do not decode or fit.
    pub fn load(config: &RefinerConfig, bytes: Vec<u8>, device: &Device) -> Result<Self, ModelError> {
        let mut refiner = Self::random(config, &mut seed::stream(0, 0), device);
        weights::load_safetensors(&mut refiner, bytes)?;
        Ok(refiner)
    }

    /// The token of flat garments `[n, 3, h, w]`, `[n, 1, context]`.
    pub fn context(&self, garment: Tensor<4>) -> Tensor<3> {
        self.token.forward(garment).unsqueeze_dim(1)
    }

    /// The unconditional vector for `n` samples, `[n, 1, context]`.
    pub fn no_context(&self, n: usize) -> Tensor<3> {
        let vector = self.unconditional.val();
        let width = vector.dims()[0];
        vector.reshape([1, 1, width]).expand([n, 1, width])
    }

    /// ε of `z_t: [n, 12, h/2, w/2]` at the times `t: [n]`, with the latent of the picture to inpaint, the keep mask at
    /// the latent's sides `[n, 1, h/2, w/2]`, and a context.
    pub fn epsilon(
        &self,
        z_t: Tensor<4>,
        z_inpaint: Tensor<4>,
        keep: Tensor<4>,
        context: Tensor<3>,
        t: Tensor<1>,
    ) -> Tensor<4> {
        self.unet.forward(Tensor::cat(vec![z_t, z_inpaint, keep], 1), t, context)
    }
}

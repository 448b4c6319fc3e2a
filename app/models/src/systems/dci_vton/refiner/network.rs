//! The refiner's weights and what they compute.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{super::inpainting::Inpainter, config::RefinerConfig, first_stage, token::Token};
use crate::{
    ModelError,
    diffusion::{Ddim, Schedule, UNet},
    nn::init,
    seed, weights,
};

/// Standard deviation of the initial unconditional vector, of the size of a token.
const UNCONDITIONAL: f32 = 0.5;

/// Tells the noise in a latent.
///
/// What its network computes is v = √ᾱ ε − √(1 − ᾱ) z₀ (Salimans & Ho 2022), from which ε follows. Told directly, an
/// error of ε counts 1/√ᾱ₉₉₉ = 14.6 times in ẑ₀, which the paper's pre-trained network can afford and a small one
/// cannot; an error of v counts at most once. Losses and sampler are those of ε.
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
    /// Random initial weights; the v that they tell is 0.
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
}

impl Inpainter for Refiner {
    fn encode(&self, pictures: Tensor<4>) -> Tensor<4> {
        first_stage::encode(pictures)
    }

    fn decode(&self, latents: Tensor<4>) -> Tensor<4> {
        first_stage::decode(latents)
    }

    fn shrink(&self, keep: Tensor<4>) -> Tensor<4> {
        first_stage::shrink(keep)
    }

    fn epsilon(
        &self,
        z_t: Tensor<4>,
        z_inpaint: Tensor<4>,
        keep: Tensor<4>,
        context: Tensor<3>,
        times: &[usize],
    ) -> Tensor<4> {
        let (schedule, device) = (Schedule::stable_diffusion(), z_t.device());
        let at = |of: &dyn Fn(usize) -> f64| {
            let values: Vec<f32> = times.iter().map(|&t| of(t) as f32).collect();
            Tensor::<1>::from_floats(values.as_slice(), &device)
        };
        let signal = at(&|t| schedule.alpha_bar(t).sqrt()).reshape([-1, 1, 1, 1]);
        let noise = at(&|t| (1.0 - schedule.alpha_bar(t)).sqrt()).reshape([-1, 1, 1, 1]);
        let seen = Tensor::cat(vec![z_t.clone(), z_inpaint, keep], 1);
        self.unet.forward(seen, at(&|t| t as f64), context) * signal + z_t * noise
    }

    fn timetable(&self, steps: usize) -> Ddim {
        Ddim::new(&Schedule::stable_diffusion(), steps)
    }

    /// A picture has no values beyond −1 … 1: pixel-space diffusion cuts them off, and the first stage here is pixel
    /// space. The paper's latents have no bounds.
    fn possible(&self, latents: &Tensor<4>) -> Option<Tensor<4>> {
        Some(self.encode(self.decode(latents.clone()).clamp(-1.0, 1.0)))
    }
}

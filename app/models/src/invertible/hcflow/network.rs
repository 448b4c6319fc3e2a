//! The network: all levels, in both directions.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{HcFlowConfig, config::COLOURS, level::Level, log_det::LogDet};
use crate::invertible::haar;

/// The network, large ↔ small.
#[derive(Module, Debug)]
pub struct HcFlow {
    /// From the large picture's.
    pub levels: Vec<Level>,
    /// Channels of the down-scaling latent.
    latent_channels: usize,
}

/// What a large picture becomes.
#[derive(Clone, Debug)]
pub struct Downscaled {
    /// `[batch, 3, h, w]`, neither clamped nor rounded.
    pub small: Tensor<4>,
    /// One for each level from the large picture's, of [`HcFlowConfig::latent_shapes`]; about N(0, I) after training.
    pub latents: Vec<Tensor<4>>,
}

impl HcFlow {
    /// Random initial weights, with which the small picture is the mean of blocks of pixels.
    ///
    /// # Panics
    /// If there are no levels.
    pub fn random(config: &HcFlowConfig, rng: &mut impl Rng, device: &Device) -> Self {
        assert!(config.levels > 0, "a network without levels");
        let sizes = config.level_sizes().into_iter().enumerate();
        let levels = sizes.map(|(level, size)| Level::random(size, level + 1 == config.levels, config, rng, device));
        Self { levels: levels.collect(), latent_channels: config.latent_channels }
    }

    /// A large picture `[batch, 3, s·h, s·w]` and its latent `[batch, k, s·h/2, s·w/2]` (none where k = 0) become a small
    /// picture and latents.
    ///
    /// # Panics
    /// If the sides are no multiple of the scale, or a latent is missing or of another shape.
    pub fn forward(&self, large: Tensor<4>, latent: Option<Tensor<4>>) -> Downscaled {
        self.pass(large, latent, &mut LogDet::ignored())
    }

    /// [`Self::forward`] and, for each picture, ln |det| of the map from picture and latent to small picture and
    /// latents, `[batch]`.
    ///
    /// # Panics
    /// As [`Self::forward`].
    pub fn forward_with_log_det(&self, large: Tensor<4>, latent: Option<Tensor<4>>) -> (Downscaled, Tensor<1>) {
        let mut log_det = LogDet::zeros(large.dims()[0], &large.device());
        let downscaled = self.pass(large, latent, &mut log_det);
        (downscaled, log_det.total().expect("it started at zero"))
    }

    /// The inverse of [`Self::forward`]: the large picture, not clamped, and its latent where k > 0.
    ///
    /// # Panics
    /// If the latents are not of [`HcFlowConfig::latent_shapes`].
    pub fn inverse(&self, small: Tensor<4>, latents: Vec<Tensor<4>>) -> (Tensor<4>, Option<Tensor<4>>) {
        assert_eq!(latents.len(), self.levels.len(), "latents");
        let (mut x, mut deeper, mut latent) = (small, None, None);
        for (index, (level, z)) in self.levels.iter().zip(latents).enumerate().rev() {
            let features = level.features(x.clone(), deeper);
            let high = level.high.inverse(z, features.clone());
            x = level.inverse(x, high);
            deeper = Some(features);
            if index == 0 && self.latent_channels > 0 {
                latent = Some(x.clone().narrow(1, 4 * COLOURS, self.latent_channels));
                x = x.narrow(1, 0, 4 * COLOURS);
            }
            x = haar::inverse(x);
        }
        (x, latent)
    }

    /// Fits every activation norm to a batch, as training starts: what leaves it has mean 0 and
    /// variance 1 in every channel.
    ///
    /// # Panics
    /// As [`Self::forward`].
    pub fn fit(&mut self, large: Tensor<4>, latent: Option<Tensor<4>>) -> Downscaled {
        self.check(latent.as_ref());
        let (mut x, mut latent, mut parts) = (large, latent, Vec::new());
        for level in &mut self.levels {
            let (low, high) = level.fit(enter(x, latent.take()));
            parts.push((low.clone(), high));
            x = low;
        }
        let (mut deeper, mut latents) = (None, Vec::new());
        for (level, (low, high)) in self.levels.iter_mut().zip(parts).rev() {
            let features = level.features(low, deeper);
            latents.push(level.high.fit(high, features.clone()));
            deeper = Some(features);
        }
        latents.reverse();
        Downscaled { small: x, latents }
    }

    fn pass(&self, large: Tensor<4>, latent: Option<Tensor<4>>, log_det: &mut LogDet) -> Downscaled {
        self.check(latent.as_ref());
        let (mut x, mut latent, mut parts) = (large, latent, Vec::new());
        for level in &self.levels {
            let [_, channels, height, width] = x.dims();
            let haar_log_det = haar::LOG_DET_PER_ELEMENT * (channels * height * width) as f64;
            let device = x.device();
            log_det.add(|| Tensor::from_data([haar_log_det as f32], &device));
            let (low, high) = level.forward(enter(x, latent.take()), log_det);
            parts.push((low.clone(), high));
            x = low;
        }
        let (mut deeper, mut latents) = (None, Vec::new());
        for (level, (low, high)) in self.levels.iter().zip(parts).rev() {
            let features = level.features(low, deeper);
            latents.push(level.high.forward(high, features.clone(), log_det));
            deeper = Some(features);
        }
        latents.reverse();
        Downscaled { small: x, latents }
    }

    fn check(&self, latent: Option<&Tensor<4>>) {
        assert_eq!(latent.map_or(0, |latent| latent.dims()[1]), self.latent_channels, "channels of the latent");
    }
}

/// Halves the sides; the down-scaling latent, where there is one, joins the high frequencies.
fn enter(x: Tensor<4>, latent: Option<Tensor<4>>) -> Tensor<4> {
    let x = haar::forward(x);
    match latent {
        Some(latent) => Tensor::cat(vec![x, latent], 1),
        None => x,
    }
}

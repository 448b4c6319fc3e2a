//! What a network is trained on (spec §3; the authors' rescaling model).

use burn::tensor::Tensor;

use super::Downscaled;

/// What the terms count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossWeights {
    /// Of the small picture.
    pub small: f64,
    /// Of the restored large picture.
    pub restored: f64,
    /// Of the latents.
    pub latents: f64,
    /// Of the recovered down-scaling latent.
    pub recovered: f64,
}

impl LossWeights {
    /// The authors', who have no down-scaling latent; the weight of that is ours.
    pub const PAPER: Self = Self { small: 0.05, restored: 1.0, latents: 1e-5, recovered: 0.1 };
}

/// A training step's pictures.
#[derive(Clone, Debug)]
pub struct Pass {
    /// The batch's large pictures, `[batch, 3, s·h, s·w]`.
    pub large: Tensor<4>,
    /// What they should look like small, `[batch, 3, h, w]`.
    pub small_target: Tensor<4>,
    /// What the network made of them.
    pub downscaled: Downscaled,
    /// What it makes of the clamped and rounded small picture with fresh latents, not clamped.
    pub restored: Tensor<4>,
    /// The down-scaling latent and what came back of it, where there is one.
    pub recovered: Option<(Tensor<4>, Tensor<4>)>,
}

/// The terms, `[1]` each, not weighted.
#[derive(Clone, Debug)]
pub struct Losses {
    /// Mean square of the clamped small picture's difference.
    pub small: Tensor<1>,
    /// Mean absolute difference of the clamped restored picture.
    pub restored: Tensor<1>,
    /// Mean square of all latents' values.
    pub latents: Tensor<1>,
    /// Mean square of the down-scaling latent's difference.
    pub recovered: Option<Tensor<1>>,
}

impl Losses {
    /// The terms of a step.
    pub fn of(pass: Pass) -> Self {
        let unit = |x: Tensor<4>| x.clamp(0.0, 1.0);
        let latents = pass.downscaled.latents.into_iter().map(|z| z.flatten::<1>(0, 3)).collect();
        Self {
            small: (unit(pass.downscaled.small) - pass.small_target).square().mean(),
            restored: (unit(pass.restored) - pass.large).abs().mean(),
            latents: Tensor::cat(latents, 0).square().mean(),
            recovered: pass.recovered.map(|(latent, recovered)| (recovered - latent).square().mean()),
        }
    }

    /// Their weighted sum, `[1]`.
    pub fn total(self, weights: &LossWeights) -> Tensor<1> {
        let sum = self.small.mul_scalar(weights.small)
            + self.restored.mul_scalar(weights.restored)
            + self.latents.mul_scalar(weights.latents);
        match self.recovered {
            Some(recovered) => sum + recovered.mul_scalar(weights.recovered),
            None => sum,
        }
    }
}

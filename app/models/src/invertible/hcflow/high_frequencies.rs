//! High frequencies of a level ↔ a standard normal latent, given the lower ones (HCFlow, §3.2).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{
    HcFlowConfig, affine::Affine, conditional::ConditionalStep, convolution::ScaledConvolution, features::Features,
    log_det::LogDet,
};

/// Pixels around a latent's pixel on which its mean and deviation depend.
pub(super) const LAW_REACH: usize = 1;

/// Conditional steps, then the distance from a conditional mean in conditional deviations.
#[derive(Module, Debug)]
pub struct HighFrequencies {
    /// Of the lower frequencies.
    pub features: Features,
    /// One after the other.
    pub steps: Vec<ConditionalStep>,
    /// From the features to mean and log-deviation.
    pub law: ScaledConvolution,
}

impl HighFrequencies {
    /// Random initial weights with which it is a rotation of the `channels`; `inputs` are those of the features.
    pub(super) fn random(
        channels: usize,
        inputs: usize,
        config: &HcFlowConfig,
        rng: &mut impl Rng,
        device: &Device,
    ) -> Self {
        let &HcFlowConfig { conditional_steps, hidden, features, feature_growth, feature_blocks, .. } = config;
        Self {
            features: Features::random(inputs, features, feature_growth, feature_blocks, rng, device),
            steps: (0..conditional_steps)
                .map(|_| ConditionalStep::random(channels, features, hidden, rng, device))
                .collect(),
            law: ScaledConvolution::zeros(features, 2 * channels, device),
        }
    }

    /// Fits every norm to `high` and answers with [`Self::forward`].
    pub fn fit(&mut self, high: Tensor<4>, features: Tensor<4>) -> Tensor<4> {
        let high = self.steps.iter_mut().fold(high, |x, step| step.fit(x, features.clone()));
        self.standardising(features).forward(high, &mut LogDet::ignored())
    }

    /// High frequencies `[batch, channels, h, w]` to a latent of the same shape; features of the lower ones are
    /// `[batch, features, h, w]`.
    pub fn forward(&self, high: Tensor<4>, features: Tensor<4>, log_det: &mut LogDet) -> Tensor<4> {
        let high = self.steps.iter().fold(high, |x, step| step.forward(x, features.clone(), log_det));
        self.standardising(features).forward(high, log_det)
    }

    /// The inverse of [`Self::forward`].
    pub fn inverse(&self, latent: Tensor<4>, features: Tensor<4>) -> Tensor<4> {
        let high = self.standardising(features.clone()).inverse(latent);
        self.steps.iter().rev().fold(high, |x, step| step.inverse(x, features.clone()))
    }

    fn standardising(&self, features: Tensor<4>) -> Affine {
        Affine::standardising(self.law.forward(features))
    }
}

//! What happens at one resolution.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{
    HcFlowConfig, alternating::AlternatingStep, config::LevelSize, high_frequencies::HighFrequencies, log_det::LogDet,
};

/// Unconditional steps, then the channels part: some go on to the next level, the others are set aside.
#[derive(Module, Debug)]
pub struct Level {
    /// Of all channels, one after the other.
    pub steps: Vec<AlternatingStep>,
    /// Of what is set aside.
    pub high: HighFrequencies,
    /// Channels that go on.
    kept: usize,
}

impl Level {
    /// Random initial weights; the `deepest` level knows no features of a lower one.
    pub(super) fn random(
        LevelSize { channels, kept }: LevelSize,
        deepest: bool,
        config: &HcFlowConfig,
        rng: &mut impl Rng,
        device: &Device,
    ) -> Self {
        let inputs = kept + if deepest { 0 } else { config.features };
        // The first step moves the others, the second the first three channels, and so on.
        let step =
            |index: usize| AlternatingStep::random(channels, config.growth, index.is_multiple_of(2), rng, device);
        Self {
            steps: (0..config.steps).map(step).collect(),
            high: HighFrequencies::random(channels - kept, inputs, config, rng, device),
            kept,
        }
    }

    /// Fits the steps' norms to `x` and answers with [`Self::forward`].
    pub fn fit(&mut self, x: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let x = self.steps.iter_mut().fold(x, |x, step| step.fit(x));
        self.split(x)
    }

    /// `[batch, channels, h, w]` → what goes on and what is set aside.
    pub fn forward(&self, x: Tensor<4>, log_det: &mut LogDet) -> (Tensor<4>, Tensor<4>) {
        let x = self.steps.iter().fold(x, |x, step| step.forward(x, log_det));
        self.split(x)
    }

    /// The inverse of [`Self::forward`].
    pub fn inverse(&self, low: Tensor<4>, high: Tensor<4>) -> Tensor<4> {
        self.steps.iter().rev().fold(Tensor::cat(vec![low, high], 1), |x, step| step.inverse(x))
    }

    /// What the level's high frequencies may know: what goes on, and the features of the next level, twice as large.
    pub fn features(&self, low: Tensor<4>, deeper: Option<Tensor<4>>) -> Tensor<4> {
        self.high.features.forward(match deeper {
            Some(deeper) => Tensor::cat(vec![low, doubled(deeper)], 1),
            None => low,
        })
    }

    fn split(&self, x: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let channels = x.dims()[1];
        (x.clone().narrow(1, 0, self.kept), x.narrow(1, self.kept, channels - self.kept))
    }
}

/// Every pixel four times.
fn doubled(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let pixels = x.reshape([batch * channels, height, 1, width, 1]).expand([batch * channels, height, 2, width, 2]);
    pixels.reshape([batch, channels, 2 * height, 2 * width])
}

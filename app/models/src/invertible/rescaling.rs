//! IRN and DLV-IRN: levels of Haar and couplings between a large picture with a latent and a small picture with another
//! (spec §3).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    Coupling, haar,
    margins::{Margins, Waning},
};

/// Channels of a picture.
const COLOURS: usize = 3;

/// Size of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RescalingConfig {
    /// Couplings of each level; each level halves the sides.
    pub blocks: Vec<usize>,
    /// Channels that a convolution inside a sub-network adds.
    pub growth: usize,
    /// Channels of the down-scaling latent, at half the large picture's sides; 0 is IRN.
    pub latent_channels: usize,
}

impl RescalingConfig {
    /// How many times smaller the sides become.
    pub fn scale(&self) -> usize {
        1 << self.blocks.len()
    }

    /// Channels after the Haar transform of `level`.
    fn channels(&self, level: usize) -> usize {
        (4 * COLOURS + self.latent_channels) << (2 * level)
    }

    /// Channels of the up-scaling latent: 9 for ×2 and 45 for ×4 without a down-scaling latent.
    pub fn latent_out(&self) -> usize {
        self.channels(self.blocks.len() - 1) - COLOURS
    }

    /// Pixels of the small picture around a place on which its surroundings in the other picture depend.
    pub fn reach(&self) -> usize {
        reach_up(&self.blocks)
    }
}

/// How far a place of the small picture sees in the maps of the first of some levels.
fn reach_down(blocks: &[usize]) -> usize {
    blocks.iter().rev().fold(0, |below, blocks| blocks * Coupling::reach() + 2 * below)
}

/// How far a place of the large picture sees in the maps of the last of some levels.
fn reach_up(blocks: &[usize]) -> usize {
    blocks.iter().fold(0, |above, blocks| blocks * Coupling::reach() + above.div_ceil(2))
}

/// The network, large ↔ small.
#[derive(Module, Debug)]
pub struct Rescaling {
    /// Couplings of each level, from the large picture's.
    pub levels: Vec<Vec<Coupling>>,
    /// Channels of the down-scaling latent.
    latent_channels: usize,
}

impl Rescaling {
    /// Random initial weights, with which the small picture is the mean of blocks of pixels.
    pub fn random(config: &RescalingConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let level = |(level, &blocks): (usize, &usize)| {
            let high = config.channels(level) - COLOURS;
            (0..blocks).map(|_| Coupling::random(COLOURS, high, config.growth, rng, device)).collect()
        };
        Self { levels: config.blocks.iter().enumerate().map(level).collect(), latent_channels: config.latent_channels }
    }

    /// A large picture `[batch, 3, s·h, s·w]` and its latent `[batch, k, s·h/2, s·w/2]` (none where k = 0) become a small
    /// picture `[batch, 3, h, w]`, not yet rounded, and a latent `[batch, c, h, w]`.
    ///
    /// # Panics
    /// If the sides are no multiple of the scale, or a latent is missing or of another shape.
    pub fn forward(&self, large: Tensor<4>, latent: Option<Tensor<4>>) -> (Tensor<4>, Tensor<4>) {
        self.forward_piece(large, latent, Margins::NONE)
    }

    /// [`Self::forward`] of a piece of a picture: the result is without `margins`, which count pixels of the small
    /// picture. Each is [`RescalingConfig::reach`] or ends where the picture does.
    ///
    /// # Panics
    /// As [`Self::forward`].
    pub fn forward_piece(
        &self,
        large: Tensor<4>,
        latent: Option<Tensor<4>>,
        margins: Margins,
    ) -> (Tensor<4>, Tensor<4>) {
        assert_eq!(latent.as_ref().map_or(0, |l| l.dims()[1]), self.latent_channels, "channels of the latent");
        let blocks = self.blocks();
        let mut around = Waning::new(margins.times(1 << blocks.len()), 2 * reach_down(&blocks));
        let mut x = large;
        for (level, couplings) in self.levels.iter().enumerate() {
            x = haar::forward(x);
            around = around.coarser();
            if let Some(latent) = latent.as_ref().filter(|_| level == 0) {
                x = Tensor::cat(vec![x, latent.clone()], 1);
            }
            let (mut low, mut high) = split(x);
            for coupling in couplings {
                (low, high) = coupling.forward_piece(low, high, &mut around);
            }
            x = Tensor::cat(vec![low, high], 1);
        }
        split(x)
    }

    /// The inverse of [`Self::forward`].
    ///
    /// # Panics
    /// If the channels are not those of [`RescalingConfig::latent_out`].
    pub fn inverse(&self, small: Tensor<4>, latent: Tensor<4>) -> (Tensor<4>, Option<Tensor<4>>) {
        self.inverse_piece(small, latent, Margins::NONE)
    }

    /// [`Self::inverse`] of a piece of a picture: the result is without `margins`, as in [`Self::forward_piece`].
    ///
    /// # Panics
    /// As [`Self::inverse`].
    pub fn inverse_piece(
        &self,
        small: Tensor<4>,
        latent: Tensor<4>,
        margins: Margins,
    ) -> (Tensor<4>, Option<Tensor<4>>) {
        let blocks = self.blocks();
        let mut around = Waning::new(margins, reach_up(&blocks));
        let mut x = Tensor::cat(vec![small, latent], 1);
        let mut recovered = None;
        for (level, couplings) in self.levels.iter().enumerate().rev() {
            let (mut low, mut high) = split(x);
            for coupling in couplings.iter().rev() {
                (low, high) = coupling.inverse_piece(low, high, &mut around);
            }
            x = Tensor::cat(vec![low, high], 1);
            if level == 0 && self.latent_channels > 0 {
                let bands = 4 * COLOURS;
                recovered = Some(x.clone().narrow(1, bands, self.latent_channels));
                x = x.narrow(1, 0, bands);
            }
            x = haar::inverse(x);
            around = around.finer(reach_up(&blocks[..level]));
        }
        (x, recovered)
    }

    fn blocks(&self) -> Vec<usize> {
        self.levels.iter().map(Vec::len).collect()
    }

    /// log |det| of [`Self::forward`] for each picture, `[batch]`.
    ///
    /// # Panics
    /// As [`Self::forward`].
    pub fn log_det(&self, large: Tensor<4>, latent: Option<Tensor<4>>) -> Tensor<1> {
        let [batch, ..] = large.dims();
        let mut sum = Tensor::zeros([batch], &large.device());
        let mut x = large;
        for (level, couplings) in self.levels.iter().enumerate() {
            let elements = x.shape().num_elements() / batch;
            x = haar::forward(x);
            sum = sum + haar::LOG_DET_PER_ELEMENT * elements as f64;
            if let Some(latent) = latent.as_ref().filter(|_| level == 0) {
                x = Tensor::cat(vec![x, latent.clone()], 1);
            }
            let (mut low, mut high) = split(x);
            for coupling in couplings {
                (low, high) = coupling.forward(low, high);
                sum = sum + coupling.log_scale(low.clone()).reshape([batch as i32, -1]).sum_dim(1).reshape([batch]);
            }
            x = Tensor::cat(vec![low, high], 1);
        }
        sum
    }
}

/// The small picture's channels and the others.
fn split(x: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
    let channels = x.dims()[1];
    (x.clone().narrow(1, 0, COLOURS), x.narrow(1, COLOURS, channels - COLOURS))
}

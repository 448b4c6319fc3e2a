//! Latents of any part of a picture, the same whichever part is asked for.

use burn::tensor::{Device, Tensor, TensorData};

use super::super::tiles::Rect;
use crate::seed;

/// The latents of one sample.
#[derive(Clone, Copy, Debug)]
pub struct Latents {
    /// Seed of the request.
    pub seed: u64,
    /// Number of the sample.
    pub index: u64,
    /// Standard deviation of the down-scaling latent.
    pub small_spread: f32,
    /// Standard deviation of the up-scaling latent.
    pub large_spread: f32,
}

/// Bits of a stream's number that tell rows apart; the rest are the channel, the latent and the sample.
const ROW_BITS: u32 = 20;
const CHANNEL_BITS: u32 = 10;

impl Latents {
    /// The down-scaling latent `[1, channels, height, width]` of a part, nothing where it is 0.
    pub fn small(&self, channels: usize, part: Rect, device: &Device) -> Option<Tensor<4>> {
        self.draw(0, self.small_spread, channels, part, device)
    }

    /// The up-scaling latent `[1, channels, height, width]` of a part, nothing where it is 0.
    pub fn large(&self, channels: usize, part: Rect, device: &Device) -> Option<Tensor<4>> {
        self.draw(1, self.large_spread, channels, part, device)
    }

    fn draw(&self, which: u64, spread: f32, channels: usize, part: Rect, device: &Device) -> Option<Tensor<4>> {
        if spread == 0.0 || channels == 0 {
            return None;
        }
        let mut values = Vec::with_capacity(channels * part.width * part.height);
        for channel in 0..channels as u64 {
            for row in part.y..part.y + part.height {
                let sample = (self.index << 1) | which;
                let stream = (((sample << CHANNEL_BITS) | channel) << ROW_BITS) | row as u64;
                let drawn = seed::standard_normal(&mut seed::stream(self.seed, stream), part.x + part.width);
                values.extend(drawn[part.x..].iter().map(|z| spread * z));
            }
        }
        Some(Tensor::from_data(TensorData::new(values, [1, channels, part.height, part.width]), device))
    }
}

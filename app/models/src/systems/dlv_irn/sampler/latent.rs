//! Latents of any part of a picture, the same whichever part is asked for.

use burn::tensor::{Device, Tensor, TensorData};

use crate::{
    seed,
    systems::dlv_irn::{network::LatentShape, tiles::Rect},
};

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
const WHICH_BITS: u32 = 3;

impl Latents {
    /// The down-scaling latent `[1, channels, height, width]` of a part, nothing where it is 0.
    pub fn small(&self, channels: usize, part: Rect, device: &Device) -> Option<Tensor<4>> {
        self.draw(0, self.small_spread, channels, part, device)
    }

    /// The up-scaling latents of a part of the small picture, one for each of `shapes`, nothing where they are 0.
    pub fn large(&self, shapes: &[LatentShape], part: Rect, device: &Device) -> Vec<Option<Tensor<4>>> {
        let draw = |(number, shape): (u64, &LatentShape)| {
            self.draw(number, self.large_spread, shape.channels, part.times(shape.finer), device)
        };
        (1..).zip(shapes).map(draw).collect()
    }

    fn draw(&self, which: u64, spread: f32, channels: usize, part: Rect, device: &Device) -> Option<Tensor<4>> {
        if spread == 0.0 || channels == 0 {
            return None;
        }
        let mut values = Vec::with_capacity(channels * part.width * part.height);
        for channel in 0..channels as u64 {
            for row in part.y..part.y + part.height {
                let latent = (self.index << WHICH_BITS) | which;
                let stream = (((latent << CHANNEL_BITS) | channel) << ROW_BITS) | row as u64;
                let drawn = seed::standard_normal(&mut seed::stream(self.seed, stream), part.x + part.width);
                values.extend(drawn[part.x..].iter().map(|z| spread * z));
            }
        }
        Some(Tensor::from_data(TensorData::new(values, [1, channels, part.height, part.width]), device))
    }
}

//! Maps as *planes*: `[channel, sample, y, x]` with zeros between rows and between samples, so that a convolution
//! that keeps the size of its maps sees one long row per channel.
//!
//! The neighbour of a pixel is at the same distance everywhere, borders and ends of samples included. Every vector is
//! full whatever the batch and the size of the maps, and nothing is copied to stack channels: the next ones are
//! written behind the last. The price is the zeros, `halo` per row and per column, which are computed like pixels.

use super::LANES;
use super::parallel::for_each;

/// The extent of the maps of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planes {
    /// Samples.
    pub batch: usize,
    /// Rows of a map.
    pub height: usize,
    /// Columns of a map.
    pub width: usize,
    /// How far a tap reaches: zeros after each row, and rows of zeros after each map. The kernel has
    /// `(2·halo + 1)²` taps.
    pub halo: usize,
}

/// Maps in burn's order or with strides of their own: sample, channel and row; pixels of a row lie side by side.
#[derive(Debug, Clone, Copy)]
pub struct Maps<'a> {
    /// From the first pixel on.
    pub values: &'a [f32],
    /// Distances from sample to sample, from channel to channel and from row to row.
    pub strides: [usize; 3],
}

impl Planes {
    /// From one row to the next.
    pub fn pitch(&self) -> usize {
        self.width + self.halo
    }

    /// Edge of the kernel.
    pub fn kernel(&self) -> usize {
        2 * self.halo + 1
    }

    /// Taps of the kernel.
    pub fn taps(&self) -> usize {
        self.kernel().pow(2)
    }

    /// Pixels and zeros between them, a multiple of [`LANES`].
    pub fn positions(&self) -> usize {
        (self.batch * (self.height + self.halo) * self.pitch()).next_multiple_of(LANES)
    }

    /// Zeros before the first position and after the last.
    pub fn margin(&self) -> usize {
        (self.halo * self.pitch() + self.halo).next_multiple_of(LANES)
    }

    /// From one channel to the next.
    pub fn channel_pitch(&self) -> usize {
        self.positions() + 2 * self.margin()
    }

    /// Where, in a channel, the value is that a tap brings to position 0.
    pub fn tap(&self, y: usize, x: usize) -> usize {
        self.margin() - self.halo * self.pitch() - self.halo + y * self.pitch() + x
    }

    /// Pixels of a channel, all samples together.
    pub fn pixels(&self) -> usize {
        self.batch * self.height * self.width
    }

    /// For each row of each map its sample, its y and its first position.
    fn rows(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let (height, halo, pitch) = (self.height, self.halo, self.pitch());
        (0..self.batch).flat_map(move |n| (0..height).map(move |y| (n, y, (n * (height + halo) + y) * pitch)))
    }

    /// 1 for pixels, 0 between them.
    pub fn inside(&self) -> Vec<f32> {
        let mut inside = vec![0.0; self.positions()];
        for (_, _, start) in self.rows() {
            inside[start..start + self.width].fill(1.0);
        }
        inside
    }

    /// Copies maps into the first `channels` channels of `planes`, which must be zero between pixels.
    pub fn fill(&self, planes: &mut [f32], channels: usize, maps: Maps) {
        if self.pixels() == 0 {
            return;
        }
        let work = planes.chunks_mut(self.channel_pitch()).take(channels).enumerate().collect();
        for_each(work, |(channel, plane): (usize, &mut [f32])| {
            for (n, y, start) in self.rows() {
                let from = n * maps.strides[0] + channel * maps.strides[1] + y * maps.strides[2];
                let row = &mut plane[self.margin() + start..][..self.width];
                row.copy_from_slice(&maps.values[from..from + self.width]);
            }
        });
    }

    /// `channels` channels of planes → `[batch, channels, height, width]` in burn's order.
    pub fn maps(&self, planes: &[f32], channels: usize) -> Vec<f32> {
        let mut maps = vec![0.0; channels * self.pixels()];
        if maps.is_empty() {
            return maps;
        }
        let work = maps.chunks_mut(self.height * self.width).enumerate().collect();
        for_each(work, |(index, map): (usize, &mut [f32])| {
            let (n, channel) = (index / channels, index % channels);
            let plane = &planes[channel * self.channel_pitch() + self.margin()..];
            let start = n * (self.height + self.halo) * self.pitch();
            for (row, target) in plane[start..].chunks(self.pitch()).zip(map.chunks_mut(self.width)) {
                target.copy_from_slice(&row[..self.width]);
            }
        });
        maps
    }
}

//! Rows of tiles: from maps to transformed values and back.
#![allow(clippy::needless_range_loop)] // Iterators are not inlined into vector code.

use super::transforms::{gradients, load, results, store, values};
use super::{Extent, PLACES, REACH, TILE, padded};
use pulp::Simd;

/// Consecutive rows of tiles, counted through all samples.
#[derive(Debug, Clone, Copy)]
pub struct Chunk {
    extent: Extent,
    first: usize,
    pub rows: usize,
}

/// All rows of tiles, in chunks of about `tiles`.
pub fn chunks(extent: Extent, tiles: usize) -> Vec<Chunk> {
    let rows = (tiles / extent.across().max(1)).max(1);
    let all = extent.batch * extent.down();
    (0..all).step_by(rows).map(|first| Chunk { extent, first, rows: rows.min(all - first) }).collect()
}

/// A few lines of maps, each `columns` pixels of `channels` values.
struct Band {
    values: Vec<f32>,
    columns: usize,
    channels: usize,
}

impl Band {
    fn new(lines: usize, columns: usize, channels: usize) -> Self {
        Self { values: vec![0.0; lines * columns * channels], columns, channels }
    }

    /// Fills it from line `top` of a sample on, lines beyond the map with zeros, starting at column `left`.
    fn fill(&mut self, extent: Extent, sample: &[f32], channels: usize, top: isize, left: usize) {
        let line_length = self.columns * self.channels;
        for (i, line) in self.values.chunks_exact_mut(line_length).enumerate() {
            let y = top + i as isize;
            if y < 0 || y >= extent.height as isize {
                line.fill(0.0);
                continue;
            }
            let start = y as usize * extent.width;
            let pixels = &mut line[left * self.channels..];
            transpose(&sample[start..], extent.pixels(), pixels, self.channels, [channels, extent.width]);
        }
    }

    fn pixel(&self, line: usize, column: usize) -> &[f32] {
        &self.values[(line * self.columns + column) * self.channels..][..self.channels]
    }
}

/// `to[x·to_pitch + c] = from[c·from_pitch + x]` for `extents` `[c, x]`, in squares.
#[inline(always)]
fn transpose(from: &[f32], from_pitch: usize, to: &mut [f32], to_pitch: usize, [rows, columns]: [usize; 2]) {
    const SIDE: usize = 4;
    let mut row = 0;
    while row < rows {
        let mut column = 0;
        while column < columns {
            if row + SIDE <= rows && column + SIDE <= columns {
                let mut square = [[0.0; SIDE]; SIDE];
                for (i, line) in square.iter_mut().enumerate() {
                    line.copy_from_slice(&from[(row + i) * from_pitch + column..][..SIDE]);
                }
                let [a, b, c, d] = square;
                for i in 0..SIDE {
                    to[(column + i) * to_pitch + row..][..SIDE].copy_from_slice(&[a[i], b[i], c[i], d[i]]);
                }
            } else {
                for r in row..rows.min(row + SIDE) {
                    for c in column..columns.min(column + SIDE) {
                        to[c * to_pitch + r] = from[r * from_pitch + c];
                    }
                }
            }
            column += SIDE;
        }
        row += SIDE;
    }
}

impl Chunk {
    /// Tiles of all rows.
    pub fn tiles(&self) -> usize {
        self.rows * self.extent.across()
    }

    /// Sample and first line of a row of tiles.
    fn place(&self, row: usize) -> (usize, usize) {
        let row = self.first + row;
        (row / self.extent.down(), row % self.extent.down() * TILE)
    }

    /// Bᵀ d B of the maps' tiles, `[place, tile, channel]`.
    #[inline(always)]
    pub fn inputs<S: Simd>(&self, simd: S, maps: &[f32], channels: usize) -> Vec<f32> {
        let (filled, across) = (padded(channels), self.extent.across());
        let mut places = vec![0.0; PLACES * self.tiles() * filled];
        let mut band = Band::new(REACH, TILE * across + 2, filled);
        for row in 0..self.rows {
            let (sample, y) = self.place(row);
            let sample = &maps[sample * channels * self.extent.pixels()..];
            band.fill(self.extent, sample, channels, y as isize - 1, 1);
            let length = band.columns * filled;
            let (a, rest) = band.values.split_at_mut(length);
            let (b, rest) = rest.split_at_mut(length);
            let (c, rest) = rest.split_at_mut(length);
            let (d, rest) = rest.split_at_mut(length);
            let (e, f) = rest.split_at_mut(length);
            let lines = [a, b, c, d, e, f];
            for i in 0..length / S::F32_LANES {
                let mut column = [simd.splat_f32s(0.0); REACH];
                for y in 0..REACH {
                    column[y] = load(simd, lines[y], i);
                }
                let down = values(simd, column);
                for y in 0..REACH {
                    store(simd, lines[y], i, down[y]);
                }
            }
            for (y, places) in places.chunks_exact_mut(REACH * self.tiles() * filled).enumerate() {
                for tile in 0..across {
                    let pixels: [&[f32]; REACH] = std::array::from_fn(|x| band.pixel(y, tile * TILE + x));
                    let mut slots = places.chunks_exact_mut(self.tiles() * filled);
                    let start = (row * across + tile) * filled;
                    let slots: [&mut [f32]; REACH] =
                        std::array::from_fn(|_| &mut slots.next().expect("six places")[start..start + filled]);
                    for i in 0..filled / S::F32_LANES {
                        let mut row = [simd.splat_f32s(0.0); REACH];
                        for x in 0..REACH {
                            row[x] = load(simd, pixels[x], i);
                        }
                        let sums = values(simd, row);
                        for x in 0..REACH {
                            store(simd, slots[x], i, sums[x]);
                        }
                    }
                }
            }
        }
        places
    }

    /// A dY Aᵀ of the gradients' tiles, `[place, tile, channel]`.
    #[inline(always)]
    pub fn gradients<S: Simd>(&self, simd: S, maps: &[f32], channels: usize) -> Vec<f32> {
        let (filled, across) = (padded(channels), self.extent.across());
        let mut places = vec![0.0; PLACES * self.tiles() * filled];
        let mut band = Band::new(TILE, TILE * across, filled);
        for row in 0..self.rows {
            let (sample, y) = self.place(row);
            let sample = &maps[sample * channels * self.extent.pixels()..];
            band.fill(self.extent, sample, channels, y as isize, 0);
            for tile in 0..across {
                let mut slots = places.chunks_exact_mut(self.tiles() * filled);
                let start = (row * across + tile) * filled;
                let slots: [&mut [f32]; PLACES] =
                    std::array::from_fn(|_| &mut slots.next().expect("as many places")[start..start + filled]);
                for i in 0..filled / S::F32_LANES {
                    let mut down = [[simd.splat_f32s(0.0); REACH]; TILE];
                    for x in 0..TILE {
                        let mut column = [simd.splat_f32s(0.0); TILE];
                        for y in 0..TILE {
                            column[y] = load(simd, band.pixel(y, tile * TILE + x), i);
                        }
                        down[x] = gradients(simd, column);
                    }
                    for y in 0..REACH {
                        let sums = gradients(simd, [down[0][y], down[1][y], down[2][y], down[3][y]]);
                        for x in 0..REACH {
                            store(simd, slots[y * REACH + x], i, sums[x]);
                        }
                    }
                }
            }
        }
        places
    }

    /// Aᵀ M A of products `[place, tile, filled]`, with the bias, into the rows' pixels of each channel.
    #[inline(always)]
    pub fn results<S: Simd>(&self, simd: S, products: &[f32], filled: usize, bias: &[f32], rows: Vec<Vec<&mut [f32]>>) {
        let (across, width) = (self.extent.across(), self.extent.width);
        let mut band = Band::new(TILE, TILE * across, filled);
        for (row, channels) in rows.into_iter().enumerate() {
            for tile in 0..across {
                let start = (row * across + tile) * filled;
                let places: [&[f32]; PLACES] =
                    std::array::from_fn(|place| &products[place * self.tiles() * filled + start..][..filled]);
                for i in 0..filled / S::F32_LANES {
                    let mut up = [[simd.splat_f32s(0.0); TILE]; REACH];
                    for x in 0..REACH {
                        let mut column = [simd.splat_f32s(0.0); REACH];
                        for y in 0..REACH {
                            column[y] = load(simd, places[y * REACH + x], i);
                        }
                        up[x] = results(simd, column);
                    }
                    for y in 0..TILE {
                        let pixels = results(simd, [up[0][y], up[1][y], up[2][y], up[3][y], up[4][y], up[5][y]]);
                        for x in 0..TILE {
                            let start = (y * band.columns + tile * TILE + x) * filled;
                            store(simd, &mut band.values[start..start + filled], i, pixels[x]);
                        }
                    }
                }
            }
            for (channel, pixels) in channels.into_iter().enumerate() {
                let shift = bias.get(channel).copied().unwrap_or(0.0);
                for (line, pixels) in band.values.chunks_exact(band.columns * filled).zip(pixels.chunks_mut(width)) {
                    for (pixel, value) in pixels.iter_mut().zip(line[channel..].iter().step_by(filled)) {
                        *pixel = value + shift;
                    }
                }
            }
        }
    }
}

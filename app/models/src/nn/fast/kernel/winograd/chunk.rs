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
#[derive(Debug, Default)]
struct Band {
    values: Vec<f32>,
    columns: usize,
    channels: usize,
}

impl Band {
    /// Zeros.
    fn reset(&mut self, lines: usize, columns: usize, channels: usize) {
        (self.columns, self.channels) = (columns, channels);
        self.values.clear();
        self.values.resize(lines * columns * channels, 0.0);
    }

    fn line(&self) -> usize {
        self.columns * self.channels
    }

    /// Fills its lines from `first` on; line 0 is line `top` of the sample, those beyond the map are zero. The map
    /// starts at column `left`.
    #[inline(always)]
    fn fill(&mut self, extent: Extent, sample: &[f32], channels: usize, [top, left]: [isize; 2], first: usize) {
        let length = self.line();
        for (i, line) in self.values.chunks_exact_mut(length).enumerate().skip(first) {
            let y = top + i as isize;
            if y < 0 || y >= extent.height as isize {
                line.fill(0.0);
                continue;
            }
            let pixels = &mut line[left as usize * self.channels..];
            let from = &sample[y as usize * extent.width..];
            transpose(from, extent.pixels(), pixels, self.channels, [channels, extent.width]);
        }
    }

    fn pixel(&self, line: usize, column: usize) -> &[f32] {
        &self.values[(line * self.columns + column) * self.channels..][..self.channels]
    }
}

/// What chunks are worked off in, one after the other.
#[derive(Debug, Default)]
pub struct Scratch {
    lines: Band,
    turned: Band,
    /// Of inputs.
    pub values: Vec<f32>,
    /// Of results, or of their gradients.
    pub others: Vec<f32>,
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

    /// Bᵀ d B of the maps' tiles, `[place, tile, channel]`, into the scratch's values.
    #[inline(always)]
    pub fn inputs<S: Simd>(&self, simd: S, maps: &[f32], channels: usize, scratch: &mut Scratch) {
        let (filled, across) = (padded(channels), self.extent.across());
        let Scratch { lines, turned, values: places, .. } = scratch;
        places.resize(PLACES * self.tiles() * filled, 0.0);
        lines.reset(REACH, TILE * across + 2, filled);
        turned.reset(REACH, TILE * across + 2, filled);
        let length = lines.line();
        for row in 0..self.rows {
            let (sample, y) = self.place(row);
            let sample = &maps[sample * channels * self.extent.pixels()..];
            // Of the row above, the last two lines are known.
            let known = if row > 0 && y > 0 { REACH - TILE } else { 0 };
            lines.values.copy_within(TILE * length.., 0);
            lines.fill(self.extent, sample, channels, [y as isize - 1, 1], known);
            for i in 0..length / S::F32_LANES {
                let mut column = [simd.splat_f32s(0.0); REACH];
                for y in 0..REACH {
                    column[y] = load(simd, &lines.values[y * length..][..length], i);
                }
                let down = values(simd, column);
                for y in 0..REACH {
                    store(simd, &mut turned.values[y * length..][..length], i, down[y]);
                }
            }
            for (y, places) in places.chunks_exact_mut(REACH * self.tiles() * filled).enumerate() {
                for tile in 0..across {
                    let pixels: [&[f32]; REACH] = std::array::from_fn(|x| turned.pixel(y, tile * TILE + x));
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
    }

    /// A dY Aᵀ of the gradients' tiles, `[place, tile, channel]`, into the scratch's other values.
    #[inline(always)]
    pub fn gradients<S: Simd>(&self, simd: S, maps: &[f32], channels: usize, scratch: &mut Scratch) {
        let (filled, across) = (padded(channels), self.extent.across());
        let Scratch { lines: band, others: places, .. } = scratch;
        places.resize(PLACES * self.tiles() * filled, 0.0);
        band.reset(TILE, TILE * across, filled);
        for row in 0..self.rows {
            let (sample, y) = self.place(row);
            let sample = &maps[sample * channels * self.extent.pixels()..];
            band.fill(self.extent, sample, channels, [y as isize, 0], 0);
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
    }

    /// Aᵀ M A of the scratch's other values, which are products `[place, tile, filled]`, with the bias, into the rows'
    /// pixels of each channel.
    #[inline(always)]
    pub fn results<S: Simd>(
        &self,
        simd: S,
        scratch: &mut Scratch,
        filled: usize,
        bias: &[f32],
        rows: &mut [Vec<&mut [f32]>],
    ) {
        let (across, width) = (self.extent.across(), self.extent.width);
        let Scratch { lines: band, others: products, .. } = scratch;
        band.reset(TILE, TILE * across, filled);
        for (row, channels) in rows.iter_mut().enumerate() {
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
            for (channel, pixels) in channels.iter_mut().enumerate() {
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

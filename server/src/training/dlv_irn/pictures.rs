//! Pictures to learn from: whole files once, then random crops of the large and the small one.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use samples::{
    Image,
    image::{Limits, decode, resize::bicubic},
};

/// File names end in one of these.
const ENDINGS: [&str; 4] = ["png", "webp", "jpg", "jpeg"];

/// A named picture.
#[derive(Clone, Debug)]
pub struct Named {
    /// File name without its ending.
    pub name: String,
    /// The picture.
    pub image: Image,
}

/// All pictures of a folder, by name.
///
/// # Errors
/// If there are none, or one is no picture within bounds.
pub fn read(folder: &Path) -> Result<Vec<Named>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| ENDINGS.iter().any(|ending| e.eq_ignore_ascii_case(ending))));
    paths.sort();
    ensure!(!paths.is_empty(), "{} holds no pictures ({})", folder.display(), ENDINGS.join(", "));
    let one = |path: &std::path::PathBuf| {
        let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        let decoded = decode(&bytes, &Limits::PHOTO).with_context(|| path.display().to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Named { name, image: decoded.image })
    };
    paths.iter().map(one).collect()
}

/// A large picture whose sides are multiples of the scale, and its bicubic small one.
#[derive(Clone, Debug)]
pub struct Pair {
    large: Image,
    small: Image,
}

impl Pair {
    /// Cuts off what is beyond a multiple of `scale`, as the published tables do.
    ///
    /// # Errors
    /// If less than a pixel of the small picture is left.
    pub fn of(image: &Image, scale: usize) -> Result<Self> {
        let large = whole_multiple(image, scale).context("a picture is smaller than the scale")?;
        let small = bicubic(&large, large.width() / scale, large.height() / scale);
        Ok(Self { large, small })
    }

    /// Whether crops of `edge` pixels fit.
    pub fn holds(&self, edge: usize) -> bool {
        self.large.width() >= edge && self.large.height() >= edge
    }
}

/// The upper left part whose sides are multiples of `scale`.
pub fn whole_multiple(image: &Image, scale: usize) -> Option<Image> {
    image.crop(0, 0, image.width() / scale * scale, image.height() / scale * scale)
}

/// Crops `[batch, 3, edge, edge]` of random pictures at random places, in one of the 8 orientations of the square, and
/// the same of the small ones, `[batch, 3, edge/scale, edge/scale]`.
///
/// # Panics
/// If a picture does not hold the crop.
pub fn crops(
    pairs: &[Pair],
    batch: usize,
    edge: usize,
    scale: usize,
    rng: &mut impl Rng,
    device: &Device,
) -> (Tensor<4>, Tensor<4>) {
    let small_edge = edge / scale;
    let mut large = Vec::with_capacity(batch * 3 * edge * edge);
    let mut small = Vec::with_capacity(batch * 3 * small_edge * small_edge);
    for _ in 0..batch {
        let pair = &pairs[rng.random_range(0..pairs.len())];
        let x = rng.random_range(0..=pair.small.width() - small_edge);
        let y = rng.random_range(0..=pair.small.height() - small_edge);
        let turn = Turn { swapped: rng.random(), mirrored: [rng.random(), rng.random()] };
        turn.push(&pair.large, [x * scale, y * scale], edge, &mut large);
        turn.push(&pair.small, [x, y], small_edge, &mut small);
    }
    let tensor = |values, edge| Tensor::from_data(TensorData::new(values, [batch, 3, edge, edge]), device);
    (tensor(large, edge), tensor(small, small_edge))
}

/// One of the 8 orientations of a square.
#[derive(Clone, Copy, Debug)]
struct Turn {
    swapped: bool,
    mirrored: [bool; 2],
}

impl Turn {
    /// Appends a square, colours first, in 0 … 1.
    fn push(self, image: &Image, [x, y]: [usize; 2], edge: usize, values: &mut Vec<f32>) {
        for colour in 0..3 {
            for row in 0..edge {
                for column in 0..edge {
                    let (mut dy, mut dx) = if self.swapped { (column, row) } else { (row, column) };
                    if self.mirrored[0] {
                        dy = edge - 1 - dy;
                    }
                    if self.mirrored[1] {
                        dx = edge - 1 - dx;
                    }
                    let pixel = (y + dy) * image.width() + x + dx;
                    values.push(f32::from(image.pixels()[3 * pixel + colour]) / 255.0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use models::seed;

    use super::*;

    #[test]
    fn crops_of_large_and_small_belong_together_in_all_8_orientations() {
        let (scale, edge) = (2, 4);
        // Colour 0 is the column of the small picture, colour 1 its row: they survive the mean of 2×2.
        let pixels = (0..12 * 16).flat_map(|i| [(i % 16 / 2) as u8 * 8, (i / 16 / 2) as u8 * 8, 0]).collect();
        let large = Image::new(16, 12, pixels).unwrap();
        let pixels = (0..6 * 8).flat_map(|i| [(i % 8) as u8 * 8, (i / 8) as u8 * 8, 0]).collect();
        let pair = Pair { large, small: Image::new(8, 6, pixels).unwrap() };
        let mut rng = seed::stream(3, 0);
        let mut seen = HashSet::new();
        for _ in 0..400 {
            let device = Device::flex();
            let (large, small) = crops(std::slice::from_ref(&pair), 1, edge, scale, &mut rng, &device);
            let read = |x: Tensor<4>| x.into_data().try_into_vec::<f32>().unwrap();
            let (large, small) = (read(large), read(small));
            for colour in 0..2 {
                for i in 0..4 {
                    let (row, column) = (i / 2, i % 2);
                    let value = small[colour * 4 + i];
                    assert_eq!(value, large[colour * 16 + 2 * row * edge + 2 * column]);
                }
            }
            // What a step right and a step down do to column and row.
            let step = |to: usize| [0, 1].map(|c| ((small[c * 4 + to] - small[c * 4]) * 255.0 / 8.0).round() as i32);
            seen.insert((step(1), step(2)));
        }
        assert_eq!(seen.len(), 8);
    }
}

//! Bicubic resizing as MATLAB's `imresize` does it: the kernel is stretched where the picture shrinks, so that it
//! does not alias. The reference of super-resolution papers; Pillow's differs at the edges, OpenCV's does not stretch.
//!
//! Rows first, then columns, in 32-bit floats, rounded once. Working memory is two rows.

use super::{Image, planar::rounded, taps::Taps};
use crate::parallel::for_each_chunk;

/// `image` resized to `width` × `height`, rounded to 8 bits.
///
/// # Panics
/// If a side is zero.
pub fn bicubic(image: &Image, width: usize, height: usize) -> Image {
    let resampler = Resampler::new(image, width, height);
    let mut pixels = vec![0; width * height * 3];
    for_each_chunk(&mut pixels, ROWS * width * 3, |chunk, rows| {
        let (mut tall, mut values) = (vec![0.0; image.width() * 3], vec![[0.0; 3]; width]);
        for (y, row) in (chunk * ROWS..).zip(rows.chunks_exact_mut(width * 3)) {
            resampler.row(y, &mut tall, &mut values);
            for (pixel, value) in row.as_chunks_mut().0.iter_mut().zip(&values) {
                *pixel = value.map(rounded);
            }
        }
    });
    Image::new(width, height, pixels).expect("sides that were asserted, filled")
}

/// `image` resized to `width` × `height`, as `[3, height, width]` values from 0 to 1 that are clamped but not
/// rounded.
///
/// # Panics
/// If a side is zero.
pub fn bicubic_planar(image: &Image, width: usize, height: usize) -> Vec<f32> {
    let resampler = Resampler::new(image, width, height);
    let (mut tall, mut values) = (vec![0.0; image.width() * 3], vec![[0.0; 3]; width]);
    let mut planes = vec![0.0; 3 * height * width];
    for y in 0..height {
        resampler.row(y, &mut tall, &mut values);
        for (colour, plane) in planes.chunks_exact_mut(height * width).enumerate() {
            for (to, value) in plane[y * width..].iter_mut().zip(&values) {
                *to = (value[colour] / 255.0).clamp(0.0, 1.0);
            }
        }
    }
    planes
}

/// Rows that one thread makes before it asks for more.
const ROWS: usize = 16;

struct Resampler<'a> {
    image: &'a Image,
    columns: Taps,
    rows: Taps,
}

impl<'a> Resampler<'a> {
    fn new(image: &'a Image, width: usize, height: usize) -> Self {
        assert!(width > 0 && height > 0, "a picture is not resized to {width} × {height} pixels");
        Self { image, columns: Taps::bicubic(image.width(), width), rows: Taps::bicubic(image.height(), height) }
    }

    /// Row `y` of the new picture, 0 to 255 and a little beyond. `tall` is room for a row of the old width.
    fn row(&self, y: usize, tall: &mut [f32], values: &mut [[f32; 3]]) {
        let (first, weights) = self.rows.of(y);
        tall.fill(0.0);
        for (source, &weight) in (first..).zip(weights) {
            for (sum, &value) in tall.iter_mut().zip(self.image.row(source)) {
                *sum += weight * f32::from(value);
            }
        }
        let tall = tall.as_chunks::<3>().0;
        for (value, (first, weights)) in values.iter_mut().zip(self.columns.iter()) {
            let mut sum = [0.0; 3];
            for (pixel, &weight) in tall[first..][..weights.len()].iter().zip(weights) {
                for (sum, &value) in sum.iter_mut().zip(pixel) {
                    *sum += weight * value;
                }
            }
            *value = sum;
        }
    }
}

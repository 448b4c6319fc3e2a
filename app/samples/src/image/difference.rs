//! Where two pictures differ.

use super::{Image, ImageError, metrics::within};
use crate::parallel::for_each_chunk;

/// Points of the colour map inferno (van der Walt and Smith 2015, public domain), evenly spaced: black, purple, red,
/// orange, pale yellow. Its lightness rises evenly, so that equal steps look equal.
const INFERNO: [[u8; 3]; 18] = [
    [0, 0, 4],
    [10, 7, 34],
    [30, 12, 69],
    [56, 9, 98],
    [81, 14, 108],
    [105, 22, 110],
    [128, 31, 108],
    [152, 39, 102],
    [176, 49, 91],
    [198, 61, 77],
    [217, 77, 61],
    [233, 97, 43],
    [244, 121, 24],
    [250, 148, 7],
    [252, 176, 20],
    [248, 205, 55],
    [242, 234, 105],
    [252, 255, 164],
];

/// A heat map of two pictures: for each pixel the largest difference of its three values, times `gain`, from black
/// (none) to pale yellow (255 / `gain` and more).
///
/// # Errors
/// Pictures of different sides.
pub fn difference(a: &Image, b: &Image, gain: f32) -> Result<Image, ImageError> {
    within(a, b, 0, 1)?;
    let colours: [[u8; 3]; 256] = std::array::from_fn(|difference| inferno(difference as f32 / 255.0 * gain));
    let (width, height) = (a.width(), a.height());
    let mut pixels = vec![0; width * height * 3];
    for_each_chunk(&mut pixels, width * 3, |y, row| {
        let [a, b] = [a, b].map(|image| image.row(y).as_chunks::<3>().0);
        for ((pixel, a), b) in row.as_chunks_mut().0.iter_mut().zip(a).zip(b) {
            let largest = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
            *pixel = colours[usize::from(largest)];
        }
    });
    Image::new(width, height, pixels)
}

/// The colour of a value from 0 to 1; what lies outside is clamped.
fn inferno(value: f32) -> [u8; 3] {
    let at = value.clamp(0.0, 1.0) * (INFERNO.len() - 1) as f32;
    let (below, part) = (at as usize, at.fract());
    let (low, high) = (INFERNO[below], INFERNO[(below + 1).min(INFERNO.len() - 1)]);
    std::array::from_fn(|c| (f32::from(low[c]) + part * (f32::from(high[c]) - f32::from(low[c]))).round() as u8)
}

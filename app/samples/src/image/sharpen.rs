//! Unsharp masking.

use super::{Image, gaussian, planar::rounded};
use crate::parallel::for_each_chunk;

/// Pixels of the blur, σ = 1.
const WINDOW: usize = 7;

/// `image` + `amount` · (`image` − its blur of σ = 1 pixel): edges stand out more. 0 changes nothing; ½ to 1 is what
/// picture editors offer after enlarging. The edge of the picture is repeated.
pub fn sharpen(image: &Image, amount: f32) -> Image {
    let weights: [f32; WINDOW] = gaussian::window(1.0);
    let (width, height, half) = (image.width(), image.height(), WINDOW / 2);
    let mut pixels = vec![0; width * height * 3];
    for_each_chunk(&mut pixels, width * 3, |y, row| {
        let mut tall = vec![0.0; width * 3];
        for (offset, &weight) in weights.iter().enumerate() {
            let source = image.row((y + offset).saturating_sub(half).min(height - 1));
            for (sum, &value) in tall.iter_mut().zip(source) {
                *sum += weight * f32::from(value);
            }
        }
        for (i, (to, &value)) in row.iter_mut().zip(image.row(y)).enumerate() {
            let (x, colour) = (i / 3, i % 3);
            let at = |offset: usize| tall[(x + offset).saturating_sub(half).min(width - 1) * 3 + colour];
            let blurred: f32 = weights.iter().enumerate().map(|(offset, &weight)| weight * at(offset)).sum();
            let value = f32::from(value);
            *to = rounded(value + amount * (value - blurred));
        }
    });
    Image::new(width, height, pixels).expect("the sides of a picture, filled")
}

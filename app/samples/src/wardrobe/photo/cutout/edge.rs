//! The edge of a cut-out, where a pixel is half cloth and half ground.

use super::ground::difference;
use crate::{image::Image, wardrobe::Mask};

/// How far around a pixel cloth and ground are looked for.
const REACH: usize = 3;
/// Cloth and ground that are nearer to each other than this are not told apart.
const APART: f32 = 24.0;

/// Decides the pixels at the edge anew: what the cloth and the ground look like is taken from around, further from the
/// edge, and a pixel is cloth if its colour lies beyond the middle between them.
pub(super) fn at_half(image: &Image, mask: &Mask) -> Mask {
    let pixels = image.pixels().as_chunks::<3>().0;
    let (inner, outer) = (mask.eroded(3), mask.dilated(3));
    // One pixel further: what is sure not to be mixed.
    let (cloth, ground) = (inner.eroded(3), outer.dilated(3).inverted());
    let mean = |of: &Mask, x: usize, y: usize| {
        let (mut count, mut sum) = (0, [0.0; 3]);
        for row in y.saturating_sub(REACH)..(y + REACH + 1).min(mask.height) {
            for column in x.saturating_sub(REACH)..(x + REACH + 1).min(mask.width) {
                if of.at(column, row) {
                    count += 1;
                    (0..3).for_each(|c| sum[c] += f32::from(pixels[row * mask.width + column][c]));
                }
            }
        }
        (count > 0).then(|| sum.map(|sum| sum / count as f32))
    };
    Mask::from_fn(mask.width, mask.height, |x, y| {
        let inside = mask.at(x, y);
        if inner.at(x, y) || !outer.at(x, y) {
            return inside;
        }
        let (Some(cloth), Some(ground)) = (mean(&cloth, x, y), mean(&ground, x, y)) else { return inside };
        let span = difference(cloth, ground);
        if span < APART {
            return inside;
        }
        let here = pixels[y * mask.width + x].map(f32::from);
        let part: f32 = (0..3).map(|c| (here[c] - ground[c]) * (cloth[c] - ground[c])).sum::<f32>() / (span * span);
        part >= 0.5
    })
}

//! The ground around a garment, from the picture's edges inwards.

use std::collections::VecDeque;

use crate::{
    image::Image,
    wardrobe::{Mask, photo::cutout::is_border},
};

/// Steps between neighbours, and from the ground's colour, that are always ground: noise and JPEG's blocks.
const STEP: f32 = 10.0;
const AWAY: f32 = 14.0;
/// They grow with the noise of the picture's edge, up to this many times.
const NOISY: f32 = 3.0;
/// How fast the ground's colour follows its pixels, so that shades are ground too.
const FOLLOWS: f32 = 0.06;
/// How far it may go from the colour at the edge.
const SHADE: f32 = 70.0;

/// The pixels that are reached from the edge of the picture. Colours are compared by their distance, 0 to 441.
pub(super) fn flood(image: &Image) -> Mask {
    let (width, height) = (image.width(), image.height());
    let pixels = image.pixels().as_chunks::<3>().0;
    let colour = |pixel: usize| pixels[pixel].map(f32::from);
    let border: Vec<usize> = (0..width * height).filter(|&i| is_border(i, width, height)).collect();
    let edge = median(border.iter().map(|&i| pixels[i]));
    let noise = noise(image).clamp(1.0, NOISY);
    let (step, away) = (noise * STEP, noise * AWAY);
    let mut ground = vec![false; width * height];
    // What the ground looks like at each pixel that waits, as it was seen on the way there.
    let mut waiting: VecDeque<(usize, [f32; 3])> = VecDeque::new();
    for i in border {
        if difference(colour(i), edge) <= SHADE {
            ground[i] = true;
            waiting.push_back((i, colour(i)));
        }
    }
    while let Some((from, seen)) = waiting.pop_front() {
        let (x, y) = (from % width, from / width);
        let left = (x > 0).then(|| from - 1);
        let right = (x + 1 < width).then_some(from + 1);
        let above = (y > 0).then(|| from - width);
        let below = (y + 1 < height).then_some(from + width);
        for to in [left, right, above, below].into_iter().flatten().filter(|&to| !ground[to]).collect::<Vec<_>>() {
            let here = colour(to);
            if difference(here, colour(from)) <= step && difference(here, seen) <= away && difference(here, edge) <= SHADE
            {
                ground[to] = true;
                waiting.push_back((to, [0, 1, 2].map(|c| seen[c] + FOLLOWS * (here[c] - seen[c]))));
            }
        }
    }
    Mask { width, height, values: ground }
}

/// The median of each colour.
fn median(pixels: impl Iterator<Item = [u8; 3]>) -> [f32; 3] {
    let mut counts = [[0_usize; 256]; 3];
    let mut total = 0;
    for pixel in pixels {
        total += 1;
        (0..3).for_each(|c| counts[c][usize::from(pixel[c])] += 1);
    }
    counts.map(|counts| {
        let mut below = 0;
        let middle = counts.iter().position(|count| {
            below += count;
            2 * below >= total
        });
        middle.unwrap_or(0) as f32
    })
}

/// The median step along the picture's upper and lower edge, in steps of 4.
fn noise(image: &Image) -> f32 {
    let rows = [0, image.height() - 1];
    let mut steps: Vec<f32> = rows
        .into_iter()
        .flat_map(|y| image.row(y).as_chunks::<3>().0.windows(2))
        .map(|pair| difference(pair[0].map(f32::from), pair[1].map(f32::from)))
        .collect();
    let middle = steps.len() / 2;
    if steps.is_empty() { 0.0 } else { *steps.select_nth_unstable_by(middle, f32::total_cmp).1 / 4.0 }
}

pub(super) fn difference(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3).map(|c| (a[c] - b[c]) * (a[c] - b[c])).sum::<f32>().sqrt()
}

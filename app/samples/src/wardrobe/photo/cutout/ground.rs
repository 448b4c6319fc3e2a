//! The ground around a garment, from the picture's edges inwards.
//!
//! Cloth may have the ground's colour: white stripes on a white table. Then only a thin line is between them, which may
//! be faint in places. So the ground is what a small square can reach that nowhere touches a step of colour; where it has
//! been, the ground grows back to the steps.

use crate::{
    image::Image,
    wardrobe::{Mask, photo::cutout::is_border},
};

/// A step of colour between neighbours is one that is so many times what nine of ten steps at the picture's edge are below;
/// but the least of these and the most.
const STEP: f32 = 2.4;
const STEPS: [f32; 2] = [5.0, 30.0];
/// How many steps pixels of the ground are at most from its colour.
const AWAY: f32 = 1.4;
/// How fast the ground's colour follows its pixels, so that shades are ground too.
const FOLLOWS: f32 = 0.15;
/// How far it may go from the colour at the edge.
const SHADE: f32 = 70.0;
/// The square's reach to each side, in shorter sides of the picture, and in pixels at most.
const REACH: f32 = 1.0 / 160.0;
const MOST: usize = 8;
/// How far the ground grows back, in times that the square kept away: far enough for corners, not far into stripes.
const GROWS: usize = 2;

/// The pixels that are reached from the edge of the picture. Colours are compared by their distance, 0 to 441.
pub(super) fn flood(image: &Image) -> Mask {
    let (width, height) = (image.width(), image.height());
    let pixels = image.pixels().as_chunks::<3>().0;
    let colour = |pixel: usize| pixels[pixel].map(f32::from);
    let border: Vec<usize> = (0..width * height).filter(|&i| is_border(i, width, height)).collect();
    let edge = median(border.iter().map(|&i| pixels[i]));
    let step = (STEP * common_step(image)).clamp(STEPS[0], STEPS[1]);
    let away = AWAY * step;
    let steps = Mask::from_fn(width, height, |x, y| {
        let here = y * width + x;
        let differs = |there: usize| difference(colour(here), colour(there)) > step;
        neighbours(here, width, height).any(differs)
    });
    let reach = ((width.min(height) as f32 * REACH) as usize).clamp(1, MOST);
    let near = steps.dilated(2 * reach + 1);
    // What the ground looks like at each pixel, as it was seen on the way there.
    let mut seen: Vec<Option<[f32; 3]>> = vec![None; width * height];
    let mut front = Vec::new();
    for i in border {
        if !near.values[i] && difference(colour(i), edge) <= SHADE {
            seen[i] = Some(colour(i));
            front.push(i);
        }
    }
    // First where the square goes; then back to the steps, into corners too.
    let mut grow = |front: Vec<usize>, may: &dyn Fn(usize) -> bool| {
        let mut next = Vec::new();
        for from in front {
            let Some(ground) = seen[from] else { continue };
            for to in neighbours(from, width, height) {
                let here = colour(to);
                let fits = difference(here, ground) <= away && difference(here, edge) <= SHADE;
                if seen[to].is_none() && may(to) && fits {
                    seen[to] = Some([0, 1, 2].map(|c| ground[c] + FOLLOWS * (here[c] - ground[c])));
                    next.push(to);
                }
            }
        }
        next
    };
    let mut reached = front.clone();
    while !front.is_empty() {
        front = grow(front, &|to| !near.values[to]);
        reached.extend(&front);
    }
    front = reached;
    for _ in 0..GROWS * (reach + 1) {
        front = grow(front, &|_| true);
    }
    Mask { width, height, values: seen.into_iter().map(|seen| seen.is_some()).collect() }
}

/// The pixels left, right, above and below that are in the picture.
fn neighbours(pixel: usize, width: usize, height: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (pixel % width, pixel / width);
    let left = (x > 0).then(|| pixel - 1);
    let right = (x + 1 < width).then_some(pixel + 1);
    let above = (y > 0).then(|| pixel - width);
    let below = (y + 1 < height).then_some(pixel + width);
    [left, right, above, below].into_iter().flatten()
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

/// What nine of ten steps along the picture's upper and lower edge are below.
fn common_step(image: &Image) -> f32 {
    let rows = [0, image.height() - 1];
    let mut steps: Vec<f32> = rows
        .into_iter()
        .flat_map(|y| image.row(y).as_chunks::<3>().0.windows(2))
        .map(|pair| difference(pair[0].map(f32::from), pair[1].map(f32::from)))
        .collect();
    let most = steps.len() * 9 / 10;
    if steps.is_empty() { 0.0 } else { *steps.select_nth_unstable_by(most, f32::total_cmp).1 }
}

pub(super) fn difference(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3).map(|c| (a[c] - b[c]) * (a[c] - b[c])).sum::<f32>().sqrt()
}

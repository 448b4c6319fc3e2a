//! Mixing along the seam.

use super::{rounded, same};
use crate::{
    image::Image,
    wardrobe::{Mask, WardrobeError, geometry::smooth_step},
};

/// `target` with `source` in the mask: nothing of it at the mask's edge, all of it from `width` pixels inside on, a
/// smooth step between. Width 0 pastes. What is outside of the mask stays bit for bit; the picture's own edge is no
/// seam.
///
/// # Errors
/// Different sides.
pub fn feather(target: &Image, source: &Image, mask: &Mask, width: f32) -> Result<Image, WardrobeError> {
    let sides = same(target, source, mask)?;
    let depth = depth(mask);
    let mut pixels = target.pixels().to_vec();
    let (targets, sources) = (pixels.as_chunks_mut::<3>().0, source.pixels().as_chunks::<3>().0);
    for ((pixel, source), &depth) in targets.iter_mut().zip(sources).zip(&depth) {
        // A pixel's middle lies half a pixel from its edge.
        let part = if depth == 0.0 { 0.0 } else { share(depth - 0.5, width) };
        if part > 0.0 {
            *pixel = [0, 1, 2].map(|c| {
                let (from, to) = (f32::from(pixel[c]), f32::from(source[c]));
                rounded(from + part * (to - from))
            });
        }
    }
    Ok(Image::new(sides[0], sides[1], pixels).expect("the target's sides, filled"))
}

fn share(depth: f32, width: f32) -> f32 {
    if width > 0.0 { smooth_step(depth / width) } else { 1.0 }
}

/// How far, in pixels, each pixel of the mask is from the nearest outside of it: steps to the eight neighbours, so that
/// it is at most 8 % too long. Infinite where the mask has no outside.
fn depth(mask: &Mask) -> Vec<f32> {
    let (width, height) = (mask.width, mask.height);
    let mut depth: Vec<f32> = mask.values.iter().map(|&inside| if inside { f32::INFINITY } else { 0.0 }).collect();
    let diagonal = std::f32::consts::SQRT_2;
    let mut pass = |x: usize, y: usize, back: bool| {
        let mut best = depth[y * width + x];
        for (dx, dy, step) in [(-1_isize, 0_isize, 1.0), (-1, -1, diagonal), (0, -1, 1.0), (1, -1, diagonal)] {
            let [dx, dy] = if back { [-dx, -dy] } else { [dx, dy] };
            let (Some(x), Some(y)) = (x.checked_add_signed(dx), y.checked_add_signed(dy)) else { continue };
            if x < width && y < height {
                best = best.min(depth[y * width + x] + step);
            }
        }
        depth[y * width + x] = best;
    };
    for y in 0..height {
        (0..width).for_each(|x| pass(x, y, false));
    }
    for y in (0..height).rev() {
        (0..width).rev().for_each(|x| pass(x, y, true));
    }
    depth
}

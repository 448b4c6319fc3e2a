//! Bilinear sampling: the four pixels around every place are found once and then read in every channel.

use crate::appearance_flow::operators::Padding;
use crate::nn::fast::kernel::parallel;

/// Of the planes that are sampled.
#[derive(Clone, Copy)]
pub struct Extent {
    pub batch: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub padding: Padding,
}

impl Extent {
    /// Values of a plane.
    fn plane(&self) -> usize {
        self.height * self.width
    }

    /// Values of a sample's planes.
    fn planes(&self) -> usize {
        self.channels * self.plane()
    }

    /// Pixels of each of the grids.
    fn pixels(&self, grid: &[f32]) -> usize {
        if self.batch == 0 { 0 } else { grid.len() / (2 * self.batch) }
    }
}

/// Where a pixel looks: upper left, upper right, lower left, lower right.
#[derive(Clone, Copy, Default)]
struct Taps {
    at: [u32; 4],
    /// 0 where there is no pixel.
    weights: [f32; 4],
}

/// Slopes of the weights by the grid's coordinates.
#[derive(Clone, Copy, Default)]
struct Slopes {
    x: [f32; 4],
    y: [f32; 4],
}

/// One side's neighbours of a coordinate: their indices, whether they are there, the second's weight, and how many
/// pixels a unit of the grid is.
#[derive(Clone, Copy)]
struct Neighbours {
    at: [u32; 2],
    there: [f32; 2],
    part: f32,
    scale: f32,
}

fn neighbours(coordinate: f32, side: usize, padding: Padding) -> Neighbours {
    let last = (side - 1) as f32;
    let (mut x, mut scale) = if side > 1 { ((coordinate + 1.0) * (last / 2.0), last / 2.0) } else { (coordinate, 1.0) };
    if padding == Padding::Border {
        if x <= 0.0 || x >= last {
            scale = 0.0;
        }
        x = x.clamp(0.0, last);
    }
    let before = x.floor();
    let pixel = |at: f32| {
        let inside = (0.0..=last).contains(&at);
        // Saturates; what is no number is 0.
        (at.clamp(0.0, last) as u32, f32::from(u8::from(inside)))
    };
    let ((first, first_there), (second, second_there)) = (pixel(before), pixel(before + 1.0));
    Neighbours { at: [first, second], there: [first_there, second_there], part: x - before, scale }
}

/// Taps and slopes of every pixel of a grid `[2, n]`.
fn taps(extent: &Extent, grid: &[f32]) -> (Vec<Taps>, Vec<Slopes>) {
    let (xs, ys) = grid.split_at(grid.len() / 2);
    let both = xs.iter().zip(ys).map(|(&x, &y)| {
        let across = neighbours(x, extent.width, extent.padding);
        let down = neighbours(y, extent.height, extent.padding);
        let (mut taps, mut slopes) = (Taps::default(), Slopes::default());
        for corner in 0..4 {
            let (row, column) = (corner / 2, corner % 2);
            let there = down.there[row] * across.there[column];
            let part = |n: &Neighbours, which: usize| if which == 0 { 1.0 - n.part } else { n.part };
            let sign = |which: usize| if which == 0 { -1.0 } else { 1.0 };
            taps.at[corner] = down.at[row] * extent.width as u32 + across.at[column];
            // A place that is no number makes the result none, too.
            taps.weights[corner] = there * (part(&down, row) * part(&across, column));
            slopes.x[corner] = there * part(&down, row) * sign(column) * across.scale;
            slopes.y[corner] = there * part(&across, column) * sign(row) * down.scale;
        }
        (taps, slopes)
    });
    both.unzip()
}

/// Planes `[b, c, h, w]` seen through grids `[b, 2, n]`: `[b, c, n]`.
pub fn sample(extent: Extent, planes: &[f32], grid: &[f32]) -> Vec<f32> {
    let pixels = extent.pixels(grid);
    let mut seen = vec![0.0; extent.batch * extent.channels * pixels];
    if seen.is_empty() {
        return seen;
    }
    let work =
        planes.chunks(extent.planes()).zip(grid.chunks(2 * pixels)).zip(seen.chunks_mut(extent.channels * pixels));
    parallel::for_each(work.collect(), |((planes, grid), seen)| {
        let (taps, _) = taps(&extent, grid);
        for (plane, seen) in planes.chunks_exact(extent.plane()).zip(seen.chunks_exact_mut(pixels)) {
            for (seen, taps) in seen.iter_mut().zip(&taps) {
                let value = |corner: usize| taps.weights[corner] * plane[taps.at[corner] as usize];
                *seen = (value(0) + value(1)) + (value(2) + value(3));
            }
        }
    });
    seen
}

/// The gradient of [`sample`] for the planes.
pub fn planes_gradient(extent: Extent, grid: &[f32], grad: &[f32]) -> Vec<f32> {
    let pixels = extent.pixels(grid);
    let mut planes = vec![0.0; extent.batch * extent.planes()];
    if planes.is_empty() || pixels == 0 {
        return planes;
    }
    let work =
        planes.chunks_mut(extent.planes()).zip(grid.chunks(2 * pixels)).zip(grad.chunks(extent.channels * pixels));
    parallel::for_each(work.collect(), |((planes, grid), grad)| {
        let (taps, _) = taps(&extent, grid);
        for (plane, grad) in planes.chunks_exact_mut(extent.plane()).zip(grad.chunks_exact(pixels)) {
            for (grad, taps) in grad.iter().zip(&taps) {
                for (&at, weight) in taps.at.iter().zip(taps.weights) {
                    plane[at as usize] += weight * grad;
                }
            }
        }
    });
    planes
}

/// The gradient of [`sample`] for the grids.
pub fn grid_gradient(extent: Extent, planes: &[f32], grid: &[f32], grad: &[f32]) -> Vec<f32> {
    let pixels = extent.pixels(grid);
    let mut gradient = vec![0.0; grid.len()];
    if gradient.is_empty() || extent.channels == 0 {
        return gradient;
    }
    let inputs = planes.chunks(extent.planes()).zip(grid.chunks(2 * pixels)).zip(grad.chunks(extent.channels * pixels));
    parallel::for_each(inputs.zip(gradient.chunks_mut(2 * pixels)).collect(), |(((planes, grid), grad), gradient)| {
        let (taps, slopes) = taps(&extent, grid);
        let (dx, dy) = gradient.split_at_mut(pixels);
        for (plane, grad) in planes.chunks_exact(extent.plane()).zip(grad.chunks_exact(pixels)) {
            let outputs = dx.iter_mut().zip(dy.iter_mut());
            for (((dx, dy), grad), (taps, slopes)) in outputs.zip(grad).zip(taps.iter().zip(&slopes)) {
                let values = taps.at.map(|at| plane[at as usize]);
                let along = |slopes: &[f32; 4]| {
                    (slopes[0] * values[0] + slopes[1] * values[1]) + (slopes[2] * values[2] + slopes[3] * values[3])
                };
                *dx += grad * along(&slopes.x);
                *dy += grad * along(&slopes.y);
            }
        }
    });
    gradient
}

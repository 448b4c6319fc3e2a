//! Appearance flow: for every pixel of one picture, where in another it looks.
//!
//! As a sampling grid with the arithmetic of `align_corners = true`: −1 is the centre of the first pixel of a side, +1
//! that of the last, so that a step of one pixel is 2 / (side − 1). Upsampling such a grid needs no rescaling.

use super::Mask;
use crate::image::{Image, ImageError};

/// What lies beyond the edge of a picture that is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// The nearest pixel of the picture: for colours and flows.
    Border,
    /// Nothing: for masks.
    Zeros,
}

/// An appearance flow, all of it absolute: the identity looks at its own place.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    width: usize,
    height: usize,
    /// `[2, height, width]`: x, then y.
    grid: Vec<f32>,
}

impl Flow {
    /// Where a flow looks that sees nothing: with [`Padding::Zeros`] it yields 0 whatever the picture's sides.
    pub const NOWHERE: [f32; 2] = [-4.0, -4.0];

    /// The flow that looks at `of(x, y)`, in pixels of a picture of the same sides.
    pub fn from_pixels(width: usize, height: usize, mut of: impl FnMut(usize, usize) -> Option<[f32; 2]>) -> Self {
        let mut grid = vec![0.0; 2 * width * height];
        let (xs, ys) = grid.split_at_mut(width * height);
        for (i, (x, y)) in xs.iter_mut().zip(ys).enumerate() {
            [*x, *y] =
                of(i % width, i / width).map_or(Self::NOWHERE, |[x, y]| [normalised(x, width), normalised(y, height)]);
        }
        Self { width, height, grid }
    }

    /// The flow that changes nothing.
    pub fn identity(width: usize, height: usize) -> Self {
        Self::from_pixels(width, height, |x, y| Some([x as f32, y as f32]))
    }

    /// A flow from a grid `[2, height, width]`, x first.
    ///
    /// # Errors
    /// A side of zero, or values that do not fill the sides.
    pub fn from_grid(width: usize, height: usize, grid: Vec<f32>) -> Result<Self, ImageError> {
        if width == 0 || height == 0 {
            return Err(ImageError::NoPixels(width, height));
        }
        let expected = width.saturating_mul(height).saturating_mul(2);
        if grid.len() != expected {
            return Err(ImageError::Length { width, height, expected, found: grid.len() });
        }
        Ok(Self { width, height, grid })
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// `[2, height, width]`: x, then y.
    pub fn grid(&self) -> &[f32] {
        &self.grid
    }

    /// Where pixel (x, y) looks, in pixels of a picture of the flow's sides.
    ///
    /// # Panics
    /// If there is no such pixel.
    pub fn pixels(&self, x: usize, y: usize) -> [f32; 2] {
        let at = y * self.width + x;
        [denormalised(self.grid[at], self.width), denormalised(self.grid[self.width * self.height + at], self.height)]
    }

    /// Planes `[channels, rows, columns]` of `sides` (columns, rows) as the flow sees them, bilinear:
    /// `[channels, height, width]`.
    ///
    /// # Panics
    /// If the planes do not fill whole channels, or a side is zero.
    pub fn warp(&self, planes: &[f32], sides: [usize; 2], padding: Padding) -> Vec<f32> {
        let [columns, rows] = sides;
        assert!(columns > 0 && rows > 0 && planes.len().is_multiple_of(columns * rows), "planes of {columns} × {rows}");
        let (xs, ys) = self.grid.split_at(self.width * self.height);
        let mut warped = vec![0.0; planes.len() / (columns * rows) * xs.len()];
        for (plane, to) in planes.chunks_exact(columns * rows).zip(warped.chunks_exact_mut(xs.len())) {
            for ((to, &x), &y) in to.iter_mut().zip(xs).zip(ys) {
                *to = bilinear(plane, sides, [denormalised(x, columns), denormalised(y, rows)], padding);
            }
        }
        warped
    }

    /// A picture as the flow sees it, rounded to 8 bits; its edge goes on.
    pub fn warp_image(&self, image: &Image) -> Image {
        let planes = self.warp(&image.to_planar(), [image.width(), image.height()], Padding::Border);
        Image::from_planar(self.width, self.height, &planes).expect("a flow has pixels")
    }

    /// A mask as the flow sees it; nothing lies beyond its edge. A pixel belongs to it where at least half does.
    pub fn warp_mask(&self, mask: &Mask) -> Mask {
        let plane = self.warp(&mask.to_plane(), [mask.width, mask.height], Padding::Zeros);
        Mask { width: self.width, height: self.height, values: plane.iter().map(|&part| part >= 0.5).collect() }
    }

    /// The flow that looks first where `step` looks, and from there where `self` looks: flow ← sample(flow, step), the
    /// composition of the warp network.
    pub fn after(&self, step: &Self) -> Self {
        let grid = step.warp(&self.grid, [self.width, self.height], Padding::Border);
        Self { grid, ..*step }
    }

    /// Second differences along x, y and both diagonals, of x and of y: `[4, 2, height − 2, width − 2]`, in units of
    /// the grid. 0 for every affine flow.
    pub fn second_differences(&self) -> Vec<f32> {
        let (inner_width, inner_height) = (self.width.saturating_sub(2), self.height.saturating_sub(2));
        let mut differences = Vec::with_capacity(8 * inner_width * inner_height);
        let offsets = [1, self.width, self.width + 1, self.width.saturating_sub(1)];
        for offset in offsets {
            for plane in self.grid.chunks_exact(self.width * self.height) {
                for y in 1..=inner_height {
                    let row = y * self.width;
                    differences.extend(
                        (row + 1..=row + inner_width).map(|i| plane[i - offset] - 2.0 * plane[i] + plane[i + offset]),
                    );
                }
            }
        }
        differences
    }
}

/// A pixel's index as a coordinate of the grid. A side of one pixel has only 0.
pub fn normalised(index: f32, side: usize) -> f32 {
    if side > 1 { 2.0 * index / (side - 1) as f32 - 1.0 } else { index }
}

/// A coordinate of the grid as a pixel's index.
pub fn denormalised(coordinate: f32, side: usize) -> f32 {
    if side > 1 { (coordinate + 1.0) / 2.0 * (side - 1) as f32 } else { coordinate }
}

fn bilinear(plane: &[f32], [columns, rows]: [usize; 2], at: [f32; 2], padding: Padding) -> f32 {
    let [x, y] = match padding {
        Padding::Border => [at[0].clamp(0.0, (columns - 1) as f32), at[1].clamp(0.0, (rows - 1) as f32)],
        Padding::Zeros => at,
    };
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (x - left, y - top);
    // Of a pixel that is none, the value is 0: with a border its weight is 0 too.
    let pixel = |column: f32, row: f32| {
        let inside = column >= 0.0 && row >= 0.0 && column < columns as f32 && row < rows as f32;
        if inside { plane[row as usize * columns + column as usize] } else { 0.0 }
    };
    let upper = (1.0 - across) * pixel(left, top) + across * pixel(left + 1.0, top);
    let lower = (1.0 - across) * pixel(left, top + 1.0) + across * pixel(left + 1.0, top + 1.0);
    (1.0 - down) * upper + down * lower
}

//! Pictures as networks take them: `[3, height, width]`, 0 to 1.

use super::{Image, ImageError, raster::checked_len};

impl Image {
    /// The values divided by 255, one colour after the other: `[3, height, width]`.
    pub fn to_planar(&self) -> Vec<f32> {
        let plane = |colour| self.pixels().iter().skip(colour).step_by(3).map(|&value| f32::from(value) / 255.0);
        (0..3).flat_map(plane).collect()
    }

    /// The picture of `[3, height, width]` values, rounded to steps of 1/255; what lies outside 0 to 1 is clamped,
    /// NaN becomes 0.
    ///
    /// # Errors
    /// As [`Image::new`].
    pub fn from_planar(width: usize, height: usize, planes: &[f32]) -> Result<Self, ImageError> {
        checked_len(width, height, 3, planes.len())?;
        let (red, rest) = planes.split_at(width * height);
        let (green, blue) = rest.split_at(width * height);
        let mut pixels = Vec::with_capacity(planes.len());
        for ((&r, &g), &b) in red.iter().zip(green).zip(blue) {
            pixels.extend([r, g, b].map(|value| rounded(value * 255.0)));
        }
        Self::new(width, height, pixels)
    }
}

/// The nearest of 0 … 255, halves upwards; NaN becomes 0.
#[inline]
pub(super) fn rounded(value: f32) -> u8 {
    // The conversion saturates and cuts towards zero.
    (value + 0.5) as u8
}

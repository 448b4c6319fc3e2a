//! The picture itself.

use super::ImageError;

/// A picture of 8-bit sRGB, row-major `[height, width, 3]`; no side is zero.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Image {
    /// A picture from its values, row by row.
    ///
    /// # Errors
    /// A side of zero, or values that do not fill the sides.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Result<Self, ImageError> {
        checked_len(width, height, 3, pixels.len())?;
        Ok(Self { width, height, pixels })
    }

    /// A picture from RGBA values, as a canvas holds them; what is transparent lies on white.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn from_rgba(width: usize, height: usize, rgba: &[u8]) -> Result<Self, ImageError> {
        checked_len(width, height, 4, rgba.len())?;
        let mut pixels = Vec::with_capacity(width * height * 3);
        for &[r, g, b, alpha] in rgba.as_chunks().0 {
            pixels.extend([r, g, b].map(|value| over_white(value, alpha)));
        }
        Ok(Self { width, height, pixels })
    }

    /// The picture as opaque RGBA values.
    pub fn to_rgba(&self) -> Vec<u8> {
        self.pixels.as_chunks().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect()
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The values, row by row, red, green and blue of each pixel.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The values by value.
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// The `3 * width` values of row `y`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width * 3..][..self.width * 3]
    }

    /// The part of `width` × `height` pixels whose upper left corner is at (`x`, `y`); `None` if it leaves the
    /// picture or is empty.
    pub fn crop(&self, x: usize, y: usize, width: usize, height: usize) -> Option<Self> {
        let inside = |start: usize, side: usize, whole| side > 0 && start.checked_add(side).is_some_and(|e| e <= whole);
        if !inside(x, width, self.width) || !inside(y, height, self.height) {
            return None;
        }
        let mut pixels = Vec::with_capacity(width * height * 3);
        for row in y..y + height {
            pixels.extend_from_slice(&self.row(row)[x * 3..(x + width) * 3]);
        }
        Some(Self { width, height, pixels })
    }

    /// The picture continued to the right and below until both sides are multiples of `multiple`; the edge is
    /// repeated. [`Self::crop`] with the original sides undoes it.
    ///
    /// # Panics
    /// If `multiple` is zero.
    pub fn padded_to_multiple(&self, multiple: usize) -> Self {
        let (width, height) = (self.width.next_multiple_of(multiple), self.height.next_multiple_of(multiple));
        let mut pixels = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            let row = self.row(y.min(self.height - 1));
            pixels.extend_from_slice(row);
            (self.width..width).for_each(|_| pixels.extend_from_slice(&row[row.len() - 3..]));
        }
        Self { width, height, pixels }
    }
}

/// The values are many; the sides tell enough.
impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Image({} × {})", self.width, self.height)
    }
}

/// Whether `found` values fill `width` × `height` pixels of `channels`.
pub(super) fn checked_len(width: usize, height: usize, channels: usize, found: usize) -> Result<(), ImageError> {
    if width == 0 || height == 0 {
        return Err(ImageError::NoPixels(width, height));
    }
    let expected = width.saturating_mul(height).saturating_mul(channels);
    if found != expected { Err(ImageError::Length { width, height, expected, found }) } else { Ok(()) }
}

/// A value of a pixel that covers `alpha` / 255 of white, rounded.
fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

//! A picture that is filled part by part.

use samples::Image;

use crate::ModelError;

/// `[height, width, 3]`, black where nothing was pasted yet.
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    /// An empty one.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![0; 3 * width * height] }
    }

    /// Width and height.
    pub fn size(&self) -> [u32; 2] {
        [self.width as u32, self.height as u32]
    }

    /// Puts a part with its upper left pixel at column `x`, row `y`; what lies outside is cut off. Answers with what
    /// was pasted, if anything.
    pub fn paste(&mut self, part: &Image, x: usize, y: usize) -> Option<Image> {
        let width = part.width().min(self.width.saturating_sub(x));
        let height = part.height().min(self.height.saturating_sub(y));
        let kept = part.crop(0, 0, width, height)?;
        for row in 0..height {
            let start = 3 * ((y + row) * self.width + x);
            self.pixels[start..start + 3 * width].copy_from_slice(kept.row(row));
        }
        Some(kept)
    }

    /// The picture.
    ///
    /// # Errors
    /// If it has no pixels.
    pub fn into_image(self) -> Result<Image, ModelError> {
        Image::new(self.width, self.height, self.pixels).map_err(|e| ModelError::Output(e.to_string()))
    }
}

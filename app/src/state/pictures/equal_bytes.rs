//! What the browser's own encoders keep of a picture in as many bytes as the small picture takes.

use samples::image::metrics::luma;

/// Pictures with more pixels are not measured on the page.
pub const MOST_PIXELS: u64 = 2_000_000;
/// Encodings that look for the quality.
const STEPS: u32 = 7;
/// Qualities whose encodings make the curve.
pub const QUALITIES: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];

/// The search for the best quality within a number of bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    most: u64,
    low: f64,
    high: f64,
    left: u32,
}

impl Search {
    /// The search for what fits into `most` bytes.
    pub fn new(most: u64) -> Self {
        Self { most, low: 0.0, high: 1.0, left: STEPS }
    }

    /// The quality to try next; `None` when the search is over. The lowest comes first: it shows whether any fits.
    pub fn quality(&self) -> Option<f64> {
        let tried = STEPS - self.left;
        (self.left > 0).then(|| if tried == 0 { 0.0 } else { (self.low + self.high) / 2.0 })
    }

    /// That quality took so many bytes. Answers whether it fits, and so is the best up to now.
    pub fn tell(&mut self, quality: f64, bytes: u64) -> bool {
        let fits = bytes <= self.most;
        self.left = self.left.saturating_sub(1);
        if fits {
            self.low = quality;
        } else if quality > 0.0 {
            self.high = quality;
        } else {
            self.left = 0;
        }
        fits
    }
}

/// One encoding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Length of the file.
    pub bytes: u64,
    /// Decibels on the luma channel.
    pub psnr: f64,
}

/// A format of the browser's.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    /// Its name.
    pub name: &'static str,
    /// Some qualities, by length.
    pub curve: Vec<Point>,
    /// The best within the small picture's bytes; `None` where even the worst is longer.
    pub equal: Option<Point>,
}

/// The squared error of luma, summed up part by part.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LumaError {
    sum: f64,
    count: u64,
}

impl LumaError {
    /// Adds pixels of two pictures, RGBA, 8 bit.
    pub fn add(&mut self, a: &[u8], b: &[u8]) {
        let y = |&[r, g, b, _]: &[u8; 4]| luma([r, g, b]);
        for (a, b) in a.as_chunks::<4>().0.iter().zip(b.as_chunks::<4>().0) {
            self.sum += f64::from(y(a) - y(b)).powi(2);
            self.count += 1;
        }
    }

    /// Peak signal-to-noise ratio, decibels; infinite for equal pictures, `None` for no pixels.
    pub fn psnr(&self) -> Option<f64> {
        (self.count > 0).then(|| 10.0 * (255.0f64.powi(2) * self.count as f64 / self.sum).log10())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An encoder whose files grow with the quality.
    fn search(most: u64, bytes: impl Fn(f64) -> u64) -> (Vec<f64>, Option<f64>) {
        let mut search = Search::new(most);
        let (mut tried, mut best) = (vec![], None);
        while let Some(quality) = search.quality() {
            tried.push(quality);
            if search.tell(quality, bytes(quality)) {
                best = Some(quality);
            }
        }
        (tried, best)
    }

    #[test]
    fn the_search_ends_just_below_the_bytes() {
        let (tried, best) = search(5400, |quality| 1000 + (quality * 10_000.0) as u64);
        assert_eq!(tried.len(), 7);
        let best = best.expect("some fit");
        assert!((0.42..=0.44).contains(&best), "{best}");
    }

    #[test]
    fn where_the_worst_is_too_long_nothing_else_is_tried() {
        assert_eq!(search(500, |_| 1000), (vec![0.0], None));
    }

    #[test]
    fn where_everything_fits_the_best_is_close_to_one() {
        assert!(search(5000, |_| 1000).1.is_some_and(|best| best > 0.98));
    }

    #[test]
    fn the_ratio_is_that_of_the_definition() {
        let mut error = LumaError::default();
        assert_eq!(error.psnr(), None);
        error.add(&[10, 10, 10, 255], &[10, 10, 10, 255]);
        assert_eq!(error.psnr(), Some(f64::INFINITY));
        // Grey 0 against 255: the difference of luma is 219, in half of the pixels.
        error.add(&[0, 0, 0, 255], &[255, 255, 255, 255]);
        let expected = 10.0 * (255.0f64.powi(2) / (219.0f64.powi(2) / 2.0)).log10();
        assert!(error.psnr().is_some_and(|psnr| (psnr - expected).abs() < 1e-4));
    }
}

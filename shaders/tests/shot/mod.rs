//! Finished pictures and what can be asked of them. They are kept under `target/tmp/pictures` to be looked at.

use std::path::PathBuf;

/// A finished picture.
pub struct Shot {
    pub pixels: Vec<u8>,
    pub width: usize,
    pub height: usize,
}

impl Shot {
    /// Keeps a picture, RGBA.
    pub fn keep(name: &str, pixels: Vec<u8>, width: u32, height: u32) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let file = std::fs::File::create(folder.join(format!("{name}.png"))).expect("a picture file");
        let mut encoder = png::Encoder::new(file, width, height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels)).expect("a picture");
        Self { pixels, width: width as usize, height: height as usize }
    }

    pub fn at(&self, x: usize, y: usize) -> [u8; 4] {
        let i = 4 * (y * self.width + x);
        [self.pixels[i], self.pixels[i + 1], self.pixels[i + 2], self.pixels[i + 3]]
    }

    /// Pixels that are not background: their number and their mean position, pixel centres, within columns.
    pub fn body(&self, columns: std::ops::Range<usize>) -> (f64, [f64; 2]) {
        let (mut count, mut sum) = (0.0, [0.0, 0.0]);
        for y in 0..self.height {
            for x in columns.clone() {
                // Soft borders count by their share: the test backgrounds are transparent.
                let cover = f64::from(self.at(x, y)[3]) / 255.0;
                count += cover;
                sum[0] += cover * (x as f64 + 0.5);
                sum[1] += cover * (y as f64 + 0.5);
            }
        }
        (count, sum.map(|s| s / f64::max(count, 1e-9)))
    }
}

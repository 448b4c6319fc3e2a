//! How good a restoration is, and beside what.

use samples::{
    Image, Picture,
    image::{
        difference,
        metrics::{psnr_y, ssim_y},
        resize::bicubic,
    },
    pictures::Measures,
};

/// What the colours of the heat maps are stretched by: a difference of 1/8 of the range is full.
const GAIN: f32 = 8.0;

/// A picture to stand beside the sample.
pub fn beside(role: &str, title: &str, image: Image) -> Picture {
    Picture { role: role.to_owned(), title: title.to_owned(), image, text: vec![] }
}

/// Compares what came back with the original, and both with the bicubic way there and back. The border is the scale's,
/// as in the published tables.
pub fn compare(original: &Image, small: &Image, restored: &Image, scale: usize) -> (Measures, Vec<Picture>) {
    let bicubic_small = bicubic(original, small.width(), small.height());
    let back = bicubic(&bicubic_small, original.width(), original.height());
    let mut measures = Measures::new();
    let mut measure = |name: &str, a: &Image, b: &Image, border| {
        measures.insert(format!("{name}_psnr"), psnr_y(a, b, border));
        measures.insert(format!("{name}_ssim"), ssim_y(a, b, border));
    };
    measure("restored", restored, original, scale);
    measure("bicubic", &back, original, scale);
    measure("small", small, &bicubic_small, 0);
    measures.insert("original_pixels".to_owned(), (original.width() * original.height()) as f64);
    // What JSON cannot hold, an infinite ratio of equal pictures say, is left out.
    measures.retain(|_, value| value.is_finite());
    let pictures = vec![
        beside("difference", "Where the restored picture differs", difference(restored, original, GAIN)),
        beside("difference-bicubic", "Where the bicubic picture differs", difference(&back, original, GAIN)),
        beside("bicubic", "Bicubic, there and back", back),
    ];
    (measures, pictures)
}

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

use crate::ModelError;

/// What the colours of the heat maps are stretched by: a difference of 1/8 of the range is full.
const GAIN: f32 = 8.0;

/// A picture to stand beside the sample.
pub fn beside(role: &str, title: &str, image: Image) -> Picture {
    Picture { role: role.to_owned(), title: title.to_owned(), image, text: vec![] }
}

/// Compares what came back with the original, and both with the bicubic way there and back. The border is the scale's,
/// as in the published tables; what a picture is too small for is left out, and so is the infinite ratio of equal ones,
/// which JSON cannot hold.
///
/// # Errors
/// If two pictures that are compared have different sizes.
pub fn compare(
    original: &Image,
    small: &Image,
    restored: &Image,
    scale: usize,
) -> Result<(Measures, Vec<Picture>), ModelError> {
    let bicubic_small = bicubic(original, small.width(), small.height());
    let back = bicubic(&bicubic_small, original.width(), original.height());
    let mut measures = Measures::new();
    let mut measure = |name: &str, a: &Image, b: &Image, border| {
        for (kind, value) in [("psnr", psnr_y(a, b, border)), ("ssim", ssim_y(a, b, border))] {
            if let Some(value) = value.ok().filter(|value| value.is_finite()) {
                measures.insert(format!("{name}_{kind}"), value);
            }
        }
    };
    measure("restored", restored, original, scale);
    measure("bicubic", &back, original, scale);
    measure("small", small, &bicubic_small, 0);
    measures.insert("original_pixels".to_owned(), (original.width() * original.height()) as f64);
    let map = |made| difference(made, original, GAIN).map_err(|e| ModelError::Output(e.to_string()));
    let pictures = vec![
        beside("difference", "Where the restored picture differs", map(restored)?),
        beside("difference-bicubic", "Where the bicubic picture differs", map(&back)?),
        beside("bicubic", "Bicubic, there and back", back),
    ];
    Ok((measures, pictures))
}

//! Measures against NumPy, SciPy and scikit-image.

use samples::{
    Image,
    image::{
        ImageError,
        metrics::{mean_absolute_error, psnr_rgb, psnr_y, ssim_y},
    },
};
use serde::Deserialize;

use crate::{bytes, noise, picture};

#[derive(Deserialize)]
struct Fixture {
    width: usize,
    height: usize,
    a_hex: String,
    b_hex: String,
    border: usize,
    psnr_y: f64,
    ssim_y: f64,
    psnr_rgb_without_border: f64,
    mean_absolute_error: f64,
}

fn close(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected} ± {tolerance}");
}

#[test]
fn measures_are_those_of_scikit_image() {
    let fixture: Fixture = serde_json::from_str(include_str!("measures.json")).unwrap();
    let [a, b] =
        [&fixture.a_hex, &fixture.b_hex].map(|hex| Image::new(fixture.width, fixture.height, bytes(hex)).unwrap());
    close(psnr_y(&a, &b, fixture.border).unwrap(), fixture.psnr_y, 1e-5);
    close(ssim_y(&a, &b, fixture.border).unwrap(), fixture.ssim_y, 1e-6);
    close(psnr_rgb(&a, &b, 0).unwrap(), fixture.psnr_rgb_without_border, 1e-9);
    close(mean_absolute_error(&a, &b).unwrap(), fixture.mean_absolute_error, 1e-9);
}

#[test]
fn a_picture_is_itself() {
    let image = noise(97, 203);
    assert_eq!(psnr_y(&image, &image, 4), Ok(f64::INFINITY));
    assert_eq!(psnr_rgb(&image, &image, 0), Ok(f64::INFINITY));
    assert_eq!(mean_absolute_error(&image, &image), Ok(0.0));
    close(ssim_y(&image, &image, 0).unwrap(), 1.0, 1e-7);
}

#[test]
fn flat_pictures_have_closed_forms() {
    let [dark, light] = [100, 110].map(|value| picture(30, 20, |_, _| [value; 3]));
    // Y differs by 10 · 219 / 255.
    let apart = 10.0 * 219.0 / 255.0;
    close(psnr_y(&dark, &light, 0).unwrap(), 20.0 * (255.0_f64 / apart).log10(), 1e-4);
    let [a, b] = [100.0, 110.0].map(|value| 16.0 + value * 219.0 / 255.0);
    let c1 = 2.55_f64.powi(2);
    close(ssim_y(&dark, &light, 2).unwrap(), (2.0 * a * b + c1) / (a * a + b * b + c1), 1e-5);
    assert_eq!(mean_absolute_error(&dark, &light), Ok(10.0));
}

#[test]
fn the_border_is_left_out() {
    let a = noise(40, 30);
    let b = picture(40, 30, |x, y| {
        let inside = (3..37).contains(&x) && (3..27).contains(&y);
        if inside { *a.row(y)[x * 3..].first_chunk().unwrap() } else { [0; 3] }
    });
    assert_eq!(psnr_y(&a, &b, 3), Ok(f64::INFINITY));
    assert!(psnr_y(&a, &b, 2).unwrap().is_finite());
    close(ssim_y(&a, &b, 3).unwrap(), 1.0, 1e-7);
}

#[test]
fn pictures_that_do_not_fit_are_refused() {
    let (a, b) = (noise(12, 11), noise(11, 12));
    assert_eq!(psnr_y(&a, &b, 0), Err(ImageError::Sides { first: [12, 11], second: [11, 12] }));
    assert!(ssim_y(&a, &a, 0).is_ok());
    let error = ssim_y(&a, &a, 1).unwrap_err().to_string();
    assert_eq!(error, "a picture of 12 × 11 pixels without 1 at each edge leaves no window of 11 × 11");
    assert!(psnr_y(&a, &a, 5).is_ok() && psnr_y(&a, &a, 6).is_err() && psnr_y(&a, &a, usize::MAX).is_err());
}

//! Colour profiles, against the formulas of the colour spaces.

use moxcms::ColorProfile;
use samples::{
    Image,
    image::{Note, encode},
};

use crate::{noise, picture, read};

/// `values` as PNG of any kind, with a profile.
fn png(sides: [usize; 2], color: png::ColorType, depth: png::BitDepth, values: &[u8], profile: Vec<u8>) -> Vec<u8> {
    let mut info = png::Info::with_size(sides[0] as u32, sides[1] as u32);
    info.color_type = color;
    info.bit_depth = depth;
    info.icc_profile = Some(profile.into());
    let mut file = Vec::new();
    let mut writer = png::Encoder::with_info(&mut file, info).unwrap().write_header().unwrap();
    writer.write_image_data(values).unwrap();
    writer.finish().unwrap();
    file
}

fn linear(value: f64) -> f64 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn curved(value: f64) -> f64 {
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
}

/// Display P3 to sRGB: both have sRGB's curve and D65; this is the product of their matrices (CSS Color 4).
fn srgb_of_p3(p3: [u8; 3]) -> [f64; 3] {
    const MATRIX: [[f64; 3]; 3] = [
        [1.224_940_176_280_560_6, -0.224_940_176_280_560_6, 0.0],
        [-0.042_056_954_709_688_16, 1.042_056_954_709_688_2, 0.0],
        [-0.019_637_554_590_334_43, -0.078_636_045_550_631_9, 1.098_273_600_140_966_3],
    ];
    let p3 = p3.map(|value| linear(f64::from(value) / 255.0));
    MATRIX.map(|row| 255.0 * curved((row[0] * p3[0] + row[1] * p3[1] + row[2] * p3[2]).clamp(0.0, 1.0)))
}

fn all_close(image: &Image, expected: impl Fn(usize) -> [f64; 3], tolerance: f64) {
    for (i, pixel) in image.pixels().as_chunks::<3>().0.iter().enumerate() {
        for (found, expected) in pixel.iter().zip(expected(i)) {
            assert!((f64::from(*found) - expected).abs() <= tolerance, "pixel {i}: {found} is not {expected}");
        }
    }
}

#[test]
fn display_p3_becomes_srgb() {
    let image = noise(40, 30);
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    let file = png([40, 30], png::ColorType::Rgb, png::BitDepth::Eight, image.pixels(), p3.clone());
    let decoded = read(&file);
    assert_eq!(decoded.notes, [Note::ProfileConverted]);
    let colours = image.pixels().as_chunks::<3>().0;
    all_close(&decoded.image, |i| srgb_of_p3(colours[i]), 1.5);

    let wide: Vec<u8> = image.pixels().iter().flat_map(|&value| [value; 2]).collect();
    let file = png([40, 30], png::ColorType::Rgb, png::BitDepth::Sixteen, &wide, p3);
    let decoded = read(&file);
    assert_eq!(decoded.notes, [Note::ProfileConverted, Note::SixteenBits]);
    all_close(&decoded.image, |i| srgb_of_p3(colours[i]), 1.5);
}

#[test]
fn alpha_lies_on_white_after_the_conversion() {
    let image = noise(20, 10);
    let alpha = |i: usize| (i * 7 % 256) as u8;
    let values: Vec<u8> =
        image.pixels().as_chunks::<3>().0.iter().enumerate().flat_map(|(i, &[r, g, b])| [r, g, b, alpha(i)]).collect();
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    let decoded = read(&png([20, 10], png::ColorType::Rgba, png::BitDepth::Eight, &values, p3));
    assert_eq!(decoded.notes, [Note::ProfileConverted, Note::Transparency]);
    assert_eq!(decoded.opacity, Some((0..200).map(alpha).collect()));
    let expected = |i: usize| {
        let part = f64::from(alpha(i)) / 255.0;
        srgb_of_p3(*image.pixels()[i * 3..].first_chunk().unwrap()).map(|value| value * part + 255.0 * (1.0 - part))
    };
    all_close(&decoded.image, expected, 1.5);
}

#[test]
fn grey_has_its_own_curve() {
    let values: Vec<u8> = (0..=255).collect();
    let profile = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
    let decoded = read(&png([16, 16], png::ColorType::Grayscale, png::BitDepth::Eight, &values, profile));
    assert_eq!(decoded.notes, [Note::ProfileConverted]);
    all_close(&decoded.image, |i| [255.0 * curved((i as f64 / 255.0).powf(1.8)); 3], 1.5);
}

#[test]
fn srgb_profiles_change_nothing() {
    let image = noise(16, 16);
    let srgb = ColorProfile::new_srgb().encode().unwrap();
    let decoded = read(&png([16, 16], png::ColorType::Rgb, png::BitDepth::Eight, image.pixels(), srgb));
    assert_eq!((decoded.image, decoded.notes), (image, vec![]));
}

#[test]
fn profiles_that_do_not_fit_are_ignored_and_said() {
    let image = noise(16, 16);
    let grey = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
    for profile in [grey, b"no profile".to_vec(), vec![0; 4000]] {
        let decoded = read(&png([16, 16], png::ColorType::Rgb, png::BitDepth::Eight, image.pixels(), profile));
        assert_eq!((decoded.image, decoded.notes), (image.clone(), vec![Note::ProfileIgnored]));
    }
    // The file's own word that it is sRGB stands above a profile; so do ours.
    let flat = picture(4, 4, |_, _| [1, 2, 3]);
    assert_eq!(read(&encode::png(&flat, &[]).unwrap()).image, flat);
}

//! Files of other programs (files/README.md) hold what those programs say.

use samples::image::Note;
use serde_json::Value;

use crate::{bytes, file, files, message, read};

/// How far decoders of lossy formats may be apart: they round their transforms and widen colours differently.
const LOSSY: u8 = 12;

#[test]
fn pixels_are_those_that_pillow_reads() {
    let groups: Vec<Value> = serde_json::from_str(include_str!("expected.json")).unwrap();
    let mut count = 0;
    for group in groups {
        let expected = bytes(group["pixels_hex"].as_str().unwrap());
        for name in group["files"].as_array().unwrap() {
            let name = name.as_str().unwrap();
            let image = read(&file(name)).image;
            assert_eq!((image.width(), image.height()), (24, 16), "{name}");
            let lossy = name.ends_with("jpg") || name.contains("lossy");
            let apart = image.pixels().iter().zip(&expected).map(|(a, b)| a.abs_diff(*b));
            let (largest, sum) = apart.fold((0, 0.0), |(largest, sum), d| (d.max(largest), sum + f64::from(d)));
            let mean = sum / expected.len() as f64;
            assert!(largest <= if lossy { LOSSY } else { 0 }, "{name}: {largest}, {mean}");
            assert!(mean <= 1.5, "{name}: {mean}");
            count += 1;
        }
    }
    // All but the two that are refused.
    assert_eq!(count, files().len() - 2);
}

#[test]
fn what_was_changed_is_said() {
    let notes = |name: &str| read(&file(name)).notes;
    for name in
        ["rgb.png", "baseline.jpg", "grey.jpg", "lossless.webp", "still.gif", "rgb.bmp", "lzw.tif", "one_bit.png"]
    {
        assert_eq!(notes(name), [], "{name}");
    }
    for name in
        ["rgba.png", "grey_alpha.png", "palette_transparent.png", "transparent.gif", "lossy_alpha.webp", "rgba.tif"]
    {
        assert_eq!(notes(name), [Note::Transparency], "{name}");
    }
    for name in ["animated.png", "animated.gif", "animated.webp"] {
        assert_eq!(notes(name), [Note::FirstFrame], "{name}");
    }
    assert_eq!(notes("grey16.png"), [Note::SixteenBits]);
    assert_eq!(notes("grey16.tif"), [Note::SixteenBits]);
    assert_eq!(notes("pages.tif"), [Note::FirstPage]);
    assert_eq!(notes("inks.jpg"), [Note::Inks]);
    assert_eq!(notes("inks.tif"), [Note::Inks]);
}

#[test]
fn texts_of_a_png_are_read() {
    let text = read(&file("texts.png")).text;
    let entry = |key: &str| text.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
    assert_eq!(entry("Title"), Some("plain"));
    assert_eq!(entry("Packed"), Some("zipped ".repeat(20).as_str()));
    assert_eq!(text.len(), 3);
    assert!(text.iter().any(|(_, value)| value == "größer"));
}

#[test]
fn what_is_not_read_says_what_to_do() {
    assert_eq!(message(&file("picture.avif")), "AVIF is not read here: save the picture as PNG, JPEG or WebP");
    let tiff = message(&file("jpeg_inside.tif"));
    assert!(tiff.starts_with("TIFF: ") && tiff.ends_with("save the picture as an ordinary PNG or JPEG"), "{tiff}");
}

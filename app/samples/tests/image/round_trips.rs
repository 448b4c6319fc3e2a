//! What is written is read back.

use samples::image::{
    ImageError, Limits, decode,
    decode::{MAX_TEXT_BYTES, MAX_TEXT_ENTRIES},
    encode,
    metrics::{psnr_rgb, psnr_y},
};

use crate::{noise, picture, read};

#[test]
fn png_and_webp_keep_every_bit() {
    for (width, height) in [(1, 1), (1, 16_383), (16_383, 1), (7, 5), (64, 48)] {
        let image = noise(width, height);
        for file in [encode::png(&image, &[]).unwrap(), encode::webp_lossless(&image).unwrap()] {
            let decoded = read(&file);
            assert_eq!(decoded.image, image);
            assert_eq!((decoded.notes, decoded.text), (vec![], vec![]));
        }
    }
}

#[test]
fn png_keeps_texts() {
    let long = "ä".repeat(MAX_TEXT_BYTES / 2);
    let text = [("vitrine", "{\"scale\":2,\"width\":513}"), ("Title", "größer, 写真"), ("empty", ""), ("long", &long)];
    let file = encode::png(&noise(5, 4), &text).unwrap();
    let mut read = read(&file).text;
    read.sort();
    let mut expected = text.map(|(key, value)| (key.to_owned(), value.to_owned()));
    expected.sort();
    assert_eq!(read, expected);
    assert_eq!(file, encode::png(&noise(5, 4), &text).unwrap(), "the same bytes each time");
}

#[test]
fn png_refuses_texts_that_would_not_be_read_back() {
    let image = noise(2, 2);
    let error = |text: &[(&str, &str)]| encode::png(&image, text).unwrap_err().to_string();
    let many: Vec<_> = (0..=MAX_TEXT_ENTRIES).map(|_| ("key", "text")).collect();
    assert!(error(&many).contains("17 texts are more than 16"));
    assert!(encode::png(&image, &many[1..]).is_ok());
    assert!(error(&[("key", &"x".repeat(MAX_TEXT_BYTES + 1))]).contains("4097 bytes, more than 4096"));
    for key in ["", &"k".repeat(80), "写真"] {
        assert!(error(&[(key, "text")]).starts_with("PNG cannot carry the picture: "), "{key}");
    }
}

#[test]
fn jpeg_is_close_and_closer_with_quality() {
    let image = picture(90, 61, |x, y| [(x * 2) as u8, (y * 3) as u8, (128.0 + 60.0 * (x as f64 / 7.0).sin()) as u8]);
    let ratio = |quality| {
        let file = encode::jpeg(&image, quality).unwrap();
        let decoded = read(&file);
        assert_eq!(decoded.notes, []);
        (psnr_rgb(&image, &decoded.image, 0).unwrap(), file.len())
    };
    let [low, middle, high] = [10, 75, 100].map(ratio);
    assert!(
        low.0 < middle.0 && middle.0 < high.0 && low.1 < middle.1 && middle.1 < high.1,
        "{low:?} {middle:?} {high:?}"
    );
    assert!(high.0 > 45.0, "{high:?}");
}

#[test]
fn sides_that_a_format_cannot_write_are_refused() {
    let long = noise(70_000, 1);
    assert!(matches!(encode::jpeg(&long, 90), Err(ImageError::CannotCarry { .. })));
    let error = encode::webp_lossless(&long).unwrap_err().to_string();
    assert_eq!(error, "WebP cannot carry the picture: 70000 × 1 pixels; its sides are at most 16383");
    // A strip of 10⁵ pixels is written, and read by whoever allows it.
    let strip = noise(1, 100_000);
    let file = encode::png(&strip, &[]).unwrap();
    assert!(matches!(decode(&file, &Limits::PHOTO), Err(ImageError::Side { limit: 16_384, .. })));
    let decoded = decode(&file, &Limits { side: 100_000, ..Limits::PHOTO }).unwrap();
    assert!(psnr_y(&decoded.image, &strip, 0).unwrap().is_infinite());
}

//! The eight orientations of EXIF, in every format that has them.

use samples::{
    Image,
    image::{Note, encode},
};
use tiff::{
    encoder::{TiffEncoder, colortype::RGB8},
    tags::Tag,
};

use crate::{noise, picture, read};

const SIDES: [usize; 2] = [24, 16];

/// EXIF with nothing but an orientation.
fn exif(orientation: u8, big_endian: bool) -> Vec<u8> {
    if big_endian {
        return [b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", &[orientation][..], &[0; 6]].concat();
    }
    [b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", &[orientation][..], &[0; 7]].concat()
}

/// The stored picture as it should be seen (EXIF 2.32, 4.6.4: where the first row and column of the file are).
fn upright(stored: &Image, orientation: u8) -> Image {
    let (width, height) = (stored.width(), stored.height());
    let (right, bottom) = (width - 1, height - 1);
    let at = |x: usize, y: usize| *stored.row(y)[x * 3..].first_chunk().unwrap();
    match orientation {
        2 => picture(width, height, |x, y| at(right - x, y)),
        3 => picture(width, height, |x, y| at(right - x, bottom - y)),
        4 => picture(width, height, |x, y| at(x, bottom - y)),
        5 => picture(height, width, |x, y| at(y, x)),
        6 => picture(height, width, |x, y| at(y, bottom - x)),
        7 => picture(height, width, |x, y| at(right - y, bottom - x)),
        8 => picture(height, width, |x, y| at(right - y, x)),
        _ => stored.clone(),
    }
}

fn png(image: &Image, exif: Vec<u8>) -> Vec<u8> {
    let mut info = png::Info::with_size(image.width() as u32, image.height() as u32);
    info.color_type = png::ColorType::Rgb;
    info.exif_metadata = Some(exif.into());
    let mut file = Vec::new();
    let mut writer = png::Encoder::with_info(&mut file, info).unwrap().write_header().unwrap();
    writer.write_image_data(image.pixels()).unwrap();
    writer.finish().unwrap();
    file
}

fn webp(image: &Image, exif: Vec<u8>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = image_webp::WebPEncoder::new(&mut file);
    encoder.set_exif_metadata(exif);
    let [width, height] = [image.width(), image.height()].map(|side| side as u32);
    encoder.encode(image.pixels(), width, height, image_webp::ColorType::Rgb8).unwrap();
    file
}

fn tiff(image: &Image, orientation: u8) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    let mut page = encoder.new_image::<RGB8>(image.width() as u32, image.height() as u32).unwrap();
    page.encoder().write_tag(Tag::Orientation, u16::from(orientation)).unwrap();
    page.write_data(image.pixels()).unwrap();
    file.into_inner()
}

fn jpeg(image: &Image, exif: &[u8]) -> Vec<u8> {
    let mut file = encode::jpeg(image, 100).unwrap();
    let length = (exif.len() as u16 + 8).to_be_bytes();
    file.splice(2..2, [&[0xFF, 0xE1], &length[..], b"Exif\0\0", exif].concat());
    file
}

#[test]
fn lossless_pictures_are_turned_upright() {
    let stored = noise(SIDES[0], SIDES[1]);
    for orientation in 1..=8 {
        let expected = upright(&stored, orientation);
        let notes = if orientation == 1 { vec![] } else { vec![Note::Turned] };
        let prefixed = [b"Exif\0\0", &exif(orientation, true)[..]].concat();
        for file in [
            png(&stored, exif(orientation, false)),
            png(&stored, exif(orientation, true)),
            webp(&stored, exif(orientation, false)),
            webp(&stored, prefixed),
            tiff(&stored, orientation),
        ] {
            let decoded = read(&file);
            assert_eq!(decoded.image, expected, "{orientation}");
            assert_eq!(decoded.notes, notes, "{orientation}");
        }
    }
}

#[test]
fn photos_are_turned_upright() {
    let smooth = picture(SIDES[0], SIDES[1], |x, y| [(x * 10) as u8, (y * 15) as u8, 90]);
    for orientation in 1..=8 {
        let decoded = read(&jpeg(&smooth, &exif(orientation, orientation % 2 == 0)));
        let expected = upright(&smooth, orientation);
        assert_eq!((decoded.image.width(), decoded.image.height()), (expected.width(), expected.height()));
        let apart = decoded.image.pixels().iter().zip(expected.pixels()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(apart <= Some(4), "{orientation}: {apart:?}");
    }
}

#[test]
fn an_orientation_that_is_none_changes_nothing() {
    let stored = noise(SIDES[0], SIDES[1]);
    for block in [exif(0, false), exif(9, true), exif(6, false)[..12].to_vec(), b"nonsense".to_vec(), vec![]] {
        let decoded = read(&png(&stored, block));
        assert_eq!((decoded.image, decoded.notes), (stored.clone(), vec![]));
    }
}

#[test]
fn nothing_of_a_photo_is_written_on() {
    let photo = jpeg(&noise(SIDES[0], SIDES[1]), &exif(6, false));
    let image = read(&photo).image;
    for file in [encode::png(&image, &[]), encode::jpeg(&image, 90), encode::webp_lossless(&image)] {
        let file = file.unwrap();
        for mark in [&b"Exif"[..], b"EXIF", b"eXIf"] {
            assert!(!file.windows(4).any(|bytes| bytes == mark));
        }
    }
}

//! The picture type.

use proptest::prelude::*;
use samples::{
    Image,
    image::{ImageError, difference, sharpen},
};

use crate::{noise, picture};

#[test]
fn sides_and_values_must_agree() {
    assert_eq!(Image::new(0, 4, vec![]), Err(ImageError::NoPixels(0, 4)));
    let short = ImageError::Length { width: 2, height: 2, expected: 12, found: 11 };
    assert_eq!(Image::new(2, 2, vec![0; 11]), Err(short));
    assert!(Image::new(usize::MAX, 2, vec![0; 12]).is_err());
    assert!(Image::from_rgba(2, 2, &[0; 12]).is_err());
    assert!(Image::from_planar(2, 2, &[0.0; 11]).is_err());
}

#[test]
fn rgba_lies_on_white() {
    let image = Image::from_rgba(4, 1, &[10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128, 255, 100, 0, 51]).unwrap();
    assert_eq!(image.pixels(), [10, 20, 30, 255, 255, 255, 127, 127, 127, 255, 224, 204]);
    assert_eq!(&image.to_rgba()[..8], [10, 20, 30, 255, 255, 255, 255, 255]);
    let noise = noise(9, 4);
    assert_eq!(Image::from_rgba(9, 4, &noise.to_rgba()), Ok(noise));
}

#[test]
fn planes_are_clamped_and_rounded() {
    let planes = [-1.0, 0.498, 2.0, f32::NAN, 127.5 / 255.0, 0.002];
    assert_eq!(Image::from_planar(2, 1, &planes).unwrap().pixels(), [0, 255, 128, 127, 0, 1]);
}

#[test]
fn differences_are_hot() {
    let black = picture(3, 2, |_, _| [0; 3]);
    let other = picture(3, 2, |x, _| [0, [0, 64, 128][x], 3]);
    let map = difference(&black, &other, 1.0).unwrap();
    assert_eq!(difference(&black, &black, 8.0).unwrap(), picture(3, 2, |_, _| [0, 0, 4]), "nothing is the darkest");
    let light = |x: usize| map.row(0)[x * 3..][..3].iter().map(|&value| u32::from(value)).sum::<u32>();
    assert!(light(0) < light(1) && light(1) < light(2));
    let brightest = difference(&black, &other, 2.0).unwrap();
    assert_eq!(brightest.row(0)[6..], [252, 255, 164], "128 twice is the brightest");
    assert!(difference(&black, &noise(2, 3), 1.0).is_err());
}

#[test]
fn sharpening_steepens_edges_and_leaves_flats() {
    let edge = picture(20, 5, |x, _| if x < 10 { [60; 3] } else { [180; 3] });
    let sharp = sharpen(&edge, 0.5);
    let values: Vec<u8> = (0..20).map(|x| sharp.row(2)[x * 3]).collect();
    assert_eq!((values[0], values[19], values[5], values[14]), (60, 180, 60, 180));
    // The blur at the edge, from the window's weights: 60 + 120 · (1 − 0.6996).
    assert_eq!((values[9], values[10]), (42, 198));
    assert_eq!(sharpen(&noise(9, 7), 0.0), noise(9, 7));
    let flat = picture(4, 4, |_, _| [7, 99, 255]);
    assert_eq!(sharpen(&flat, 3.0), flat);
}

proptest! {
    #[test]
    fn padding_is_undone_by_cropping(width in 1usize..40, height in 1usize..40, multiple in 1usize..20) {
        let image = noise(width, height);
        let padded = image.padded_to_multiple(multiple);
        prop_assert_eq!((padded.width() % multiple, padded.height() % multiple), (0, 0));
        prop_assert!(padded.width() < width + multiple && padded.height() < height + multiple);
        prop_assert_eq!(padded.crop(0, 0, width, height), Some(image.clone()));
        let corner = padded.row(padded.height() - 1)[padded.width() * 3 - 3..].to_vec();
        prop_assert_eq!(&corner[..], &image.row(height - 1)[width * 3 - 3..]);
    }

    #[test]
    fn crops_are_parts_or_none(x in 0usize..12, y in 0usize..12, width in 0usize..12, height in 0usize..12) {
        let image = noise(10, 8);
        let inside = width > 0 && height > 0 && x + width <= 10 && y + height <= 8;
        let crop = image.crop(x, y, width, height);
        prop_assert_eq!(crop.is_some(), inside);
        if let Some(crop) = crop {
            for row in 0..height {
                prop_assert_eq!(crop.row(row), &image.row(y + row)[x * 3..(x + width) * 3]);
            }
        }
        prop_assert_eq!(image.crop(usize::MAX, 1, 2, 2), None);
    }

    #[test]
    fn planes_are_the_picture(width in 1usize..20, height in 1usize..20) {
        let image = noise(width, height);
        let planes = image.to_planar();
        prop_assert_eq!(planes[width * height], f32::from(image.pixels()[1]) / 255.0);
        prop_assert_eq!(Image::from_planar(width, height, &planes), Ok(image));
    }
}

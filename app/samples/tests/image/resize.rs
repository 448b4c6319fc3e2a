//! Bicubic resizing: properties, and the numbers of an independent implementation.

use proptest::prelude::*;
use samples::{
    Image,
    image::resize::{bicubic, bicubic_planar},
};
use serde::Deserialize;

use crate::{bytes, noise, picture};

#[derive(Deserialize)]
struct Fixture {
    width: usize,
    height: usize,
    pixels_hex: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    width: usize,
    height: usize,
    /// `[height, width, 3]`, 0 to 255, neither clamped nor rounded.
    values: Vec<f64>,
}

#[test]
fn values_are_those_of_imresize() {
    let fixture: Fixture = serde_json::from_str(include_str!("bicubic.json")).unwrap();
    let image = Image::new(fixture.width, fixture.height, bytes(&fixture.pixels_hex)).unwrap();
    assert_eq!(fixture.cases.len(), 6);
    for Case { width, height, values } in fixture.cases {
        let planes = bicubic_planar(&image, width, height);
        let resized = bicubic(&image, width, height);
        assert_eq!((resized.width(), resized.height(), values.len()), (width, height, width * height * 3));
        for (i, &expected) in values.iter().enumerate() {
            let expected = expected.clamp(0.0, 255.0);
            let (pixel, colour) = (i / 3, i % 3);
            let found = f64::from(planes[colour * width * height + pixel]) * 255.0;
            assert!((found - expected).abs() < 1e-3, "{width} × {height}, value {i}: {found} is not {expected}");
            // Halves may fall to either side.
            let apart = (f64::from(resized.pixels()[i]) - expected).abs();
            assert!(apart <= 0.5 + 1e-3, "{width} × {height}, value {i}: {} is not {expected}", resized.pixels()[i]);
        }
    }
}

#[test]
fn extreme_sides_are_resized() {
    let dot = picture(1, 1, |_, _| [3, 140, 255]);
    assert_eq!(bicubic(&dot, 5, 3), picture(5, 3, |_, _| [3, 140, 255]));
    let strip = picture(1, 100_000, |_, y| [(y / 400) as u8; 3]);
    let small = bicubic(&strip, 1, 10);
    assert_eq!((small.width(), small.height()), (1, 10));
    assert!(small.pixels().is_sorted(), "a ramp stays a ramp");
    let across = picture(100_000, 1, |x, _| [(x / 400) as u8; 3]);
    assert_eq!(bicubic(&across, 10, 1).pixels(), small.pixels());
    let long = bicubic(&dot, 100_000, 1);
    assert!(long.pixels().chunks(3).all(|pixel| pixel == [3, 140, 255]));
}

#[test]
#[should_panic(expected = "a picture is not resized to 0 × 3 pixels")]
fn a_side_of_zero_is_a_mistake_of_the_caller() {
    bicubic(&noise(4, 4), 0, 3);
}

proptest! {
    #[test]
    fn a_constant_stays_constant(colour: [u8; 3], from in (1usize..30, 1usize..30), to in (1usize..60, 1usize..60)) {
        let resized = bicubic(&picture(from.0, from.1, |_, _| colour), to.0, to.1);
        prop_assert_eq!(resized, picture(to.0, to.1, |_, _| colour));
    }

    #[test]
    fn the_same_sides_change_nothing(width in 1usize..40, height in 1usize..40) {
        let image = noise(width, height);
        prop_assert_eq!(bicubic(&image, width, height), image);
    }

    #[test]
    fn a_turned_picture_is_resized_alike(from in (1usize..20, 1usize..20), to in (1usize..30, 1usize..30)) {
        let image = noise(from.0, from.1);
        let half_turn = |image: &Image| {
            let pixels = image.pixels().as_chunks::<3>().0.iter().rev().flatten().copied().collect();
            Image::new(image.width(), image.height(), pixels).unwrap()
        };
        let turned = half_turn(&bicubic(&half_turn(&image), to.0, to.1));
        let resized = bicubic(&image, to.0, to.1);
        let apart = turned.pixels().iter().zip(resized.pixels()).map(|(a, b)| a.abs_diff(*b)).max();
        prop_assert!(apart <= Some(1), "{:?}", apart);
    }

    #[test]
    fn planes_round_to_the_picture(from in (1usize..20, 1usize..20), to in (1usize..30, 1usize..30)) {
        let image = noise(from.0, from.1);
        let planes = bicubic_planar(&image, to.0, to.1);
        prop_assert!(planes.iter().all(|value| (0.0..=1.0).contains(value)));
        let rounded = Image::from_planar(to.0, to.1, &planes).unwrap();
        let resized = bicubic(&image, to.0, to.1);
        // Division and multiplication by 255 may move a half.
        let apart = rounded.pixels().iter().zip(resized.pixels()).map(|(a, b)| a.abs_diff(*b)).max();
        prop_assert!(apart <= Some(1), "{:?}", apart);
    }
}

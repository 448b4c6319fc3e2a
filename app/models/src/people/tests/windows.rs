//! Windows onto pictures, and what is read from maps.

use burn::tensor::Device;
use proptest::prelude::*;
use samples::{
    Image,
    wardrobe::{Joint, photo::Sighting},
};

use super::{super::*, values};

fn grey(width: usize, height: usize, value: u8) -> Image {
    Image::new(width, height, vec![value; 3 * width * height]).unwrap()
}

#[test]
fn the_square_shows_the_picture_in_its_middle_and_black_around() {
    let image = grey(60, 20, 255);
    let shown = values(Window::square(&image).show(&image, 12, &Device::flex()));
    for (i, value) in shown.into_iter().enumerate() {
        let row = i / 12 % 12;
        let expected = if (4..8).contains(&row) { 1.0 } else { 0.0 };
        assert!((value - expected).abs() < 1e-6, "row {row}: {value}");
    }
}

#[test]
fn the_closer_look_surrounds_the_body() {
    let image = grey(400, 600, 0);
    let mut sighting = Sighting { places: [[200.0, 200.0]; 18], scores: [0.9; 18], others: 0.0 };
    for (joint, place) in [
        (Joint::RightShoulder, [170.0, 150.0]),
        (Joint::LeftShoulder, [230.0, 150.0]),
        (Joint::RightHip, [185.0, 240.0]),
        (Joint::LeftHip, [215.0, 240.0]),
        (Joint::LeftWrist, [300.0, 200.0]),
    ] {
        sighting.places[joint as usize] = place;
    }
    let square = Window::square(&image);
    // 1.9 · 90 is more than 1.2 · 100.
    let closer = square.closer(&sighting, &image).expect("a torso is seen");
    assert_eq!(closer, Window { start: [200.0 - 171.0, 240.0 - 171.0], sides: [342.0; 2] });
    assert_eq!(closer.closer(&sighting, &image), None, "it is as close as it gets");
    sighting.scores[Joint::RightHip as usize] = 0.1;
    sighting.scores[Joint::LeftHip as usize] = 0.1;
    assert_eq!(square.closer(&sighting, &image), None, "no hips");
}

#[test]
fn a_silhouette_lies_where_its_window_is() {
    let mut values = vec![0.0; 256 * 256];
    for y in 64..192 {
        values[256 * y + 64..256 * y + 192].fill(1.0);
    }
    let window = Window { start: [9.5, 19.5], sides: [40.0; 2] };
    let mask = decode_silhouette(&values, &window, 100, 90).unwrap();
    assert_eq!(mask.bounds(), Some([20, 30, 39, 49]));
    assert_eq!(mask.count(), 20 * 20);
}

#[test]
fn maps_of_another_size_and_no_numbers_are_errors() {
    let window = Window { start: [0.0; 2], sides: [1.0; 2] };
    let mut maps = vec![0.0; 86 * 48 * 48];
    assert!(decode_pose(&maps, &window).is_ok());
    assert!(decode_pose(&maps[1..], &window).is_err());
    maps[7] = f32::NAN;
    assert!(decode_pose(&maps, &window).is_err());
    assert!(decode_silhouette(&maps[..256], &window, 4, 4).is_err());
    assert!(decode_silhouette(&[f32::INFINITY; 256 * 256], &window, 4, 4).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_window_of_any_picture_shows_its_values(
        width in 1_usize..40, height in 1_usize..40, value: u8,
        start in prop::array::uniform2(-50.0_f32..50.0), sides in prop::array::uniform2(0.01_f32..90.0),
    ) {
        let image = grey(width, height, value);
        let inside = |axis: usize, i: usize, side: usize| {
            let at = start[axis] + (i as f32 + 0.5) * (sides[axis] / 8.0);
            (-0.5..=side as f32 - 0.5).contains(&at)
        };
        let shown = values(Window { start, sides }.show(&image, 8, &Device::flex()));
        for (i, shown) in shown.into_iter().enumerate() {
            let seen = inside(0, i % 8, width) && inside(1, i / 8 % 8, height);
            let expected = if seen { f32::from(value) / 255.0 } else { 0.0 };
            prop_assert!((shown - expected).abs() < 1e-4, "{} instead of {}", shown, expected);
        }
    }

    #[test]
    fn decoded_joints_lie_near_their_window(seed in 0_u32..1000) {
        let mut state = seed;
        let mut random = || { state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223); (state >> 8) as f32 / 16_777_216.0 };
        let maps: Vec<f32> = (0..86 * 48 * 48).map(|_| random()).collect();
        let window = Window { start: [10.0, -5.0], sides: [96.0, 48.0] };
        let sighting = decode_pose(&maps, &window).unwrap();
        for [x, y] in sighting.places {
            // A place is in a cell or in the one below or right of it, as these offsets are.
            prop_assert!((10.0..=108.0).contains(&x) && (-5.0..=44.0).contains(&y), "{} {}", x, y);
        }
        prop_assert!(sighting.scores.iter().all(|score| (0.0..=1.0).contains(score)));
    }
}

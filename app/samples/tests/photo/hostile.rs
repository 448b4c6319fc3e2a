//! Whatever comes: an answer or an error, never a panic.

use proptest::{prelude::*, sample::select};
use samples::{
    Image,
    wardrobe::{
        Joint, Mask,
        photo::{
            Sighting,
            blend::{feather, poisson},
            check, complete,
            cutout::garment,
            parse, prepare,
        },
    },
};

fn pictures() -> impl Strategy<Value = Image> {
    (1_usize..24, 1_usize..24, 1_u8..=255).prop_flat_map(|(width, height, colours)| {
        // Few colours make areas, many make noise.
        prop::collection::vec(0..colours, 3 * width * height)
            .prop_map(move |pixels| Image::new(width, height, pixels).expect("sides that are filled"))
    })
}

fn coordinates() -> impl Strategy<Value = f32> {
    prop_oneof![-30.0_f32..60.0, select(vec![0.0, f32::NAN, f32::INFINITY, -1e30, 1e30, f32::MIN_POSITIVE])]
}

fn sightings() -> impl Strategy<Value = Sighting> {
    let place = prop::array::uniform2(coordinates());
    let scores = prop_oneof![Just(0.9_f32), 0.0_f32..1.0, Just(f32::NAN)];
    let places = prop::collection::vec(place, Joint::COUNT);
    let scores = prop::collection::vec(scores, Joint::COUNT);
    (places, scores, 0.0_f32..0.3).prop_map(|(places, scores, others)| Sighting {
        places: places.try_into().expect("a place for each joint"),
        scores: scores.try_into().expect("a score for each joint"),
        others,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn cut_outs_are_large_enough_or_errors(image in pictures()) {
        if let Ok(mask) = garment(&image, None) {
            prop_assert_eq!([mask.width, mask.height], [image.width(), image.height()]);
            prop_assert!(mask.count() * 50 >= image.width() * image.height());
        }
    }

    #[test]
    fn blends_stay_between_what_they_blend(image in pictures(), bits in prop::collection::vec(any::<bool>(), 576), width in 0.0_f32..9.0) {
        let (columns, rows) = (image.width(), image.height());
        let source = Image::new(columns, rows, image.pixels().iter().rev().copied().collect()).unwrap();
        let mask = Mask::from_fn(columns, rows, |x, y| bits[y * columns + x]);
        let mixed = feather(&image, &source, &mask, width).unwrap();
        for ((value, a), b) in mixed.pixels().iter().zip(image.pixels()).zip(source.pixels()) {
            prop_assert!((*a.min(b)..=*a.max(b)).contains(value));
        }
        prop_assert!(poisson(&image, &source, &mask, f32::INFINITY).is_ok());
        prop_assert!(poisson(&image, &source, &mask, width).is_ok());
    }

    #[test]
    fn any_sighting_is_refused_or_prepared(sighting in sightings(), width in 1_usize..40, height in 1_usize..40) {
        let silhouette = Mask::from_fn(width, height, |x, y| (x * 7 + y * 3) % 5 != 0);
        let checked = check(&sighting, &silhouette);
        let prepared = prepare(&sighting, &silhouette);
        if let Ok(prepared) = prepared {
            prop_assert!(checked.is_ok());
            prop_assert_eq!(prepared.parse.groups.len(), width * height);
        }
        if let Ok((keypoints, _)) = complete(&sighting.keypoints()) {
            prop_assert!(keypoints.get(Joint::RightHip).is_some() && keypoints.get(Joint::LeftHip).is_some());
            let _ = parse(&keypoints, &silhouette);
        }
    }
}

#[test]
fn single_pixels_and_reaches_that_are_no_lengths() {
    let pixel = Image::new(1, 1, vec![3, 4, 5]).unwrap();
    let mask = Mask::from_fn(1, 1, |_, _| true);
    for reach in [0.0, -1.0, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE] {
        assert_eq!(poisson(&pixel, &pixel, &mask, reach).unwrap(), pixel);
        assert_eq!(feather(&pixel, &pixel, &mask, reach).unwrap(), pixel);
    }
    assert!(garment(&pixel, None).is_err());
}

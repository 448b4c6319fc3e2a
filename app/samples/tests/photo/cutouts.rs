//! Garments cut out of their pictures.

use samples::{
    Image,
    wardrobe::{
        Mask,
        gallery::{self, GARMENTS},
        measures::mask_iou,
        photo::{
            COCO_JOINTS, Sighting,
            cutout::{CutoutProblem, garment, is_worn},
        },
    },
};

use super::{drawn, plain, scene};

#[test]
fn drawn_garments_are_cut_out_where_they_are() {
    let (mut least, mut sum) = (1.0_f64, 0.0);
    let mut worst = 0;
    for seed in 0..100 {
        let scene = scene(seed, 192, 256);
        let found = garment(&scene.garment, None).unwrap();
        let iou = mask_iou(&found, &scene.garment_mask).unwrap();
        if iou < least {
            (least, worst) = (iou, seed);
        }
        sum += iou / 100.0;
    }
    assert!(least > 0.97 && sum > 0.99, "{least:.3} at worst (seed {worst}), {sum:.4} in the mean");
}

#[test]
fn the_garments_of_the_gallery_are_cut_out() {
    for named in &GARMENTS {
        let garment_of = gallery::garment(named.slug).unwrap();
        let person = gallery::person("noor").unwrap();
        let scene = samples::wardrobe::Scene::render(&person, &garment_of, 384, 512).unwrap();
        let iou = mask_iou(&garment(&scene.garment, None).unwrap(), &scene.garment_mask).unwrap();
        assert!(iou > 0.98, "{}: {iou:.4}", named.slug);
    }
}

/// A disc with a hole, on a ground that darkens to the right and down, with noise.
fn disc(colour: [u8; 3], ground: [u8; 3], shade: f32, noise: u32, hole: f32) -> (Image, Mask) {
    let mut state = 1_u32;
    let noise: Vec<i32> = (0..120 * 100)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i32 % (2 * noise as i32 + 1) - noise as i32
        })
        .collect();
    let away = |x: usize, y: usize| (x as f32 - 60.0).hypot(y as f32 - 50.0);
    let image = drawn(120, 100, |x, y| {
        let inside = (hole..=30.0).contains(&away(x, y));
        let light = 1.0 - shade * (x + y) as f32 / 220.0;
        let here = if inside { colour.map(f32::from) } else { ground.map(|c| f32::from(c) * light) };
        here.map(|c| (c as i32 + noise[y * 120 + x]).clamp(0, 255) as u8)
    });
    (image, Mask::from_fn(120, 100, |x, y| away(x, y) <= 30.0))
}

#[test]
fn shaded_and_noisy_grounds_are_ground() {
    for (shade, noise) in [(0.0, 0), (0.2, 2), (0.25, 4), (0.0, 8)] {
        let (image, truth) = disc([170, 40, 60], [236, 236, 230], shade, noise, 0.0);
        let iou = mask_iou(&garment(&image, None).unwrap(), &truth).unwrap();
        assert!(iou > 0.97, "shade {shade}, noise {noise}: {iou:.3}");
    }
}

#[test]
fn small_holes_are_filled_and_large_ones_are_not() {
    let (image, truth) = disc([20, 60, 160], [250, 250, 250], 0.0, 0, 5.0);
    assert!(mask_iou(&garment(&image, None).unwrap(), &truth).unwrap() > 0.99);
    // See-through holes are known to be holes.
    let alpha = |hole: f32| -> Vec<u8> {
        let away = |i: usize| ((i % 120) as f32 - 60.0).hypot((i / 120) as f32 - 50.0);
        (0..120 * 100).map(|i| if (hole..=30.0).contains(&away(i)) { 255 } else { 0 }).collect()
    };
    assert_eq!(garment(&image, Some(&alpha(5.0))).unwrap(), truth);
    let found = garment(&image, Some(&alpha(15.0))).unwrap();
    assert!(!found.at(60, 50) && found.at(60, 30));
}

#[test]
fn transparency_decides_where_there_is_any() {
    let (white, truth) = disc([255, 255, 255], [255, 255, 255], 0.0, 0, 0.0);
    assert_eq!(garment(&white, None), Err(CutoutProblem::Empty), "white on white");
    let alpha: Vec<u8> = truth.values.iter().map(|&inside| if inside { 200 } else { 3 }).collect();
    assert_eq!(garment(&white, Some(&alpha)), Ok(truth));
    let (image, truth) = disc([20, 60, 160], [250, 250, 250], 0.0, 0, 0.0);
    let opaque = vec![255; 120 * 100];
    assert!(mask_iou(&garment(&image, Some(&opaque)).unwrap(), &truth).unwrap() > 0.99);
    assert_eq!(garment(&image, Some(&opaque[1..])), Err(CutoutProblem::Alpha { expected: 12_000, found: 11_999 }));
}

#[test]
fn pictures_without_a_garment_on_a_ground_are_refused() {
    assert_eq!(garment(&plain(60, 80, [200, 30, 40]), None), Err(CutoutProblem::Empty));
    let dot = drawn(100, 100, |x, y| if x.abs_diff(50) < 5 && y.abs_diff(50) < 5 { [0; 3] } else { [240; 3] });
    let Err(CutoutProblem::Tiny(part)) = garment(&dot, None) else { panic!("81 of 10 000 pixels") };
    assert!((part - 0.0081).abs() < 1e-9);
    assert!(CutoutProblem::Tiny(part).to_string().contains("0.8 %"));
    let checks = drawn(90, 90, |x, y| if (x / 9 + y / 9) % 2 == 0 { [20, 20, 120] } else { [240, 230, 90] });
    assert_eq!(garment(&checks, None), Err(CutoutProblem::NoGround));
    // A close-up of cloth, with a corner of the table.
    let close = drawn(90, 90, |x, y| if x + y < 40 { [245; 3] } else { [120, 30, 30] });
    assert_eq!(garment(&close, None).err(), Some(CutoutProblem::NoGround));
}

#[test]
fn only_the_largest_piece_is_the_garment() {
    let image = drawn(120, 100, |x, y| match (x, y) {
        (10..=60, 10..=80) => [160, 20, 20],
        (90..=105, 20..=40) => [20, 20, 20],
        _ => [245, 245, 240],
    });
    let found = garment(&image, None).unwrap();
    assert_eq!(found.bounds(), Some([10, 10, 60, 80]));
    assert_eq!(found.count(), 51 * 71);
}

/// Somebody 100 pixels across the shoulders, whose face has this score.
fn somebody(face: f32) -> Sighting {
    let mut places = [[0.0; 2]; COCO_JOINTS];
    // Nose, eyes, ears, shoulders.
    places[..7].copy_from_slice(&[
        [200.0, 60.0],
        [210.0, 50.0],
        [190.0, 50.0],
        [220.0, 55.0],
        [180.0, 55.0],
        [250.0, 120.0],
        [150.0, 120.0],
    ]);
    let mut scores = [0.1; COCO_JOINTS];
    scores[..3].fill(face);
    scores[5..7].fill(0.7);
    Sighting::from_coco(places, scores, 0.0)
}

#[test]
fn a_face_above_shoulders_as_wide_as_the_garment_wears_it() {
    assert!(is_worn(&somebody(0.7), 200));
    assert!(!is_worn(&somebody(0.35), 200), "a flat garment has a place for a face");
    assert!(!is_worn(&somebody(0.7), 400), "somebody printed on it");
    let mut without = somebody(0.7);
    without.scores[samples::wardrobe::Joint::LeftShoulder as usize] = 0.1;
    assert!(!is_worn(&without, 200), "a face alone");
    let mut upside_down = somebody(0.7);
    upside_down.places.iter_mut().for_each(|place| place[1] = 400.0 - place[1]);
    assert!(!is_worn(&upside_down, 200));
    let mut broken = somebody(0.7);
    broken.places.iter_mut().for_each(|place| *place = [f32::NAN; 2]);
    assert!(!is_worn(&broken, 200));
}

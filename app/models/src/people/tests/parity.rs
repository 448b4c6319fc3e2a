//! Against TensorFlow.js.

use samples::wardrobe::photo::{COCO, SEEN};

use super::{super::*, arrays, astronaut, people, small_astronaut, values};

const ORIGINAL: &[u8] = include_bytes!("../fixtures/original.safetensors");
const SHIPPED: &[u8] = include_bytes!("../fixtures/shipped.safetensors");

/// Every third row and column of maps of `side`.
fn thinned(maps: &[f32], side: usize) -> Vec<f32> {
    let kept = |i: &usize| (i % side).is_multiple_of(3) && (i / side % side).is_multiple_of(3);
    (0..maps.len()).filter(kept).map(|i| maps[i]).collect()
}

fn furthest(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn pose_maps() -> Vec<f32> {
    let picture = small_astronaut();
    values(people().pose(&picture, &Window::whole(&picture)))
}

#[test]
fn pose_maps_of_these_weights_are_those_of_the_reference() {
    let ours = thinned(&pose_maps(), 48);
    let theirs = arrays(SHIPPED);
    let cells = 16 * 16;
    for (name, first, count, tolerance) in
        [("joints", 0, 17, 1e-4), ("centre", 17, 1, 1e-4), ("regress", 18, 34, 1e-3), ("offset", 52, 34, 1e-3)]
    {
        let far = furthest(&ours[first * cells..(first + count) * cells], &theirs[name]);
        assert!(far < tolerance, "{name}: {far}");
    }
}

#[test]
fn three_arrays_of_bytes_hardly_change_the_published_maps() {
    let (ours, theirs) = (thinned(&pose_maps(), 48), arrays(ORIGINAL));
    for (name, first, count) in [("joints", 0, 17), ("centre", 17, 1)] {
        let far = furthest(&ours[first * 256..(first + count) * 256], &theirs[name]);
        assert!(far < 1e-2, "{name}: {far}");
    }
}

/// Furthest place and score of joints with at least a score, in pixels of the network's picture.
fn keypoints(theirs: &[f32], least: f32) -> (f32, f32) {
    let picture = small_astronaut();
    let sighting = decode_pose(&pose_maps(), &Window::whole(&picture)).unwrap();
    let (mut place, mut score) = (0.0_f32, 0.0_f32);
    for (joint, theirs) in COCO.into_iter().zip(theirs.as_chunks::<3>().0).filter(|(_, theirs)| theirs[2] >= least) {
        let [x, y] = sighting.places[joint as usize];
        place = place.max((x + 0.5 - 192.0 * theirs[1]).abs()).max((y + 0.5 - 192.0 * theirs[0]).abs());
        score = score.max((sighting.scores[joint as usize] - theirs[2]).abs());
    }
    (place, score)
}

#[test]
fn joints_are_decoded_as_the_reference_decodes_them() {
    // The reference holds 1 / 48 in half precision, 0.02 % off.
    let (place, score) = keypoints(&arrays(SHIPPED)["keypoints"], 0.0);
    assert!(place < 0.06 && score < 1e-3, "{place} pixels, scores {score}");
}

#[test]
fn joints_that_are_seen_stay_where_the_published_network_sees_them() {
    let (place, score) = keypoints(&arrays(ORIGINAL)["keypoints"], SEEN);
    assert!(place < 0.5 && score < 1e-2, "{place} pixels, scores {score}");
}

#[test]
fn the_silhouette_is_that_of_the_reference() {
    let picture = astronaut();
    let ours = thinned(&values(people().silhouette(&picture, &Window::whole(&picture))), 256);
    let far = furthest(&ours, &arrays(ORIGINAL)["silhouette"]);
    assert!(far < 1e-3, "{far}");
}

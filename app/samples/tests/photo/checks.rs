//! Sightings from which something can be tried on, and others.

use samples::wardrobe::{
    Group, Joint, Mask,
    agnostic::keep_v2,
    photo::{COCO_JOINTS, PhotoNote, PhotoProblem, SEEN, Sighting, check, complete, prepare},
};

use super::{scene, sighting, silhouette};

fn seen() -> (Sighting, Mask) {
    let scene = scene(7, 192, 256);
    (sighting(&scene), silhouette(&scene))
}

/// The sighting with some joints out of sight.
fn without(mut sighting: Sighting, joints: &[Joint]) -> Sighting {
    for &joint in joints {
        sighting.scores[joint as usize] = SEEN / 2.0;
    }
    sighting
}

#[test]
fn a_drawn_person_does() {
    for seed in 0..50 {
        let scene = scene(seed, 192, 256);
        assert_eq!(check(&sighting(&scene), &silhouette(&scene)), Ok(()), "seed {seed}");
    }
}

#[test]
fn every_problem_is_found_and_says_what_to_do() {
    let (good, mask) = seen();
    let mirrored = |mut sighting: Sighting| {
        for place in &mut sighting.places {
            place[0] = 191.0 - place[0];
        }
        sighting
    };
    let head = [Joint::Nose, Joint::RightEye, Joint::LeftEye];
    let hips = [Joint::RightHip, Joint::LeftHip];
    let mut narrow = good.clone();
    let middle = narrow.places[Joint::Neck as usize][0];
    narrow.places.iter_mut().for_each(|place| place[0] = middle + 0.2 * (place[0] - middle));
    let mut folded = good.clone();
    folded.scores[Joint::LeftKnee as usize] = 0.8;
    folded.places[Joint::LeftKnee as usize] = [0, 1].map(|axis| {
        let [neck, hip] = [Joint::Neck, Joint::LeftHip].map(|joint| good.places[joint as usize][axis]);
        (neck + hip) / 2.0
    });
    let mut small = good.clone();
    small.places.iter_mut().for_each(|place| *place = place.map(|c| c / 8.0));
    let shoulders = good.places[Joint::RightShoulder as usize][1].max(good.places[Joint::LeftShoulder as usize][1]);
    let cut = Mask::from_fn(192, 256, |x, y| mask.at(x, y) && (y as f32) < shoulders + 4.0);
    let nothing = Mask::from_fn(192, 256, |_, _| false);
    for (sighting, mask, problem, advice) in [
        (without(good.clone(), &Joint::ALL), &mask, PhotoProblem::Nobody, "head to hips"),
        (good.clone(), &nothing, PhotoProblem::Nobody, "head to hips"),
        (Sighting { others: 0.4, ..good.clone() }, &mask, PhotoProblem::Several, "crop"),
        (
            without(good.clone(), &[Joint::LeftShoulder]),
            &mask,
            PhotoProblem::Cropped(Joint::LeftShoulder),
            "left shoulder",
        ),
        (mirrored(good.clone()), &mask, PhotoProblem::FromBehind, "from the front"),
        (without(good.clone(), &head), &mask, PhotoProblem::FromBehind, "from the front"),
        (narrow, &mask, PhotoProblem::Sideways, "faces the camera"),
        (folded, &mask, PhotoProblem::Folded, "standing"),
        (without(good.clone(), &hips), &cut, PhotoProblem::Portrait, "down to the waist"),
    ] {
        let found = check(&sighting, mask).expect_err("it does not do");
        assert_eq!(found, problem);
        assert!(found.to_string().contains(advice), "{found}");
    }
    let Err(PhotoProblem::Small { across }) = check(&small, &mask) else { panic!("too small") };
    assert!(across < 16.0);
}

#[test]
fn joints_come_in_the_order_of_coco_and_the_neck_is_between_the_shoulders() {
    let places = std::array::from_fn(|i| [i as f32, 10.0 * i as f32]);
    let mut scores = [0.9; COCO_JOINTS];
    scores[5] = 0.5;
    scores[9] = 0.29;
    let keypoints = Sighting::from_coco(places, scores, 0.0).keypoints();
    assert_eq!(keypoints.get(Joint::LeftShoulder), Some([5.0, 50.0]));
    assert_eq!(keypoints.get(Joint::RightAnkle), Some([16.0, 160.0]));
    assert_eq!(keypoints.get(Joint::LeftWrist), None, "below the least score");
    assert_eq!(keypoints.get(Joint::Neck), Some([5.5, 55.0]));
    scores[6] = 0.1;
    assert_eq!(Sighting::from_coco(places, scores, 0.0).keypoints().get(Joint::Neck), None);
}

#[test]
fn a_closer_look_is_believed_unless_it_sees_less() {
    let (far, _) = seen();
    let mut near = far.clone();
    near.places[0] = [1.0, 2.0];
    near.others = 0.4;
    assert_eq!(far.clone().refined(near.clone()), near);
    let blind = without(near, &Joint::ALL);
    assert_eq!(far.clone().refined(blind), Sighting { others: 0.4, ..far });
}

#[test]
fn hips_that_are_not_seen_are_placed_near_where_they_are() {
    let (mut worst, mut sum) = (0.0_f32, 0.0);
    for seed in 0..100 {
        let scene = scene(seed, 192, 256);
        let hips = [Joint::RightHip, Joint::LeftHip];
        let hidden = without(sighting(&scene), &hips);
        let (placed, notes) = complete(&hidden.keypoints()).unwrap();
        assert_eq!(notes, [PhotoNote::HipsPlaced]);
        let place = |joint| scene.keypoints.get(joint).unwrap();
        let [right, left] = [place(Joint::RightShoulder), place(Joint::LeftShoulder)];
        let across = (right[0] - left[0]).hypot(right[1] - left[1]);
        for hip in hips {
            let ([x, y], [true_x, true_y]) = (placed.get(hip).unwrap(), place(hip));
            let away = (x - true_x).hypot(y - true_y) / across;
            worst = worst.max(away);
            sum += away / 200.0;
        }
    }
    assert!(worst < 0.5 && sum < 0.25, "{worst} of the shoulders' distance at worst, {sum} in the mean");
}

#[test]
fn one_hip_is_placed_beside_the_other_and_arms_out_of_sight_are_named() {
    let (good, mask) = seen();
    let hidden = without(good.clone(), &[Joint::LeftHip, Joint::RightElbow, Joint::LeftWrist]);
    let prepared = prepare(&hidden, &mask).unwrap();
    let notes = [
        PhotoNote::HipPlaced(Joint::LeftHip),
        PhotoNote::Unseen(Joint::RightElbow),
        PhotoNote::Unseen(Joint::LeftWrist),
    ];
    assert_eq!(prepared.notes, notes);
    assert!(prepared.notes[0].to_string().starts_with("The left hip is not seen"));
    let place = |joint| prepared.keypoints.get(joint).unwrap();
    assert!(place(Joint::LeftHip)[0] > place(Joint::RightHip)[0]);
    assert!(!prepared.parse.groups.contains(&Group::RightArm));
    assert!(keep_v2(&prepared.keypoints, &prepared.parse).is_ok());
}

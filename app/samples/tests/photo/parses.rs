//! The parse that joints and a silhouette make, against that of drawn people.

use samples::wardrobe::{
    Group, Mask,
    agnostic::keep_v2,
    measures::mask_iou,
    photo::{parse, prepare},
    representation::person_planes,
};

use super::{scene, sighting, silhouette};

const PEOPLE: u64 = 60;

fn mean(of: impl Fn(u64) -> f64) -> f64 {
    (0..PEOPLE).map(of).sum::<f64>() / PEOPLE as f64
}

#[test]
fn groups_lie_where_the_drawn_ones_do() {
    for (name, groups, least) in [
        ("face", &[Group::Face][..], 0.72),
        ("head", &[Group::Face, Group::Hair], 0.72),
        ("top and arms", &[Group::Upper, Group::LeftArm, Group::RightArm], 0.87),
        ("trousers", &[Group::Bottom], 0.7),
    ] {
        let iou = mean(|seed| {
            let scene = scene(seed, 96, 128);
            let parse = parse(&scene.keypoints, &silhouette(&scene)).unwrap();
            mask_iou(&parse.mask(groups), &scene.parse.mask(groups)).unwrap()
        });
        assert!(iou > least, "{name}: {iou:.3}");
    }
}

#[test]
fn what_is_repainted_is_what_the_true_parse_repaints() {
    let iou = mean(|seed| {
        let scene = scene(seed, 96, 128);
        let prepared = prepare(&sighting(&scene), &silhouette(&scene)).unwrap();
        let ours = keep_v2(&prepared.keypoints, &prepared.parse).unwrap();
        let truth = keep_v2(&scene.keypoints, &scene.parse).unwrap();
        mask_iou(&ours.inverted(), &truth.inverted()).unwrap()
    });
    assert!(iou > 0.93, "{iou:.3}");
}

#[test]
fn everything_outside_of_the_silhouette_is_background() {
    let scene = scene(3, 96, 128);
    let half = Mask::from_fn(96, 128, |x, _| x < 48);
    let parse = parse(&scene.keypoints, &half).unwrap();
    for (i, &group) in parse.groups.iter().enumerate() {
        assert!(half.values[i] || group == Group::Background);
    }
    let keep = keep_v2(&scene.keypoints, &parse).unwrap();
    assert!(person_planes(&scene.keypoints, &parse, &keep).is_ok());
}

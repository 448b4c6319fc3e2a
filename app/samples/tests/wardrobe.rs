//! The drawn world keeps its promises: whatever the seed, the truth that comes with a scene is the truth.

use proptest::prelude::*;
use samples::{
    image::Image,
    wardrobe::{
        Flow, Garment, Group, HairStyle, Joint, Mask, Padding, Person, SIDES, Scene, TEST_PAIRS, WardrobeError,
        agnostic::{agnostic_parse, agnostic_person, keep_v1, keep_v2},
        baselines::{self, affine, paste, thin_plate},
        gallery, measures, pair,
        representation::{PERSON_PLANES, body_parts, heat_maps, person_planes},
        test_pair, unpaired_test_pair,
    },
};

/// Width and height of the small pictures.
const SMALL: [usize; 2] = [48, 64];

fn scene(seed: u64, [width, height]: [usize; 2]) -> Scene {
    Scene::render(&Person::random(seed), &Garment::random(seed), width, height).expect("sides within limits")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn joints_of_the_upper_body_are_inside(seed: u64) {
        let scene = scene(seed, SMALL);
        for joint in Joint::ALL {
            match scene.keypoints.get(joint) {
                Some([x, y]) => prop_assert!((0.0..=47.0).contains(&x) && (0.0..=63.0).contains(&y), "{joint:?}"),
                None => prop_assert!(joint.is_below_hips(), "{joint:?} is not seen"),
            }
        }
        let shoulders = [Joint::RightShoulder, Joint::LeftShoulder];
        let [right, left] = shoulders.map(|joint| scene.keypoints.get(joint).unwrap());
        prop_assert!(right[0] < left[0], "the person faces us");
    }

    #[test]
    fn poses_keep_to_their_limits(seed: u64) {
        let pose = Person::random(seed).pose;
        prop_assert!(pose.tilt.abs() <= 8.0);
        prop_assert!(pose.arms.iter().all(|arm| (0.0..=80.0).contains(&arm.raise)));
    }

    #[test]
    fn masks_are_not_empty_and_agree(seed: u64) {
        let scene = scene(seed, SMALL);
        prop_assert!(scene.worn.count() > 200, "{} pixels are worn", scene.worn.count());
        prop_assert!(scene.garment_mask.count() > 400);
        prop_assert_eq!(&scene.worn, &scene.parse.mask(&[Group::Upper]));
        for (certain, worn) in scene.certain.values.iter().zip(&scene.worn.values) {
            prop_assert!(*worn || !certain);
        }
        prop_assert!(2 * scene.certain.count() > scene.worn.count());
        // The flow sees garment where garment is worn, and nothing elsewhere.
        let seen = scene.flow.warp(&scene.garment_mask.to_plane(), SMALL, Padding::Zeros);
        for (i, part) in seen.into_iter().enumerate() {
            if scene.certain.values[i] {
                prop_assert!((part - 1.0).abs() < 1e-5);
            }
            if !scene.worn.values[i] {
                prop_assert_eq!(part, 0.0);
            }
        }
    }

    #[test]
    fn kept_pixels_are_the_picture_s_own(seed: u64) {
        let scene = scene(seed, SMALL);
        let v2 = keep_v2(&scene.keypoints, &scene.parse).unwrap();
        // v1 leaves nothing of the old garment; v2 does not look at it, and may leave a hem or a wide sleeve.
        for (keep, left) in [(keep_v1(&scene.parse), 0.0), (v2.clone(), 0.12)] {
            let agnostic = agnostic_person(&scene.person, &keep).unwrap();
            let pixels = |image: &Image| image.pixels().as_chunks::<3>().0.to_vec();
            for ((was, is), keep) in pixels(&scene.person).into_iter().zip(pixels(&agnostic)).zip(&keep.values) {
                prop_assert_eq!(is, if *keep { was } else { [128; 3] });
            }
            let stays = scene.worn.values.iter().zip(&keep.values).filter(|&(&worn, &keep)| worn && keep).count();
            prop_assert!(stays as f64 <= left * scene.worn.count() as f64, "{stays} of {}", scene.worn.count());
        }
        // And of face and trousers nothing is repainted.
        for (group, keep) in scene.parse.groups.iter().zip(&v2.values) {
            prop_assert!(*keep || !matches!(group, Group::Face | Group::Bottom));
        }
        let agnostic = agnostic_parse(&scene.parse, &v2);
        prop_assert_eq!(agnostic.mask(&[Group::Upper]).count(), 0);
    }

    #[test]
    fn the_body_s_planes_do_not_know_the_garment(seed: u64, other: u64) {
        let person = Person::random(seed);
        let drawn = |garment: u64| {
            let scene = Scene::render(&person, &Garment::random(garment), SMALL[0], SMALL[1]).unwrap();
            let keep = keep_v2(&scene.keypoints, &scene.parse).unwrap();
            let planes = person_planes(&scene.keypoints, &scene.parse, &keep).unwrap();
            (scene.keypoints, planes)
        };
        let ((joints, planes), (other_joints, other_planes)) = (drawn(seed), drawn(other));
        prop_assert_eq!(joints, other_joints);
        prop_assert_eq!(planes.len(), PERSON_PLANES * SMALL[0] * SMALL[1]);
        let [parts, other_parts] = [&planes, &other_planes].map(|planes| &planes[13 * 48 * 64..]);
        prop_assert_eq!(parts, other_parts);
        // Each pixel belongs to one group.
        for pixel in 0..48 * 64 {
            prop_assert_eq!((0..13).map(|group| planes[group * 48 * 64 + pixel]).sum::<f32>(), 1.0);
        }
        prop_assert!(parts.iter().all(|value| (0.0..=1.0).contains(value)));
    }

    #[test]
    fn any_pose_is_drawn(raise in prop::array::uniform2(-1e6_f32..1e6), tilt in -1e6_f32..1e6, size in -1e3_f32..1e3) {
        let mut person = Person::random(1);
        person.pose.tilt = tilt;
        person.build.size = size;
        (person.pose.arms[0].raise, person.pose.arms[1].forearm) = (raise[0], raise[1]);
        let mut garment = Garment::random(1);
        (garment.chest, garment.sleeve, garment.length) = (raise[0], size, raise[1]);
        prop_assert!(Scene::render(&person, &garment, 48, 64).is_ok());
    }
}

#[test]
fn the_true_flow_shows_the_worn_texture() {
    for sides in [SMALL, [96, 128]] {
        for seed in 0..100 {
            let scene = scene(seed, sides);
            let warped = scene.flow.warp_image(&scene.garment);
            let psnr = measures::psnr_within(&warped, &scene.person, &scene.certain).unwrap();
            assert!(psnr > 35.0, "seed {seed}, {sides:?}: {psnr:.1} dB");
            let all = measures::psnr_within(&warped, &scene.person, &scene.worn).unwrap();
            assert!(all > 18.0, "seed {seed}, {sides:?}: {all:.1} dB with the edges");
            let iou = measures::mask_iou(&scene.flow.warp_mask(&scene.garment_mask), &scene.worn).unwrap();
            assert!(iou > 0.95, "seed {seed}, {sides:?}: {iou}");
        }
    }
}

/// FNV-1a of everything in the scenes of a few seeds. The number was computed on x86-64 and by WebAssembly alike.
#[test]
fn scenes_are_the_same_on_every_platform() {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for seed in 0..8 {
        let scene = scene(seed, SMALL);
        scene.person.pixels().iter().chain(scene.garment.pixels()).for_each(|&value| add(value));
        scene.flow.grid().iter().flat_map(|value| value.to_bits().to_le_bytes()).for_each(&mut add);
        scene.parse.groups.iter().for_each(|&group| add(group as u8));
        heat_maps(&scene.keypoints, 48, 64).iter().flat_map(|value| value.to_bits().to_le_bytes()).for_each(&mut add);
    }
    assert_eq!(hash, 10_447_265_483_454_897_790);
}

#[test]
fn seeds_make_scenes() {
    assert_eq!(scene(7, SMALL), scene(7, SMALL));
    assert_ne!(scene(7, SMALL).person, scene(8, SMALL).person);
    // A larger picture is the same picture.
    let ([small, large], sides) = ([scene(7, SMALL), scene(7, [96, 128])], [SMALL, [96, 128]]);
    for joint in Joint::ALL.into_iter().filter(|joint| !joint.is_below_hips()) {
        let [a, b] = [&small, &large].map(|scene| scene.keypoints.get(joint).unwrap());
        assert!((0..2).all(|axis| ((2.0 * (a[axis] + 0.5)) - (b[axis] + 0.5)).abs() < 1e-3), "{joint:?}");
    }
    let parts = [0, 1].map(|i| [&small, &large][i].worn.count() as f64 / (sides[i][0] * sides[i][1]) as f64);
    assert!((parts[0] - parts[1]).abs() < 0.01, "{parts:?}");
}

#[test]
fn sides_have_limits() {
    let (person, garment) = (Person::random(0), Garment::random(0));
    for (width, height) in [(0, 64), (15, 64), (48, 1025), (usize::MAX, usize::MAX)] {
        let refused = Scene::render(&person, &garment, width, height);
        assert_eq!(refused.err(), Some(WardrobeError::Sides { width, height }));
    }
    for (width, height) in [(16, 16), (768, 1024), (64, 48)] {
        let scene = Scene::render(&person, &garment, width, height).unwrap();
        assert_eq!([scene.person.width(), scene.garment.height(), scene.worn.width], [width, height, width]);
    }
    assert_eq!(*SIDES.end(), 1024);
}

#[test]
fn people_are_of_all_kinds() {
    let people: Vec<Person> = (0..400).map(|seed| pair(seed).person).collect();
    let differing = |of: fn(&Person) -> String| people.iter().map(of).collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!(differing(|person| format!("{:?}", person.skin)), 10);
    assert_eq!(differing(|person| format!("{:?}", person.hair)), HairStyle::ALL.len());
    let share = |of: fn(&Person) -> bool| people.iter().filter(|person| of(person)).count() as f64 / 400.0;
    assert!(share(|person| person.build.hip > person.build.chest) > 0.2);
    assert!(share(|person| person.build.hip < person.build.chest) > 0.2);
    assert!(share(|person| person.pose.arms.iter().any(|arm| arm.raise > 45.0)) > 0.15);
}

#[test]
fn test_pairs_are_apart_from_training_and_unpaired_garments_move() {
    let trained: Vec<_> = (0..500).map(pair).collect();
    for index in 0..TEST_PAIRS {
        let tested = test_pair(index);
        assert!(trained.iter().all(|pair| pair.person != tested.person && pair.garment != tested.garment));
    }
    assert_eq!(pair(3), pair(3 | 1 << 63), "training cannot ask for a test's seed");
    let drapes: std::collections::BTreeSet<u64> = (0..TEST_PAIRS)
        .map(|index| {
            let (paired, unpaired) = (test_pair(index), unpaired_test_pair(index));
            assert_eq!(paired.person, unpaired.person);
            assert_ne!(paired.garment, unpaired.garment);
            unpaired.garment.drape
        })
        .collect();
    assert_eq!(drapes.len(), TEST_PAIRS, "every garment is tried on once");
}

#[test]
fn the_gallery_is_found_by_its_slugs() {
    for named in gallery::PEOPLE {
        assert!(gallery::person(named.slug).is_some(), "{}", named.name);
    }
    for named in gallery::GARMENTS {
        assert!(gallery::garment(named.slug).is_some(), "{}", named.name);
    }
    assert!(gallery::person("nobody").is_none() && gallery::garment("nothing").is_none());
}

#[test]
fn a_bent_limb_hides_what_is_behind_it() {
    // Someone with a forearm before the body: the parse shows arm or sleeve there, and no pixel under it flows.
    let scene = (0..200).map(|seed| scene(seed, [96, 128])).find(|scene| {
        scene.keypoints.get(Joint::RightWrist).is_some_and(|[x, _]| {
            let hip = scene.keypoints.get(Joint::RightHip).unwrap();
            x > hip[0] + 8.0
        })
    });
    let scene = scene.expect("such a pose is among 200");
    let [x, y] = scene.keypoints.get(Joint::RightWrist).unwrap().map(|c| c.round() as usize);
    let around = (y - 6..y + 6).flat_map(|y| (x - 6..x + 6).map(move |x| (x, y)));
    let hand = around.filter(|&(x, y)| scene.parse.groups[y * 96 + x] == Group::RightArm).collect::<Vec<_>>();
    assert!(hand.len() > 12, "{} pixels", hand.len());
    assert!(hand.iter().all(|&(x, y)| !scene.worn.at(x, y) && scene.flow.grid()[y * 96 + x] == Flow::NOWHERE[0]));
}

#[test]
fn mask_v2_needs_a_body() {
    let scene = scene(0, SMALL);
    let mut places = *scene.keypoints.places();
    places[Joint::LeftHip as usize] = None;
    let missing = samples::wardrobe::Keypoints::new(places);
    assert_eq!(keep_v2(&missing, &scene.parse), Err(WardrobeError::Unseen(Joint::LeftHip)));
    assert_eq!(body_parts(&missing, 48, 64), Err(WardrobeError::Unseen(Joint::LeftHip)));
    places[Joint::LeftHip as usize] = places[Joint::RightHip as usize];
    let narrow = samples::wardrobe::Keypoints::new(places);
    assert_eq!(keep_v2(&narrow, &scene.parse), Err(WardrobeError::OnePlace));
    places[Joint::LeftHip as usize] = Some([f32::NAN, 3.0]);
    let lost = samples::wardrobe::Keypoints::new(places);
    assert_eq!(keep_v2(&lost, &scene.parse), Err(WardrobeError::Unseen(Joint::LeftHip)));
}

#[test]
fn baselines_take_their_points_where_they_should() {
    let person = Person::random(3);
    let garment = Garment::random(3);
    let scene = Scene::render(&person, &garment, 96, 128).unwrap();
    let landmarks = garment.landmarks(96, 128);
    // The exact spline looks at every landmark from its joint.
    let mut whole = [None; Joint::COUNT];
    for joint in baselines::LANDMARKS {
        whole[joint as usize] = scene.keypoints.get(joint).map(|place| place.map(f32::round));
    }
    let rounded = samples::wardrobe::Keypoints::new(whole);
    let spline = thin_plate(&landmarks, &rounded, 0.0, 96, 128).unwrap();
    for (joint, [x, y]) in baselines::LANDMARKS.into_iter().zip(landmarks) {
        let [column, row] = rounded.get(joint).unwrap().map(|c| c as usize);
        let looks = spline.pixels(column, row);
        assert!((looks[0] - x).abs() < 0.01 && (looks[1] - y).abs() < 0.01, "{joint:?}: {looks:?}, not {x}, {y}");
    }
    // Affine flows have no second differences.
    let flow = affine(&landmarks, &scene.keypoints, 96, 128).unwrap();
    assert!(flow.second_differences().iter().all(|d| d.abs() < 1e-5));
    // Of a garment of its own size nothing is moved.
    let own = paste(&scene.worn, &scene.worn.inverted()).unwrap();
    for (a, b) in own.grid().iter().zip(Flow::identity(96, 128).grid()) {
        assert!((a - b).abs() < 1e-5);
    }
    let nothing = Mask::from_fn(96, 128, |_, _| false);
    assert_eq!(paste(&nothing, &nothing), Err(WardrobeError::EmptyMask));
}

#[test]
fn baselines_rank_as_measured_over_the_test_pairs() {
    // Means over the first hundred; the truth has no error.
    let mut errors = [0.0; 3];
    for index in 0..100 {
        let pair = test_pair(index);
        let scene = Scene::render(&pair.person, &pair.garment, 48, 64).unwrap();
        let landmarks = pair.garment.landmarks(48, 64);
        let keep = keep_v2(&scene.keypoints, &scene.parse).unwrap();
        let flows = [
            affine(&landmarks, &scene.keypoints, 48, 64).unwrap(),
            thin_plate(&landmarks, &scene.keypoints, 0.1, 48, 64).unwrap(),
            paste(&scene.garment_mask, &keep).unwrap(),
        ];
        for (error, flow) in errors.iter_mut().zip(&flows) {
            *error += measures::end_point_error(flow, &scene.flow, &scene.worn).unwrap() / 100.0;
        }
        assert_eq!(measures::end_point_error(&scene.flow, &scene.flow, &scene.worn), Ok(0.0));
    }
    assert!(errors[0] < errors[1] && errors[1] < errors[2], "{errors:?}");
    assert!((0.9..1.6).contains(&errors[0]), "{errors:?}");
}

#[test]
fn measures_know_what_they_measure() {
    let textured = (0..)
        .map(|seed| scene(seed, SMALL))
        .find(|scene| measures::texture_correlation(&scene.person, &scene.person, &scene.certain).unwrap().is_some());
    let scene = textured.unwrap();
    let negative = Image::new(48, 64, scene.person.pixels().iter().map(|value| 255 - value).collect()).unwrap();
    let correlation = |picture: &Image| measures::texture_correlation(picture, &scene.person, &scene.certain).unwrap();
    assert!((correlation(&scene.person).unwrap() - 1.0).abs() < 1e-9);
    assert!((correlation(&negative).unwrap() + 1.0).abs() < 1e-9);
    let grey = Image::new(48, 64, vec![90; 48 * 64 * 3]).unwrap();
    assert_eq!(correlation(&grey), Some(0.0));
    assert_eq!(measures::texture_correlation(&scene.person, &grey, &scene.certain), Ok(None));

    let black = Image::new(48, 64, vec![0; 48 * 64 * 3]).unwrap();
    let half = Mask::from_fn(48, 64, |x, _| x < 24);
    assert!((measures::masked_l1(&grey, &black, &half).unwrap() - 90.0 / 255.0).abs() < 1e-9);
    assert!((measures::psnr_within(&grey, &black, &half).unwrap() - 20.0 * (255.0_f64 / 90.0).log10()).abs() < 1e-9);
    // A step of 30 at the seam, where the truth has none.
    let step = (0..48 * 64 * 3).map(|i| if i / 3 % 48 < 24 { 90 } else { 120 }).collect();
    let stepped = Image::new(48, 64, step).unwrap();
    assert!((measures::seam_error(&stepped, &grey, &half).unwrap() - 30.0 / 255.0).abs() < 1e-9);
    assert_eq!(measures::seam_error(&grey, &black, &half), Ok(0.0), "both are even");
    assert_eq!(measures::seam_error(&grey, &black, &Mask::from_fn(48, 64, |_, _| true)), Err(WardrobeError::EmptyMask));
    let third = Mask::from_fn(48, 64, |x, _| x < 16);
    assert!((measures::mask_iou(&half, &third).unwrap() - 2.0 / 3.0).abs() < 1e-9);
    let wide = Mask::from_fn(64, 48, |_, _| true);
    let different = WardrobeError::Different { first: [48, 64], second: [64, 48] };
    assert_eq!(measures::mask_iou(&half, &wide), Err(different));
    assert!(measures::masked_l1(&grey, &black, &wide).is_err());
}

#[test]
fn flows_compose_and_shift_as_the_paper_s_do() {
    let (width, height) = (7, 5);
    let plane: Vec<f32> = (0..35).map(|i| (i * i % 17) as f32).collect();
    let same = Flow::identity(width, height).warp(&plane, [width, height], Padding::Border);
    assert!(same.iter().zip(&plane).all(|(a, b)| (a - b).abs() < 1e-6 * 17.0));
    let moved = |by: f32| Flow::from_pixels(width, height, |x, y| Some([x as f32 + by, y as f32]));
    let one = moved(1.0).warp(&plane, [width, height], Padding::Zeros);
    for y in 0..height {
        for x in 0..width {
            let expected = if x + 1 < width { plane[y * width + x + 1] } else { 0.0 };
            assert!((one[y * width + x] - expected).abs() < 1e-4);
        }
    }
    let last = moved(1.0).warp(&plane, [width, height], Padding::Border);
    assert!((last[6] - plane[6]).abs() < 1e-4, "the edge goes on");
    // There and back, but for the columns at the edge.
    let back = moved(0.25).after(&moved(-0.25));
    for y in 0..height {
        for x in 1..width - 1 {
            let [column, row] = back.pixels(x, y);
            assert!((column - x as f32).abs() < 1e-5 && (row - y as f32).abs() < 1e-5);
        }
    }
    // A bump of height h in the x of one pixel is −2h in all four directions there.
    let mut grid = Flow::identity(width, height).grid().to_vec();
    grid[2 * width + 3] += 0.5;
    let differences = Flow::from_grid(width, height, grid).unwrap().second_differences();
    assert_eq!(differences.len(), 4 * 2 * 5 * 3);
    for direction in 0..4 {
        assert!((differences[direction * 30 + 5 + 2] + 1.0).abs() < 1e-6);
    }
    assert!(Flow::from_grid(2, 2, vec![0.0; 7]).is_err() && Flow::from_grid(0, 2, vec![]).is_err());
}

#[test]
fn masks_grow_and_shrink_by_squares() {
    let dot = Mask::from_fn(9, 7, |x, y| (x, y) == (4, 3));
    assert_eq!(dot.dilated(3).bounds(), Some([3, 2, 5, 4]));
    assert_eq!(dot.dilated(3).count(), 9);
    assert_eq!(dot.dilated(5).eroded(5), dot);
    assert_eq!(dot.eroded(3).count(), 0);
    assert_eq!(dot.eroded(3).bounds(), None);
    // What lies outside does not shrink a mask at the edge.
    assert_eq!(Mask::from_fn(9, 7, |_, _| true).eroded(3).count(), 63);
    // v1 at 512 pixels is the paper's: 5 · 2 = 10, made odd.
    let scene = Scene::render(&Person::random(5), &Garment::random(5), 512, 683).unwrap();
    let worn = scene.parse.mask(&[Group::Upper, Group::LeftArm, Group::RightArm]);
    let [left, top, right, bottom] = worn.bounds().unwrap();
    let grown = keep_v1(&scene.parse).inverted().bounds().unwrap();
    let expected = [left.saturating_sub(10), top - 10, (right + 10).min(511), bottom + 10];
    assert_eq!(grown, expected);
}

//! Whole photos: networks, decoding, checks and parse together.

use samples::{
    Image,
    wardrobe::{
        Group, Joint, Mask, Person, Scene,
        agnostic::keep_v2,
        gallery,
        photo::{
            PhotoNote, PhotoProblem, Prepared, Sighting,
            cutout::{garment, is_worn},
            prepare,
        },
        representation::person_planes,
    },
};

use super::{super::*, astronaut, people, values};
use crate::ModelError;

/// What the module's documentation shows.
fn look(people: &People, photo: &Image) -> Result<(Sighting, Mask), ModelError> {
    let read = values::<4>;
    let mut window = Window::square(photo);
    let mut sighting = decode_pose(&read(people.pose(photo, &window)), &window)?;
    let closer = window.closer(&sighting, photo);
    if let Some(closer) = closer {
        sighting = sighting.refined(decode_pose(&read(people.pose(photo, &closer)), &closer)?);
    }
    window = closer.unwrap_or(Window::whole(photo));
    let silhouette = read(people.silhouette(photo, &window));
    Ok((sighting, decode_silhouette(&silhouette, &window, photo.width(), photo.height())?))
}

fn prepared(photo: &Image) -> Result<Prepared, PhotoProblem> {
    let (sighting, silhouette) = look(&people(), photo).expect("finite maps");
    prepare(&sighting, &silhouette)
}

/// Pictures side by side.
fn beside(left: &Image, right: &Image) -> Image {
    let width = left.width() + right.width();
    let pixels = (0..left.height()).flat_map(|y| [left.row(y), right.row(y)].concat()).collect();
    Image::new(width, left.height(), pixels).unwrap()
}

#[test]
fn the_astronaut_is_ready_to_try_something_on() {
    let photo = astronaut();
    let prepared = prepared(&photo).unwrap();
    // Her left wrist is behind the helmet.
    assert!(prepared.notes.iter().all(|note| matches!(note, PhotoNote::Unseen(_))), "{:?}", prepared.notes);
    // As a person sees them in the picture of 256 × 256 pixels.
    for (joint, [x, y], within) in [
        (Joint::Nose, [112.0, 60.0], 4.0),
        (Joint::RightEye, [101.0, 49.0], 4.0),
        (Joint::LeftEye, [122.0, 49.0], 4.0),
        (Joint::RightShoulder, [55.0, 132.0], 14.0),
        (Joint::LeftShoulder, [158.0, 132.0], 14.0),
    ] {
        let [found_x, found_y] = prepared.keypoints.get(joint).expect("seen");
        let away = (found_x - x).hypot(found_y - y);
        assert!(away < within, "{joint:?} at {found_x:.1}, {found_y:.1}");
    }
    let group = |x: usize, y: usize| prepared.parse.groups[256 * y + x];
    assert_eq!(group(112, 62), Group::Face);
    assert_eq!(group(100, 14), Group::Hair);
    assert_eq!(group(112, 170), Group::Upper);
    assert_eq!(group(10, 20), Group::Background, "a flag");
    let keep = keep_v2(&prepared.keypoints, &prepared.parse).unwrap();
    assert!(keep.at(112, 62) && !keep.at(112, 170) && keep.at(200, 60));
    assert!(person_planes(&prepared.keypoints, &prepared.parse, &keep).is_ok());
}

#[test]
fn photos_that_do_not_do_are_refused() {
    let photo = astronaut();
    let nobody = Image::new(90, 120, vec![140; 3 * 90 * 120]).unwrap();
    assert_eq!(prepared(&nobody), Err(PhotoProblem::Nobody));
    assert_eq!(prepared(&beside(&photo, &photo)), Err(PhotoProblem::Several));
    let face = photo.crop(60, 0, 110, 100).unwrap();
    assert!(matches!(prepared(&face), Err(PhotoProblem::Cropped(_) | PhotoProblem::Portrait)), "{:?}", prepared(&face));
}

#[test]
fn a_photo_that_ends_at_the_chest_gets_hips() {
    let photo = astronaut().crop(0, 0, 256, 200).unwrap();
    let prepared = prepared(&photo).unwrap();
    assert!(prepared.notes.contains(&PhotoNote::HipsPlaced), "{:?}", prepared.notes);
    let [_, y] = prepared.keypoints.get(Joint::RightHip).unwrap();
    assert!(y > 200.0, "{y}");
    assert!(keep_v2(&prepared.keypoints, &prepared.parse).is_ok());
}

#[test]
fn tiny_pictures_are_refused_too() {
    for [width, height] in [[1, 1], [1, 300], [300, 1], [2, 2]] {
        let image = Image::new(width, height, vec![77; 3 * width * height]).unwrap();
        assert_eq!(prepared(&image), Err(PhotoProblem::Nobody), "{width} × {height}");
    }
}

/// Whether somebody wears the garment of a picture, as the try-on looks.
fn worn(photo: &Image) -> bool {
    let whole = [0, 0, photo.width() - 1, photo.height() - 1];
    let bounds @ [left, _, right, _] = garment(photo, None).ok().and_then(|mask| mask.bounds()).unwrap_or(whole);
    let window = Window::around(bounds);
    let seen = decode_pose(&values::<4>(people().pose(photo, &window)), &window).expect("finite maps");
    is_worn(&seen, right + 1 - left)
}

/// A drawn garment, 768 pixels high.
fn flat(slug: &str) -> Image {
    let garment = gallery::garment(slug).expect("drawn");
    Scene::render(&Person::random(0), &garment, 576, 768).expect("drawn").garment
}

/// `small` in the middle of `ground`.
fn printed(ground: &Image, small: &Image) -> Image {
    let mut pixels = ground.pixels().to_vec();
    let [x, y] = [(ground.width() - small.width()) / 2, (ground.height() - small.height()) / 2];
    for row in 0..small.height() {
        let at = 3 * ((y + row) * ground.width() + x);
        pixels[at..at + 3 * small.width()].copy_from_slice(small.row(row));
    }
    Image::new(ground.width(), ground.height(), pixels).unwrap()
}

#[test]
fn garments_that_somebody_wears_are_told_from_flat_ones() {
    let wearer = astronaut();
    assert!(worn(&wearer), "before something");
    for [width, height] in [[300, 300], [400, 360], [500, 700], [600, 900]] {
        let studio = printed(&Image::new(width, height, vec![255; 3 * width * height]).unwrap(), &wearer);
        assert!(worn(&studio), "before a plain ground, {width} × {height}");
    }
    for named in gallery::GARMENTS {
        assert!(!worn(&flat(named.slug)), "{}", named.slug);
    }
    let face = wearer.crop(60, 0, 110, 100).unwrap();
    let person = wearer.crop(20, 0, 180, 256).unwrap();
    for print in [face, person] {
        assert!(!worn(&printed(&flat("navy-plain"), &print)), "printed on a garment");
    }
}

//! Photos: what is said of those that do not do, joints and parse against drawn people, cut-outs against drawn garments,
//! seams against closed forms.

mod checks;
mod cutouts;
mod hostile;
mod parses;
mod seams;

use samples::{
    Image,
    wardrobe::{Garment, Joint, Mask, Person, Scene, photo::Sighting},
};

fn scene(seed: u64, width: usize, height: usize) -> Scene {
    Scene::render(&Person::random(seed), &Garment::random(seed), width, height).expect("sides within limits")
}

/// What a faultless network would see of a drawn person.
fn sighting(scene: &Scene) -> Sighting {
    let places = Joint::ALL.map(|joint| scene.keypoints.get(joint).unwrap_or([0.0; 2]));
    let scores = Joint::ALL.map(|joint| if scene.keypoints.get(joint).is_some() { 0.9 } else { 0.0 });
    Sighting { places, scores, others: 0.02 }
}

/// The drawn person: all that is not the wall, which is smooth from top to bottom.
fn silhouette(scene: &Scene) -> Mask {
    let (width, height) = (scene.parse.width, scene.parse.height);
    let pixel = |x: usize, y: usize| [0, 1, 2].map(|c| i32::from(scene.person.pixels()[3 * (y * width + x) + c]));
    Mask::from_fn(width, height, |x, y| {
        let wall = [0, width - 1].map(|x| pixel(x, y));
        wall.iter().all(|wall| (0..3).any(|c| (wall[c] - pixel(x, y)[c]).abs() > 6))
    })
}

fn plain(width: usize, height: usize, colour: [u8; 3]) -> Image {
    Image::new(width, height, colour.repeat(width * height)).expect("filled")
}

/// A picture of `colour(x, y)`.
fn drawn(width: usize, height: usize, colour: impl Fn(usize, usize) -> [u8; 3]) -> Image {
    let pixels = (0..width * height).flat_map(|i| colour(i % width, i / width)).collect();
    Image::new(width, height, pixels).expect("filled")
}

//! A person who wears a garment, the garment lying flat, and all that is known of both.

use super::{
    Flow, Garment, Group, Keypoints, Mask, Parse, Person, WardrobeError,
    canvas::{Canvas, Frame, SAMPLES},
    figure::{self, Ink, Layer},
    fit::{Fit, Piece},
    flat::Flat,
    geometry::mix,
    skeleton::Skeleton,
    template::Template,
};
use crate::image::Image;

/// The shortest and the longest side of a scene.
pub const SIDES: std::ops::RangeInclusive<usize> = 16..=1024;

/// A rendered pair with its truth. All pictures and masks have the same sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The person, wearing the garment.
    pub person: Image,
    /// What is what in [`Self::person`].
    pub parse: Parse,
    /// Where the joints are. Knees and ankles are outside of the picture.
    pub keypoints: Keypoints,
    /// The pixels of the worn garment that are seen: [`Group::Upper`] of the parse.
    pub worn: Mask,
    /// The garment lying flat.
    pub garment: Image,
    /// The pixels of the flat garment, the inside of its back at the neck included.
    pub garment_mask: Mask,
    /// For the pixels of [`Self::worn`], where in [`Self::garment`] they look; [`Flow::NOWHERE`] for all others.
    pub flow: Flow,
    /// The pixels of [`Self::worn`] that show one piece of the garment and nothing else, and look at nothing else.
    /// There the flat picture, sampled by the flow, is the person's picture but for the light on the folds.
    pub certain: Mask,
}

impl Scene {
    /// Draws `person` wearing `garment` and the garment alone, `width` × `height` pixels each. The same on every
    /// platform.
    ///
    /// # Errors
    /// A side outside of [`SIDES`].
    pub fn render(person: &Person, garment: &Garment, width: usize, height: usize) -> Result<Self, WardrobeError> {
        if !SIDES.contains(&width) || !SIDES.contains(&height) {
            return Err(WardrobeError::Sides { width, height });
        }
        let frame = Frame::new(width, height);
        let template = Template::new(garment);
        let flat = Flat::draw(garment, &template, frame);
        let skeleton = Skeleton::of(person);
        let fit = Fit::new(&template, garment, person, &skeleton);
        let canvas = figure::draw(frame, person, &skeleton, &template, &fit);
        let pixels: Vec<Resolved> =
            (0..width * height).map(|i| resolve(&canvas, person, &fit, &flat, i % width, i / width)).collect();
        let parse = Parse { width, height, groups: pixels.iter().map(|pixel| pixel.group).collect() };
        let mut keypoints = [None; super::Joint::COUNT];
        for (joint, at) in skeleton.joints() {
            keypoints[joint as usize] = Some(frame.pixel(at));
        }
        Ok(Self {
            person: picture(width, height, pixels.iter().map(|pixel| pixel.colour)),
            worn: parse.mask(&[Group::Upper]),
            parse,
            keypoints: Keypoints::new(keypoints),
            garment: picture(width, height, flat.picture()),
            garment_mask: flat.mask(),
            flow: Flow::from_pixels(width, height, |x, y| pixels[y * width + x].source),
            certain: Mask { width, height, values: pixels.iter().map(|pixel| pixel.certain).collect() },
        })
    }
}

struct Resolved {
    colour: [f32; 3],
    group: Group,
    /// Where the pixel looks in the flat picture, in pixels, if it is garment.
    source: Option<[f32; 2]>,
    certain: bool,
}

fn resolve(canvas: &Canvas<Layer>, person: &Person, fit: &Fit, flat: &Flat, x: usize, y: usize) -> Resolved {
    let frame = canvas.frame();
    let mut colour = [0.0; 3];
    let mut counts = [0; Group::COUNT];
    let mut cloth: Option<(Piece, usize, [f32; 2], bool)> = None;
    canvas.pixel(x, y).layers(|layer, samples| {
        counts[layer.group as usize] += samples;
        let seen = match layer.ink {
            Ink::Wall => {
                let down = (y as f32 + 0.5) / frame.height as f32;
                let [top, bottom] = person.wall.map(|wall| wall.map(f32::from));
                std::array::from_fn(|c| mix(top[c], bottom[c], down))
            }
            Ink::Plain(plain) => plain.map(f32::from),
            Ink::Cloth(piece) => {
                let (source, light) = fit.flat(piece, frame.world([x as f32, y as f32]));
                let source = frame.pixel(source);
                let (seen, whole) = flat.at(source);
                if cloth.is_none_or(|(_, most, ..)| samples > most) {
                    cloth = Some((piece, samples, source, whole));
                }
                seen.map(|value| value * light)
            }
        };
        (0..3).for_each(|c| colour[c] += seen[c] * samples as f32 / SAMPLES as f32);
    });
    let group = most_frequent(&counts);
    let cloth = cloth.filter(|_| group == Group::Upper);
    Resolved {
        colour,
        group,
        source: cloth.map(|(_, _, source, _)| source),
        certain: cloth.is_some_and(|(_, samples, _, whole)| samples == SAMPLES && whole),
    }
}

/// The group with the most samples; of several, the last.
fn most_frequent(counts: &[usize; Group::COUNT]) -> Group {
    let mut most = Group::Background;
    for group in Group::ALL {
        if counts[group as usize] >= counts[most as usize] {
            most = group;
        }
    }
    most
}

fn picture(width: usize, height: usize, pixels: impl Iterator<Item = [f32; 3]>) -> Image {
    // The conversion saturates.
    let values = pixels.flat_map(|pixel| pixel.map(|value| (value + 0.5) as u8)).collect();
    Image::new(width, height, values).expect("sides that were checked, filled")
}

//! What of a person is kept, and what a try-on repaints (DCI-VTON, Gou et al. 2023, §3).
//!
//! Masks are *keep* masks, as in the paper: a pixel of the mask stays, the others are repainted.

use super::{
    Group, Joint, Keypoints, Mask, Parse, WardrobeError,
    geometry::{Point, between, distance, sub},
    shapes::Shape,
};
use crate::image::{Image, ImageError};

/// What repainted pixels are filled with.
const GREY: u8 = 128;
/// Height for which the authors' whole numbers of pixels are meant.
const REFERENCE: f32 = 1024.0;

/// Mask v1: everything but the top and both arms, which are grown three times and shrunk once by a square of
/// 5 · (width / 256) pixels: rounded to an odd number, and 3 at least. Below a width of 205 that is 3, which repaints
/// two pixels around the garment.
///
/// The mask follows the garment that is worn: its sleeves show through. [`keep_v2`] does better.
pub fn keep_v1(parse: &Parse) -> Mask {
    let side = 5.0 * parse.width as f32 / 256.0;
    let side = (2 * (side / 2.0) as usize + 1).max(3);
    let worn = parse.mask(&[Group::Upper, Group::LeftArm, Group::RightArm]);
    worn.dilated(side).dilated(side).dilated(side).eroded(side).inverted()
}

/// Mask v2, the agnostic mask of HR-VITON, drawn from keypoints: torso, neck and arms are repainted whatever is worn.
/// Face, lower body and hands, which are what of an arm lies beyond its drawn lines, stay.
///
/// Its unit r = ⌊distance of the shoulders / 16⌋ + 1 is meant for pictures 1024 pixels high: it is taken there and
/// scaled. The numbers 9 and 12 of the paper's hips are those of OpenPose's 25 joints, here [`Joint::RightHip`] and
/// [`Joint::LeftHip`]. Arms whose joints are not seen are left out.
///
/// # Errors
/// Shoulders, hips or neck that are not seen, or are all in one place.
pub fn keep_v2(keypoints: &Keypoints, parse: &Parse) -> Result<Mask, WardrobeError> {
    let drawn = Drawn::new(keypoints, parse.height)?;
    let hands: Vec<(Group, Vec<Shape>)> = [0, 1].map(|side| (Group::arm(side), drawn.arm(keypoints, side))).into();
    let body = drawn.body(keypoints)?;
    Ok(Mask::from_fn(parse.width, parse.height, |x, y| {
        let point = [x as f32, y as f32];
        let covers = |shapes: &[Shape]| shapes.iter().any(|shape| shape.contains(point));
        match parse.groups[y * parse.width + x] {
            Group::Face | Group::Bottom | Group::LeftLeg | Group::RightLeg | Group::LeftShoe | Group::RightShoe => true,
            group => {
                let hand = hands.iter().any(|(arm, shapes)| *arm == group && !covers(shapes));
                hand || !covers(&body)
            }
        }
    }))
}

/// A picture of the person without what is repainted, which is grey. Kept pixels are the picture's own.
///
/// # Errors
/// A mask of other sides.
pub fn agnostic_person(person: &Image, keep: &Mask) -> Result<Image, ImageError> {
    let sides = [person.width(), person.height()];
    if sides != [keep.width, keep.height] {
        return Err(ImageError::Sides { first: sides, second: [keep.width, keep.height] });
    }
    let mut pixels = person.pixels().to_vec();
    for (pixel, _) in pixels.as_chunks_mut().0.iter_mut().zip(&keep.values).filter(|(_, keep)| !**keep) {
        *pixel = [GREY; 3];
    }
    Image::new(sides[0], sides[1], pixels)
}

/// The parse without what tells of the garment: the top, and of the arms what is not kept, are background.
pub fn agnostic_parse(parse: &Parse, keep: &Mask) -> Parse {
    let groups = parse.groups.iter().zip(&keep.values).map(|(&group, &keep)| match group {
        Group::Upper => Group::Background,
        Group::LeftArm | Group::RightArm if !keep => Group::Background,
        group => group,
    });
    Parse { groups: groups.collect(), ..*parse }
}

/// The joints between which the mask is drawn.
struct Drawn {
    shoulders: [Point; 2],
    /// As far apart as the shoulders.
    hips: [Point; 2],
    unit: f32,
}

impl Drawn {
    fn new(keypoints: &Keypoints, height: usize) -> Result<Self, WardrobeError> {
        let shoulders = [keypoints.require(Joint::RightShoulder)?, keypoints.require(Joint::LeftShoulder)?];
        let hips = [keypoints.require(Joint::RightHip)?, keypoints.require(Joint::LeftHip)?];
        let [across, hips_across] = [shoulders, hips].map(|[right, left]| distance(right, left));
        if !(across > 0.0 && hips_across > 0.0) {
            return Err(WardrobeError::OnePlace);
        }
        let scale = REFERENCE / height as f32;
        let unit = ((across * scale / 16.0).floor() + 1.0) / scale;
        let middle = between(hips[0], hips[1], 0.5);
        let hips = hips.map(|hip| {
            let [x, y] = sub(hip, middle);
            [middle[0] + x / hips_across * across, middle[1] + y / hips_across * across]
        });
        Ok(Self { shoulders, hips, unit })
    }

    /// Torso, neck and arms.
    fn body(&self, keypoints: &Keypoints) -> Result<Vec<Shape>, WardrobeError> {
        let ([right, left], [right_hip, left_hip], r) = (self.shoulders, self.hips, self.unit);
        let [x, y] = keypoints.require(Joint::Neck)?;
        let mut shapes = vec![
            Shape::Ellipse(right_hip, [3.0 * r, 6.0 * r]),
            Shape::Ellipse(left_hip, [3.0 * r, 6.0 * r]),
            Shape::Line(right, right_hip, 6.0 * r),
            Shape::Line(left, left_hip, 6.0 * r),
            Shape::Line(right_hip, left_hip, 12.0 * r),
            Shape::Quadrangle([right, left, left_hip, right_hip]),
            Shape::Rectangle([x - 5.0 * r, y - 9.0 * r, x + 5.0 * r, y]),
            Shape::Line(right, left, 12.0 * r),
        ];
        for side in 0..2 {
            shapes.extend(self.arm(keypoints, side));
            shapes.extend(keypoints.get(Joint::SIDES[side][2]).map(|wrist| Shape::Ellipse(wrist, [5.0 * r; 2])));
        }
        Ok(shapes)
    }

    /// An arm up to the wrist.
    fn arm(&self, keypoints: &Keypoints, side: usize) -> Vec<Shape> {
        let r = self.unit;
        let [_, elbow, wrist, ..] = Joint::SIDES[side].map(|joint| keypoints.get(joint));
        let mut shapes = vec![Shape::Ellipse(self.shoulders[side], [5.0 * r, 6.0 * r])];
        if let Some(elbow) = elbow {
            shapes.push(Shape::Line(self.shoulders[side], elbow, 10.0 * r));
            shapes.push(Shape::Ellipse(elbow, [5.0 * r; 2]));
            shapes.extend(wrist.map(|wrist| Shape::Line(elbow, wrist, 10.0 * r)));
        }
        shapes
    }
}

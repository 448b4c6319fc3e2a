//! Pictures that explain a try-on: the joints that were found, what is repainted, and the flow as a bent grid.

use super::{
    Flow, Joint, Keypoints, Mask,
    flow::{Padding, denormalised},
    geometry::{Point, distance},
    shapes::Shape,
};
use crate::image::Image;

/// Least height of an overlay: small pictures are enlarged by a whole number, so that lines are thin.
const LEAST_HEIGHT: usize = 384;
/// Lines of the grid across the garment's picture.
const LINES: f32 = 12.0;
/// How much of the colour stays beneath a tint.
const BENEATH: f32 = 0.55;
const REPAINTED: [f32; 3] = [230.0, 90.0, 160.0];
const GRID: [f32; 3] = [20.0, 20.0, 30.0];
const JOINT: [f32; 3] = [255.0, 255.0, 255.0];
/// The person's right side and left side, and what is between.
const BONES: [[f32; 3]; 3] = [[240.0, 120.0, 30.0], [40.0, 150.0, 240.0], [70.0, 190.0, 90.0]];

/// The joints that are seen and the bones between them, over `person`; what `keep` does not keep is tinted. Small
/// pictures are enlarged.
///
/// # Panics
/// If the mask has other sides than the picture.
pub fn pose(person: &Image, keypoints: &Keypoints, keep: &Mask) -> Image {
    assert_eq!([person.width(), person.height()], [keep.width, keep.height], "mask and picture");
    let scale = enlargement(person.height());
    let large = |place: Point| place.map(|c| (c + 0.5) * scale as f32 - 0.5);
    let thickness = (person.height() * scale) as f32 / 90.0;
    let place = |joint| keypoints.get(joint).map(large);
    let bones: Vec<_> = BONES_BETWEEN
        .iter()
        .filter_map(|&(a, b, side)| Some((Shape::Line(place(a)?, place(b)?, thickness), BONES[side])))
        .collect();
    let joints: Vec<_> = keypoints.places().iter().flatten().map(|&at| large(at)).collect();
    enlarged(person, scale, |[x, y], colour| {
        let point = [x as f32, y as f32];
        if joints.iter().any(|&at| distance(at, point) <= thickness) {
            return JOINT;
        }
        if let Some((_, bone)) = bones.iter().find(|(shape, _)| shape.contains(point)) {
            return *bone;
        }
        if keep.at(x / scale, y / scale) { colour } else { tinted(colour, REPAINTED) }
    })
}

/// The flow as a grid that lay straight on the flat garment, drawn over `picture` where `worn` is. Small pictures are
/// enlarged.
///
/// # Panics
/// If flow or mask have other sides than the picture.
pub fn grid(picture: &Image, flow: &Flow, worn: &Mask) -> Image {
    let sides = [picture.width(), picture.height()];
    assert_eq!([sides, sides], [[flow.width(), flow.height()], [worn.width, worn.height]], "flow, mask and picture");
    let scale = enlargement(sides[1]);
    let (width, height) = (sides[0] * scale, sides[1] * scale);
    // Where every pixel of the enlarged picture looks, in lines of the grid.
    let fine = Flow::identity(width, height).warp(flow.grid(), sides, Padding::Border);
    let spacing = sides[0].max(sides[1]) as f32 / LINES;
    let lines = |x: usize, y: usize| {
        let at = y * width + x;
        let looks = [denormalised(fine[at], sides[0]), denormalised(fine[width * height + at], sides[1])];
        looks.map(|c| (c / spacing).floor())
    };
    enlarged(picture, scale, |[x, y], colour| {
        let crosses = |[a, b]: [usize; 2]| a < width && b < height && lines(a, b) != lines(x, y);
        let is_line = worn.at(x / scale, y / scale) && (crosses([x + 1, y]) || crosses([x, y + 1]));
        if is_line { GRID } else { colour }
    })
}

/// The bones, and whose side they are on: right, left, or neither.
const BONES_BETWEEN: [(Joint, Joint, usize); 17] = [
    (Joint::Neck, Joint::RightShoulder, 0),
    (Joint::RightShoulder, Joint::RightElbow, 0),
    (Joint::RightElbow, Joint::RightWrist, 0),
    (Joint::Neck, Joint::LeftShoulder, 1),
    (Joint::LeftShoulder, Joint::LeftElbow, 1),
    (Joint::LeftElbow, Joint::LeftWrist, 1),
    (Joint::Neck, Joint::RightHip, 0),
    (Joint::RightHip, Joint::RightKnee, 0),
    (Joint::RightKnee, Joint::RightAnkle, 0),
    (Joint::Neck, Joint::LeftHip, 1),
    (Joint::LeftHip, Joint::LeftKnee, 1),
    (Joint::LeftKnee, Joint::LeftAnkle, 1),
    (Joint::Neck, Joint::Nose, 2),
    (Joint::Nose, Joint::RightEye, 0),
    (Joint::RightEye, Joint::RightEar, 0),
    (Joint::Nose, Joint::LeftEye, 1),
    (Joint::LeftEye, Joint::LeftEar, 1),
];

fn enlargement(height: usize) -> usize {
    LEAST_HEIGHT.div_ceil(height).max(1)
}

fn tinted(colour: [f32; 3], tint: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|c| BENEATH * colour[c] + (1.0 - BENEATH) * tint[c])
}

/// Every pixel repeated `scale` times along both axes, then changed by `of` its place and its colour.
fn enlarged(picture: &Image, scale: usize, of: impl Fn([usize; 2], [f32; 3]) -> [f32; 3]) -> Image {
    let (width, height) = (picture.width() * scale, picture.height() * scale);
    let mut pixels = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        let row = picture.row(y / scale);
        for x in 0..width {
            let from = 3 * (x / scale);
            let colour = std::array::from_fn(|c| f32::from(row[from + c]));
            // The conversion saturates.
            pixels.extend(of([x, y], colour).map(|value| (value + 0.5) as u8));
        }
    }
    Image::new(width, height, pixels).expect("a picture's own sides, multiplied")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wardrobe::{Scene, agnostic, test_pair};

    fn scene() -> Scene {
        let pair = test_pair(3);
        Scene::render(&pair.person, &pair.garment, 48, 64).unwrap()
    }

    #[test]
    fn a_pose_tints_what_is_repainted_and_keeps_the_rest() {
        let scene = scene();
        let keep = agnostic::keep_v2(&scene.keypoints, &scene.parse).unwrap();
        let drawn = pose(&scene.person, &Keypoints::default(), &keep);
        assert_eq!([drawn.width(), drawn.height()], [48 * 6, 64 * 6]);
        let unchanged = (0..48 * 64).filter(|i| {
            let (x, y) = (i % 48, i / 48);
            drawn.row(6 * y)[18 * x..18 * x + 3] == scene.person.row(y)[3 * x..3 * x + 3]
        });
        assert_eq!(unchanged.count(), keep.count());
        assert!(pose(&scene.person, &scene.keypoints, &keep) != drawn, "bones are drawn");
    }

    #[test]
    fn an_unbent_flow_is_a_straight_grid_within_the_mask() {
        let scene = scene();
        let drawn = grid(&scene.person, &Flow::identity(48, 64), &scene.worn);
        let is_line = |x: usize, y: usize| drawn.row(y)[3 * x..3 * x + 3] == GRID.map(|value| value as u8);
        let mut lines = 0;
        for y in 0..drawn.height() {
            for x in 0..drawn.width() {
                if is_line(x, y) {
                    assert!(scene.worn.at(x / 6, y / 6));
                    lines += 1;
                }
            }
        }
        // Two lines every 32 pixels cover about a sixteenth.
        let share = lines as f64 / (36 * scene.worn.count()) as f64;
        assert!((0.04..0.09).contains(&share), "{share}");
    }
}

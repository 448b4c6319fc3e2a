//! The part of a picture that a network looks at.

use burn::tensor::{Device, Tensor, TensorData};
use samples::{
    Image,
    wardrobe::{Joint, photo::Sighting},
};

/// Scores above which joints say where a person is.
const SURE: f32 = 0.2;
/// How much wider than torso and body the closer look is.
const TORSO_ROOM: f32 = 1.9;
const BODY_ROOM: f32 = 1.2;
/// A closer look that is not closer than this is not worth a second pass.
const CLOSER: f32 = 0.85;

/// A rectangle in a picture, its edges parallel to the picture's; it may reach beyond. In pixels, as everywhere: the
/// centre of the top left pixel is (0, 0), so that the whole picture begins at −½.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Its left and upper edge.
    pub start: [f32; 2],
    /// Its width and height.
    pub sides: [f32; 2],
}

impl Window {
    /// All of a picture and nothing else: what the silhouette's network is shown, stretched to a square.
    pub fn whole(image: &Image) -> Self {
        Self { start: [-0.5; 2], sides: [image.width() as f32, image.height() as f32] }
    }

    /// The smallest square around a picture: what the pose network is shown first.
    pub fn square(image: &Image) -> Self {
        Self::around([0, 0, image.width() - 1, image.height() - 1])
    }

    /// The smallest square around `[left, top, right, bottom]`, the last column and row included.
    pub fn around(bounds: [usize; 4]) -> Self {
        let [left, top, right, bottom] = bounds.map(|edge| edge as f32);
        let sides = [right - left + 1.0, bottom - top + 1.0];
        let side = sides[0].max(sides[1]);
        let start = [left + (sides[0] - side) / 2.0 - 0.5, top + (sides[1] - side) / 2.0 - 0.5];
        Self { start, sides: [side; 2] }
    }

    /// MoveNet's rule for the next look: the square around the middle of the hips that has 1.9 times the torso's and
    /// 1.2 times the body's reach, but not more than the picture. `None` if no torso is seen (a shoulder and a hip), or
    /// if it would hardly be closer than this window.
    pub fn closer(&self, sighting: &Sighting, image: &Image) -> Option<Self> {
        let seen = |joint: &Joint| sighting.scores[*joint as usize] > SURE;
        let torso = [Joint::LeftShoulder, Joint::RightShoulder, Joint::LeftHip, Joint::RightHip];
        let [left, right, left_hip, right_hip] = torso.map(|joint| seen(&joint));
        if !((left || right) && (left_hip || right_hip)) {
            return None;
        }
        let place = |joint: &Joint| sighting.places[*joint as usize];
        let hips = [2, 3].map(|hip| place(&torso[hip]));
        let middle = [0, 1].map(|axis| (hips[0][axis] + hips[1][axis]) / 2.0);
        let reach = |joint: &Joint| {
            let [x, y] = place(joint);
            (x - middle[0]).abs().max((y - middle[1]).abs())
        };
        let torso = torso.iter().map(reach).fold(0.0, f32::max);
        let body = Joint::ALL.iter().filter(|joint| seen(joint)).map(reach).fold(0.0, f32::max);
        let whole = Self::whole(image);
        let edges = [0, 1].map(|axis| {
            let from_start = middle[axis] - whole.start[axis];
            from_start.max(whole.sides[axis] - from_start)
        });
        let half = (TORSO_ROOM * torso).max(BODY_ROOM * body).min(edges[0].max(edges[1]));
        let close = half > 1.0 && 2.0 * half < CLOSER * self.sides[0].max(self.sides[1]);
        close.then(|| Self { start: middle.map(|c| c - half), sides: [2.0 * half; 2] })
    }

    /// Where a point of the window lies in the picture; `part` is 0 at its start and 1 at its end.
    pub(super) fn place(&self, part: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| self.start[axis] + part[axis] * self.sides[axis])
    }

    /// What the window shows as `[1, 3, side, side]`, 0 to 1: a mean weighted by triangles where it shrinks, linear
    /// between pixels where it grows, black beyond the picture.
    pub(super) fn show(&self, image: &Image, side: usize, device: &Device) -> Tensor<4> {
        let [columns, rows] = [(0, image.width()), (1, image.height())]
            .map(|(axis, pixels)| taps(self.start[axis], self.sides[axis] / side as f32, side, pixels));
        let mut planes = vec![0.0; 3 * side * side];
        let mut tall = vec![0.0_f32; 3 * image.width()];
        for (y, rows) in rows.iter().enumerate() {
            tall.fill(0.0);
            for &(row, weight) in rows {
                for (sum, &value) in tall.iter_mut().zip(image.row(row)) {
                    *sum += weight * f32::from(value);
                }
            }
            for (x, columns) in columns.iter().enumerate() {
                for colour in 0..3 {
                    let sum: f32 = columns.iter().map(|&(column, weight)| weight * tall[3 * column + colour]).sum();
                    planes[(colour * side + y) * side + x] = sum / 255.0;
                }
            }
        }
        Tensor::from_data(TensorData::new(planes, [1, 3, side, side]), device)
    }
}

/// For each of `count` steps along an axis the pixels that it shows, with their weights; none beyond the picture.
fn taps(start: f32, step: f32, count: usize, pixels: usize) -> Vec<Vec<(usize, f32)>> {
    let radius = step.max(1.0);
    let last = pixels as f32 - 1.0;
    let weights = |at: f32| {
        let (first, end) = ((at - radius).ceil() as i64, (at + radius).floor() as i64);
        let weight = |i: i64| 1.0 - (i as f32 - at).abs() / radius;
        let sum: f32 = (first..=end).map(weight).sum();
        let inside = |i: i64| i.clamp(0, pixels as i64 - 1) as usize;
        (first..=end).map(|i| (inside(i), weight(i) / sum)).collect()
    };
    let centres = (0..count).map(|i| start + (i as f32 + 0.5) * step);
    centres.map(|at| if (-0.5..=last + 0.5).contains(&at) { weights(at) } else { Vec::new() }).collect()
}

//! A person as the warp network takes it.
//!
//! The paper gives it 13 planes of the agnostic parse and the 3 of DensePose. DensePose is not here: its weights are
//! not free, and a drawn figure has no surface. In its place stand three planes of the same meaning (part, along,
//! across) that are drawn from the keypoints alone, so that a photograph with a pose has them too. They know the bones
//! and nothing of how wide a body is.

use super::{
    Group, Joint, Keypoints, Mask, Parse, WardrobeError,
    agnostic::agnostic_parse,
    geometry::{Point, along, between, distance, dot, sub},
};

/// Planes of [`person_planes`].
pub const PERSON_PLANES: usize = Group::COUNT + 3;
/// Standard deviation of a joint's heat, in heights of the picture.
const HEAT: f32 = 0.02;
/// DensePose numbers its parts to this.
const PARTS: f32 = 24.0;

/// The agnostic parse, one plane a group, and [`body_parts`]: `[16, height, width]`. As in the authors' data, where the
/// trousers begin still tells how long the worn garment is.
///
/// # Errors
/// As [`body_parts`].
pub fn person_planes(keypoints: &Keypoints, parse: &Parse, keep: &Mask) -> Result<Vec<f32>, WardrobeError> {
    let mut planes = agnostic_parse(parse, keep).one_hot();
    planes.extend(body_parts(keypoints, parse.width, parse.height)?);
    Ok(planes)
}

/// One plane a joint, `[18, height, width]`: a Gaussian bell of height 1 where it is, 0 if it is not seen.
pub fn heat_maps(keypoints: &Keypoints, width: usize, height: usize) -> Vec<f32> {
    let deviation = HEAT * height as f32;
    let bell = |at: f32, side: usize| -> Vec<f32> {
        (0..side).map(|i| (i as f32 - at) / deviation).map(|away| libm::expf(-away * away / 2.0)).collect()
    };
    let mut planes = vec![0.0; Joint::COUNT * width * height];
    for (plane, place) in planes.chunks_exact_mut((width * height).max(1)).zip(keypoints.places()) {
        let Some([x, y]) = *place else { continue };
        let (columns, rows) = (bell(x, width), bell(y, height));
        for (row, down) in plane.chunks_exact_mut(width).zip(rows) {
            row.iter_mut().zip(&columns).for_each(|(value, across)| *value = down * across);
        }
    }
    planes
}

/// What stands for DensePose, `[3, height, width]`: the part's number as DensePose counts (torso 2, hands 3 and 4,
/// thighs 9 and 10, upper arms 15 and 16, forearms 19 and 20, head 23) divided by 24, then how far along the part and
/// across it a pixel lies, 0 to 1. 0 outside of the body.
///
/// # Errors
/// Shoulders, hips or neck that are not seen, or are all in one place. Other joints that are not seen leave their part
/// out.
pub fn body_parts(keypoints: &Keypoints, width: usize, height: usize) -> Result<Vec<f32>, WardrobeError> {
    let parts = parts(keypoints, height as f32)?;
    let pixels = width * height;
    let mut planes = vec![0.0; 3 * pixels];
    for part in &parts {
        let [columns, rows] = part.span(width, height);
        for y in rows {
            for x in columns.clone() {
                if let Some([u, v]) = part.locate([x as f32, y as f32]) {
                    for (plane, value) in [part.number / PARTS, u, v].into_iter().enumerate() {
                        planes[plane * pixels + y * width + x] = value;
                    }
                }
            }
        }
    }
    Ok(planes)
}

/// A bone with flesh: straight, tapered, and round at its ends by `round`.
struct Part {
    number: f32,
    from: Point,
    to: Point,
    halves: [f32; 2],
    round: f32,
}

impl Part {
    /// How far along and across a point lies, 0 to 1, if it lies within.
    fn locate(&self, point: Point) -> Option<[f32; 2]> {
        let (bone, offset) = (sub(self.to, self.from), sub(point, self.from));
        let length = distance(self.from, self.to).max(f32::MIN_POSITIVE);
        let t = dot(offset, bone) / length;
        let d = (bone[0] * offset[1] - bone[1] * offset[0]) / length;
        let half = self.halves[0] + (self.halves[1] - self.halves[0]) * (t / length).clamp(0.0, 1.0);
        let beyond = (t - t.clamp(0.0, length)) / self.round.max(f32::MIN_POSITIVE);
        let (x, reach) = (d / half, 1.0 - beyond * beyond);
        (x * x <= reach).then(|| [(t / length).clamp(0.0, 1.0), (x + 1.0) / 2.0])
    }

    /// The columns and rows that it may touch.
    fn span(&self, width: usize, height: usize) -> [std::ops::Range<usize>; 2] {
        let reach = self.halves[0].max(self.halves[1]).max(self.round) + 1.0;
        [(0, width), (1, height)].map(|(axis, side)| {
            let (low, high) = (self.from[axis].min(self.to[axis]) - reach, self.from[axis].max(self.to[axis]) + reach);
            let [low, high] = [low.floor(), high.ceil()].map(|bound| (bound.max(0.0) as usize).min(side));
            low..high.max(low)
        })
    }
}

/// The parts from back to front. Widths are those of an average body whose shoulder joints are as far apart.
fn parts(keypoints: &Keypoints, height: f32) -> Result<Vec<Part>, WardrobeError> {
    let neck = keypoints.require(Joint::Neck)?;
    let [right, left] = [Joint::RightShoulder, Joint::LeftShoulder].map(|joint| keypoints.require(joint));
    let [right_hip, left_hip] = [Joint::RightHip, Joint::LeftHip].map(|joint| keypoints.require(joint));
    let (shoulders, hips) = ([right?, left?], [right_hip?, left_hip?]);
    let across = distance(shoulders[0], shoulders[1]);
    let (chest, pelvis) = (between(shoulders[0], shoulders[1], 0.5), between(hips[0], hips[1], 0.5));
    if !(across > 0.0 && distance(chest, pelvis) > 0.0) {
        return Err(WardrobeError::OnePlace);
    }
    let bone = |number: f32, from: Point, to: Point, halves: [f32; 2]| {
        let halves = halves.map(|half| half * across);
        Part { number, from, to, halves, round: halves[1] }
    };
    let mut parts = vec![];
    for (hip, number) in hips.into_iter().zip([9.0, 10.0]) {
        parts.push(bone(number, hip, [hip[0], hip[1] + height], [0.28, 0.24]));
    }
    parts.push(Part { round: 0.1 * across, ..bone(2.0, chest, pelvis, [0.56, 0.52]) });
    if let Some(nose) = keypoints.get(Joint::Nose) {
        // The crown is as far above the nose as the neck's joint is below.
        let crown = along(neck, sub(nose, neck), 1.75);
        parts.push(bone(23.0, between(neck, crown, 0.45), crown, [0.26, 0.26]));
    }
    for (side, [upper, fore, hand]) in [[16.0, 20.0, 3.0], [15.0, 19.0, 4.0]].into_iter().enumerate() {
        let Some(elbow) = keypoints.get(Joint::SIDES[side][1]) else { continue };
        parts.push(bone(upper, shoulders[side], elbow, [0.17, 0.14]));
        let Some(wrist) = keypoints.get(Joint::SIDES[side][2]) else { continue };
        parts.push(bone(fore, elbow, wrist, [0.14, 0.10]));
        parts.push(bone(hand, wrist, along(wrist, sub(wrist, elbow), 0.25), [0.11, 0.11]));
    }
    Ok(parts)
}

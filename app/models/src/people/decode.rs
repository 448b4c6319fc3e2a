//! What the networks' maps say.

use samples::wardrobe::{
    Mask,
    photo::{COCO_JOINTS, Sighting},
};

use super::{
    Window,
    pose_net::{CELLS, JOINTS},
    silhouette_net::SILHOUETTE_SIDE,
};
use crate::ModelError;

/// Added to distances in cells before weights are divided by them.
const NEAR: f32 = 1.8;
/// Nose and eyes.
const FACE: std::ops::Range<usize> = 0..3;
/// Beyond this many cells, another face is another person's.
const APART: f32 = 6.0;
/// How surely a pixel must show a person.
const PERSON: f32 = 0.5;

/// The joints of the person nearest to the middle, from the maps of [`People::pose`](super::People::pose) for the same
/// window, as MoveNet decodes them: the best middle of a person, weighted by 1 / (distance to the window's middle + 1.8
/// cells); from there, where each joint should be; for each joint the best place, weighted by 1 / (distance to where it
/// should be + 1.8); there, its exact place.
///
/// [`Sighting::others`] is the best score of a nose or an eye more than 6 cells, an eighth of the window, from the
/// person's own.
///
/// # Errors
/// If the values are not those of one picture, or not finite.
pub fn decode_pose(maps: &[f32], window: &Window) -> Result<Sighting, ModelError> {
    let expected = (5 * JOINTS + 1) * CELLS * CELLS;
    check(maps, expected)?;
    let map = |index: usize| &maps[index * CELLS * CELLS..][..CELLS * CELLS];
    let [centre, regress, offset] = [JOINTS, JOINTS + 1, 3 * JOINTS + 1];
    let middle = [CELLS as f32 / 2.0; 2];
    let cell = best(map(centre), |at| 1.0 / (away(at, middle) + NEAR));
    let mut places = [[0.0; 2]; COCO_JOINTS];
    let mut scores = [0.0; COCO_JOINTS];
    let mut others = 0.0_f32;
    for joint in 0..JOINTS {
        let [y, x] = [0, 1].map(|axis| map(regress + 2 * joint + axis)[cell]);
        let expected = [(cell % CELLS) as f32 + x, (cell / CELLS) as f32 + y];
        let heat = map(joint);
        let found = best(heat, |at| 1.0 / (away(at, expected) + NEAR));
        let [y, x] = [0, 1].map(|axis| map(offset + 2 * joint + axis)[found]);
        let place = [(found % CELLS) as f32 + x, (found / CELLS) as f32 + y];
        places[joint] = window.place(place.map(|cells| cells / CELLS as f32));
        scores[joint] = heat[found];
        if FACE.contains(&joint) {
            let other = best(heat, |at| f32::from(u8::from(away(at, place) > APART)));
            if away(other, place) > APART {
                others = others.max(heat[other]);
            }
        }
    }
    Ok(Sighting::from_coco(places, scores, others))
}

/// The pixels of a picture of `width` × `height` that show a person, from the values of
/// [`People::silhouette`](super::People::silhouette) for the same window: those whose value, linear between the map's
/// pixels, is at least ½. None beyond the window.
///
/// # Errors
/// If the values are not those of one picture, or not finite.
pub fn decode_silhouette(values: &[f32], window: &Window, width: usize, height: usize) -> Result<Mask, ModelError> {
    const SIDE: usize = SILHOUETTE_SIDE;
    check(values, SIDE * SIDE)?;
    let steps = |axis: usize, pixels: usize| -> Vec<Option<(usize, usize, f32)>> {
        let part = |pixel: usize| (pixel as f32 - window.start[axis]) / window.sides[axis];
        let step = |part: f32| {
            let at = (part * SIDE as f32 - 0.5).clamp(0.0, (SIDE - 1) as f32);
            (at as usize, (at as usize + 1).min(SIDE - 1), at.fract())
        };
        (0..pixels).map(part).map(|part| (0.0..=1.0).contains(&part).then(|| step(part))).collect()
    };
    let (columns, rows) = (steps(0, width), steps(1, height));
    Ok(Mask::from_fn(width, height, |x, y| {
        let (Some((left, right, across)), Some((above, below, down))) = (columns[x], rows[y]) else { return false };
        let row = |y: usize| values[y * SIDE + left] * (1.0 - across) + values[y * SIDE + right] * across;
        row(above) * (1.0 - down) + row(below) * down >= PERSON
    }))
}

fn check(values: &[f32], expected: usize) -> Result<(), ModelError> {
    if values.len() != expected {
        return Err(ModelError::Output(format!("{} values instead of {expected}", values.len())));
    }
    match values.iter().find(|value| !value.is_finite()) {
        Some(value) => Err(ModelError::Output(format!("a map holds {value}"))),
        None => Ok(()),
    }
}

/// The first cell whose weighted value is greatest.
fn best(map: &[f32], weight: impl Fn(usize) -> f32) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (cell, value) in map.iter().enumerate() {
        let value = value * weight(cell);
        if value > best.1 {
            best = (cell, value);
        }
    }
    best.0
}

/// Cells from a cell to a place.
fn away(cell: usize, [x, y]: [f32; 2]) -> f32 {
    let [x, y] = [(cell % CELLS) as f32 - x, (cell / CELLS) as f32 - y];
    (x * x + y * y).sqrt()
}

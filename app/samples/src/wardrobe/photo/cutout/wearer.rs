//! Somebody in the garment.

use crate::wardrobe::{Joint, geometry::distance, photo::Sighting};

/// Shoulders of a wearer are at least this part of the cut-out apart. Somebody printed on a garment is smaller.
const SHOULDERS: f32 = 0.3;
/// Mean score of eyes and nose from which on a face is believed. It reaches .32 over the flat garments that are drawn here;
/// the one photo of somebody at hand has .68, on any ground.
const FACE: f32 = 0.5;

/// Whether what a pose network sees is somebody in the garment, which is `across` pixels wide: a face above two shoulders
/// that are about as wide. Without a face it is nobody: a garment that lies flat has places for all other joints.
pub fn is_worn(seen: &Sighting, across: usize) -> bool {
    let place = |joint: Joint| seen.places[joint as usize];
    let face = [Joint::Nose, Joint::RightEye, Joint::LeftEye];
    let shoulders = [Joint::RightShoulder, Joint::LeftShoulder];
    let [right, left] = shoulders.map(place);
    let certainty = face.iter().map(|&joint| seen.scores[joint as usize]).sum::<f32>() / face.len() as f32;
    certainty >= FACE
        && face.into_iter().all(|joint| place(joint)[1] < right[1].min(left[1]))
        && shoulders.into_iter().all(|joint| seen.sees(joint))
        && distance(right, left) >= SHOULDERS * across as f32
}

//! Warps that learn nothing: what a warp network is held against (Gou et al. 2023, DCI-VTON, and before).
//!
//! Each gives a flow from the person's picture into the flat one, for every pixel: what is garment is decided by
//! warping the garment's mask.

mod thin_plate;

use nalgebra::{Matrix3, Matrix3x2};

use super::{Flow, Joint, Keypoints, Mask, WardrobeError};

pub use thin_plate::thin_plate;

/// The joints that [`super::Garment::landmarks`] stands for, in its order.
pub const LANDMARKS: [Joint; 8] = [
    Joint::RightShoulder,
    Joint::RightElbow,
    Joint::RightWrist,
    Joint::RightHip,
    Joint::LeftShoulder,
    Joint::LeftElbow,
    Joint::LeftWrist,
    Joint::LeftHip,
];

/// Pastes the garment: its bounding box is stretched onto the one of what is repainted.
///
/// # Errors
/// A mask that is empty, or that keeps everything.
pub fn paste(garment_mask: &Mask, keep: &Mask) -> Result<Flow, WardrobeError> {
    let from = garment_mask.bounds().ok_or(WardrobeError::EmptyMask)?;
    let to = keep.inverted().bounds().ok_or(WardrobeError::EmptyMask)?;
    let looks = |at: usize, axis: usize| {
        let [first, last, low, high] = [from[axis], from[axis + 2], to[axis], to[axis + 2]].map(|edge| edge as f32);
        // Boxes reach from the outer edge of their first pixels to that of their last.
        first - 0.5 + (at as f32 - low + 0.5) * (last - first + 1.0) / (high - low + 1.0)
    };
    Ok(Flow::from_pixels(keep.width, keep.height, |x, y| Some([looks(x, 0), looks(y, 1)])))
}

/// The affine map that takes shoulders and hips nearest (least squares) to where the garment's `landmarks` are.
///
/// # Errors
/// Shoulders or hips that are not seen, or lie on one line.
pub fn affine(
    landmarks: &[[f32; 2]; 8],
    keypoints: &Keypoints,
    width: usize,
    height: usize,
) -> Result<Flow, WardrobeError> {
    let (mut squares, mut products) = (Matrix3::<f64>::zeros(), Matrix3x2::<f64>::zeros());
    for index in [0, 3, 4, 7] {
        let [x, y] = keypoints.require(LANDMARKS[index])?.map(f64::from);
        let row = nalgebra::RowVector3::new(1.0, x, y);
        let target = nalgebra::RowVector2::from(landmarks[index].map(f64::from));
        squares += row.transpose() * row;
        products += row.transpose() * target;
    }
    let map = squares.lu().solve(&products).filter(|map| map.iter().all(|c| c.is_finite()));
    let map = map.ok_or(WardrobeError::OnePlace)?;
    Ok(Flow::from_pixels(width, height, |x, y| {
        let (x, y) = (x as f64, y as f64);
        Some([0, 1].map(|axis| (map[(0, axis)] + x * map[(1, axis)] + y * map[(2, axis)]) as f32))
    }))
}

//! The thin-plate spline (Bookstein 1989): the map through control points that bends least.

use nalgebra::DMatrix;

use super::LANDMARKS;
use crate::wardrobe::{Flow, Keypoints, WardrobeError};

/// Coefficients of the affine part: 1, x, y.
const AFFINE: usize = 3;

/// The spline that takes the joints of [`LANDMARKS`] to where the garment's `landmarks` are: exactly if `stiffness` is
/// 0, less and less near as it grows, until it is affine. Heights of the picture are its unit of length; a bent arm
/// before the body folds the exact spline, 0.1 is the least wrong over the test pairs.
///
/// # Errors
/// A joint that is not seen, or joints in one place or on one line.
pub fn thin_plate(
    landmarks: &[[f32; 2]; 8],
    keypoints: &Keypoints,
    stiffness: f64,
    width: usize,
    height: usize,
) -> Result<Flow, WardrobeError> {
    const POINTS: usize = LANDMARKS.len();
    let mut joints = [[0.0; 2]; POINTS];
    for (place, joint) in joints.iter_mut().zip(LANDMARKS) {
        *place = keypoints.require(joint)?.map(f64::from);
    }
    let mut system = DMatrix::<f64>::zeros(POINTS + AFFINE, POINTS + AFFINE);
    let mut targets = DMatrix::<f64>::zeros(POINTS + AFFINE, 2);
    for (i, &[x, y]) in joints.iter().enumerate() {
        for (j, &other) in joints.iter().enumerate() {
            system[(i, j)] = bending([x, y], other);
        }
        system[(i, i)] = stiffness * (height * height) as f64;
        for (k, value) in [1.0, x, y].into_iter().enumerate() {
            system[(i, POINTS + k)] = value;
            system[(POINTS + k, i)] = value;
        }
        for axis in 0..2 {
            targets[(i, axis)] = f64::from(landmarks[i][axis]);
        }
    }
    let weights = system.lu().solve(&targets).filter(|weights| weights.iter().all(|weight| weight.is_finite()));
    let weights = weights.ok_or(WardrobeError::OnePlace)?;
    Ok(Flow::from_pixels(width, height, |x, y| {
        let point = [x as f64, y as f64];
        let mut looks = [0, 1].map(|axis| {
            weights[(POINTS, axis)] + point[0] * weights[(POINTS + 1, axis)] + point[1] * weights[(POINTS + 2, axis)]
        });
        for (j, &joint) in joints.iter().enumerate() {
            let bend = bending(point, joint);
            (0..2).for_each(|axis| looks[axis] += bend * weights[(j, axis)]);
        }
        Some(looks.map(|c| c as f32))
    }))
}

/// r² log r² of the distance between two points; 0 where they are one.
fn bending(a: [f64; 2], b: [f64; 2]) -> f64 {
    let square = (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
    if square > 0.0 { square * libm::log(square) } else { 0.0 }
}

//! The garment as CLIP takes it.

use burn::tensor::{Device, Tensor, TensorData};
use samples::{Image, image::resize::bicubic, wardrobe::Mask};

use crate::ModelError;

/// How much is seen around a garment, in its sides: the authors draw .1 to .2, anew for each picture.
const AROUND: f32 = 0.15;
/// Means and deviations of colours, of CLIP.
const MEANS: [f32; 3] = [0.481_455, 0.457_828, 0.408_211];
const DEVIATIONS: [f32; 3] = [0.268_630, 0.261_303, 0.275_777];

/// The part of a flat picture that shows the garment, `[1, 3, side, side]`, normalised.
///
/// # Errors
/// An empty mask, or one of other sides.
pub fn picture(flat: &Image, mask: &Mask, side: usize, device: &Device) -> Result<Tensor<4>, ModelError> {
    let wrong = |message: &str| ModelError::Parameters(format!("inputs.garment: {message}"));
    // The last column and row included.
    let [left, top, right, bottom] = mask.bounds().ok_or_else(|| wrong("there is no garment in the picture"))?;
    let grown = |low: usize, high: usize, all: usize| {
        let more = (AROUND / 2.0 * (high - low) as f32) as usize;
        (low.saturating_sub(more), (high + more).min(all))
    };
    let ((left, right), (top, bottom)) = (grown(left, right + 1, flat.width()), grown(top, bottom + 1, flat.height()));
    let cropped = flat.crop(left, top, right - left, bottom - top);
    let small = bicubic(&cropped.ok_or_else(|| wrong("it and its mask differ in size"))?, side, side);
    let mut values = small.to_planar();
    for (plane, (mean, deviation)) in values.chunks_exact_mut(side * side).zip(MEANS.into_iter().zip(DEVIATIONS)) {
        plane.iter_mut().for_each(|value| *value = (*value - mean) / deviation);
    }
    Ok(Tensor::from_data(TensorData::new(values, [1, 3, side, side]), device))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

    use super::*;

    #[test]
    fn the_garment_fills_the_picture_and_a_mean_colour_is_zero() {
        // Grey on the left, white on the right; the garment is a part of the left.
        let pixels = (0..40 * 40).flat_map(|i| [if i % 40 < 20 { 123 } else { 255 }; 3]).collect();
        let flat = Image::new(40, 40, pixels).unwrap();
        let mask = Mask::from_fn(40, 40, |x, y| (4..14).contains(&x) && (10..30).contains(&y));
        let picture = picture(&flat, &mask, 8, &Device::flex()).unwrap();
        let values: Vec<f32> = picture.into_data().try_into_vec().unwrap();
        for (channel, plane) in values.chunks_exact(64).enumerate() {
            let expected = (123.0 / 255.0 - MEANS[channel]) / DEVIATIONS[channel];
            assert!(plane.iter().all(|value| (value - expected).abs() < 1e-5), "{channel}: {plane:?}");
        }
        assert!(super::picture(&flat, &Mask::from_fn(40, 40, |_, _| false), 8, &Device::flex()).is_err());
    }
}

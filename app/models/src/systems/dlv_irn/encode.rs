//! Pictures ↔ tensors: 0 … 255 is 0 … 1, colours first.

use burn::tensor::{Device, Tensor, TensorData};
use samples::Image;

use super::tiles::Rect;
use crate::ModelError;

/// A part of a picture as `[1, 3, height, width]`. Beyond the picture's right and lower edge its last pixels repeat.
pub fn part(image: &Image, part: Rect, device: &Device) -> Tensor<4> {
    let mut values = Vec::with_capacity(3 * part.width * part.height);
    let (width, pixels) = (image.width(), image.pixels());
    for colour in 0..3 {
        for y in part.y..part.y + part.height {
            let row = y.min(image.height() - 1) * width;
            let columns = (part.x..part.x + part.width).map(|x| row + x.min(width - 1));
            values.extend(columns.map(|pixel| f32::from(pixels[3 * pixel + colour]) / 255.0));
        }
    }
    Tensor::from_data(TensorData::new(values, [1, 3, part.height, part.width]), device)
}

/// Values `[3, height, width]` rounded to 8 bit.
///
/// # Errors
/// If a value is not finite: the weights are broken or the device is.
pub fn picture(width: usize, height: usize, values: &[f32]) -> Result<Image, ModelError> {
    let area = width * height;
    if let Some(bad) = values.iter().find(|v| !v.is_finite()) {
        return Err(ModelError::Output(format!("the picture holds {bad}")));
    }
    if values.len() != 3 * area {
        return Err(ModelError::Output(format!("{} values are no picture of {width}×{height}", values.len())));
    }
    let mut pixels = vec![0; 3 * area];
    for (colour, plane) in values.chunks_exact(area).enumerate() {
        for (pixel, value) in pixels[colour..].iter_mut().step_by(3).zip(plane) {
            *pixel = (value.clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    }
    Image::new(width, height, pixels).map_err(|e| ModelError::Output(e.to_string()))
}

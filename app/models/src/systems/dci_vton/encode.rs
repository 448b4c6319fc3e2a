//! Pictures, masks and flows ↔ tensors. Colours of networks are −1 to 1, one plane a colour.

use burn::tensor::{Device, Tensor, TensorData};
use samples::{
    Image,
    wardrobe::{Flow, Mask},
};

use crate::ModelError;

/// Planes of pictures of the same sides, one picture after the other: `[pictures, channels, height, width]`.
pub fn planes(values: Vec<f32>, channels: usize, [width, height]: [usize; 2], device: &Device) -> Tensor<4> {
    let count = values.len() / (channels * width * height).max(1);
    Tensor::from_data(TensorData::new(values, [count, channels, height, width]), device)
}

/// A picture's values, −1 to 1: `[3, height, width]`.
pub fn signed(image: &Image) -> Vec<f32> {
    image.to_planar().into_iter().map(|value| 2.0 * value - 1.0).collect()
}

/// A picture as `[1, 3, height, width]`, −1 to 1.
pub fn picture(image: &Image, device: &Device) -> Tensor<4> {
    planes(signed(image), 3, [image.width(), image.height()], device)
}

/// A mask as `[1, 1, height, width]`, 0 or 1.
pub fn mask(mask: &Mask, device: &Device) -> Tensor<4> {
    planes(mask.to_plane(), 1, [mask.width, mask.height], device)
}

/// The picture of `[3, height, width]` values from −1 to 1, rounded to 8 bits.
///
/// # Errors
/// If a value is not finite (the weights are broken, or the device is), or they do not fill the sides.
pub fn image([width, height]: [usize; 2], values: &[f32]) -> Result<Image, ModelError> {
    if let Some(bad) = values.iter().find(|value| !value.is_finite()) {
        return Err(ModelError::Output(format!("the picture holds {bad}")));
    }
    let unsigned: Vec<f32> = values.iter().map(|value| (value + 1.0) / 2.0).collect();
    Image::from_planar(width, height, &unsigned).map_err(|error| ModelError::Output(error.to_string()))
}

/// The flow of a grid `[2, height, width]`.
///
/// # Errors
/// If a value is not finite, or they do not fill the sides.
pub fn flow([width, height]: [usize; 2], grid: Vec<f32>) -> Result<Flow, ModelError> {
    if let Some(bad) = grid.iter().find(|value| !value.is_finite()) {
        return Err(ModelError::Output(format!("the flow holds {bad}")));
    }
    Flow::from_grid(width, height, grid).map_err(|error| ModelError::Output(error.to_string()))
}

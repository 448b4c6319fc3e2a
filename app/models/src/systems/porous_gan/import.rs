//! Tensor names of the authors' PyTorch code: one `nn.Sequential` called `main`, three places a hidden layer
//! (convolution, batch norm, activation), then the last convolution. The discriminator's first layer has no batch
//! norm; its place stays empty.

#[cfg(feature = "native")]
use burn::tensor::{DType, Device};

use super::config::GanConfig;
#[cfg(feature = "native")]
use crate::{ModelError, weights};

/// Reads the authors' `netG` checkpoint for `preset` into the bytes of a safetensors file, in f32.
///
/// # Errors
/// If the preset is unknown, or the file does not decode or fit.
#[cfg(feature = "native")]
pub fn generator(preset: &str, file: &std::path::Path) -> Result<Vec<u8>, ModelError> {
    let config = GanConfig::of_preset(preset)?;
    let mut generator = super::Generator::zeros(&config, &Device::flex());
    weights::load_pytorch(&mut generator, file, &authors_names(&config))?;
    weights::to_safetensors(&generator, DType::F32)
}

/// Pairs (pattern of their names, our prefix) for either network's `state_dict`.
pub fn authors_names(config: &GanConfig) -> Vec<(String, String)> {
    let hidden = config.doublings();
    let place = |index: usize| format!(r"^main\.{index}\.");
    let mut names = Vec::with_capacity(2 * hidden + 1);
    for layer in 0..hidden {
        names.push((place(3 * layer), format!("layers.{layer}.convolution.")));
        names.push((place(3 * layer + 1), format!("layers.{layer}.norm.")));
    }
    names.push((place(3 * hidden), "output.".to_owned()));
    names
}

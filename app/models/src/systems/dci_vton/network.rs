//! The networks of a preset and the file that holds their weights.

use burn::tensor::{DType, Device};

use super::refiner::{Refiner, RefinerConfig};
use crate::{
    ModelError,
    appearance_flow::{WarpConfig, WarpNetwork},
    seed, weights,
};

/// Names of the parts of a weights file.
const WARP: &str = "warp";
const REFINER: &str = "refiner";

/// All that a small try-on computes with.
#[derive(Clone, Debug)]
pub struct Networks {
    /// Bends the garment.
    pub warp: WarpNetwork,
    /// Paints; a file without it can bend and blend.
    pub refiner: Option<Refiner>,
}

impl Networks {
    /// From the bytes of a weights file.
    ///
    /// # Errors
    /// If they do not decode or fit.
    pub fn load(bytes: &[u8], device: &Device) -> Result<Self, ModelError> {
        let warp = load_warp(weights::part(bytes, WARP)?, device)?;
        // The file decodes, so this fails only where there is none.
        let refiner = weights::part(bytes, REFINER).ok();
        let refiner = refiner.map(|part| Refiner::load(&RefinerConfig::small(), part, device)).transpose()?;
        Ok(Self { warp, refiner })
    }
}

/// The small warp network from the bytes of its part of a weights file.
///
/// # Errors
/// If they do not decode or fit.
pub fn load_warp(bytes: Vec<u8>, device: &Device) -> Result<WarpNetwork, ModelError> {
    let mut warp = WarpNetwork::random(&WarpConfig::small(), &mut seed::stream(0, 0), device);
    weights::load_safetensors(&mut warp, bytes)?;
    Ok(warp)
}

/// The bytes of a weights file, `f16`.
///
/// # Errors
/// If a network cannot be serialised.
pub fn to_file(warp: &WarpNetwork, refiner: Option<&Refiner>) -> Result<Vec<u8>, ModelError> {
    let warp = weights::to_safetensors(warp, DType::F16)?;
    let refiner = refiner.map(|refiner| weights::to_safetensors(refiner, DType::F16)).transpose()?;
    let files = [(WARP, Some(&warp)), (REFINER, refiner.as_ref())];
    let files: Vec<_> = files.into_iter().filter_map(|(name, bytes)| Some((name, &bytes?[..]))).collect();
    weights::join(&files)
}

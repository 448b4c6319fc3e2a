//! The networks of a preset and the file that holds their weights.

use burn::tensor::{DType, Device};
use catalog::systems::dci_vton;

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
    /// Paints, in the refined model.
    pub refiner: Option<Refiner>,
}

impl Networks {
    /// Those of `preset` from the bytes of a weights file.
    ///
    /// # Errors
    /// If there is no such preset, or the bytes do not decode, fit, or hold all of it.
    pub fn load(preset: &str, bytes: &[u8], device: &Device) -> Result<Self, ModelError> {
        if dci_vton::system().preset(preset).is_none() {
            return Err(ModelError::UnknownPreset { system: "dci-vton".to_owned(), preset: preset.to_owned() });
        }
        let refiner = || Refiner::load(&RefinerConfig::small(), weights::part(bytes, REFINER)?, device);
        Ok(Self {
            warp: load_warp(weights::part(bytes, WARP)?, device)?,
            refiner: (preset == dci_vton::REFINED).then(refiner).transpose()?,
        })
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

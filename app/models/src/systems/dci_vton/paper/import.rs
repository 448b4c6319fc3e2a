//! The published checkpoints.

use std::path::Path;

use burn::{
    store::{ModuleSnapshot, PytorchStore},
    tensor::Device,
};

use super::{PaperConfig, PaperRefiner, names};
use crate::{ModelError, seed};

/// Reads a checkpoint of Paint-by-Example or DCI-VTON: `torch.save` of a dictionary whose `state_dict` has the tensors.
/// What is no weight of the model, such as the schedule or the network of the loss, is passed over. At the size of the
/// paper it needs 10 GB.
///
/// # Errors
/// If the file does not decode, or a tensor is missing or of another shape.
pub fn read(config: &PaperConfig, file: &Path, device: &Device) -> Result<PaperRefiner, ModelError> {
    let mut refiner = PaperRefiner::random(config, &mut seed::stream(0, 0), device);
    let mut store = PytorchStore::from_file(file).with_top_level_key("state_dict").map_indices_contiguous(false);
    for (pattern, replacement) in names::published() {
        store = store.with_key_remapping(pattern, replacement);
    }
    refiner.load_from(&mut store).map_err(|e| ModelError::Weights(e.to_string()))?;
    Ok(refiner)
}

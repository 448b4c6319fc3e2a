//! The published checkpoints.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use burn::{
    store::{ModuleSnapshot, PytorchStore},
    tensor::{DType, Device},
};

use catalog::systems::dci_vton;

use super::{
    super::network::{REFINER, WARP},
    PaperConfig, PaperRefiner, names,
};
use crate::{
    ModelError,
    appearance_flow::{self, WarpConfig},
    seed, weights,
};

/// Reads a folder with both published checkpoints, of the warp network (`warp_viton.pth`) and of the diffusion model
/// (`viton512.ckpt`), into the bytes of a safetensors file, in f32: 5.4 GB, and twice as much memory on the way.
///
/// # Errors
/// If `preset` is none of the published size, the folder does not hold exactly one `.pth` and one `.ckpt`, or one of them
/// does not decode or fit.
pub fn networks_of(preset: &str, folder: &Path) -> Result<Vec<u8>, ModelError> {
    match preset {
        dci_vton::PAPER => networks(&WarpConfig::published(), &PaperConfig::paper(), folder),
        _ => Err(ModelError::Weights("no checkpoint of this size was published".to_owned())),
    }
}

/// The same for networks of other sizes.
///
/// # Errors
/// As [`networks_of`].
pub fn networks(warp: &WarpConfig, refiner: &PaperConfig, folder: &Path) -> Result<Vec<u8>, ModelError> {
    let [warp_file, refiner_file] = [only(folder, "pth")?, only(folder, "ckpt")?];
    let warp = weights::to_safetensors(&appearance_flow::import::read(warp, &warp_file)?, DType::F32)?;
    let refiner = weights::to_safetensors(&read(refiner, &refiner_file, &Device::flex())?, DType::F32)?;
    weights::join(&[(WARP, &warp), (REFINER, &refiner)])
}

/// The one file of a folder that ends in `ending`.
fn only(folder: &Path, ending: &str) -> Result<PathBuf, ModelError> {
    let wrong = |error: String| ModelError::Weights(format!("{}: {error}", folder.display()));
    let files = fs::read_dir(folder).map_err(|error| wrong(error.to_string()))?;
    let paths = files.filter_map(|file| Some(file.ok()?.path()));
    let mut found: Vec<PathBuf> = paths.filter(|path| path.extension() == Some(OsStr::new(ending))).collect();
    match (found.pop(), found.is_empty()) {
        (Some(path), true) => Ok(path),
        (None, _) => {
            Err(wrong(format!("has no .{ending} file: it takes the authors' warp_viton.pth and viton512.ckpt")))
        }
        (Some(_), false) => Err(wrong(format!("has several .{ending} files: leave only the one that is meant"))),
    }
}

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

//! Tensor names of the published checkpoints: PF-AFN's `warp_model_final.pth` and DCI-VTON's `warp_viton.pth`, which
//! has the same modules.

use std::path::Path;

use burn::tensor::Device;

use super::{WarpConfig, WarpNetwork};
use crate::{ModelError, seed, weights};

/// Reads a published checkpoint for a network of `config`'s size.
///
/// # Errors
/// If the file does not decode or fit.
pub fn read(config: &WarpConfig, file: &Path) -> Result<WarpNetwork, ModelError> {
    let mut network = WarpNetwork::random(config, &mut seed::stream(0, 0), &Device::flex());
    weights::load_pytorch(&mut network, file, &authors_names(config))?;
    Ok(network)
}

/// Pairs (pattern of their names, ours). Theirs number the layers of a sequence, activations included.
pub fn authors_names(config: &WarpConfig) -> Vec<(String, String)> {
    let mut names = vec![(r"^module\.".to_owned(), String::new())];
    for (theirs, ours) in [("image", "garment"), ("cond", "person")] {
        let level = format!(r"^{theirs}_features\.encoders\.(\d+)\.");
        names.push((format!(r"{level}0\.block\.0\."), format!("{ours}.levels.$1.norm.")));
        names.push((format!(r"{level}0\.block\.2\."), format!("{ours}.levels.$1.convolution.")));
        for block in 0..config.blocks {
            for (index, (norm, convolution)) in [(0, 2), (3, 5)].into_iter().enumerate() {
                let (theirs, ours) =
                    (format!(r"{level}{}\.block", block + 1), format!("{ours}.levels.$1.blocks.{block}"));
                names.push((format!(r"{theirs}\.{norm}\."), format!("{ours}.norms.{index}.")));
                names.push((format!(r"{theirs}\.{convolution}\."), format!("{ours}.convolutions.{index}.")));
            }
        }
        names.push((format!(r"^{theirs}_FPN\.adaptive\."), format!("{ours}.laterals.")));
        names.push((format!(r"^{theirs}_FPN\.smooth\."), format!("{ours}.smooths.")));
    }
    for (theirs, ours) in [("netMain", "costs"), ("netRefine", "refinement")] {
        for layer in 0..=config.head.len() {
            names.push((format!(r"^aflow_net\.{theirs}\.(\d+)\.{}\.", 2 * layer), format!("heads.$1.{ours}.{layer}.")));
        }
    }
    names
}

//! Tensor names of the published checkpoints. HCFlow's are in [`hcflow::import`]; IRN's PyTorch code has one list of
//! `operations`, in which Haar transforms (their filters are stored too) and blocks follow each other; F, G, H in a
//! block, `conv1` … `conv5` in each.

use std::path::Path;

use burn::tensor::{DType, Device};

use super::{Architecture, Network};
use crate::{
    ModelError,
    invertible::{RescalingConfig, hcflow},
    seed, weights,
};

/// Reads a published checkpoint for `preset` into the bytes of a safetensors file, in f32.
///
/// # Errors
/// If the preset is none of the published networks, or the file does not decode or fit.
pub fn network(preset: &str, file: &Path) -> Result<Vec<u8>, ModelError> {
    match Architecture::of_preset(preset)? {
        Architecture::Rescaling(config) => read(&config, file)?.to_safetensors(DType::F32),
        Architecture::HcFlow(config) => {
            let network = Network::HcFlow(config.clone(), hcflow::import::read(&config, file)?);
            network.to_safetensors(DType::F32)
        }
        Architecture::Enlarger(_) => {
            Err(ModelError::Weights("there is no published checkpoint of this kind".to_owned()))
        }
    }
}

/// Reads a published checkpoint for a network of `config`'s size.
///
/// # Errors
/// If the file does not decode or fit.
pub fn read(config: &RescalingConfig, file: &Path) -> Result<Network, ModelError> {
    let architecture = Architecture::Rescaling(config.clone());
    let mut network = Network::random(&architecture, &mut seed::stream(0, 0), &Device::flex());
    if let Network::Rescaling(_, module) = &mut network {
        weights::load_pytorch(module, file, &authors_names(config))?;
    }
    Ok(network)
}

/// Pairs (pattern of their names, ours).
pub fn authors_names(config: &RescalingConfig) -> Vec<(String, String)> {
    let mut names = vec![(r"^module\.".to_owned(), String::new())];
    let mut operation = 0;
    for (level, &blocks) in config.blocks.iter().enumerate() {
        operation += 1;
        for block in 0..blocks {
            names.push((format!(r"^operations\.{operation}\."), format!("levels.{level}.{block}.")));
            operation += 1;
        }
    }
    for (theirs, ours) in [(r"\.F\.", ".shift_low."), (r"\.G\.", ".shift_high."), (r"\.H\.", ".scale_high.")] {
        names.push((theirs.to_owned(), ours.to_owned()));
    }
    for index in 1..=5 {
        names.push((format!(r"\.conv{index}\."), format!(".convolutions.{}.", index - 1)));
    }
    names
}

//! Tensor names of the authors' PyTorch code. Haar layers, unconditional steps and splits of all levels are one list
//! `flow.layers`, so that a level takes as many places as it has steps and two more; the conditional parts stand beside.

#[cfg(feature = "native")]
use super::HcFlow;
use super::HcFlowConfig;
#[cfg(feature = "native")]
use crate::ModelError;

/// Reads a checkpoint of the authors for a network of `config`'s size: `torch.save` of the `state_dict`.
///
/// # Errors
/// If the file does not decode, holds more or less than such a network or has another shape, or the configuration has a
/// down-scaling latent, which theirs have not.
#[cfg(feature = "native")]
pub fn read(config: &HcFlowConfig, file: &std::path::Path) -> Result<HcFlow, ModelError> {
    use burn::{
        store::{ModuleSnapshot, PytorchStore},
        tensor::Device,
    };
    if config.latent_channels > 0 {
        let message = "only a network without down-scaling latent takes the authors' checkpoint";
        return Err(ModelError::Weights(message.to_owned()));
    }
    let mut network = HcFlow::random(config, &mut crate::seed::stream(0, 0), &Device::flex());
    let mut store = PytorchStore::from_file(file).map_indices_contiguous(false);
    for (pattern, replacement) in authors_names(config) {
        store = store.with_key_remapping(pattern, replacement);
    }
    let result = network.load_from(&mut store).map_err(|e| ModelError::Weights(e.to_string()))?;
    // Their Haar filters are saved too.
    match result.unused.iter().find(|name| !name.ends_with(".haar_weights")) {
        None => Ok(network),
        Some(name) => Err(ModelError::Weights(format!("tensor `{name}` has no place in this model"))),
    }
}

/// Pairs (pattern of their names, ours), to apply one after the other.
pub fn authors_names(config: &HcFlowConfig) -> Vec<(String, String)> {
    let mut names = Vec::new();
    let mut rename = |pattern: &str, ours: &str| names.push((pattern.to_owned(), ours.to_owned()));
    rename(r"^module\.", "");
    let places = config.steps + 2;
    for level in 0..config.levels {
        for step in 0..config.steps {
            let place = level * places + 1 + step;
            rename(&format!(r"^flow\.layers\.{place}\."), &format!("levels.{level}.steps.{step}."));
        }
        rename(&format!(r"^flow\.level{level}_condFlow\."), &format!("levels.{level}.high."));
    }
    rename(r"\.high\.additional_flow_steps\.", ".high.steps.");
    rename(r"\.high\.f\.", ".high.law.");
    rename(r"\.conv_first\.", ".features.first.");
    rename(r"\.trunk_conv1\.", ".features.last.");
    // Their blocks stand in two lists, of which the second has one.
    rename(r"\.RRDB_trunk0\.", ".features.blocks.");
    rename(r"\.RRDB_trunk1\.0\.", &format!(".features.blocks.{}.", config.feature_blocks - 1));
    for dense in 1..=3 {
        rename(&format!(r"\.RDB{dense}\."), &format!(".dense.{}.", dense - 1));
    }
    rename(r"\.permute\.", ".mixing.");
    for (theirs, ours) in [("conv1", "first"), ("conv2", "second"), ("conv3", "last")] {
        rename(&format!(r"(\.high\.steps\.[0-9]+)\.affine\.f\.{theirs}\."), &format!("$1.network.{ours}."));
    }
    rename(r"\.affine\.f\.", ".network.");
    for convolution in 1..=5 {
        rename(&format!(r"\.conv{convolution}\."), &format!(".convolutions.{}.", convolution - 1));
    }
    rename(r"\.actnorm\.bias$", ".norm.bias");
    rename(r"\.actnorm\.logs$", ".norm.log_scale");
    rename(r"\.logs$", ".log_gain");
    names
}

//! Tensor names of the authors' PyTorch code: one `CSPNet` below `BFN.net.` in a Lightning checkpoint, whose message
//! network starts with one undivided matrix on [hᵢ, hⱼ, LLᵀ, sin, cos].

use std::path::Path;

use burn::{
    module::{Module, Param},
    nn::{Embedding, EmbeddingConfig, Linear, LinearConfig},
    store::{ModuleSnapshot, PytorchStore},
    tensor::{DType, Device, Tensor},
};

use super::{
    config::{CrystalConfig, Task},
    network::{Affine, CspLayer, CspNet},
};
use crate::{ModelError, nn::LayerNorm, weights};

/// Pairs (pattern of their names, ours in [`Theirs`]).
const NAMES: [(&str, &str); 6] = [
    (r"^BFN\.net\.", ""),
    (r"^csp_layer_([0-9]+)\.", "layers.$1."),
    (r"edge_mlp\.0\.", "edge_input."),
    (r"edge_mlp\.2\.", "edge_output."),
    (r"node_mlp\.0\.", "node_input."),
    (r"node_mlp\.2\.", "node_output."),
];

/// Their network, tensor for tensor.
#[derive(Module, Debug)]
struct Theirs {
    /// Ab initio.
    node_embedding: Option<Linear>,
    /// Where the composition is given.
    class_embedding: Option<Embedding>,
    atom_latent_emb: Linear,
    layers: Vec<TheirLayer>,
    final_layer_norm: LayerNorm,
    coord_out: Linear,
    lattice_out: Linear,
    /// Theirs is there, unused, where the composition is given.
    type_out: Linear,
}

#[derive(Module, Debug)]
struct TheirLayer {
    edge_input: Linear,
    edge_output: Linear,
    node_input: Linear,
    node_output: Linear,
    layer_norm: LayerNorm,
}

/// Reads a checkpoint of the authors for `preset` into the bytes of a safetensors file, in f32.
///
/// # Errors
/// If the preset is unknown, or the file does not decode or fit.
pub fn network(preset: &str, file: &Path) -> Result<Vec<u8>, ModelError> {
    let network = read(&CrystalConfig::of_preset(preset)?, file)?;
    weights::to_safetensors(&network, DType::F32)
}

/// Reads a checkpoint of the authors for a network of `config`'s size.
///
/// # Errors
/// If the configuration deviates from theirs, or the file does not decode or fit.
pub fn read(config: &CrystalConfig, file: &Path) -> Result<CspNet, ModelError> {
    if config.lattice.width() != 9 || config.element_features || !config.entropy_conditioning {
        let message = "only a network with the paper's inputs takes the authors' checkpoint";
        return Err(ModelError::Weights(message.to_owned()));
    }
    let mut theirs = Theirs::empty(config, &Device::flex());
    let mut store = PytorchStore::from_file(file).with_top_level_key("state_dict").map_indices_contiguous(false);
    if config.task == Task::StructurePrediction {
        store = store.with_key_remapping(r"^BFN\.net\.node_embedding\.", "class_embedding.");
    }
    for (pattern, replacement) in NAMES {
        store = store.with_key_remapping(pattern, replacement);
    }
    theirs.load_from(&mut store).map_err(|e| ModelError::Weights(e.to_string()))?;
    Ok(theirs.into_ours(config))
}

impl Theirs {
    fn empty(config: &CrystalConfig, device: &Device) -> Self {
        let (hidden, classes) = (config.hidden, config.classes());
        let linear = |inputs, outputs, bias| LinearConfig::new(inputs, outputs).with_bias(bias).init(device);
        let norm = || LayerNorm::new(hidden, device);
        let ab_initio = config.task == Task::AbInitio;
        Self {
            node_embedding: ab_initio.then(|| linear(classes, hidden, true)),
            class_embedding: (!ab_initio).then(|| EmbeddingConfig::new(classes, hidden).init(device)),
            atom_latent_emb: linear(hidden + config.time_width + 3, hidden, true),
            layers: (0..config.layers)
                .map(|_| TheirLayer {
                    edge_input: linear(2 * hidden + 9 + 6 * config.frequencies, hidden, true),
                    edge_output: linear(hidden, hidden, true),
                    node_input: linear(2 * hidden, hidden, true),
                    node_output: linear(hidden, hidden, true),
                    layer_norm: norm(),
                })
                .collect(),
            final_layer_norm: norm(),
            coord_out: linear(hidden, 3, false),
            lattice_out: linear(hidden, 9, false),
            type_out: linear(hidden, classes, true),
        }
    }

    fn into_ours(self, config: &CrystalConfig) -> CspNet {
        let named = self.node_embedding.as_ref().map(affine);
        let given = self.class_embedding.map(|embedding| Affine { weight: embedding.weight, bias: None });
        let hidden = config.hidden;
        CspNet {
            node_embedding: named.or(given).expect("one of the embeddings was made above"),
            node_input: affine(&self.atom_latent_emb),
            layers: self
                .layers
                .into_iter()
                .map(|layer| CspLayer {
                    norm: layer.layer_norm,
                    edge_own: rows(&layer.edge_input, 0, hidden, true),
                    edge_other: rows(&layer.edge_input, hidden, hidden, false),
                    edge_lattice: rows(&layer.edge_input, 2 * hidden, 9, false),
                    edge_difference: rows(&layer.edge_input, 2 * hidden + 9, 6 * config.frequencies, false),
                    edge_output: affine(&layer.edge_output),
                    node_own: rows(&layer.node_input, 0, hidden, true),
                    node_messages: rows(&layer.node_input, hidden, hidden, false),
                    node_output: affine(&layer.node_output),
                })
                .collect(),
            norm: self.final_layer_norm,
            coordinate_output: affine(&self.coord_out),
            lattice_output: affine(&self.lattice_out),
            type_output: (config.task == Task::AbInitio).then(|| affine(&self.type_out)),
        }
    }
}

fn affine(linear: &Linear) -> Affine {
    Affine { weight: linear.weight.clone(), bias: linear.bias.clone() }
}

/// The share of `count` inputs from `start` on.
fn rows(linear: &Linear, start: usize, count: usize, bias: bool) -> Affine {
    let weight: Tensor<2> = linear.weight.val().narrow(0, start, count);
    Affine { weight: Param::from_tensor(weight), bias: linear.bias.clone().filter(|_| bias) }
}

//! Tensor names of the published autoencoders.

/// Pairs (pattern of their names, ours); `prefix` comes before their names, such as `first_stage_model.`
pub fn published(prefix: &str) -> Vec<(String, String)> {
    let mut names = vec![(format!("^{}", prefix.replace('.', r"\.")), String::new())];
    names.extend(NAMES.map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned())));
    names
}

/// Only below encoder and decoder: other parts of a checkpoint have blocks too.
const NAMES: [(&str, &str); 11] = [
    (r"^(encoder|decoder)\.mid\.block_1\.", "$1.middle.first."),
    (r"^(encoder|decoder)\.mid\.attn_1\.", "$1.middle.attention."),
    (r"^(encoder|decoder)\.mid\.block_2\.", "$1.middle.second."),
    (r"^(encoder|decoder)\.(down|up)\.([0-9]+)\.block\.", "$1.$2.$3.blocks."),
    (r"^encoder\.down\.([0-9]+)\.downsample\.conv\.", "encoder.down.$1.downsample."),
    (r"^decoder\.up\.([0-9]+)\.upsample\.conv\.", "decoder.up.$1.upsample."),
    (r"^(encoder|decoder)\.(.*)\.norm1\.", "$1.$2.first_norm."),
    (r"^(encoder|decoder)\.(.*)\.norm2\.", "$1.$2.second_norm."),
    (r"^(encoder|decoder)\.(.*)\.conv1\.", "$1.$2.first."),
    (r"^(encoder|decoder)\.(.*)\.conv2\.", "$1.$2.second."),
    (r"^(encoder|decoder)\.(.*)\.nin_shortcut\.", "$1.$2.skip."),
];

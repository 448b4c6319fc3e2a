//! Tensor names of the published checkpoints, of Paint-by-Example as of DCI-VTON.

use crate::diffusion::{autoencoder, unet};

/// Pairs (pattern of their names, ours).
pub fn published() -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> =
        CONDITIONER.map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned())).into();
    names.extend(within("model.diffusion_model.", "unet.", unet::names::published("")));
    names.extend(within("first_stage_model.", "first_stage.", autoencoder::names::published("")));
    names
}

/// The patterns of a part, whose names begin with `theirs` and, once the first pattern has been applied, with `ours`.
fn within(theirs: &str, ours: &str, names: Vec<(String, String)>) -> Vec<(String, String)> {
    let escaped = ours.replace('.', r"\.");
    let first = (format!("^{}", theirs.replace('.', r"\.")), ours.to_owned());
    let parts = names.into_iter().skip(1).map(|(pattern, replacement)| match pattern.strip_prefix('^') {
        Some(pattern) => (format!("^{escaped}{pattern}"), format!("{ours}{replacement}")),
        // What stands in the middle of a name is the UNet's own, and so is its place.
        None => (pattern, replacement),
    });
    std::iter::once(first).chain(parts).collect()
}

const CONDITIONER: [(&str, &str); 16] = [
    (r"^cond_stage_model\.transformer\.vision_model\.", "conditioner.vision."),
    (r"^conditioner\.vision\.embeddings\.class_embedding$", "conditioner.vision.class"),
    (r"^conditioner\.vision\.embeddings\.patch_embedding\.weight$", "conditioner.vision.patches"),
    (r"^conditioner\.vision\.embeddings\.position_embedding\.weight$", "conditioner.vision.positions"),
    // Theirs is misspelt.
    (r"^conditioner\.vision\.pre_layrnorm\.", "conditioner.vision.first_norm."),
    (r"^conditioner\.vision\.post_layernorm\.", "conditioner.vision.last_norm."),
    (r"^conditioner\.vision\.encoder\.layers\.([0-9]+)\.(self_attn|mlp)\.", "conditioner.vision.layers.$1."),
    (r"^conditioner\.vision\.encoder\.layers\.([0-9]+)\.layer_norm", "conditioner.vision.layers.$1.norm"),
    (r"^cond_stage_model\.mapper\.resblocks\.([0-9]+)\.attn\.c_qkv\.", "conditioner.blocks.$1.c_qkv."),
    (r"^cond_stage_model\.mapper\.resblocks\.([0-9]+)\.attn\.c_proj\.", "conditioner.blocks.$1.attention_proj."),
    (r"^cond_stage_model\.mapper\.resblocks\.([0-9]+)\.mlp\.", "conditioner.blocks.$1."),
    (r"^cond_stage_model\.mapper\.resblocks\.([0-9]+)\.ln_1\.", "conditioner.blocks.$1.norm1."),
    (r"^cond_stage_model\.mapper\.resblocks\.([0-9]+)\.ln_2\.", "conditioner.blocks.$1.norm2."),
    (r"^cond_stage_model\.final_ln\.", "conditioner.final_norm."),
    (r"^proj_out\.", "conditioner.projection."),
    (r"^learnable_vector$", "unconditional"),
];

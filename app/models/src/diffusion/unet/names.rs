//! Tensor names of the published networks (`openaimodel.py` of latent diffusion and everything that came of it).

/// Pairs (pattern of their names, ours); `prefix` comes before their names, such as `model.diffusion_model.`
pub fn published(prefix: &str) -> Vec<(String, String)> {
    let mut names = vec![(format!("^{}", prefix.replace('.', r"\.")), String::new())];
    names.extend(NAMES.map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned())));
    names
}

/// In this order: a block's kind shows in what follows its number.
const NAMES: [(&str, &str); 26] = [
    (r"^time_embed\.0\.", "time.first."),
    (r"^time_embed\.2\.", "time.second."),
    (r"^input_blocks\.0\.0\.", "down.0.convolution."),
    (r"^input_blocks\.([0-9]+)\.0\.op\.", "down.$1.down."),
    (r"^input_blocks\.([0-9]+)\.0\.", "down.$1.residual."),
    (r"^input_blocks\.([0-9]+)\.1\.", "down.$1.transformer."),
    (r"^middle_block\.0\.", "middle_first."),
    (r"^middle_block\.1\.", "middle_transformer."),
    (r"^middle_block\.2\.", "middle_second."),
    (r"^output_blocks\.([0-9]+)\.0\.", "up.$1.residual."),
    (r"^output_blocks\.([0-9]+)\.[12]\.conv\.", "up.$1.up."),
    (r"^output_blocks\.([0-9]+)\.1\.", "up.$1.transformer."),
    (r"^out\.0\.", "last_norm."),
    (r"^out\.2\.", "last."),
    (r"\.in_layers\.0\.", ".first_norm."),
    (r"\.in_layers\.2\.", ".first."),
    (r"\.emb_layers\.1\.", ".embedding."),
    (r"\.out_layers\.0\.", ".second_norm."),
    (r"\.out_layers\.3\.", ".second."),
    (r"\.skip_connection\.", ".skip."),
    (r"\.transformer_blocks\.([0-9]+)\.attn1\.", ".blocks.$1.to_itself."),
    (r"\.transformer_blocks\.([0-9]+)\.attn2\.", ".blocks.$1.to_context."),
    (r"\.to_out\.0\.", ".to_out."),
    (r"\.transformer_blocks\.([0-9]+)\.ff\.net\.0\.proj\.", ".blocks.$1.widen."),
    (r"\.transformer_blocks\.([0-9]+)\.ff\.net\.2\.", ".blocks.$1.narrow."),
    (r"\.transformer_blocks\.([0-9]+)\.", ".blocks.$1."),
];

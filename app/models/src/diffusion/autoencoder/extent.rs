//! The layers of encoder and decoder, from their sizes alone.

use super::{AutoencoderConfig, encoder::COLOURS};
use crate::diffusion::extent::{Kind, Layer};

/// The layers of the encoder for pictures of `sides` (rows, columns).
pub fn encoder(config: &AutoencoderConfig, sides: [usize; 2]) -> Vec<Layer> {
    let mut walk = Walk { layers: Vec::new(), area: sides[0] * sides[1] };
    let (mut from, bottom) = (config.top(), config.bottom());
    walk.convolution("encoder.conv_in", [COLOURS, from], 3, 1);
    for (level, &channels) in config.channels.iter().enumerate() {
        let factor = 1 << level;
        for block in 0..config.residual_blocks {
            walk.residual(&format!("encoder.down.{level}.blocks.{block}"), [from, channels], factor);
            from = channels;
        }
        if level + 1 < config.channels.len() {
            walk.convolution(&format!("encoder.down.{level}.downsample"), [channels; 2], 3, 2 * factor);
        }
    }
    walk.middle("encoder.middle", bottom, config.factor());
    walk.norm("encoder.norm_out", bottom, config.factor());
    walk.convolution("encoder.conv_out", [bottom, 2 * config.latent], 3, config.factor());
    walk.convolution("quant_conv", [2 * config.latent; 2], 1, config.factor());
    walk.layers
}

/// The layers of the decoder for pictures of `sides` (rows, columns).
pub fn decoder(config: &AutoencoderConfig, sides: [usize; 2]) -> Vec<Layer> {
    let mut walk = Walk { layers: Vec::new(), area: sides[0] * sides[1] };
    let mut from = config.bottom();
    walk.convolution("post_quant_conv", [config.latent; 2], 1, config.factor());
    walk.convolution("decoder.conv_in", [config.latent, from], 3, config.factor());
    walk.middle("decoder.middle", from, config.factor());
    for (level, &channels) in config.channels.iter().enumerate().rev() {
        let factor = 1 << level;
        for block in 0..=config.residual_blocks {
            walk.residual(&format!("decoder.up.{level}.blocks.{block}"), [from, channels], factor);
            from = channels;
        }
        if level > 0 {
            walk.convolution(&format!("decoder.up.{level}.upsample"), [channels; 2], 3, factor / 2);
        }
    }
    walk.norm("decoder.norm_out", from, 1);
    walk.convolution("decoder.conv_out", [from, COLOURS], 3, 1);
    walk.layers
}

struct Walk {
    layers: Vec<Layer>,
    area: usize,
}

impl Walk {
    fn push(&mut self, name: &str, kind: Kind, factor: usize) {
        self.layers.push(Layer { name: name.to_owned(), kind, places: self.area / (factor * factor) });
    }

    fn convolution(&mut self, name: &str, [inputs, outputs]: [usize; 2], kernel: usize, factor: usize) {
        self.push(name, Kind::Convolution { inputs, outputs, kernel }, factor);
    }

    fn norm(&mut self, name: &str, channels: usize, factor: usize) {
        self.push(name, Kind::Norm { channels }, factor);
    }

    fn residual(&mut self, name: &str, [from, to]: [usize; 2], factor: usize) {
        self.norm(&format!("{name}.first_norm"), from, factor);
        self.convolution(&format!("{name}.first"), [from, to], 3, factor);
        self.norm(&format!("{name}.second_norm"), to, factor);
        self.convolution(&format!("{name}.second"), [to; 2], 3, factor);
        if from != to {
            self.convolution(&format!("{name}.skip"), [from, to], 1, factor);
        }
    }

    fn middle(&mut self, name: &str, channels: usize, factor: usize) {
        self.residual(&format!("{name}.first"), [channels; 2], factor);
        self.norm(&format!("{name}.attention.norm"), channels, factor);
        for part in ["q", "k", "v", "proj_out"] {
            self.convolution(&format!("{name}.attention.{part}"), [channels; 2], 1, factor);
        }
        let others = self.area / (factor * factor);
        self.push(&format!("{name}.attention"), Kind::Attention { channels, others }, factor);
        self.residual(&format!("{name}.second"), [channels; 2], factor);
    }
}

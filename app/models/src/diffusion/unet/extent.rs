//! The layers of a network and what they cost, from its sizes alone: the large one need not be built to be weighed.

use super::{UNetConfig, config::Block};

/// A layer with weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its path in the network.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Results of a sample, each of all its outputs: pixels or tokens.
    pub places: usize,
}

/// Kinds of layers with their extents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A matrix.
    Linear {
        /// Columns in.
        inputs: usize,
        /// Columns out.
        outputs: usize,
        /// Whether something is added.
        bias: bool,
    },
    /// A convolution with bias.
    Convolution {
        /// Channels in.
        inputs: usize,
        /// Channels out.
        outputs: usize,
        /// Edge of the kernel.
        kernel: usize,
    },
    /// Scale and shift.
    Norm {
        /// Channels.
        channels: usize,
    },
    /// No weights: queries against keys, and their weights against values.
    Attention {
        /// Channels of all heads.
        channels: usize,
        /// Tokens that are attended to.
        others: usize,
    },
}

impl Layer {
    /// Names and shapes of its tensors.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        self.named(["gamma", "beta"], |inputs, outputs| vec![inputs, outputs])
    }

    /// [`Self::tensors`] as PyTorch has them.
    pub fn published_tensors(&self) -> Vec<(String, Vec<usize>)> {
        self.named(["weight", "bias"], |inputs, outputs| vec![outputs, inputs])
    }

    fn named(&self, norm: [&str; 2], matrix: fn(usize, usize) -> Vec<usize>) -> Vec<(String, Vec<usize>)> {
        let name = |last: &str| format!("{}.{last}", self.name);
        let weight = |shape| (name("weight"), shape);
        let bias = |outputs| (name("bias"), vec![outputs]);
        match self.kind {
            Kind::Linear { inputs, outputs, bias: true } => vec![weight(matrix(inputs, outputs)), bias(outputs)],
            Kind::Linear { inputs, outputs, bias: false } => vec![weight(matrix(inputs, outputs))],
            Kind::Convolution { inputs, outputs, kernel } => {
                vec![weight(vec![outputs, inputs, kernel, kernel]), bias(outputs)]
            }
            Kind::Norm { channels } => norm.map(|last| (name(last), vec![channels])).into(),
            Kind::Attention { .. } => vec![],
        }
    }

    /// Number of weights.
    pub fn weights(&self) -> usize {
        self.tensors().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }

    /// Multiplications and additions for one sample, two for each product that is added.
    pub fn operations(&self) -> f64 {
        let products = match self.kind {
            Kind::Linear { inputs, outputs, .. } => inputs * outputs,
            Kind::Convolution { inputs, outputs, kernel } => inputs * outputs * kernel * kernel,
            Kind::Norm { .. } => 0,
            Kind::Attention { channels, others } => 2 * channels * others,
        };
        2.0 * products as f64 * self.places as f64
    }
}

/// All layers, for maps of `sides` (rows, columns) and a context of so many tokens.
pub fn layers(config: &UNetConfig, sides: [usize; 2], tokens: usize) -> Vec<Layer> {
    let mut walk = Walk { layers: Vec::new(), config, area: sides[0] * sides[1], tokens };
    let embedding = config.embedding();
    walk.linear("time.first", config.top(), embedding, true, 1);
    walk.linear("time.second", embedding, embedding, true, 1);
    for (i, block) in config.down().iter().enumerate() {
        walk.block(&format!("down.{i}"), block);
    }
    let (bottom, factor) = (config.bottom(), 1 << (config.channels.len() - 1));
    walk.residual("middle_first", [bottom; 2], factor);
    walk.transformer("middle_transformer", bottom, factor);
    walk.residual("middle_second", [bottom; 2], factor);
    for (i, block) in config.up().iter().enumerate() {
        walk.block(&format!("up.{i}"), block);
    }
    walk.norm("last_norm", config.top(), 1);
    walk.convolution("last", [config.top(), config.out_channels], 3, 1);
    walk.layers
}

struct Walk<'a> {
    layers: Vec<Layer>,
    config: &'a UNetConfig,
    area: usize,
    tokens: usize,
}

impl Walk<'_> {
    fn push(&mut self, name: &str, kind: Kind, places: usize) {
        self.layers.push(Layer { name: name.to_owned(), kind, places });
    }

    fn places(&self, factor: usize) -> usize {
        self.area / (factor * factor)
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize, bias: bool, places: usize) {
        self.push(name, Kind::Linear { inputs, outputs, bias }, places);
    }

    fn convolution(&mut self, name: &str, [inputs, outputs]: [usize; 2], kernel: usize, factor: usize) {
        self.push(name, Kind::Convolution { inputs, outputs, kernel }, self.places(factor));
    }

    fn norm(&mut self, name: &str, channels: usize, factor: usize) {
        self.push(name, Kind::Norm { channels }, self.places(factor));
    }

    fn block(&mut self, name: &str, block: &Block) {
        let factor = block.factor;
        if let Some(channels) = block.convolution {
            self.convolution(&format!("{name}.convolution"), channels, 3, factor);
        }
        if let Some(channels) = block.residual {
            self.residual(&format!("{name}.residual"), channels, factor);
        }
        if let Some(channels) = block.attention {
            self.transformer(&format!("{name}.transformer"), channels, factor);
        }
        if let Some(channels) = block.down {
            self.convolution(&format!("{name}.down"), [channels; 2], 3, 2 * factor);
        }
        if let Some(channels) = block.up {
            self.convolution(&format!("{name}.up"), [channels; 2], 3, factor / 2);
        }
    }

    fn residual(&mut self, name: &str, [from, to]: [usize; 2], factor: usize) {
        self.norm(&format!("{name}.first_norm"), from, factor);
        self.convolution(&format!("{name}.first"), [from, to], 3, factor);
        self.linear(&format!("{name}.embedding"), self.config.embedding(), to, true, 1);
        self.norm(&format!("{name}.second_norm"), to, factor);
        self.convolution(&format!("{name}.second"), [to, to], 3, factor);
        if from != to {
            self.convolution(&format!("{name}.skip"), [from, to], 1, factor);
        }
    }

    fn transformer(&mut self, name: &str, channels: usize, factor: usize) {
        let places = self.places(factor);
        self.norm(&format!("{name}.norm"), channels, factor);
        self.convolution(&format!("{name}.proj_in"), [channels; 2], 1, factor);
        for block in 0..self.config.depth {
            let name = |part: &str| format!("{name}.blocks.{block}.{part}");
            self.attention(&name("to_itself"), channels, [channels, places], places);
            self.attention(&name("to_context"), channels, [self.config.context, self.tokens], places);
            self.linear(&name("widen"), channels, 8 * channels, true, places);
            self.linear(&name("narrow"), 4 * channels, channels, true, places);
            for norm in ["norm1", "norm2", "norm3"] {
                self.push(&name(norm), Kind::Norm { channels }, places);
            }
        }
        self.convolution(&format!("{name}.proj_out"), [channels; 2], 1, factor);
    }

    fn attention(&mut self, name: &str, channels: usize, [context, others]: [usize; 2], places: usize) {
        self.linear(&format!("{name}.to_q"), channels, channels, false, places);
        self.linear(&format!("{name}.to_k"), context, channels, false, others);
        self.linear(&format!("{name}.to_v"), context, channels, false, others);
        self.push(name, Kind::Attention { channels, others }, places);
        self.linear(&format!("{name}.to_out"), channels, channels, true, places);
    }
}

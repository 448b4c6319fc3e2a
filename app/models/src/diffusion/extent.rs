//! Layers and what they cost, from sizes alone: a large network need not be built to be weighed.

/// A layer, with weights or without.
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

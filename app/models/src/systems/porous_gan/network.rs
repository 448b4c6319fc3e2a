//! Generator and discriminator (spec §3). No convolution has a bias.

use burn::{
    module::{Module, Param},
    nn::{
        BatchNorm, BatchNormConfig, PaddingConfig3d,
        conv::{Conv3d, Conv3dConfig, ConvTranspose3d, ConvTranspose3dConfig},
    },
    tensor::{Device, Tensor, TensorData, module::batch_norm},
};
use catalog::systems::porous_gan::Normalization;
use rand::Rng;

use super::config::GanConfig;
use crate::nn::{fast, init, running};

/// Kernel edge of every convolution.
const KERNEL: usize = 4;
/// Standard deviation of the initial weights, and of the batch-norm scales around 1.
const INIT_STD: f32 = 0.02;
/// Negative slope of the discriminator's activations.
const LEAK: f32 = 0.2;

/// One hidden layer of the generator: transposed convolution, batch norm, ReLU.
#[derive(Module, Debug)]
pub struct GeneratorLayer {
    /// `[in, out, 4, 4, 4]`, without bias.
    pub convolution: ConvTranspose3d,
    /// Over `out` channels.
    pub norm: BatchNorm,
}

/// Noise `[batch, nz, m, m, m]` → grey volume `[batch, 1, s, s, s]` in (−1, 1), `s` = [`GanConfig::side`].
///
/// −1 is pore, +1 is grain.
#[derive(Module, Debug)]
pub struct Generator {
    /// Hidden layers; the first maps each noise cell to 4³ voxels, the others double the side.
    pub layers: Vec<GeneratorLayer>,
    /// The last convolution, before tanh.
    pub output: ConvTranspose3d,
}

/// Which statistics batch norm uses in a forward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Statistics of the batch, which also move the running averages.
    Training,
    /// Statistics of the batch; nothing is kept.
    Batch,
    /// Running averages.
    Running,
}

impl From<Normalization> for Pass {
    fn from(normalization: Normalization) -> Self {
        match normalization {
            Normalization::Batch => Self::Batch,
            Normalization::Running => Self::Running,
        }
    }
}

/// What a convolution finds beyond the faces of a volume in the making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faces {
    /// Zeros, as in the authors' code.
    Open,
    /// The voxels of the opposite face: the grid is a torus, and voxels a whole number of noise cells apart have the same
    /// law.
    Joined,
}

impl Generator {
    /// A generator to load weights into.
    pub fn zeros(config: &GanConfig, device: &Device) -> Self {
        let transposed = |inputs, outputs, stride, padding| {
            ConvTranspose3dConfig::new([inputs, outputs], [KERNEL; 3])
                .with_stride([stride; 3])
                .with_padding([padding; 3])
                .with_bias(false)
                .with_initializer(burn::module::Initializer::Zeros)
                .init(device)
        };
        let channels = config.generator_channels();
        let mut inputs = config.latent_channels;
        let mut layers = Vec::with_capacity(channels.len());
        for (index, &outputs) in channels.iter().enumerate() {
            let (stride, padding) = if index == 0 { (1, 0) } else { (2, 1) };
            layers.push(GeneratorLayer {
                convolution: transposed(inputs, outputs, stride, padding),
                norm: BatchNormConfig::new(outputs).init(device),
            });
            inputs = outputs;
        }
        Self { layers, output: transposed(inputs, 1, 2, 1) }
    }

    /// A generator with the paper's random initial weights.
    pub fn random(config: &GanConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let mut generator = Self::zeros(config, device);
        for layer in &mut generator.layers {
            randomise(&mut layer.convolution.weight, &mut layer.norm, rng);
        }
        generator.output.weight = init::normal(generator.output.weight.dims(), 0.0, INIT_STD, rng, device);
        generator
    }

    /// Number of layers, the output included.
    pub fn depth(&self) -> usize {
        self.layers.len() + 1
    }

    /// The output of layer `index` from the output of the one before; the noise comes before layer 0.
    pub fn layer(&self, index: usize, x: Tensor<5>, faces: Faces, pass: Pass) -> Tensor<5> {
        let transpose = |x, convolution: &ConvTranspose3d| {
            let (weight, stride, padding) = (convolution.weight.val(), convolution.stride[0], convolution.padding[0]);
            match faces {
                Faces::Open => fast::conv_transpose3d(x, weight, stride, padding),
                Faces::Joined => transpose_joined(x, weight, stride, padding, pass == Pass::Training),
            }
        };
        match self.layers.get(index) {
            Some(layer) => normalise(&layer.norm, transpose(x, &layer.convolution), pass, 0.0),
            None => fast::tanh(transpose(x, &self.output)),
        }
    }

    /// The whole network.
    pub fn forward(&self, noise: Tensor<5>, faces: Faces, pass: Pass) -> Tensor<5> {
        (0..self.depth()).fold(noise, |x, index| self.layer(index, x, faces, pass))
    }
}

/// Transposed convolution of a periodic volume `[batch, channels, s, s, s]`, of which `padding` shifts the output as it
/// does that of an open one.
///
/// `in_eighths` it is worked on as eight volumes to each: training has two volumes at a time, which leave the kernels'
/// lanes empty, and an even side.
fn transpose_joined(x: Tensor<5>, weight: Tensor<5>, stride: usize, padding: usize, in_eighths: bool) -> Tensor<5> {
    let [batch, _, side, ..] = x.dims();
    // A voxel sees as many inputs as a kernel holds strides: those before the first come from the far end, and one after
    // the last where the padding shifts the kernel. What they add outside is cut away.
    let (before, after) = ((KERNEL - 1 - padding) / stride, padding);
    let x = wrapped(x, before, after);
    if !in_eighths {
        return fast::conv_transpose3d(x, weight, stride, KERNEL - 1);
    }
    let half = side / 2;
    let seen = before + half + after;
    let eighths =
        (2..5).fold(x, |x, axis| Tensor::cat(vec![x.clone().narrow(axis, 0, seen), x.narrow(axis, half, seen)], 0));
    let y = fast::conv_transpose3d(eighths, weight, stride, KERNEL - 1);
    let [_, channels, half, ..] = y.dims();
    let halves: Tensor<8> = y.reshape([2, 2, 2, batch, channels, half, half, half]).permute([3, 4, 2, 5, 1, 6, 0, 7]);
    halves.reshape([batch, channels, 2 * half, 2 * half, 2 * half])
}

/// A periodic volume `[batch, channels, d, h, w]` with `before` voxels more in front of each axis and `after` behind.
fn wrapped(x: Tensor<5>, before: usize, after: usize) -> Tensor<5> {
    (2..5).fold(x, |x, axis| {
        let side = x.dims()[axis];
        let mut parts = vec![x.clone().narrow(axis, side - before, before), x.clone()];
        if after > 0 {
            parts.push(x.narrow(axis, 0, after));
        }
        Tensor::cat(parts, axis)
    })
}

/// One layer of the discriminator: convolution, batch norm (all but the first), leaky ReLU.
#[derive(Module, Debug)]
pub struct DiscriminatorLayer {
    /// `[out, in, 4, 4, 4]`, without bias.
    pub convolution: Conv3d,
    /// Over `out` channels; absent in the first layer.
    pub norm: Option<BatchNorm>,
}

/// Volume `[batch, 1, s, s, s]` → logit `[batch]` that it is real.
#[derive(Module, Debug)]
pub struct Discriminator {
    /// Each halves the side, down to 4.
    pub layers: Vec<DiscriminatorLayer>,
    /// 4³ → one logit.
    pub output: Conv3d,
}

impl Discriminator {
    /// A discriminator with the paper's random initial weights.
    pub fn random(config: &GanConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let convolution = |inputs, outputs, stride: usize, padding: usize| {
            Conv3dConfig::new([inputs, outputs], [KERNEL; 3])
                .with_stride([stride; 3])
                .with_padding(PaddingConfig3d::Explicit(padding, padding, padding))
                .with_bias(false)
                .with_initializer(burn::module::Initializer::Zeros)
                .init(device)
        };
        let mut inputs = 1;
        let mut layers = Vec::new();
        for (index, outputs) in config.discriminator_channels().into_iter().enumerate() {
            let mut layer = DiscriminatorLayer {
                convolution: convolution(inputs, outputs, 2, 1),
                norm: (index > 0).then(|| BatchNormConfig::new(outputs).init(device)),
            };
            match &mut layer.norm {
                Some(norm) => randomise(&mut layer.convolution.weight, norm, rng),
                None => {
                    layer.convolution.weight =
                        init::normal(layer.convolution.weight.dims(), 0.0, INIT_STD, rng, device);
                }
            }
            layers.push(layer);
            inputs = outputs;
        }
        let mut output = convolution(inputs, 1, 1, 0);
        output.weight = init::normal(output.weight.dims(), 0.0, INIT_STD, rng, device);
        Self { layers, output }
    }

    /// Logits of a batch, normalised by that batch's own statistics: real and fake cubes are passed separately.
    /// `dropout` of the activations after every layer are zero, the others scaled up to keep the mean.
    pub fn forward(&self, x: Tensor<5>, dropout: f64, rng: &mut impl Rng) -> Tensor<1> {
        let mut x = x;
        for layer in &self.layers {
            x = fast::conv3d(x, layer.convolution.weight.val(), 2, 1);
            x = match &layer.norm {
                Some(norm) => normalise(norm, x, Pass::Training, LEAK),
                None => fast::leaky_relu(x, LEAK),
            };
            if dropout > 0.0 {
                x = drop_out(x, dropout, rng);
            }
        }
        let [batch, ..] = x.dims();
        fast::conv3d(x, self.output.weight.val(), 1, 0).reshape([batch])
    }
}

fn randomise(weight: &mut Param<Tensor<5>>, norm: &mut BatchNorm, rng: &mut impl Rng) {
    let device = norm.gamma.device();
    *weight = init::normal(weight.dims(), 0.0, INIT_STD, rng, &device);
    norm.gamma = init::normal(norm.gamma.dims(), 1.0, INIT_STD, rng, &device);
}

/// Keeps each value with probability 1 − `share`, scaled by 1/(1 − `share`).
fn drop_out(x: Tensor<5>, share: f64, rng: &mut impl Rng) -> Tensor<5> {
    let shape = x.shape();
    // 32 random bits against a threshold: one draw a value, as exact as the share needs to be.
    let threshold = (share * f64::from(u32::MAX)) as u32;
    let kept = (1.0 / (1.0 - share)) as f32;
    let mask: Vec<f32> =
        (0..shape.num_elements()).map(|_| if rng.next_u32() >= threshold { kept } else { 0.0 }).collect();
    let mask = Tensor::from_data(TensorData::new(mask, shape), &x.device());
    x * mask
}

/// Batch norm, then a leaky ReLU of `slope`.
fn normalise(norm: &BatchNorm, x: Tensor<5>, pass: Pass, slope: f32) -> Tensor<5> {
    let (gamma, beta) = (norm.gamma.val(), norm.beta.val());
    if pass == Pass::Running {
        let (mean, variance) = (norm.running_mean.value_sync(), norm.running_var.value_sync());
        return fast::leaky_relu(batch_norm(x, gamma, beta, mean, variance, norm.epsilon), slope);
    }
    let [batch, _, depth, height, width] = x.dims();
    let fast::BatchNormOutput { output, mean, variance } =
        fast::batch_norm_leaky_relu(x, gamma, beta, norm.epsilon, slope);
    if pass == Pass::Training {
        // PyTorch's running variance is the unbiased one.
        let count = (batch * depth * height * width) as f64;
        running::follow(&norm.running_mean, mean, norm.momentum);
        running::follow(&norm.running_var, variance * (count / (count - 1.0).max(1.0)), norm.momentum);
    }
    output
}

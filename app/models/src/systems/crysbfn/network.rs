//! CSPNet: messages between all atoms of a cell, through the periodic differences of their coordinates (spec §3;
//! R. Jiao et al., *Crystal Structure Prediction by Joint Equivariant Diffusion*, NeurIPS 2023).
//!
//! The first layer of the message network acts on [hᵢ, hⱼ, cell, sin kΔᵢⱼ, cos kΔᵢⱼ]. Its matrix is kept in four
//! pieces, so that all but the last cost per atom or per crystal and not per pair.

use burn::{
    module::{Module, Param},
    tensor::{Device, Shape, Tensor, TensorData},
};
use rand::Rng;

use super::{
    config::{CrystalConfig, LatticeForm, Task},
    encode,
};
use crate::nn::{LayerNorm, fast, pairs};

/// What the network sees: crystals of equally many atoms.
#[derive(Clone, Debug)]
pub struct Beliefs {
    /// [`encode::type_input`], `[batch, atoms, types]`.
    pub types: Tensor<3>,
    /// Means m of the coordinates' beliefs, `[batch, atoms, 3]`, any representative.
    pub angles: Tensor<3>,
    /// How certain each of them is, `[batch, atoms, 3]`, 0 … 1.
    pub certainty: Tensor<3>,
    /// Means of the beliefs about the cell's numbers, `[batch, 6 or 9]`.
    pub lattice: Tensor<2>,
    /// Time embeddings, `[batch, time width]`.
    pub time: Tensor<2>,
}

/// What the network answers.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// x̂, `[batch, atoms, 3]`, not wrapped: within reach of the belief's mean.
    pub angles: Tensor<3>,
    /// The cell's numbers, `[batch, 6 or 9]`.
    pub lattice: Tensor<2>,
    /// Logits of the classes, `[batch, atoms, K]`; only ab initio.
    pub types: Option<Tensor<3>>,
}

/// A matrix `[inputs, outputs]` with an optional bias.
#[derive(Module, Debug)]
pub struct Affine {
    /// `[inputs, outputs]`.
    pub weight: Param<Tensor<2>>,
    /// `[outputs]`.
    pub bias: Option<Param<Tensor<1>>>,
}

impl Affine {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let y = fast::matmul(x, self.weight.val());
        match &self.bias {
            Some(bias) => y + bias.val().unsqueeze::<2>(),
            None => y,
        }
    }
}

/// One layer of messages.
#[derive(Module, Debug)]
pub struct CspLayer {
    /// Before everything.
    pub norm: LayerNorm,
    /// Message network, first layer: the receiving atom's share, with the bias.
    pub edge_own: Affine,
    /// The sending atom's share.
    pub edge_other: Affine,
    /// The cell's share.
    pub edge_lattice: Affine,
    /// The share of the periodic difference.
    pub edge_difference: Affine,
    /// Message network, second layer.
    pub edge_output: Affine,
    /// Atom network, first layer: the atom's share, with the bias.
    pub node_own: Affine,
    /// The share of the mean message.
    pub node_messages: Affine,
    /// Atom network, second layer.
    pub node_output: Affine,
}

/// The network.
#[derive(Module, Debug)]
pub struct CspNet {
    /// Types → hidden.
    pub node_embedding: Affine,
    /// Types, time and certainties → hidden.
    pub node_input: Affine,
    /// Messages.
    pub layers: Vec<CspLayer>,
    /// After the last layer.
    pub norm: LayerNorm,
    /// Hidden → shift of the three coordinates.
    pub coordinate_output: Affine,
    /// Mean hidden → the cell's numbers.
    pub lattice_output: Affine,
    /// Hidden → logits of the classes; only ab initio.
    pub type_output: Option<Affine>,
}

/// Draws a uniform parameter within ±`bound`, as PyTorch's linear layers start.
fn uniform<const D: usize>(shape: [usize; D], bound: f64, rng: &mut impl Rng, device: &Device) -> Param<Tensor<D>> {
    let count = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|_| (bound * (2.0 * rng.random::<f64>() - 1.0)) as f32).collect();
    Param::from_tensor(Tensor::from_data(TensorData::new(values, Shape::from(shape)), device))
}

impl CspNet {
    /// A network with random initial weights.
    pub fn random(config: &CrystalConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let hidden = config.hidden;
        // `fan_in` is that of the undivided matrix.
        let mut affine = |inputs: usize, outputs: usize, fan_in: usize, bias: bool| {
            let bound = 1.0 / (fan_in as f64).sqrt();
            Affine {
                weight: uniform([inputs, outputs], bound, rng, device),
                bias: bias.then(|| uniform([outputs], bound, rng, device)),
            }
        };
        let (cell, difference) = (config.lattice.width(), 6 * config.frequencies);
        let edge = 2 * hidden + cell + difference;
        let input = hidden + config.time_width + if config.entropy_conditioning { 3 } else { 0 };
        let ab_initio = config.task == Task::AbInitio;
        let types = encode::type_width(config);
        let norm = || LayerNorm::new(hidden, device);
        Self {
            node_embedding: affine(types, hidden, types.min(16), ab_initio),
            node_input: affine(input, hidden, input, true),
            layers: (0..config.layers)
                .map(|_| CspLayer {
                    norm: norm(),
                    edge_own: affine(hidden, hidden, edge, true),
                    edge_other: affine(hidden, hidden, edge, false),
                    edge_lattice: affine(cell, hidden, edge, false),
                    edge_difference: affine(difference, hidden, edge, false),
                    edge_output: affine(hidden, hidden, hidden, true),
                    node_own: affine(hidden, hidden, 2 * hidden, true),
                    node_messages: affine(hidden, hidden, 2 * hidden, false),
                    node_output: affine(hidden, hidden, hidden, true),
                })
                .collect(),
            norm: norm(),
            coordinate_output: affine(hidden, 3, hidden, false),
            lattice_output: affine(hidden, cell, hidden, false),
            type_output: ab_initio.then(|| affine(hidden, config.classes(), hidden, true)),
        }
    }

    /// The prediction for `beliefs`.
    pub fn forward(&self, beliefs: &Beliefs, config: &CrystalConfig) -> Prediction {
        let [batch, atoms, _] = beliefs.angles.dims();
        let (hidden, rows) = (config.hidden, batch * atoms);
        let types = beliefs.types.clone().reshape([rows, encode::type_width(config)]);
        let embedded = self.node_embedding.forward(types).reshape([batch, atoms, hidden]);
        let time = beliefs.time.clone().unsqueeze_dim::<3>(1).expand([batch, atoms, config.time_width]);
        let mut inputs = vec![embedded, time];
        if config.entropy_conditioning {
            inputs.push(beliefs.certainty.clone());
        }
        let inputs = Tensor::cat(inputs, 2);
        let width = inputs.dims()[2];
        let mut h = self.node_input.forward(inputs.reshape([rows, width]));

        let differences = differences(beliefs.angles.clone(), config.frequencies);
        let cell = cell_features(beliefs.lattice.clone(), &config.lattice);
        for layer in &self.layers {
            h = layer.forward(h, differences.clone(), cell.clone(), [batch, atoms, hidden]);
        }
        let h = self.norm.forward(h);

        let shift = self.coordinate_output.forward(h.clone()).reshape([batch, atoms, 3]);
        let mean = h.clone().reshape([batch, atoms, hidden]).mean_dim(1).reshape([batch, hidden]);
        let lattice = self.lattice_output.forward(mean);
        let lattice = match config.lattice {
            LatticeForm::Matrix { .. } => {
                let noisy = beliefs.lattice.clone().reshape([batch, 3, 3]);
                lattice.reshape([batch, 3, 3]).matmul(noisy).reshape([batch, 9])
            }
            LatticeForm::Invariants { .. } => beliefs.lattice.clone() + lattice,
        };
        let types = self.type_output.as_ref().map(|out| out.forward(h).reshape([batch, atoms, config.classes()]));
        Prediction { angles: beliefs.angles.clone() + shift, lattice, types }
    }
}

impl CspLayer {
    /// `h` is `[batch · atoms, hidden]`.
    fn forward(
        &self,
        h: Tensor<2>,
        differences: Tensor<4>,
        cell: Tensor<2>,
        [batch, atoms, hidden]: [usize; 3],
    ) -> Tensor<2> {
        let nodes = [batch, atoms, hidden];
        let x = self.norm.forward(h.clone());
        let cell = self.edge_lattice.forward(cell).unsqueeze_dim::<3>(1);
        let own = self.edge_own.forward(x.clone()).reshape(nodes) + cell;
        let other = self.edge_other.forward(x.clone()).reshape(nodes);
        let bias = match &self.edge_output.bias {
            Some(bias) => bias.val(),
            None => Tensor::zeros([hidden], &h.device()),
        };
        let (difference, output) = (self.edge_difference.weight.val(), self.edge_output.weight.val());
        let network = pairs::MessageNetwork { difference, output, bias };
        let mean = pairs::messages(own, other, differences, network).reshape([batch * atoms, hidden]);
        let update = fast::silu(self.node_own.forward(x) + self.node_messages.forward(mean));
        h + fast::silu(self.node_output.forward(update))
    }
}

/// sin kΔ and cos kΔ of every ordered pair, Δ = mⱼ − mᵢ, axis by axis and k = 0 … `frequencies` − 1 within:
/// `[batch, atoms, atoms, 6 frequencies]`. The sine and cosine of a difference come from those of the atoms.
pub fn differences(angles: Tensor<3>, frequencies: usize) -> Tensor<4> {
    let [batch, atoms, _] = angles.dims();
    let width = 3 * frequencies;
    let k: Vec<f32> = (0..frequencies).map(|k| k as f32).collect();
    let k = Tensor::<1>::from_data(TensorData::new(k, [frequencies]), &angles.device()).reshape([1, 1, 1, frequencies]);
    let multiples = (angles.unsqueeze_dim::<4>(3) * k).reshape([batch, atoms, width]);
    let (sin, cos) = (multiples.clone().sin(), multiples.cos());
    let (own_sin, own_cos) = (sin.clone().unsqueeze_dim::<4>(2), cos.clone().unsqueeze_dim::<4>(2));
    let (sin, cos) = (sin.unsqueeze_dim::<4>(1), cos.unsqueeze_dim::<4>(1));
    let sin_difference = sin.clone() * own_cos.clone() - cos.clone() * own_sin.clone();
    let cos_difference = cos * own_cos + sin * own_sin;
    Tensor::cat(vec![sin_difference, cos_difference], 3)
}

/// What the messages see of the cell: LLᵀ, which no rotation changes, or the invariants as they are.
fn cell_features(lattice: Tensor<2>, form: &LatticeForm) -> Tensor<2> {
    match form {
        LatticeForm::Matrix { .. } => {
            let batch = lattice.dims()[0];
            let rows = lattice.reshape([batch, 3, 3]);
            rows.clone().matmul(rows.transpose()).reshape([batch, 9])
        }
        LatticeForm::Invariants { .. } => lattice,
    }
}

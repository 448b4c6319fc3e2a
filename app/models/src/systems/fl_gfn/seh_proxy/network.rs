//! The message-passing network of Bengio et al. 2021 (`MPNNet_v2`, version 2, in `model_atom.py` of GFNOrg/gflownet):
//! twelve rounds of one edge-conditioned convolution and a GRU (Gilmer et al. 2017), then Set2Set (Vinyals et al. 2016).

use super::{
    features::{AtomGraph, BOND_KINDS, FEATURES},
    weights,
};
use crate::ModelError;

/// Numbers per atom inside the network.
const WIDTH: usize = 64;

/// Inner width of the network that makes a bond's matrix.
const EDGE_WIDTH: usize = 128;

/// Rounds of messages.
const ROUNDS: usize = 12;

/// Rounds of the read-out.
const READS: usize = 3;

/// Slope of the leaky rectifier below 0, PyTorch's default.
const SLOPE: f32 = 0.01;

/// Predicts how well a molecule binds to soluble epoxide hydrolase: a docking score scaled so that a good molecule has
/// about 8.
///
/// All matrices are `[in, out]`, so that a product runs along rows.
pub struct SehProxy {
    /// `[FEATURES, WIDTH]`.
    input: Vec<f32>,
    input_bias: Vec<f32>,
    /// `[WIDTH, WIDTH]`, what an atom tells itself.
    root: Vec<f32>,
    message_bias: Vec<f32>,
    /// `[WIDTH, WIDTH]` per kind of bond: features of bonds are one-hot, so that the network which makes these matrices
    /// has no other values.
    bonds: Vec<Vec<f32>>,
    gru: Gates,
    lstm: Gates,
    output: Vec<f32>,
    output_bias: f32,
}

/// The matrices of a recurrent cell for its input and its state.
struct Gates {
    from_input: Vec<f32>,
    input_bias: Vec<f32>,
    from_state: Vec<f32>,
    state_bias: Vec<f32>,
}

impl SehProxy {
    /// The network with the authors' weights: a safetensors file of their 22 arrays `param_00`…`param_21` in PyTorch's
    /// order.
    ///
    /// # Errors
    /// If the file does not decode or an array is missing, of another shape, or not finite.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, ModelError> {
        let w = weights::read(bytes)?;
        let gates = |first: usize| Gates {
            from_input: transposed(&w[first], w[first + 2].len()),
            from_state: transposed(&w[first + 1], w[first + 2].len()),
            input_bias: w[first + 2].clone(),
            state_bias: w[first + 3].clone(),
        };
        Ok(Self {
            input: transposed(&w[0], WIDTH),
            input_bias: w[1].clone(),
            // The release that the authors used keeps this one as [in, out].
            root: w[2].clone(),
            message_bias: w[3].clone(),
            bonds: (0..BOND_KINDS).map(|kind| bond_matrix(&w[4..8], kind)).collect(),
            gru: gates(8),
            lstm: gates(16),
            output: w[20].clone(),
            output_bias: w[21][0],
        })
    }

    /// The prediction; 0 for a graph without atoms.
    pub fn predict(&self, graph: &AtomGraph) -> f32 {
        let atoms = graph.atoms.len();
        if atoms == 0 {
            return 0.0;
        }
        let mut state = self.embed(graph);
        let mut scratch = Scratch::new(graph);
        for _ in 0..ROUNDS {
            self.round(graph, &mut state, &mut scratch);
        }
        let read = self.read(&state);
        self.output_bias + dot(&read, &self.output)
    }

    /// `[atoms, WIDTH]`.
    fn embed(&self, graph: &AtomGraph) -> Vec<f32> {
        let mut state = Vec::with_capacity(graph.atoms.len() * WIDTH);
        for features in &graph.atoms {
            let mut row = self.input_bias.clone();
            for &(place, value) in features.iter().filter(|(place, _)| *place < FEATURES) {
                add_scaled(&mut row, &self.input[place * WIDTH..][..WIDTH], value);
            }
            state.extend(row.into_iter().map(leaky));
        }
        state
    }

    /// Messages (the mean over bonds), then the GRU.
    fn round(&self, graph: &AtomGraph, state: &mut [f32], scratch: &mut Scratch) {
        let Scratch { shares, gathered, messages, inputs, states } = scratch;
        repeat(messages, &self.message_bias);
        product(state, WIDTH, &self.root, messages);
        for (kind, matrix) in self.bonds.iter().enumerate() {
            if !graph.edges.iter().any(|edge| edge.2 == kind) {
                continue;
            }
            gathered.fill(0.0);
            for &(from, to, _) in graph.edges.iter().filter(|edge| edge.2 == kind) {
                add_scaled(&mut gathered[to * WIDTH..][..WIDTH], &state[from * WIDTH..][..WIDTH], shares[to]);
            }
            product(gathered, WIDTH, matrix, messages);
        }
        messages.iter_mut().for_each(|m| *m = leaky(*m));
        repeat(inputs, &self.gru.input_bias);
        product(messages, WIDTH, &self.gru.from_input, inputs);
        repeat(states, &self.gru.state_bias);
        product(state, WIDTH, &self.gru.from_state, states);
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || gru(state, inputs, states),
        );
    }

    /// Set2Set: `[2 · WIDTH]`, the query and what it attends to.
    fn read(&self, state: &[f32]) -> Vec<f32> {
        let mut read = vec![0.0; 2 * WIDTH];
        let mut hidden = vec![0.0; WIDTH];
        let mut cell = vec![0.0; WIDTH];
        for _ in 0..READS {
            let mut gates: Vec<f32> =
                self.lstm.input_bias.iter().zip(&self.lstm.state_bias).map(|(a, b)| a + b).collect();
            product(&read, 2 * WIDTH, &self.lstm.from_input, &mut gates);
            product(&hidden, WIDTH, &self.lstm.from_state, &mut gates);
            for i in 0..WIDTH {
                let [input, forget, new, output] = [0, 1, 2, 3].map(|gate| gates[gate * WIDTH + i]);
                cell[i] = sigmoid(forget) * cell[i] + sigmoid(input) * tanh(new);
                hidden[i] = sigmoid(output) * tanh(cell[i]);
            }
            let energies: Vec<f32> = state.chunks_exact(WIDTH).map(|atom| dot(atom, &hidden)).collect();
            let highest = energies.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let parts: Vec<f32> = energies.iter().map(|energy| (energy - highest).exp()).collect();
            let total: f32 = parts.iter().sum();
            read[..WIDTH].copy_from_slice(&hidden);
            read[WIDTH..].fill(0.0);
            for (atom, part) in state.chunks_exact(WIDTH).zip(parts) {
                add_scaled(&mut read[WIDTH..], atom, part / total);
            }
        }
        read
    }
}

/// What a round needs besides the atoms' states.
struct Scratch {
    /// Per atom 1 over the number of its bonds.
    shares: Vec<f32>,
    gathered: Vec<f32>,
    messages: Vec<f32>,
    inputs: Vec<f32>,
    states: Vec<f32>,
}

impl Scratch {
    fn new(graph: &AtomGraph) -> Self {
        let atoms = graph.atoms.len();
        let mut bonds = vec![0.0_f32; atoms];
        graph.edges.iter().for_each(|edge| bonds[edge.1] += 1.0);
        Self {
            shares: bonds.iter().map(|&bonds| 1.0 / bonds.max(1.0)).collect(),
            gathered: vec![0.0; atoms * WIDTH],
            messages: vec![0.0; atoms * WIDTH],
            inputs: vec![0.0; atoms * 3 * WIDTH],
            states: vec![0.0; atoms * 3 * WIDTH],
        }
    }
}

/// The matrix of a kind of bond: the edge network on its one-hot features (all 0 for the last kind).
fn bond_matrix(w: &[Vec<f32>], kind: usize) -> Vec<f32> {
    let inner: Vec<f32> = (0..EDGE_WIDTH)
        .map(|i| leaky(w[1][i] + w[0][i * (BOND_KINDS - 1)..][..BOND_KINDS - 1].get(kind).copied().unwrap_or(0.0)))
        .collect();
    w[2].chunks_exact(EDGE_WIDTH).zip(&w[3]).map(|(row, bias)| bias + dot(row, &inner)).collect()
}

/// `[out, in]` to `[in, out]`.
fn transposed(matrix: &[f32], out: usize) -> Vec<f32> {
    let width = matrix.len() / out;
    (0..width).flat_map(|i| (0..out).map(move |o| matrix[o * width + i])).collect()
}

fn leaky(x: f32) -> f32 {
    if x < 0.0 { SLOPE * x } else { x }
}

/// The GRU's new state from the sums of its gates (reset, update, new) over its input and its state.
#[inline(always)]
fn gru(state: &mut [f32], inputs: &[f32], states: &[f32]) {
    let gates = inputs.chunks_exact(3 * WIDTH).zip(states.chunks_exact(3 * WIDTH));
    for (h, (x, s)) in state.chunks_exact_mut(WIDTH).zip(gates) {
        let ((xr, xu), xn) = (x[..2 * WIDTH].split_at(WIDTH), &x[2 * WIDTH..]);
        let ((sr, su), sn) = (s[..2 * WIDTH].split_at(WIDTH), &s[2 * WIDTH..]);
        for i in 0..WIDTH {
            let new = tanh(xn[i] + sigmoid(xr[i] + sr[i]) * sn[i]);
            let update = sigmoid(xu[i] + su[i]);
            h[i] = (1.0 - update) * new + update * h[i];
        }
    }
}

/// To about 2e-7; without branches, so that loops become vectors.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Adding 1.5·2²³ rounds to a whole number, which is then in the lowest bits of the sum.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    // ln 2 in two parts, the first exact in few bits.
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let series = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let power = series.into_iter().fold(0.0, |sum, term| sum * rest + term);
    f32::from_bits(power.to_bits().wrapping_add(shifted.to_bits() << 23))
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (1.0 + exp(2.0 * x))
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add_scaled(row: &mut [f32], other: &[f32], factor: f32) {
    row.iter_mut().zip(other).for_each(|(a, b)| *a += factor * b);
}

/// Writes the same row everywhere.
fn repeat(rows: &mut [f32], row: &[f32]) {
    rows.chunks_exact_mut(row.len()).for_each(|r| r.copy_from_slice(row));
}

/// `out += rows · matrix`: `[n, width] · [width, m]`, `m` a multiple of [`COLUMNS`].
fn product(rows: &[f32], width: usize, matrix: &[f32], out: &mut [f32]) {
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || {
            let m = matrix.len() / width;
            let mut outs = out.chunks_exact_mut(ROWS * m);
            let mut ins = rows.chunks_exact(ROWS * width);
            for (out, rows) in outs.by_ref().zip(ins.by_ref()) {
                block::<ROWS>(rows, width, matrix, out);
            }
            for (out, row) in outs.into_remainder().chunks_exact_mut(m).zip(ins.remainder().chunks_exact(width)) {
                block::<1>(row, width, matrix, out);
            }
        },
    );
}

/// Rows and columns of the part of a product that is summed in registers.
const ROWS: usize = 4;
const COLUMNS: usize = 16;

/// A product of `N` rows.
#[inline(always)]
fn block<const N: usize>(rows: &[f32], width: usize, matrix: &[f32], out: &mut [f32]) {
    let m = matrix.len() / width;
    for column in (0..m).step_by(COLUMNS) {
        let mut sums = [[0.0_f32; COLUMNS]; N];
        for (i, weights) in matrix.chunks_exact(m).enumerate() {
            let weights = &weights[column..column + COLUMNS];
            for (row, sums) in sums.iter_mut().enumerate() {
                let x = rows[row * width + i];
                sums.iter_mut().zip(weights).for_each(|(sum, w)| *sum += x * w);
            }
        }
        for (out, sums) in out.chunks_exact_mut(m).zip(sums) {
            out[column..column + COLUMNS].iter_mut().zip(sums).for_each(|(out, sum)| *out += sum);
        }
    }
}

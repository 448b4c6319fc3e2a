//! A perceptron on sparse inputs, with its own backward pass.

use super::Parameter;
use super::product::{affine, outer, padded, transpose};
use pulp::Arch;
use rand::Rng;

/// What follows every hidden layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(x, 0)`.
    Relu,
    /// `x` where positive, `0.01·x` elsewhere.
    LeakyRelu,
}

impl Activation {
    fn negative_slope(self) -> f32 {
        match self {
            Self::Relu => 0.0,
            Self::LeakyRelu => 0.01,
        }
    }
}

/// Rows of inputs: the places of ones, and a few dense values after them.
#[derive(Clone, Debug)]
pub struct Inputs {
    offsets: Vec<usize>,
    ones: Vec<u32>,
    dense_width: usize,
    dense: Vec<f32>,
}

impl Inputs {
    /// No rows yet, of `dense_width` dense values each.
    pub fn new(dense_width: usize) -> Self {
        Self { offsets: vec![0], ones: Vec::new(), dense_width, dense: Vec::new() }
    }

    /// Removes all rows, keeps the memory.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.ones.clear();
        self.dense.clear();
    }

    /// Dense values of each row.
    pub fn dense_width(&self) -> usize {
        self.dense_width
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a row: `write` appends the places of its ones.
    ///
    /// # Panics
    /// If `dense` has another width than all others.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u32>), dense: &[f32]) {
        assert_eq!(dense.len(), self.dense_width, "dense values of an input");
        write(&mut self.ones);
        self.offsets.push(self.ones.len());
        self.dense.extend_from_slice(dense);
    }

    fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let ones = &self.ones[self.offsets[row]..self.offsets[row + 1]];
        (ones, &self.dense[row * self.dense_width..][..self.dense_width])
    }
}

/// One layer's place among the values.
#[derive(Clone, Debug)]
struct Layer {
    inputs: usize,
    /// Rows of the weight: `inputs` and padding.
    rows: usize,
    outputs: usize,
    /// Length of a row: `outputs` and padding.
    pitch: usize,
    weight: usize,
    bias: usize,
}

/// Linear layers with an [`Activation`] between them.
#[derive(Clone, Debug)]
pub struct Mlp {
    activation: Activation,
    layers: Vec<Layer>,
    dense: usize,
    /// Weights `[rows, pitch]` and biases `[pitch]`, layer after layer. Padding is and stays 0.
    values: Vec<f32>,
}

/// What a forward pass leaves for the backward pass: the values of each layer, `[rows, pitch]`.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    layers: Vec<Vec<f32>>,
}

impl Tape {
    /// The outputs of the last forward pass, `[rows, pitch]`.
    pub fn outputs(&self) -> &[f32] {
        self.layers.last().map_or(&[], Vec::as_slice)
    }
}

/// Buffers of a backward pass.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    transposed: Vec<f32>,
    gradient: Vec<f32>,
    next: Vec<f32>,
}

impl Mlp {
    /// A network of `sparse` one-hot and `dense` other inputs, hidden layers of the given widths and `outputs`
    /// results, initialised as PyTorch's `Linear`: weights and biases uniform in ±1/√inputs.
    pub fn new(
        (sparse, dense): (usize, usize),
        hidden: &[usize],
        outputs: usize,
        activation: Activation,
        rng: &mut impl Rng,
    ) -> Self {
        let mut layers: Vec<Layer> = Vec::new();
        let (mut inputs, mut rows, mut at) = (sparse + dense, sparse + dense, 0);
        for &outputs in hidden.iter().chain([&outputs]) {
            let pitch = padded(outputs);
            layers.push(Layer { inputs, rows, outputs, pitch, weight: at, bias: at + rows * pitch });
            at += (rows + 1) * pitch;
            (inputs, rows) = (outputs, pitch);
        }
        let mut values = vec![0.0; at];
        for layer in &layers {
            let bound = 1.0 / (layer.inputs.max(1) as f32).sqrt();
            for row in (0..layer.inputs).map(|row| layer.weight + row * layer.pitch).chain([layer.bias]) {
                values[row..][..layer.outputs].fill_with(|| rng.random_range(-bound..=bound));
            }
        }
        Self { activation, layers, dense, values }
    }

    /// Number of values with their padding: the length of a gradient.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Width of a row of outputs, padding included.
    pub fn pitch(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.pitch)
    }

    /// Values that a forward pass leaves for each row.
    pub(super) fn row_values(&self) -> usize {
        self.layers.iter().map(|layer| layer.pitch).sum()
    }

    /// All values, for an optimiser. Padding has no gradient.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// Number of parameters.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().map(|layer| (layer.inputs + 1) * layer.outputs).sum()
    }

    /// `array`, laid out as this network's values, as named parameters without padding: `<prefix>0.weight`,
    /// `<prefix>0.bias`, …
    pub(crate) fn named(&self, prefix: &str, array: &[f32]) -> Vec<Parameter> {
        let mut parameters = Vec::with_capacity(2 * self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            let rows = array[layer.weight..].chunks(layer.pitch).take(layer.inputs);
            parameters.push(Parameter {
                name: format!("{prefix}{index}.weight"),
                shape: vec![layer.inputs, layer.outputs],
                values: rows.flat_map(|row| &row[..layer.outputs]).copied().collect(),
            });
            parameters.push(Parameter {
                name: format!("{prefix}{index}.bias"),
                shape: vec![layer.outputs],
                values: array[layer.bias..][..layer.outputs].to_vec(),
            });
        }
        parameters
    }

    /// The inverse of [`Self::named`], or what does not fit.
    pub(crate) fn array_of<'a>(
        &self,
        prefix: &str,
        mut find: impl FnMut(&str, &[usize]) -> Result<&'a [f32], String>,
    ) -> Result<Vec<f32>, String> {
        let mut array = vec![0.0; self.values.len()];
        for (index, layer) in self.layers.iter().enumerate() {
            let weight = find(&format!("{prefix}{index}.weight"), &[layer.inputs, layer.outputs])?;
            for (row, source) in array[layer.weight..].chunks_mut(layer.pitch).zip(weight.chunks(layer.outputs)) {
                row[..layer.outputs].copy_from_slice(source);
            }
            let bias = find(&format!("{prefix}{index}.bias"), &[layer.outputs])?;
            array[layer.bias..][..layer.outputs].copy_from_slice(bias);
        }
        Ok(array)
    }

    /// All values as one array of the layout of gradients.
    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    /// Computes the rows of `inputs` from `first` on; `tape` holds those before. Answers with all outputs,
    /// `[rows, pitch]`.
    pub fn forward<'t>(&self, inputs: &Inputs, tape: &'t mut Tape, first: usize) -> &'t [f32] {
        let rows = inputs.len();
        tape.layers.resize_with(self.layers.len(), Vec::new);
        for (index, layer) in self.layers.iter().enumerate() {
            let (before, rest) = tape.layers.split_at_mut(index);
            let output = &mut rest[0];
            output.resize(rows * layer.pitch, 0.0);
            let weight = &self.values[layer.weight..layer.bias];
            let bias = &self.values[layer.bias..][..layer.pitch];
            let new = &mut output[first * layer.pitch..];
            match before.last() {
                None => self.first_layer(inputs, first, weight, bias, new),
                Some(input) => affine(&input[first * layer.rows..], layer.rows, weight, bias, new, layer.pitch),
            }
            if index + 1 < self.layers.len() {
                let slope = self.activation.negative_slope();
                Arch::new().dispatch(|| {
                    for value in new {
                        *value = if *value > 0.0 { *value } else { *value * slope };
                    }
                });
            }
        }
        tape.outputs()
    }

    /// Most inputs are zeros: the sum of the rows of the weight that meet a one.
    fn first_layer(&self, inputs: &Inputs, first: usize, weight: &[f32], bias: &[f32], output: &mut [f32]) {
        let pitch = bias.len();
        let sparse = self.layers[0].inputs - self.dense;
        Arch::new().dispatch(|| {
            for (row, output) in (first..).zip(output.chunks_exact_mut(pitch)) {
                let (ones, dense) = inputs.row(row);
                output.copy_from_slice(bias);
                for &one in ones {
                    let weight = &weight[one as usize * pitch..][..pitch];
                    output.iter_mut().zip(weight).for_each(|(sum, weight)| *sum += weight);
                }
                for (value, weight) in dense.iter().zip(weight[sparse * pitch..].chunks_exact(pitch)) {
                    output.iter_mut().zip(weight).for_each(|(sum, weight)| *sum += value * weight);
                }
            }
        });
    }

    /// Writes the gradient with respect to all values, given that of the outputs, `[rows, pitch]`.
    pub fn backward(
        &self,
        inputs: &Inputs,
        tape: &Tape,
        output_gradient: &[f32],
        gradient: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let Scratch { transposed, gradient: current, next } = scratch;
        current.clear();
        current.extend_from_slice(output_gradient);
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let (weights, bias) =
                gradient[layer.weight..layer.bias + layer.pitch].split_at_mut(layer.bias - layer.weight);
            bias.fill(0.0);
            Arch::new().dispatch(|| {
                for row in current.chunks_exact(layer.pitch) {
                    bias.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                }
            });
            if index == 0 {
                return self.first_gradient(inputs, current, weights);
            }
            let input = &tape.layers[index - 1];
            outer(input, layer.rows, current, weights, layer.pitch);
            let rows = current.len() / layer.pitch;
            transposed.resize(layer.rows * layer.pitch, 0.0);
            transpose(&self.values[layer.weight..layer.bias], layer.pitch, transposed);
            next.resize(rows * layer.rows, 0.0);
            affine(current, layer.pitch, transposed, &[], next, layer.rows);
            let slope = self.activation.negative_slope();
            Arch::new().dispatch(|| {
                for (gradient, value) in next.iter_mut().zip(input) {
                    *gradient = if *value > 0.0 { *gradient } else { *gradient * slope };
                }
            });
            std::mem::swap(current, next);
        }
    }

    fn first_gradient(&self, inputs: &Inputs, output_gradient: &[f32], weights: &mut [f32]) {
        let pitch = self.layers[0].pitch;
        let sparse = self.layers[0].inputs - self.dense;
        weights.fill(0.0);
        Arch::new().dispatch(|| {
            for (row, gradient) in output_gradient.chunks_exact(pitch).enumerate() {
                let (ones, dense) = inputs.row(row);
                for &one in ones {
                    let weight = &mut weights[one as usize * pitch..][..pitch];
                    weight.iter_mut().zip(gradient).for_each(|(sum, gradient)| *sum += gradient);
                }
                for (value, weight) in dense.iter().zip(weights[sparse * pitch..].chunks_exact_mut(pitch)) {
                    weight.iter_mut().zip(gradient).for_each(|(sum, gradient)| *sum += value * gradient);
                }
            }
        });
    }
}

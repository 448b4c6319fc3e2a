//! Densely connected convolutions on [`Planes`] (Huang et al. 2017): each sees the input and the results of all before
//! it, which lie one behind the other in one buffer. A single layer is a plain convolution.
//!
//! The backward pass has the same form. With the gradient of the last layer's result first, the gradient of each
//! earlier result is a convolution of all gradients so far, and goes behind them; that of the input comes last.

use super::planes::Planes;
use super::stencil::{Finish, Part, Stack, convolve};
use super::stencil_grad;
use std::ops::Range;

/// Sizes of a block: layer `i` has `inputs + i·growth` channels and `growth` results, the last one `outputs`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    /// Channels of the block's input.
    pub inputs: usize,
    /// Channels that each layer but the last adds.
    pub growth: usize,
    /// Channels of the block's output.
    pub outputs: usize,
    /// Number of convolutions.
    pub layers: usize,
    /// Factor of the activation after all layers but the last for negative values; not below 0.
    pub slope: f32,
}

impl Sizes {
    /// Input channels of a layer.
    pub fn channels(&self, layer: usize) -> usize {
        self.inputs + layer * self.growth
    }

    /// Output channels of a layer.
    pub fn results(&self, layer: usize) -> usize {
        if layer + 1 == self.layers { self.outputs } else { self.growth }
    }

    /// Where the layers' weights and biases are in one vector of parameters: weight, bias, weight, bias…
    pub fn parameters(&self, taps: usize) -> Vec<[Range<usize>; 2]> {
        let mut start = 0;
        let mut next = |length: usize| {
            start += length;
            start - length..start
        };
        let ranges = |layer| {
            let results = self.results(layer);
            [next(results * self.channels(layer) * taps), next(results)]
        };
        (0..self.layers).map(ranges).collect()
    }
}

/// A block on maps of a given extent.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    pub planes: Planes,
    pub sizes: Sizes,
}

/// Of each layer the weight `[results, channels, ky, kx]` and the bias `[results]`.
pub type Parameters<'a> = [(&'a [f32], &'a [f32])];

impl Block {
    /// Where a layer's gradient starts among the gradients.
    fn gradient_channel(&self, layer: usize) -> usize {
        match self.sizes.layers - 1 - layer {
            0 => 0,
            after => self.sizes.outputs + (after - 1) * self.sizes.growth,
        }
    }

    /// Zeros for the input and the results that later layers see.
    pub fn features(&self) -> Vec<f32> {
        vec![0.0; self.sizes.channels(self.sizes.layers - 1) * self.planes.channel_pitch()]
    }

    /// The last layer's result; `features`, which starts with the input, receives those of the others.
    pub fn forward(&self, features: &mut [f32], parameters: &Parameters) -> Vec<f32> {
        let (planes, pitch) = (&self.planes, self.planes.channel_pitch());
        let inside = planes.inside();
        let mut output = vec![0.0; self.sizes.outputs * pitch];
        for (layer, &(weight, bias)) in parameters.iter().enumerate() {
            let (channels, taps) = (self.sizes.channels(layer), planes.taps());
            let kernels =
                Part { values: weight, channels, result_pitch: channels * taps, channel_pitch: taps, flipped: false };
            let stack = Stack::new(self.sizes.results(layer), taps, &[kernels]);
            let (known, rest) = features.split_at_mut(channels * pitch);
            let last = layer + 1 == self.sizes.layers;
            let finish = Finish::Activate { bias, slope: if last { 1.0 } else { self.sizes.slope } };
            convolve(planes, known, &stack, finish, &inside, if last { &mut output[..] } else { rest });
        }
        output
    }

    /// Zeros for the gradients of all layers' sums, the last layer's first.
    pub fn gradients(&self) -> Vec<f32> {
        vec![0.0; (self.sizes.outputs + (self.sizes.layers - 1) * self.sizes.growth) * self.planes.channel_pitch()]
    }

    /// `gradients`, which starts with that of the output, receives those of the other layers' sums.
    pub fn backward(&self, features: &[f32], gradients: &mut [f32], parameters: &Parameters) {
        let (planes, pitch) = (&self.planes, self.planes.channel_pitch());
        let inside = planes.inside();
        for layer in (0..self.sizes.layers - 1).rev() {
            let first = self.sizes.channels(layer);
            let stack = self.flipped(parameters, layer + 1, first, self.sizes.growth);
            let (known, rest) = gradients.split_at_mut(self.gradient_channel(layer) * pitch);
            let finish = Finish::Gate { activated: &features[first * pitch..], slope: self.sizes.slope };
            convolve(planes, known, &stack, finish, &inside, rest);
        }
    }

    /// The gradient of the input from those of all layers.
    pub fn input_gradient(&self, gradients: &[f32], parameters: &Parameters) -> Vec<f32> {
        let stack = self.flipped(parameters, 0, 0, self.sizes.inputs);
        let mut grad = vec![0.0; self.sizes.inputs * self.planes.channel_pitch()];
        convolve(&self.planes, gradients, &stack, Finish::Keep, &self.planes.inside(), &mut grad);
        grad
    }

    /// The gradients of the weights and biases, layer by layer.
    pub fn parameter_gradients(&self, features: &[f32], gradients: &[f32]) -> Vec<(Vec<f32>, Vec<f32>)> {
        let inside = self.planes.inside();
        let gradient = |layer: usize| {
            let grad = &gradients[self.gradient_channel(layer) * self.planes.channel_pitch()..];
            let extents = [self.sizes.results(layer), self.sizes.channels(layer)];
            stencil_grad::parameter_gradient(&self.planes, extents, grad, features, &inside)
        };
        (0..self.sizes.layers).map(gradient).collect()
    }

    /// The weights through which `results` channels from `first` on reach the layers from the last back to `earliest`.
    fn flipped(&self, parameters: &Parameters, earliest: usize, first: usize, results: usize) -> Stack {
        let taps = self.planes.taps();
        let part = |layer: usize| Part {
            values: &parameters[layer].0[first * taps..],
            channels: self.sizes.results(layer),
            result_pitch: taps,
            channel_pitch: self.sizes.channels(layer) * taps,
            flipped: true,
        };
        let parts: Vec<_> = (earliest..self.sizes.layers).rev().map(part).collect();
        Stack::new(results, taps, &parts)
    }
}

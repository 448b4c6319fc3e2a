//! The blocks of MobileNet (V2: Sandler et al. 2018; V3 with gates: Howard et al. 2019).

use burn::tensor::Tensor;

use super::{
    arrays::Arrays,
    layers::{Activation, Convolution, Depthwise, mean},
};
use crate::ModelError;

/// Channels weighted by what all their pixels together say: mean, 1×1 to fewer channels, ReLU, 1×1 back, sigmoid.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    reduce: Convolution,
    restore: Convolution,
}

impl Gate {
    pub(super) fn take(arrays: &mut Arrays, name: &str, [channels, fewer]: [usize; 2]) -> Result<Self, ModelError> {
        let (reduce, restore) = (format!("{name}.reduce"), format!("{name}.restore"));
        Ok(Self {
            reduce: Convolution::pointwise(arrays, &reduce, [channels, fewer], Activation::Relu)?,
            restore: Convolution::pointwise(arrays, &restore, [fewer, channels], Activation::Sigmoid)?,
        })
    }

    /// The weights of `x`'s channels, `[batch, channels, 1, 1]`.
    pub(super) fn weights(&self, x: Tensor<4>) -> Tensor<4> {
        self.restore.forward(self.reduce.forward(mean(x)))
    }
}

/// Sizes of a [`Block`].
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockSize {
    pub(super) inputs: usize,
    /// Channels between; as many as the inputs where there is no expansion.
    pub(super) inner: usize,
    pub(super) outputs: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    /// Channels in the gate, if it has one.
    pub(super) gate: Option<usize>,
    pub(super) activation: Activation,
}

/// Expansion, depthwise convolution, gate, projection; what comes in is added where it has the shape of what goes out.
#[derive(Clone, Debug)]
pub(super) struct Block {
    expand: Option<Convolution>,
    depthwise: Depthwise,
    gate: Option<Gate>,
    project: Convolution,
    residual: bool,
}

impl Block {
    /// The expansion is left out if `expands` is false.
    pub(super) fn take(arrays: &mut Arrays, name: &str, size: BlockSize, expands: bool) -> Result<Self, ModelError> {
        let BlockSize { inputs, inner, outputs, kernel, stride, gate, activation } = size;
        let expand = format!("{name}.expand");
        let expand =
            expands.then(|| Convolution::pointwise(arrays, &expand, [inputs, inner], activation)).transpose()?;
        let depthwise = Depthwise::take(arrays, &format!("{name}.depthwise"), inner, [kernel, stride], activation)?;
        let gate = gate.map(|fewer| Gate::take(arrays, &format!("{name}.squeeze"), [inner, fewer])).transpose()?;
        let project = format!("{name}.project");
        let project = Convolution::pointwise(arrays, &project, [inner, outputs], Activation::None)?;
        Ok(Self { expand, depthwise, gate, project, residual: stride == 1 && inputs == outputs })
    }

    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let skip = self.residual.then(|| x.clone());
        let x = match &self.expand {
            Some(expand) => expand.forward(x),
            None => x,
        };
        let x = self.depthwise.forward(x);
        let x = match &self.gate {
            Some(gate) => gate.weights(x.clone()) * x,
            None => x,
        };
        let x = self.project.forward(x);
        match skip {
            Some(skip) => x + skip,
            None => x,
        }
    }
}

//! Norm of rows as a layer.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};

use super::fast;

/// ε of PyTorch's layer norm.
const EPSILON: f64 = 1e-5;

/// Norm of rows. Under this name a checkpoint of PyTorch finds its places.
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// Scale of each column.
    pub gamma: Param<Tensor<1>>,
    /// Shift of each column.
    pub beta: Param<Tensor<1>>,
}

impl LayerNorm {
    /// The normalised values themselves, to begin with.
    pub fn new(columns: usize, device: &Device) -> Self {
        let vector = |value: f32| Param::from_tensor(Tensor::full([columns], value, device));
        Self { gamma: vector(1.0), beta: vector(0.0) }
    }

    /// `[…, columns]` → the same.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        fast::layer_norm(x, self.gamma.val(), self.beta.val(), EPSILON)
    }
}

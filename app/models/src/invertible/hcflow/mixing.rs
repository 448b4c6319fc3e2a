//! The invertible 1×1 convolution (Glow, §3.2): every pixel's channels are multiplied by one matrix.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, TensorData},
};
use rand::Rng;

use super::log_det::LogDet;
use crate::seed::standard_normal;

/// y = Wx at every pixel.
#[derive(Module, Debug)]
pub struct Mixing {
    /// W, `[channels, channels]`, of full rank.
    pub weight: Param<Tensor<2>>,
}

/// ln |det W| and W⁻¹, without gradients.
struct Factors {
    /// `[1]`.
    log_det: Tensor<1>,
    /// `[channels, channels]`.
    inverse: Tensor<2>,
}

impl Mixing {
    /// A random rotation or reflection.
    pub fn random(channels: usize, rng: &mut impl Rng, device: &Device) -> Self {
        let shape = [channels, channels];
        let normal = Tensor::<2>::from_data(TensorData::new(standard_normal(rng, channels * channels), shape), device);
        Self { weight: Param::from_tensor(orthogonalise(normal).0) }
    }

    /// `[batch, channels, h, w]` to the same.
    pub fn forward(&self, x: Tensor<4>, log_det: &mut LogDet) -> Tensor<4> {
        let [.., height, width] = x.dims();
        log_det.add(|| self.log_det().mul_scalar((height * width) as f64));
        multiply(self.weight.val(), x)
    }

    /// The inverse of [`Self::forward`].
    pub fn inverse(&self, y: Tensor<4>) -> Tensor<4> {
        let weight = self.weight.val();
        let rough = Factors::of(weight.clone().detach()).inverse;
        // One Newton step squares the error of the rough inverse, and its derivative is that of the inverse.
        let inverse = rough.clone().mul_scalar(2.0) - rough.clone().matmul(weight).matmul(rough);
        multiply(inverse, y)
    }

    /// ln |det W|, `[1]`.
    fn log_det(&self) -> Tensor<1> {
        let weight = self.weight.val();
        let Factors { log_det, inverse } = Factors::of(weight.clone().detach());
        // The derivative of ln |det W| is W⁻ᵀ: a term that is zero brings it in.
        log_det + ((weight.clone() - weight.detach()) * inverse.transpose()).sum()
    }
}

impl Factors {
    fn of(weight: Tensor<2>) -> Self {
        let (rotation, inverse_triangle, log_det) = orthogonalise(weight);
        Self { log_det, inverse: inverse_triangle.matmul(rotation.transpose()) }
    }
}

/// W = QR by Gram and Schmidt, column after column: Q, R⁻¹ and Σ ln Rᵢᵢ = ln |det W|. It works on the device, where a
/// pivot could not be looked at.
fn orthogonalise(weight: Tensor<2>) -> (Tensor<2>, Tensor<2>, Tensor<1>) {
    let [channels, _] = weight.dims();
    let identity = Tensor::<2>::eye(channels, &weight.device());
    // What is done to the columns of W is done to those of the identity below it.
    let mut pending = Tensor::cat(vec![weight, identity], 0);
    let mut done = Vec::with_capacity(channels);
    let mut log_det = Tensor::zeros([1], &pending.device());
    for left in (0..channels).rev() {
        let column = pending.clone().narrow(1, 0, 1);
        let length = column.clone().narrow(0, 0, channels).square().sum().sqrt();
        log_det = log_det + length.clone().log();
        let column = column / length.unsqueeze::<2>();
        if left > 0 {
            let others = pending.narrow(1, 1, left);
            let shares =
                column.clone().narrow(0, 0, channels).transpose().matmul(others.clone().narrow(0, 0, channels));
            pending = others - column.clone().matmul(shares);
        } else {
            pending = column.clone();
        }
        done.push(column);
    }
    let columns = Tensor::cat(done, 1);
    (columns.clone().narrow(0, 0, channels), columns.narrow(0, channels, channels), log_det)
}

fn multiply(matrix: Tensor<2>, x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let pixels = x.reshape([batch, channels, height * width]);
    matrix.unsqueeze::<3>().matmul(pixels).reshape([batch, channels, height, width])
}

//! Operators that every system uses, fast on a CPU and the same everywhere.
//!
//! burn's Flex backend computes transcendental functions one scalar at a time on one thread, and pays for an
//! explicit im2col in every convolution. The functions here go through burn's extension mechanism: on Flex they
//! run the kernels of this module (AVX-512, AVX2 or simd128 chosen at run time by `pulp`, rayon threads with the
//! feature `native`), on every other backend the same formulae composed of burn's own operators. Each has its own
//! backward pass. Tensors other than `f32` take the composed path too.
//!
//! * [`conv3d`], [`conv_transpose3d`]: strided volumes without bias, groups or dilation;
//! * [`conv2d`], [`dense_block`]: maps with bias;
//! * [`batch_norm`]: statistics of the batch, affine map and leaky ReLU in two passes over the data;
//! * [`group_norm`], [`group_norm_silu`], [`layer_norm`], [`softmax`], [`geglu`]: what attention networks are made of, each one
//!   operator;
//! * [`matmul`]: rows of a batch with a small matrix;
//! * [`exp`], [`sigmoid`], [`silu`], [`tanh`], [`gelu`], [`softplus`], [`relu`], [`leaky_relu`].

mod autodiff;
mod composed;
pub(crate) mod flex;
pub(crate) mod kernel;
mod maps;
mod ops;
mod rows;

#[cfg(test)]
mod tests;

pub use maps::{conv2d, dense_block};
pub use ops::Unary;
pub use rows::{geglu, group_norm, group_norm_silu, layer_norm, softmax};

use burn::backend::Dispatch;
use burn::tensor::Tensor;
use ops::FastOps;

/// Runs `work`, say a training step or a loop of them, on a thread of the pool that the operators use. Called from
/// outside the pool, every operator hands its tasks over and sleeps until they are done; called from inside, the
/// caller starts on them itself. Without the feature `native` it is a plain call.
pub fn on_workers<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    kernel::parallel::on_workers(work)
}

/// 3-D cross-correlation, `x: [n, ci, d, h, w]` with `weight: [co, ci, kd, kh, kw]` → `[n, co, d', h', w']`,
/// `d' = (d + 2·padding − kd) / stride + 1` rounded down.
///
/// # Panics
/// If the channels disagree, a stride is 0 or the kernel does not fit into the padded volume.
pub fn conv3d(x: Tensor<5>, weight: Tensor<5>, stride: usize, padding: usize) -> Tensor<5> {
    let (xs, ws) = (x.dims(), weight.dims());
    assert_eq!(xs[1], ws[1], "conv3d: the volume has {} channels, the weight expects {}", xs[1], ws[1]);
    for axis in 0..3 {
        let (size, kernel) = (xs[2 + axis] + 2 * padding, ws[2 + axis]);
        assert!(stride > 0, "conv3d: stride 0");
        assert!(kernel > 0 && kernel <= size, "conv3d: a kernel of {kernel} does not fit into {size} voxels");
    }
    Tensor::from_dispatch(Dispatch::fast_conv3d(x.into_dispatch(), weight.into_dispatch(), [stride; 3], [padding; 3]))
}

/// Transposed 3-D convolution, `x: [n, ci, d, h, w]` with `weight: [ci, co, kd, kh, kw]` → `[n, co, d', h', w']`,
/// `d' = (d − 1)·stride + kd − 2·padding`.
///
/// # Panics
/// If the channels disagree, a stride is 0 or the output would be empty.
pub fn conv_transpose3d(x: Tensor<5>, weight: Tensor<5>, stride: usize, padding: usize) -> Tensor<5> {
    let (xs, ws) = (x.dims(), weight.dims());
    assert_eq!(xs[1], ws[0], "conv_transpose3d: the volume has {} channels, the weight expects {}", xs[1], ws[0]);
    for axis in 0..3 {
        assert!(stride > 0 && xs[2 + axis] > 0 && ws[2 + axis] > 0, "conv_transpose3d: an axis of size 0");
        let size = (xs[2 + axis] - 1) * stride + ws[2 + axis];
        assert!(size > 2 * padding, "conv_transpose3d: padding {padding} leaves nothing of {size}");
    }
    Tensor::from_dispatch(Dispatch::fast_conv_transpose3d(
        x.into_dispatch(),
        weight.into_dispatch(),
        [stride; 3],
        [padding; 3],
    ))
}

/// What [`batch_norm`] returns.
#[derive(Debug, Clone)]
pub struct BatchNormOutput<const D: usize> {
    /// The normalised and activated tensor.
    pub output: Tensor<D>,
    /// Mean of the batch, `[channels]`, without gradient.
    pub mean: Tensor<1>,
    /// Biased variance of the batch, `[channels]`, without gradient.
    pub variance: Tensor<1>,
}

/// Batch normalisation with the statistics of this batch over every axis but the second:
/// `γ·(x − mean)/√(variance + ε) + β`.
///
/// # Panics
/// If `gamma` or `beta` do not have one value per channel.
pub fn batch_norm<const D: usize>(x: Tensor<D>, gamma: Tensor<1>, beta: Tensor<1>, epsilon: f64) -> BatchNormOutput<D> {
    batch_norm_leaky_relu(x, gamma, beta, epsilon, 1.0)
}

/// [`batch_norm`] followed by a ReLU, in one operator.
pub fn batch_norm_relu<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
) -> BatchNormOutput<D> {
    batch_norm_leaky_relu(x, gamma, beta, epsilon, 0.0)
}

/// [`batch_norm`] followed by [`leaky_relu`], in one operator.
pub fn batch_norm_leaky_relu<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    slope: f32,
) -> BatchNormOutput<D> {
    let channels = x.dims()[1];
    assert_eq!([channels; 2], [gamma.dims()[0], beta.dims()[0]], "batch_norm: γ and β need one value per channel");
    let (output, mean, variance) =
        Dispatch::fast_batch_norm(x.into_dispatch(), gamma.into_dispatch(), beta.into_dispatch(), epsilon, slope);
    BatchNormOutput {
        output: Tensor::from_dispatch(output),
        mean: Tensor::from_dispatch(mean),
        variance: Tensor::from_dispatch(variance),
    }
}

/// `x · weight`, `[rows, inputs]` and `[inputs, outputs]`: for matrices of a few hundred columns and any number of rows.
///
/// # Panics
/// If the inputs disagree.
pub fn matmul(x: Tensor<2>, weight: Tensor<2>) -> Tensor<2> {
    assert_eq!(x.dims()[1], weight.dims()[0], "matmul: as many columns as the other has rows");
    Tensor::from_dispatch(Dispatch::fast_matmul(x.into_dispatch(), weight.into_dispatch()))
}

/// Any of the element-wise functions.
pub fn unary<const D: usize>(x: Tensor<D>, function: Unary) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::fast_unary(x.into_dispatch(), function))
}

/// `eˣ`.
pub fn exp<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    unary(x, Unary::Exp)
}

/// `1 / (1 + e⁻ˣ)`.
pub fn sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    unary(x, Unary::Sigmoid)
}

/// `x / (1 + e⁻ˣ)`.
pub fn silu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    unary(x, Unary::Silu)
}

/// Hyperbolic tangent.
pub fn tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    unary(x, Unary::Tanh)
}

/// `x·Φ(x)` with the normal distribution function Φ (the exact form, not the tanh approximation).
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    unary(x, Unary::Gelu)
}

/// `ln(1 + eˣ)`.
pub fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    unary(x, Unary::Softplus)
}

/// `max(x, 0)`.
pub fn relu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    leaky_relu(x, 0.0)
}

/// `max(x, 0) + slope·min(x, 0)`.
pub fn leaky_relu<const D: usize>(x: Tensor<D>, slope: f32) -> Tensor<D> {
    unary(x, Unary::LeakyRelu { slope })
}

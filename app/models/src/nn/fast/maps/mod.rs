//! Operators on maps, `[sample, channel, y, x]`.

pub(super) mod autodiff;
pub(super) mod composed;
pub(super) mod flex;

#[cfg(test)]
mod tests;

use super::kernel::dense_block::Sizes;
use super::ops::FastOps;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// 2-D cross-correlation, `x: [n, ci, h, w]` with `weight: [co, ci, kh, kw]` and `bias: [co]` → `[n, co, h', w']`,
/// `h' = (h + 2·padding − kh) / stride + 1` rounded down.
///
/// # Panics
/// If the channels disagree, the stride is 0 or the kernel does not fit into the padded map.
pub fn conv2d(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, stride: usize, padding: usize) -> Tensor<4> {
    let (xs, ws) = (x.dims(), weight.dims());
    assert_eq!(xs[1], ws[1], "conv2d: the map has {} channels, the weight expects {}", xs[1], ws[1]);
    assert!(stride > 0, "conv2d: stride 0");
    for axis in 0..2 {
        let (size, kernel) = (xs[2 + axis] + 2 * padding, ws[2 + axis]);
        assert!(kernel > 0 && kernel <= size, "conv2d: a kernel of {kernel} does not fit into {size} pixels");
    }
    let bias = bias.unwrap_or_else(|| Tensor::zeros([ws[0]], (&x.device(), x.dtype())));
    assert_eq!(bias.dims()[0], ws[0], "conv2d: the bias needs one value per output channel");
    Tensor::from_dispatch(Dispatch::fast_conv2d(
        x.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        [stride; 2],
        [padding; 2],
    ))
}

/// Densely connected convolutions (Huang et al. 2017) as IRN has them (Xiao et al. 2020), in one operator:
/// `x: [n, c, h, w]` → `[n, co, h, w]`.
///
/// Convolution `i` has a kernel of 3×3, stride 1 and padding 1, and sees `x` and the results of all before it, one
/// behind the other: its weight is `[growth, c + i·growth, 3, 3]`, that of the last `[co, …]`. A leaky ReLU follows
/// all but the last.
///
/// # Panics
/// If there is no convolution, a weight or bias has another shape, or `slope` is negative.
pub fn dense_block(x: Tensor<4>, weights: &[Tensor<4>], biases: &[Tensor<1>], slope: f32) -> Tensor<4> {
    let Some(last) = weights.last() else { panic!("dense_block: no convolution") };
    assert_eq!(weights.len(), biases.len(), "dense_block: every convolution has a bias");
    assert!(slope >= 0.0, "dense_block: slope {slope}");
    let sizes = Sizes {
        inputs: x.dims()[1],
        growth: weights[0].dims()[0],
        outputs: last.dims()[0],
        layers: weights.len(),
        slope,
    };
    for (layer, (weight, bias)) in weights.iter().zip(biases).enumerate() {
        let results = sizes.results(layer);
        let shape = [results, sizes.channels(layer), composed::KERNEL, composed::KERNEL];
        assert_eq!((weight.dims(), bias.dims()), (shape, [results]), "dense_block: parameters of convolution {layer}");
    }
    let flat = weights.iter().zip(biases).flat_map(|(weight, bias)| [weight.clone().reshape([-1]), bias.clone()]);
    let parameters = Tensor::cat(flat.collect(), 0);
    Tensor::from_dispatch(Dispatch::fast_dense_block(x.into_dispatch(), parameters.into_dispatch(), sizes).0)
}

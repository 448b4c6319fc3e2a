//! Maps of twice the sides.

use burn::tensor::Tensor;

/// `[n, c, h, w]` → `[n, c, 2h, 2w]`: every value four times.
pub fn doubled(x: Tensor<4>) -> Tensor<4> {
    let [n, c, h, w] = x.dims();
    x.reshape([n * c, h, 1, w, 1]).expand([n * c, h, 2, w, 2]).reshape([n, c, 2 * h, 2 * w])
}

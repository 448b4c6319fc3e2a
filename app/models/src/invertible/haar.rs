//! The Haar transform: each 2×2 block of pixels becomes its mean and three differences (IRN, §3.2).

use burn::tensor::{Device, Tensor};

/// Rows: mean; left − right; top − bottom; diagonal. Columns: upper left, upper right, lower left, lower right. The
/// matrix is its own inverse but for a factor 4.
const FILTERS: [[f32; 4]; 4] =
    [[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0], [1.0, -1.0, -1.0, 1.0]];

/// log |det| per element of the input: each block's matrix, `FILTERS`/4, has the determinant 1/16.
pub const LOG_DET_PER_ELEMENT: f64 = -2.772_588_722_239_781 / 4.0;

/// `[batch, c, 2h, 2w]` → `[batch, 4c, h, w]`: first the means of all channels, then each difference of all channels.
///
/// # Panics
/// If a side is odd.
pub fn forward(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    assert!(height.is_multiple_of(2) && width.is_multiple_of(2), "Haar needs even sides, not {height}×{width}");
    let (h, w) = (height / 2, width / 2);
    let blocks = x.reshape([batch, channels, h, 2, w, 2]).permute([0, 3, 5, 1, 2, 4]);
    let bands = filters(0.25, &blocks.device()).matmul(blocks.reshape([batch, 4, channels * h * w]));
    bands.reshape([batch, 4 * channels, h, w])
}

/// The inverse of [`forward`]: `[batch, 4c, h, w]` → `[batch, c, 2h, 2w]`.
///
/// # Panics
/// If the channels are not a multiple of four.
pub fn inverse(y: Tensor<4>) -> Tensor<4> {
    let [batch, bands, h, w] = y.dims();
    assert!(bands.is_multiple_of(4), "Haar makes channels by fours, not {bands}");
    let channels = bands / 4;
    let blocks = filters(1.0, &y.device()).matmul(y.reshape([batch, 4, channels * h * w]));
    blocks.reshape([batch, 2, 2, channels, h, w]).permute([0, 3, 4, 1, 5, 2]).reshape([batch, channels, 2 * h, 2 * w])
}

fn filters(scale: f32, device: &Device) -> Tensor<3> {
    Tensor::<2>::from_data(FILTERS.map(|row| row.map(|v| v * scale)), device).unsqueeze()
}

//! The Gaussian window.

/// `N` weights exp(−x²/2σ²) around the middle, of sum 1.
pub(super) fn window<const N: usize>(sigma: f64) -> [f32; N] {
    let middle = (N / 2) as f64;
    let weights: [f64; N] = std::array::from_fn(|i| (-(i as f64 - middle).powi(2) / (2.0 * sigma * sigma)).exp());
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| (weight / sum) as f32)
}

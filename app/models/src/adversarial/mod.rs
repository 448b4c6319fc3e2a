//! Adversarial training: the losses of a generator and a discriminator, from logits.
//!
//! With logits `l`, `σ` the sigmoid and binary cross-entropy `BCE(l, y) = softplus(l) − y·l`, both terms stay
//! finite where `log σ(l)` would not.

use burn::tensor::{Tensor, activation::softplus};

/// Mean binary cross-entropy of logits `[batch]` against one target `y` for all.
pub fn binary_cross_entropy(logits: Tensor<1>, target: f64) -> Tensor<1> {
    (softplus(logits.clone(), 1.0) - logits * target).mean()
}

/// Discriminator loss: real cubes against `real_label` (one-sided label smoothing when below 1), fakes against 0.
pub fn discriminator_loss(real: Tensor<1>, fake: Tensor<1>, real_label: f64) -> Tensor<1> {
    binary_cross_entropy(real, real_label) + binary_cross_entropy(fake, 0.0)
}

/// Non-saturating generator loss, −log D(G(z)).
pub fn generator_loss(fake: Tensor<1>) -> Tensor<1> {
    binary_cross_entropy(fake, 1.0)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn value(tensor: Tensor<1>) -> f64 {
        f64::from(tensor.into_scalar::<f32>())
    }

    #[test]
    fn losses_equal_their_closed_forms() {
        let device = Device::flex();
        let logits = [-3.0f32, -0.2, 0.0, 1.7];
        let expect = |y: f64| {
            let bce = |&l: &f32| {
                let p = 1.0 / (1.0 + (-f64::from(l)).exp());
                -(y * p.ln() + (1.0 - y) * (1.0 - p).ln())
            };
            logits.iter().map(bce).sum::<f64>() / logits.len() as f64
        };
        for y in [0.0, 0.9, 1.0] {
            let loss = value(binary_cross_entropy(Tensor::from_floats(logits, &device), y));
            assert!((loss - expect(y)).abs() < 1e-6, "y = {y}: {loss} against {}", expect(y));
        }
    }

    #[test]
    fn an_undecided_discriminator_pays_two_log_two() {
        let zeros = || Tensor::<1>::zeros([8], &Device::flex());
        let loss = value(discriminator_loss(zeros(), zeros(), 1.0));
        assert!((loss - 2.0 * std::f64::consts::LN_2).abs() < 1e-6);
    }

    #[test]
    fn certain_logits_stay_finite() {
        let device = Device::flex();
        let loss = value(discriminator_loss(
            Tensor::from_floats([-200.0], &device),
            Tensor::from_floats([200.0], &device),
            0.9,
        ));
        assert!((loss - 380.0).abs() < 1e-3, "0.9 · 200 + 200 = 380, got {loss}");
    }
}

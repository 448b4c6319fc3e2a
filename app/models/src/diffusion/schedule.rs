//! How much of the picture is left at each time.

use burn::tensor::Tensor;

/// √β of the first and the last step of Stable Diffusion, squared.
const FIRST: f64 = 0.00085;
const LAST: f64 = 0.012;
const STEPS: usize = 1000;

/// ᾱ_t = ∏ (1 − β_s) for s up to t, in f64.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    alphas: Vec<f64>,
}

impl Schedule {
    /// √β linear in t from √`first` to √`last`. The authors' configuration calls it "linear"; it is often called
    /// scaled-linear.
    pub fn scaled_linear(first: f64, last: f64, steps: usize) -> Self {
        let (from, to) = (first.sqrt(), last.sqrt());
        let beta = |t: usize| {
            let part = if steps > 1 { t as f64 / (steps - 1) as f64 } else { 0.0 };
            (from + (to - from) * part).powi(2)
        };
        let alphas = (0..steps).scan(1.0, |product, t| {
            *product *= 1.0 - beta(t);
            Some(*product)
        });
        Self { alphas: alphas.collect() }
    }

    /// That of Stable Diffusion and of DCI-VTON: 1000 steps, β from .00085 to .012.
    pub fn stable_diffusion() -> Self {
        Self::scaled_linear(FIRST, LAST, STEPS)
    }

    /// How many times there are.
    pub fn steps(&self) -> usize {
        self.alphas.len()
    }

    /// ᾱ of the time `t`.
    ///
    /// # Panics
    /// If there is no such time.
    pub fn alpha_bar(&self, t: usize) -> f64 {
        self.alphas[t]
    }

    /// z_t of `z` with the standard normal `noise`, at one time for all.
    ///
    /// # Panics
    /// If there is no such time.
    pub fn noised<const D: usize>(&self, z: Tensor<D>, noise: Tensor<D>, t: usize) -> Tensor<D> {
        let alpha = self.alpha_bar(t);
        z * alpha.sqrt() + noise * (1.0 - alpha).sqrt()
    }

    /// Where sampling starts: `z`, a draft of the result, noised to the last time.
    pub fn start<const D: usize>(&self, draft: Tensor<D>, noise: Tensor<D>) -> Tensor<D> {
        self.noised(draft, noise, self.steps() - 1)
    }
}

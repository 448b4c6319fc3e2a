//! The optimiser.

use super::{Mlp, Parameter, find};
use pulp::Arch;

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f32 = 1e-8;

/// Adam (Kingma & Ba 2015) with PyTorch's constants: β = (0.9, 0.999), ε = 1e-8, bias correction, and a weight decay
/// that is added to the gradient.
#[derive(Clone, Debug, Default)]
pub struct Adam {
    pub(super) step: u32,
    pub(super) first: Vec<f32>,
    pub(super) second: Vec<f32>,
}

impl Adam {
    /// For `count` values.
    pub fn new(count: usize) -> Self {
        Self { step: 0, first: vec![0.0; count], second: vec![0.0; count] }
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u32 {
        self.step
    }

    /// The moments of `network`'s optimiser as named arrays, to go on later: `<prefix>first.layers.0.weight`,
    /// `<prefix>second.layers.0.weight`, … and `<prefix>steps`.
    pub(crate) fn parameters(&self, prefix: &str, network: &Mlp) -> Vec<Parameter> {
        let mut parameters = network.named(&format!("{prefix}first.layers."), &self.first);
        parameters.extend(network.named(&format!("{prefix}second.layers."), &self.second));
        // Two halves: every whole number below 2^16 is a float.
        let steps = [self.step >> 16, self.step & 0xffff];
        let values = steps.iter().map(|&half| half as f32).collect();
        parameters.push(Parameter { name: format!("{prefix}steps"), shape: vec![2], values });
        parameters
    }

    /// The inverse of [`Self::parameters`], or what does not fit.
    pub(crate) fn from_parameters(prefix: &str, network: &Mlp, parameters: &[Parameter]) -> Result<Self, String> {
        let array = |prefix: String| network.array_of(&prefix, |name, shape| find(parameters, name, shape));
        let first = array(format!("{prefix}first.layers."))?;
        let second = array(format!("{prefix}second.layers."))?;
        let halves = find(parameters, &format!("{prefix}steps"), &[2])?;
        let half = |value: f32| (0.0..65536.0).contains(&value) && value.fract() == 0.0;
        if !halves.iter().all(|&value| half(value)) || second.iter().any(|&value| value < 0.0) {
            return Err("the optimiser's numbers make no sense".into());
        }
        Ok(Self { step: (halves[0] as u32) << 16 | halves[1] as u32, first, second })
    }

    /// Moves `values` by one step against `gradient`.
    pub fn update(&mut self, values: &mut [f32], gradient: &[f32], rate: f64, weight_decay: f64) {
        self.step = self.step.saturating_add(1);
        let exponent = i32::try_from(self.step).unwrap_or(i32::MAX);
        let step = (rate / (1.0 - BETA1.powi(exponent))) as f32;
        let scale = (1.0 / (1.0 - BETA2.powi(exponent)).sqrt()) as f32;
        let decay = weight_decay as f32;
        let (keep1, new1) = (BETA1 as f32, (1.0 - BETA1) as f32);
        let (keep2, new2) = (BETA2 as f32, (1.0 - BETA2) as f32);
        let (first, second) = (&mut self.first, &mut self.second);
        Arch::new().dispatch(|| {
            for (((value, gradient), m), v) in values.iter_mut().zip(gradient).zip(first).zip(second) {
                let gradient = gradient + decay * *value;
                *m = keep1 * *m + new1 * gradient;
                *v = keep2 * *v + new2 * gradient * gradient;
                *value -= step * *m / (v.sqrt() * scale + EPSILON);
            }
        });
    }
}

/// The Euclidean norm of a gradient.
pub fn norm(gradient: &[f32]) -> f64 {
    let mut sums = [0.0_f64; 8];
    Arch::new().dispatch(|| {
        for chunk in gradient.chunks(8) {
            for (sum, value) in sums.iter_mut().zip(chunk) {
                *sum += f64::from(*value) * f64::from(*value);
            }
        }
    });
    sums.iter().sum::<f64>().sqrt()
}

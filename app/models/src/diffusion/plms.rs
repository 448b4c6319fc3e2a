//! PLMS (Liu et al., *Pseudo Numerical Methods for Diffusion Models on Manifolds*, ICLR 2022) as latent diffusion has
//! it: DDIM's steps with an ε that is extrapolated from those before, Adams and Bashforth's way.

use burn::tensor::Tensor;

use super::{Ddim, Step};

/// Weights of ε, the newest first, once one, two or three are known from before. The first step has none and takes the
/// mean of both its ends.
pub const WEIGHTS: [&[f64]; 3] = [
    &[3.0 / 2.0, -1.0 / 2.0],
    &[23.0 / 12.0, -16.0 / 12.0, 5.0 / 12.0],
    &[55.0 / 24.0, -59.0 / 24.0, 37.0 / 24.0, -9.0 / 24.0],
];

/// A sampling in the making. As long as [`Self::time`] is some time, the network's ε of the latest z at that time goes
/// to [`Self::step`]: one evaluation for each step and one more, for the first step needs two.
#[derive(Clone, Debug)]
pub struct Plms<const D: usize> {
    steps: Vec<Step>,
    done: usize,
    /// Newest first.
    known: Vec<Tensor<D>>,
    /// Start of the first step, and ε there.
    first: Option<(Tensor<D>, Tensor<D>)>,
}

impl<const D: usize> Plms<D> {
    /// At the times of `ddim`.
    pub fn new(ddim: &Ddim) -> Self {
        Self { steps: ddim.steps().to_vec(), done: 0, known: Vec::new(), first: None }
    }

    /// The time at which ε is asked for next; `None` once the latest z is the result.
    pub fn time(&self) -> Option<usize> {
        let ahead = usize::from(self.first.is_some());
        let last = self.steps.len() - 1;
        (self.done < self.steps.len()).then(|| self.steps[(self.done + ahead).min(last)].time)
    }

    /// The next z from the latest and its ε. When it is finished, `z` as it is.
    pub fn step(&mut self, z: Tensor<D>, epsilon: Tensor<D>) -> Tensor<D> {
        let Some(&step) = self.steps.get(self.done) else { return z };
        let (from, combined, newest) = match self.first.take() {
            Some((start, before)) => (start, (before.clone() + epsilon) / 2.0, before),
            None if self.known.is_empty() => {
                self.first = Some((z.clone(), epsilon.clone()));
                return step.advance(z, epsilon);
            }
            None => {
                let weights = WEIGHTS[self.known.len() - 1];
                let older = self.known.iter().zip(&weights[1..]);
                let combined = older.fold(epsilon.clone() * weights[0], |sum, (old, &w)| sum + old.clone() * w);
                (z, combined, epsilon)
            }
        };
        self.known.insert(0, newest);
        self.known.truncate(WEIGHTS.len());
        self.done += 1;
        step.advance(from, combined)
    }
}

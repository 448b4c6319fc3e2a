//! DDIM (Song, Meng & Ermon 2021) with η = 0.

use burn::tensor::Tensor;

use super::Schedule;

/// One step back in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The time at which the network is asked.
    pub time: usize,
    /// ᾱ there.
    pub alpha: f64,
    /// ᾱ where the step leads.
    pub previous: f64,
}

impl Step {
    /// ẑ₀ = (z_t − √(1 − ᾱ_t) ε) / √ᾱ_t.
    pub fn predicted<const D: usize>(&self, z: Tensor<D>, epsilon: Tensor<D>) -> Tensor<D> {
        (z - epsilon * (1.0 - self.alpha).sqrt()) / self.alpha.sqrt()
    }

    /// √ᾱ′ ẑ₀ + √(1 − ᾱ′) ε, where ᾱ′ is [`Self::previous`].
    pub fn advance<const D: usize>(&self, z: Tensor<D>, epsilon: Tensor<D>) -> Tensor<D> {
        let scale = (self.previous / self.alpha).sqrt();
        z * scale + epsilon * ((1.0 - self.previous).sqrt() - scale * (1.0 - self.alpha).sqrt())
    }
}

/// The times of a sampling, the latest first: 1 + i·⌊T / n⌋, as published.
#[derive(Clone, Debug, PartialEq)]
pub struct Ddim {
    steps: Vec<Step>,
}

impl Ddim {
    /// About `steps` of the schedule's times; the last step leads to ẑ₀.
    ///
    /// # Panics
    /// If there are no steps, or not fewer than times.
    pub fn new(schedule: &Schedule, steps: usize) -> Self {
        Self::ending(schedule, steps, 1.0)
    }

    /// As the published code has it: the last step leads to the time 0, where a noise of √(1 − ᾱ₀) = .029 is left.
    ///
    /// # Panics
    /// As [`Self::new`].
    pub fn as_published(schedule: &Schedule, steps: usize) -> Self {
        Self::ending(schedule, steps, schedule.alpha_bar(0))
    }

    fn ending(schedule: &Schedule, steps: usize, last: f64) -> Self {
        let all = schedule.steps();
        assert!(steps > 0 && steps < all, "{steps} of {all} times");
        let times: Vec<usize> = (0..all).step_by(all / steps).map(|t| t + 1).filter(|&t| t < all).collect();
        let step = |i: usize| {
            let previous = if i == 0 { last } else { schedule.alpha_bar(times[i - 1]) };
            Step { time: times[i], alpha: schedule.alpha_bar(times[i]), previous }
        };
        Self { steps: (0..times.len()).rev().map(step).collect() }
    }

    /// In the order in which they are done.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}
